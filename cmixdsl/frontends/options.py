"""What a user can say about an import that the file does not say."""

from collections.abc import Callable
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.parser import Parser
from xdsl.utils.exceptions import ParseError, VerifyException

from cmixdsl.dialects.quant import UniformType
from cmixdsl.errors import UsageError

EXAMPLE = "'!quant.uniform<u8:f32, 0.00392>' or 'i8:f32, 0.1:-3' (bits, scale, zero point)"


def _ignore(_: str) -> None:
    pass


@dataclass(frozen=True)
class ImportOptions:
    """Quantization of what a file leaves real, and where remarks go."""

    input_types: tuple[UniformType, ...] = ()
    """For inputs that the network does not quantize itself: one for all, or one for each."""
    output_types: tuple[UniformType, ...] = ()
    """The same for outputs."""
    on_note: Callable[[str], None] = _ignore
    """Called with one line on everything that was chosen for the user."""


DEFAULT_OPTIONS = ImportOptions()


def parse_quantized_type(context: Context, text: str) -> UniformType:
    """A quantized type as MLIR writes it; `!quant.uniform<` and `>` may be left out.

    Raises UsageError for other text, and for types that no input or output has: per axis, or of
    more than 8 bits.
    """
    inner = text.strip().removeprefix("!quant.uniform<").removesuffix(">")
    try:
        type_ = Parser(context, f"!quant.uniform<{inner}>").parse_type()
    except (ParseError, VerifyException) as error:
        raise UsageError(f"'{text}' is no quantized type, write {EXAMPLE}") from error
    if not isinstance(type_, UniformType) or type_.is_per_axis or type_.storage_bits > 8:
        raise UsageError(f"expected a type per tensor of at most 8 bits, found '{text}'")
    return type_
