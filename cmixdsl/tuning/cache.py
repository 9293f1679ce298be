"""Outcomes on disk, so that no trial is run twice.

A folder has one file for each fingerprint: what another version of a compiler measured is never
read. A line is one outcome; a line that was cut short is ignored.
"""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cmixdsl.errors import CmixError
from cmixdsl.tuning.trial import Outcome, Setup, Trial


def get_default_folder() -> Path:
    """Where the XDG conventions put caches: `$XDG_CACHE_HOME/cmixdsl` or `~/.cache/cmixdsl`."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
    return root / "cmixdsl"


class TrialCache:
    """The outcomes of one setup's fingerprint in a folder, which is made where it is missing."""

    def __init__(self, folder: Path, setup: Setup):
        self.path = folder / f"trials-{setup.fingerprint}.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise CmixError(
                f"{self.path}: cannot keep results here: {error}; choose another folder by --cache"
            ) from error
        # A run that was killed may have left half a line behind.
        self._needs_newline = bool(text) and not text.endswith("\n")
        lines = (_parse_line(line) for line in text.splitlines())
        self._outcomes = dict(line for line in lines if line is not None)

    def get(self, digest: str, trial: Trial) -> Outcome | None:
        """What is known of a trial of the layer with this digest."""
        return self._outcomes.get(_get_key(digest, trial))

    def add(self, digest: str, trial: Trial, outcome: Outcome) -> None:
        """Keeps an outcome, unless the next attempt may have another.

        Raises CmixError when the file cannot be written.
        """
        if outcome.verdict == "failed":
            return
        key = _get_key(digest, trial)
        self._outcomes[key] = outcome
        line = json.dumps({"key": key, **asdict(outcome)}) + "\n"
        line = "\n" * self._needs_newline + line
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:
            raise CmixError(f"{self.path}: cannot write: {error.strerror}") from error
        self._needs_newline = False


def _get_key(digest: str, trial: Trial) -> str:
    setup = trial.setup
    parts = (digest, setup.target, setup.simulator, setup.compiler_level, str(setup.seed))
    return " ".join((*parts, trial.schedule))


def _parse_line(line: str) -> tuple[str, Outcome] | None:
    try:
        entry: dict[str, Any] = json.loads(line)
        key = entry.pop("key")
        return key, Outcome(**entry)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
