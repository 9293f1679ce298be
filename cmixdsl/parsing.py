"""Reading MLIR text so that every operation knows its source location and every error has one."""

import re
from bisect import bisect_right
from collections.abc import Generator
from contextlib import contextmanager
from struct import error as StructError  # noqa: N812

from xdsl.context import Context
from xdsl.dialects.builtin import FileLineColLoc, IntAttr, ModuleOp, StringAttr, UnknownLoc
from xdsl.ir import Operation
from xdsl.parser import Parser
from xdsl.utils.exceptions import ParseError, VerifyException
from xdsl.utils.lexer import Span
from xdsl.utils.mlir_lexer import MLIRToken, MLIRTokenKind

from cmixdsl.diagnostics import LocatedVerifyException
from cmixdsl.errors import CmixError

_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\\n\v\f]++|\\["nt\\]|\\[0-9A-Fa-f]{2})*+"|//[^\n]*+|"')
"""The last alternative is a quote with which no string begins."""

MALFORMED = (ValueError, TypeError, KeyError, IndexError, OverflowError, MemoryError)


class LocatedParser(Parser):
    """xDSL's parser, but for locations.

    Operations without an explicit `loc(...)` get the line and column at which they start. Errors
    that xDSL raises without a position (values that do not fit their type, invalid attributes)
    get that of the last token read.
    """

    def __init__(self, ctx: Context, text: str, name: str, line_offset: int = 0):
        self._line_starts = [0]
        self._line_starts.extend(match.end() for match in re.finditer("\n", text))
        self._line_offset = line_offset
        self._name = name
        self._last_token: MLIRToken | None = None
        self._check_strings(text)
        super().__init__(ctx, text, name)

    def parse_module(self, allow_implicit_module: bool = True) -> ModuleOp:
        with self._located_errors():
            return super().parse_module(allow_implicit_module)

    def parse_operation(self) -> Operation:
        start = self._current_token.span.start
        operation = super().parse_operation()
        if isinstance(operation.location, UnknownLoc):
            line, column = self._get_line_column(start)
            operation.location = FileLineColLoc(
                StringAttr(self._name), IntAttr(line), IntAttr(column)
            )
        return operation

    def _consume_token(self, expected_kind: MLIRTokenKind | None = None) -> MLIRToken:
        self._last_token = super()._consume_token(expected_kind)
        return self._last_token

    def _get_last_span(self) -> Span:
        return (self._last_token or self._current_token).span

    def _get_line_column(self, position: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, position)
        return line + self._line_offset, position - self._line_starts[line - 1] + 1

    def _check_strings(self, text: str) -> None:
        """Raises CmixError for what is no string: there xDSL's lexer takes exponential time."""
        for match in _STRING_OR_COMMENT.finditer(text):
            if match.group() == '"':
                line, column = self._get_line_column(match.start())
                raise CmixError(
                    f"{self._name}:{line}:{column}: expected a string that ends on its line, with "
                    r"a quote, and has no escapes but \n, \t, \", \\ and two hexadecimal digits"
                )

    @contextmanager
    def _located_errors(self) -> Generator[None]:
        try:
            yield
        except ParseError:
            raise
        except VerifyException as error:
            line, column = self._get_line_column(self._get_last_span().start)
            raise LocatedVerifyException(f"{self._name}:{line}:{column}", str(error)) from error
        except RecursionError as error:
            raise ParseError(self._get_last_span(), "nested too deeply") from error
        except StructError as error:
            message = f"value does not fit its integer type: {error}"
            raise ParseError(self._get_last_span(), message) from error
        except MALFORMED as error:
            # xDSL reports some malformed literals by whatever Python raises on them
            raise ParseError(self._get_last_span(), str(error)) from error


def parse_module(
    ctx: Context, content: bytes, name: str, line_offset: int = 0, *, implicit_module: bool = True
) -> ModuleOp:
    """Parses the bytes of a file called `name`, without verifying operations.

    Raises CmixError unless they are UTF-8 text, else ParseError and VerifyException as xDSL does.
    """
    text = _decode(content, name, line_offset)
    return LocatedParser(ctx, text, name, line_offset).parse_module(implicit_module)


def _decode(content: bytes, name: str, line_offset: int) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1 + line_offset
        raise CmixError(
            f"{name}:{line}: expected MLIR as UTF-8 text, found byte 0x{content[error.start]:02x}"
        ) from error
    if not text.strip():
        raise CmixError(f"{name}: expected a module, found an empty file")
    return text
