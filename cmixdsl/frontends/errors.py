"""Collects everything that stands against an import, so that a user hears of all of it at once."""

from pathlib import Path

from cmixdsl.errors import CmixError


class ImportProblems:
    """What a network's file has that cannot be imported.

    An importer calls `add` for every unsupported operator, type, attribute and shape, goes on to
    the next layer, and calls `raise_if_any` before it builds anything.
    """

    def __init__(self, path: Path):
        self._path = path
        self._messages: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._messages)

    def add(self, layer: str, found: str, advice: str) -> None:
        """Notes one problem.

        `layer` is the name and operator as the file has them, `found` says what was expected and
        what was found, `advice` what to do about it. Equal problems are noted once.
        """
        message = f"{layer}: {found}: {advice}"
        if message not in self._messages:
            self._messages.append(message)

    def raise_if_any(self) -> None:
        """Raises one CmixError that lists all problems; nothing happens when there are none."""
        if not self._messages:
            return
        if len(self._messages) == 1:
            raise CmixError(f"{self._path}: {self._messages[0]}")
        lines = "".join(f"\n  {message}" for message in self._messages)
        raise CmixError(f"{self._path}: {len(self._messages)} problems:{lines}")
