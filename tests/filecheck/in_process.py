"""A lit test format that spares the start of two Python processes for each RUN line.

RUN lines that only pipe our tools into each other are run in lit's worker process, which has the
tools loaded. Where a line holds anything else, or does not succeed, lit's own shell runs the whole
test again, and its verdict counts.
"""

import io
import re
import shlex
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import filecheck.main
import lit.formats  # pyright: ignore[reportMissingTypeStubs]
import lit.Test  # pyright: ignore[reportMissingTypeStubs]

from cmixdsl.tools import cmix_opt, cmixc

TOOLS: dict[str, Callable[[list[str]], None]] = {
    "cmix-opt": lambda arguments: cmix_opt.main(arguments),
    "cmixc": lambda arguments: cmixc.main(arguments),
    "filecheck": lambda arguments: filecheck.main.main(["filecheck", *arguments]),
}
"""What can run in this process, each given its arguments."""

KEYWORDS = re.compile(r"\b(XFAIL|REQUIRES|UNSUPPORTED|ALLOW_RETRIES|DEFINE|REDEFINE|END)[:.]")
"""Lines that lit understands and this format does not."""

STATEFUL_OPTIONS = {"--disable-verify", "--syntax-highlight", "--shrink"}
"""Options that xDSL keeps in global variables."""

Stage = tuple[str, list[str], bool, bool]
"""A tool, its arguments, whether it must fail, whether stderr goes where stdout goes."""


class InProcessShTest(lit.formats.ShTest):
    """lit's `ShTest`, with a short cut for tests that pass."""

    def execute(self, test: Any, litConfig: Any) -> Any:  # noqa: N803
        path = Path(test.getSourcePath())
        pipelines = parse_test(path, test.config.substitutions)
        if pipelines is not None and all(run_pipeline(stages) for stages in pipelines):
            return lit.Test.Result(lit.Test.PASS, "")
        return super().execute(test, litConfig)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def parse_test(path: Path, substitutions: Sequence[tuple[str, str]]) -> list[list[Stage]] | None:
    """The pipelines of a test's RUN lines, None when one needs a shell."""
    text = path.read_text(encoding="utf-8")
    if KEYWORDS.search(text):
        return None
    lines = re.findall(r"RUN:[ \t]*(.*)", text)
    pipelines = [_parse_line(line, path, substitutions) for line in lines]
    complete = [stages for stages in pipelines if stages is not None]
    return complete if lines and len(complete) == len(lines) else None


def run_pipeline(stages: list[Stage]) -> bool:
    """Runs tools one after the other, each on the output of the one before; whether all succeed.

    Standard error that is not part of the pipeline is dropped: a test that fails is run again.
    """
    data = b""
    for tool, arguments, must_fail, joins_stderr in stages:
        code, data = _run_tool(tool, arguments, data, joins_stderr)
        if (code == 0) == must_fail:
            return False
    return True


def _parse_line(
    line: str, path: Path, substitutions: Sequence[tuple[str, str]]
) -> list[Stage] | None:
    for name, replacement in substitutions:
        line = re.sub(name, replacement.replace("\\", r"\\"), line)
    line = line.replace("%s", shlex.quote(str(path))).replace("%S", shlex.quote(str(path.parent)))
    if re.search(r"[%$`\\]", line):
        return None
    lexer = shlex.shlex(line.replace("2>&1", " STDERR "), posix=True, punctuation_chars="|&;<>()")
    lexer.whitespace_split = True
    stages: list[Stage] = []
    for words in _split(list(lexer), "|"):
        stage = _parse_stage(words)
        if stage is None:
            return None
        stages.append(stage)
    return stages


def _parse_stage(words: list[str]) -> Stage | None:
    must_fail = words[:1] == ["not"]
    words = words[1:] if must_fail else words
    joins_stderr = words[-1:] == ["STDERR"]
    words = words[:-1] if joins_stderr else words
    if not words or words[0] not in TOOLS or STATEFUL_OPTIONS & set(words):
        return None
    if any(set(word) <= set("|&;<>()") or word == "STDERR" for word in words):
        return None
    return words[0], words[1:], must_fail, joins_stderr


def _split(words: list[str], separator: str) -> Iterator[list[str]]:
    start = 0
    for index, word in enumerate(words):
        if word == separator:
            yield words[start:index]
            start = index + 1
    yield words[start:]


def _run_tool(
    tool: str, arguments: list[str], data: bytes, joins_stderr: bool
) -> tuple[int, bytes]:
    output, errors = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
    with (
        _standard_input(data),
        redirect_stdout(output),
        redirect_stderr(output if joins_stderr else errors),
    ):
        try:
            TOOLS[tool](arguments)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except Exception:
            code = 1
    output.flush()
    return code, output.buffer.getvalue()


@contextmanager
def _standard_input(data: bytes) -> Generator[None]:
    previous = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(data))
    try:
        yield
    finally:
        sys.stdin = previous
