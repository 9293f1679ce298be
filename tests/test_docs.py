"""Whatever the documentation and the docstrings show works.

- `mlir` blocks parse and verify. They may use values and symbols that they do not define.
- `sh` blocks are commands, one a line after `$ `, with the output that follows where the reader
  shall see it; `...` stands for any lines. They run in a copy of the repository's examples, block
  after block for each file. Commands in `EXEMPT` are run elsewhere.
- `python` blocks run, each in a process of its own.
- `c` blocks are excerpts of what the commands before them wrote, indentation aside; `...` stands
  for any lines.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from examples_in_text import CodeBlock, find_in_docstrings, find_in_markdown
from xdsl.dialects import test
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.utils.mlir_lexer import MLIRTokenKind

from cmixdsl.parsing import LocatedParser
from cmixdsl.universe import build_context

REPOSITORY = Path(__file__).resolve().parent.parent
DOCUMENTS = [
    REPOSITORY / "README.md",
    REPOSITORY / "CONTRIBUTING.md",
    *sorted((REPOSITORY / "docs").glob("*.md")),
    *sorted((REPOSITORY / "examples").glob("*/README.md")),
]
SOURCES = sorted((REPOSITORY / "cmixdsl").rglob("*.py"))
EXEMPT = (
    "git clone",
    "cd ",
    "make ",
    "python -m venv",
    "pip ",
    "pip3 ",
    ".venv/bin/pip ",
    "pre-commit ",
    "python -m examples.python_api.",
)
"""Commands that need a network, are what runs these tests, or are run by `tests/examples`."""
LANGUAGES = {"sh", "mlir", "python", "c", "text"}

MARKDOWN_BLOCKS = [block for path in DOCUMENTS for block in find_in_markdown(path)]
MLIR_BLOCKS = [
    block
    for block in (*MARKDOWN_BLOCKS, *(b for path in SOURCES for b in find_in_docstrings(path)))
    if block.language == "mlir"
]


class FragmentParser(LocatedParser):
    """Takes undefined values for results of operations that stand before the text."""

    def parse_fragment(self) -> ModuleOp:
        operations: list[Operation] = []
        while (operation := self.parse_optional_operation()) is not None:
            operations.append(operation)
        if self._current_token.kind != MLIRTokenKind.EOF:
            self.raise_error("expected an operation")
        undefined = [v for values in self.forward_ssa_references.values() for v in values.values()]
        for value in undefined:
            source = test.TestOp(result_types=[value.type])
            value.replace_all_uses_with(source.results[0])
            operations.insert(0, source)
        return ModuleOp(operations)


@pytest.mark.parametrize("block", MLIR_BLOCKS, ids=str)
def test_mlir_verifies(block: CodeBlock) -> None:
    FragmentParser(build_context(), block.code, str(block)).parse_fragment().verify()


def test_languages_are_known() -> None:
    assert {str(block) for block in MARKDOWN_BLOCKS if block.language not in LANGUAGES} == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_commands_run(path: Path, tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "examples", tmp_path / "examples")
    for block in find_in_markdown(path):
        match block.language:
            case "sh":
                _check_commands(block, tmp_path)
            case "python":
                _run([sys.executable, "-c", block.code], tmp_path)
            case "c":
                _check_excerpt(block, tmp_path)
            case _:
                pass


def _check_commands(block: CodeBlock, folder: Path) -> None:
    """Runs each command of a block and compares its output with the lines below it."""
    parts = re.split(r"^\$ (.*)\n?", block.code, flags=re.M)
    assert not parts[0].strip(), f"{block}: commands start with '$ ', found {parts[0]!r}"
    for command, shown in zip(parts[1::2], parts[2::2], strict=True):
        if not command.startswith(EXEMPT):
            output = _run(["sh", "-ec", command], folder)
            pattern = ".*".join(re.escape(part) for part in shown.strip().split("..."))
            assert not shown.strip() or re.fullmatch(pattern, output.strip(), re.S), output


def _check_excerpt(block: CodeBlock, folder: Path) -> None:
    """The parts of a block between `...` stand in one generated file, however far indented."""
    texts = [_strip_lines(file.read_text()) for file in folder.rglob("*.[ch]")]
    excerpts = [_strip_lines(part).strip("\n") for part in block.code.split("...\n")]
    assert any(all(excerpt in text for excerpt in excerpts) for text in texts), f"{block}: stale"


def _strip_lines(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


def _run(command: list[str], folder: Path) -> str:
    binaries = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": os.pathsep.join([binaries, os.environ["PATH"]])}
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert result.returncode == 0, f"{command}:\n{result.stdout}{result.stderr}"
    return result.stdout
