"""Operations that print as expressions, by dialect."""

from xdsl.ir import Operation

from cmixdsl.targets.c.arithmetic_expressions import build_arithmetic
from cmixdsl.targets.c.dsp_expressions import build_instruction
from cmixdsl.targets.c.expressions import Expression
from cmixdsl.targets.c.memory_expressions import build_memory
from cmixdsl.targets.c.printer import FunctionPrinter
from cmixdsl.targets.c.type_table import raise_unsupported

BUILDERS = {"arith": build_arithmetic, "memref": build_memory, "dsp": build_instruction}


def build_expression(op: Operation, printer: FunctionPrinter) -> Expression:
    """Spells an operation with one result as an expression of its type."""
    if (builder := BUILDERS.get(op.dialect_name())) is None:
        raise_unsupported(op, "no C expression for this operation")
    return builder(op, printer)
