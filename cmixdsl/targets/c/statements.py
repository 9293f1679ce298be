"""Operations that print as statements: declarations, stores, loops, branches, calls."""

from collections.abc import Iterable, Sequence
from functools import singledispatch
from itertools import groupby
from math import prod

from xdsl.dialects import arith, func, memref, scf
from xdsl.dialects.builtin import IntegerAttr
from xdsl.ir import Attribute, Block, Operation, SSAValue

from cmixdsl.dialects.cmix.buffers import ClearOp
from cmixdsl.dialects.dsp import CopyWordsOp, StoreWordOp
from cmixdsl.dialects.dsp_ops.operations import LongAccumulatingOperation, LongMultiplyOperation
from cmixdsl.hints import HIDDEN_BOUND_ATTRIBUTE, LISTING_ATTRIBUTE, ROLLED_ATTRIBUTE
from cmixdsl.targets.c.comments import emit_call_comment
from cmixdsl.targets.c.dsp_expressions import build_word
from cmixdsl.targets.c.expressions import Expression, build_call
from cmixdsl.targets.c.listings import print_listing
from cmixdsl.targets.c.memory_expressions import build_address, build_element
from cmixdsl.targets.c.printer import FunctionPrinter, find_constant
from cmixdsl.targets.c.type_table import get_memref_type, get_size_bytes, raise_unsupported
from cmixdsl.targets.c.variables import Variable, find_outputs


def print_block(block: Block, printer: FunctionPrinter) -> None:
    """Prints the statements of a block, and listings beside the statements that they replace."""
    for listing, ops in groupby(block.ops, lambda op: op.attributes.get(LISTING_ATTRIBUTE)):
        if listing is None:
            print_statements(ops, printer)
            continue
        operations = tuple(ops)
        if printer.liveness.operations.isdisjoint(operations):
            continue
        print_outputs(operations, printer)
        printer.lines.append("#if CMIX_LISTINGS")
        print_listing(operations, printer)
        printer.lines.append("#else")
        print_statements(operations, printer)
        printer.lines.append("#endif")


def print_outputs(ops: Sequence[Operation], printer: FunctionPrinter) -> None:
    """Declares what a listing or the statements beside it leave."""
    values = [value for op in ops for value in find_outputs(op)]
    fresh = [value for value in values if not printer.is_declared(value)]
    if fresh:
        names = ", ".join(printer.declare_variable(value) for value in fresh)
        printer.print_line(f"int32_t {names};")


def print_statements(ops: Iterable[Operation], printer: FunctionPrinter) -> None:
    """Prints operations but for those that are folded away or have no use."""
    for op in ops:
        is_folded = len(op.results) == 1 and op.results[0] in printer.folding.folded
        if not is_folded and op in printer.liveness.operations:
            print_statement(op, printer)


@singledispatch
def print_statement(op: Operation, printer: FunctionPrinter) -> None:
    """Prints an operation as a statement; one without a printer declares its value."""
    if len(op.results) != 1 or op.regions:
        raise_unsupported(op, "no C statement for this operation")
    result = op.results[0]
    value = printer.build_expression(op, printer)
    c_type = printer.get_type(result)
    if printer.variables.get(result) is None:
        printer.print_line(f"const {c_type.name} {printer.declare(result)} = {value.text};")
    elif printer.is_declared(result):
        print_assignment(printer.get_name(result), value, printer)
    else:
        printer.print_line(f"{c_type.name} {printer.declare_variable(result)} = {value.text};")


def print_assignment(name: str, value: Expression, printer: FunctionPrinter) -> None:
    """`name = value;`, or `name += term;` and the like."""
    if value.operands and value.operands[0] == name:
        printer.print_line(f"{name} {value.operator}= {value.operands[1]};")
    else:
        printer.print_line(f"{name} = {value.text};")


# region Memory


@print_statement.register
def _(op: memref.StoreOp, printer: FunctionPrinter) -> None:
    target = build_element(op, op.memref, op.indices, printer)
    printer.print_line(f"{target.text} = {printer.get(op.value).text};")


@print_statement.register
def _(op: StoreWordOp, printer: FunctionPrinter) -> None:
    address = build_address(op, op.memref, op.indices, printer)
    call = printer.call_helper(op, "store_word", address, build_word(op.value, printer))
    printer.print_line(f"{call.text};")


@print_statement.register
def _(op: CopyWordsOp, printer: FunctionPrinter) -> None:
    source, target = (build_address(op, *place, printer) for place in op.places)
    words = Expression(str(op.words.value.data))
    printer.print_line(f"{printer.call_helper(op, 'copy_words', target, source, words).text};")


@print_statement.register
def _(op: memref.CopyOp, printer: FunctionPrinter) -> None:
    size = Expression(str(get_size_bytes(op.source.type, op)))
    arguments = (printer.get(op.destination), printer.get(op.source), size)
    printer.print_line(f"{build_call('memcpy', arguments).text};")


@print_statement.register
def _(op: ClearOp, printer: FunctionPrinter) -> None:
    size = Expression(str(get_size_bytes(op.memref.type, op)))
    arguments = (printer.get(op.memref), Expression(str(op.byte.value.data)), size)
    printer.print_line(f"{build_call('memset', arguments).text};")


@print_statement.register
def _(op: memref.AllocaOp, printer: FunctionPrinter) -> None:
    memref_type = get_memref_type(op.memref.type, op)
    size = prod(memref_type.get_shape())
    c_type = printer.get_element_type(op.memref)
    aligned = get_alignment_macro(op.alignment, c_type.bytes, size * c_type.bytes)
    printer.print_line(f"{c_type.name} {printer.declare(op.memref)}[{max(size, 1)}]{aligned};")


def get_alignment_macro(alignment: Attribute | None, natural_bytes: int, size_bytes: int) -> str:
    """` CMIX_ALIGNED(n)` for an array that words may be read from, or as its operation demands."""
    wanted = 4 if size_bytes >= 4 else 1
    if isinstance(alignment, IntegerAttr):
        wanted = max(wanted, alignment.value.data)
    return f" CMIX_ALIGNED({wanted})" if wanted > natural_bytes else ""


@print_statement.register(memref.ViewOp)
@print_statement.register(memref.CastOp)
def _(op: Operation, printer: FunctionPrinter) -> None:
    pointer = op.results[0]
    value = printer.build_expression(op, printer)
    pointer_type = printer.get_pointer_type(pointer)
    printer.print_line(f"{pointer_type}const {printer.declare(pointer)} = {value.text};")


# endregion
# region Multiplications into 64 bits


@print_statement.register
def _(op: LongMultiplyOperation, printer: FunctionPrinter) -> None:
    factors = [build_word(factor, printer) for factor in (op.a, op.b)]
    print_long_call(op, op.lo, op.hi, factors, [None, None], printer)


@print_statement.register
def _(op: LongAccumulatingOperation, printer: FunctionPrinter) -> None:
    factors = [build_word(factor, printer) for factor in (op.a, op.b)]
    print_long_call(op, op.lo, op.hi, factors, [op.acc_lo, op.acc_hi], printer)


def print_long_call(
    op: Operation,
    low: SSAValue,
    high: SSAValue,
    factors: Sequence[Expression],
    accumulators: Sequence[SSAValue | None],
    printer: FunctionPrinter,
) -> None:
    """Prints a call that updates two variables, declaring and initializing them where needed."""
    for result, accumulator in zip((low, high), accumulators, strict=True):
        if accumulator is None:
            printer.print_line(f"int32_t {printer.declare_variable(result)};")
        elif not printer.variables.is_continued(accumulator, result):
            print_initialization(result, accumulator, printer)
    targets = [Expression(f"&{printer.get_name(result)}") for result in (low, high)]
    helper = op.name.removeprefix("dsp.")
    printer.print_line(f"{printer.call_helper(op, helper, *targets, *factors).text};")


def print_initialization(value: SSAValue, initial: SSAValue, printer: FunctionPrinter) -> None:
    """Gives the variable of `value` its initial value; declares it unless it has a name already."""
    text = printer.get(initial)
    if printer.is_declared(value):
        print_assignment(printer.get_name(value), text, printer)
        return
    c_type = printer.get_type(value)
    printer.print_line(f"{c_type.name} {printer.declare_variable(value)} = {text.text};")


# endregion
# region Control flow


@print_statement.register
def _(op: scf.ForOp, printer: FunctionPrinter) -> None:
    for index, argument, _result in printer.liveness.get_carried(op):
        if not printer.variables.is_continued(op.iter_args[index], argument):
            print_initialization(argument, op.iter_args[index], printer)
    body = op.body.block
    with printer.names.scope():
        first, bound = printer.get(op.lb).text, printer.get(op.ub)
        c_type = printer.get_type(body.args[0])
        i = printer.declare(body.args[0])
        if HIDDEN_BOUND_ATTRIBUTE in op.attributes:
            bound = printer.call_helper(op, "hold", bound)
        condition = f"{i} < {bound.within(12)}"
        increment = f"++{i}" if find_constant(op.step) == 1 else f"{i} += {get_step(op, printer)}"
        if ROLLED_ATTRIBUTE in op.attributes:
            printer.print_line("CMIX_ROLLED")
        printer.print_line(f"for ({c_type.name} {i} = {first}; {condition}; {increment}) {{")
        with printer.print_body():
            print_block(body, printer)
        printer.print_line("}")


def get_step(loop: scf.ForOp, printer: FunctionPrinter) -> str:
    """The step of a loop; fails when it is not positive."""
    step = find_constant(loop.step)
    if step is not None and step < 1:
        raise_unsupported(loop, f"expected a step of at least 1, found {step}")
    return printer.get(loop.step).text


@print_statement.register
def _(op: scf.IfOp, printer: FunctionPrinter) -> None:
    condition = printer.get(op.cond).text
    for result in op.results:
        if result in printer.liveness.values and not printer.is_declared(result):
            c_type = printer.get_type(result)
            printer.print_line(f"{c_type.name} {printer.declare_variable(result)};")
    printer.print_line(f"if ({condition}) {{")
    with printer.print_body():
        print_block(op.true_region.block, printer)
    if any(len(block.ops) > 1 or op.results for block in op.false_region.blocks):
        printer.print_line("} else {")
        with printer.print_body():
            print_block(op.false_region.block, printer)
    printer.print_line("}")


@print_statement.register
def _(op: scf.YieldOp, printer: FunctionPrinter) -> None:
    parent, live = op.parent_op(), printer.liveness.values
    match parent:
        case scf.ForOp():
            carried = [
                (argument, op.operands[i])
                for i, argument, _ in printer.liveness.get_carried(parent)
            ]
        case scf.IfOp():
            pairs = zip(parent.results, op.operands, strict=True)
            carried = [(result, value) for result, value in pairs if result in live]
        case _:
            raise_unsupported(op, "expected a yield in scf.for or scf.if")
    print_parallel_assignment(carried, printer)


def print_parallel_assignment(
    pairs: Iterable[tuple[SSAValue, SSAValue]], printer: FunctionPrinter
) -> None:
    """Assigns values to variables as if all at once.

    A variable is assigned when no other assignment still reads it. Where they read each other in a
    circle, the first value is saved under a name of its own.
    """
    pending: list[tuple[SSAValue, Expression, set[Variable]]] = [
        (target, printer.get(value), printer.get_variables_read(value))
        for target, value in pairs
        if not printer.variables.is_continued(target, value)
    ]
    while pending:
        at = next((i for i in range(len(pending)) if is_free(i, pending, printer)), None)
        if at is not None:
            target, value, _ = pending.pop(at)
            print_assignment(printer.get_name(target), value, printer)
            continue
        target, value, _ = pending.pop(0)
        saved = printer.names.declare(f"{printer.get_name(target)}_next")
        printer.print_line(f"const {printer.get_type(target).name} {saved} = {value.text};")
        pending.append((target, Expression(saved), set()))


def is_free(
    index: int,
    pending: Sequence[tuple[SSAValue, Expression, set[Variable]]],
    printer: FunctionPrinter,
) -> bool:
    """Whether no other pending assignment reads the variable that this one writes."""
    variable = printer.variables.variable_of[pending[index][0]]
    return not any(variable in reads for i, (_, _, reads) in enumerate(pending) if i != index)


@print_statement.register
def _(op: func.CallOp, printer: FunctionPrinter) -> None:
    callee = printer.global_names[op.callee.string_value()]
    for line in emit_call_comment(op, printer.functions[op.callee.string_value()]):
        printer.print_line(line)
    call = build_call(callee, [printer.get(argument) for argument in op.arguments]).text
    if op.results and op.results[0] in printer.liveness.values:
        c_type = printer.get_type(op.results[0])
        call = f"const {c_type.name} {printer.declare(op.results[0])} = {call}"
    printer.print_line(f"{call};")


@print_statement.register
def _(op: func.ReturnOp, printer: FunctionPrinter) -> None:
    for value in op.arguments:
        printer.print_line(f"return {printer.get(value).text};")


# endregion


def find_bounds(function: func.FuncOp) -> dict[SSAValue, tuple[str, int]]:
    """The constants that stand for loop bounds and have a telling hint: name hint and value.

    Hints such as `c16`, which only repeat the value, are none.
    """
    bounds: dict[SSAValue, tuple[str, int]] = {}
    for op in function.walk():
        if not isinstance(op, arith.ConstantOp) or (hint := op.result.name_hint) is None:
            continue
        is_bound = any(isinstance(u.operation, scf.ForOp) and u.index == 1 for u in op.result.uses)
        value = find_constant(op.result)
        if is_bound and value is not None and hint.strip("c_0123456789") not in ("", "st"):
            bounds[op.result] = (hint, value)
    return bounds
