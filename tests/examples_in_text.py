"""Finds fenced code blocks in Markdown files and in docstrings."""

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(
    r"^(?P<indent>[ \t]*)```(?P<language>\w+)[^\n]*\n(?P<code>.*?)^\s*```", re.M | re.S
)


@dataclass(frozen=True)
class CodeBlock:
    """One fenced block."""

    path: Path
    line: int
    """Line of the file, from 1, at which the text that holds the block begins."""
    language: str
    code: str
    """Without the indentation of the fence."""

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}:{self.language}"


def find_in_markdown(path: Path) -> Iterator[CodeBlock]:
    """The blocks of a Markdown file."""
    yield from _find(path, path.read_text(encoding="utf-8"), 1)


def find_in_docstrings(path: Path) -> Iterator[CodeBlock]:
    """The blocks in the strings of a Python file that stand alone, as docstrings do."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield from _find(path, text, node.lineno)
            case _:
                pass


def _find(path: Path, text: str, first_line: int) -> Iterator[CodeBlock]:
    for match in _FENCE.finditer(text):
        line = first_line + text.count("\n", 0, match.start())
        yield CodeBlock(path, line, match["language"], textwrap.dedent(match["code"]))
