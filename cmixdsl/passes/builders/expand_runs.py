"""Builds one run of an expansion: the values of its innermost iterator are copied into lanes.

A run with an order is copied by whole words, which unpack two lanes at a time.
"""

from collections.abc import Callable
from dataclasses import dataclass

from xdsl.builder import Builder
from xdsl.dialects import arith, memref, scf
from xdsl.dialects.builtin import IntegerType
from xdsl.ir import Block, Region, SSAValue
from xdsl.rewriter import InsertPoint

from cmixdsl.dialects.cmix.blocks import ExpandOp
from cmixdsl.dialects.cmix.buffers import LoadElementOp
from cmixdsl.dialects.dsp import LoadWordOp, StoreWordOp
from cmixdsl.passes.builders.index_arithmetic import (
    Linear,
    build_blocks,
    build_index,
    build_loop,
    build_yield,
    get_linear_map,
    get_unroll,
)
from cmixdsl.passes.builders.word_arithmetic import (
    build_pair,
    build_word,
    get_pairs_per_word,
    repeat_in_lanes,
)

i16 = IntegerType(16)

MAX_UNROLL = 8
"""Elements, or words of two lanes, that one iteration writes at most."""

MAX_LOADED = 4
"""Elements that are loaded before the first is stored: a Cortex-M4 takes two cycles for a load, one
where another stands before it. More would take registers that a kernel's innermost loop needs."""

Store = Callable[[], None]
"""Builds the stores of what has been loaded."""

BuildCopy = Callable[[Builder, Linear], Store]
"""Builds the loads of a step."""


@dataclass(frozen=True)
class Copy:
    """An expansion with values for all its iterators but the innermost."""

    op: ExpandOp
    outer: tuple[Linear, ...]

    def get_input(self, inner: Linear) -> list[Linear]:
        """Position of the input for a value of the innermost iterator."""
        return get_linear_map(self.op.input_map.data, [*self.outer, inner], self.op.offsets)

    def get_lanes(self, inner: Linear) -> list[Linear]:
        """Position of the lane for a value of the innermost iterator."""
        return get_linear_map(self.op.lanes_map.data, [*self.outer, inner], self.op.offsets)

    def get_fixed(self, positions: list[Linear]) -> list[tuple[Linear, int]]:
        """Of these positions, those that the innermost iterator does not move, with their sizes."""
        here, there = self.get_input(Linear(0)), self.get_input(Linear(1))
        sizes = self.op.input_type.get_shape()
        return [
            (position, size)
            for position, size, first, second in zip(positions, sizes, here, there, strict=True)
            if first.constant == second.constant
        ]

    @property
    def extent(self) -> int:
        """Extent of the innermost iterator."""
        return self.op.extents.get_values()[-1]

    @property
    def pad(self) -> int:
        """What positions outside the input hold."""
        return self.op.pad.value.data


def _build_positions(builder: Builder, positions: list[Linear], name: str) -> list[SSAValue]:
    return [position.build(builder, name) for position in positions]


def _build_unrolled(
    builder: Builder, copy: Copy, bounds: tuple[int, int, int], build: BuildCopy
) -> None:
    """Calls `build` with every value of `range(*bounds)`, several in one iteration.

    Each call writes `step` lanes, by what it returns: so loads stand together. A C compiler may
    unroll short runs of elements once more, not those of whole words.
    """
    start, stop, step = bounds
    count = (stop - start) // step
    if count <= 0:
        return
    limit = max(MAX_UNROLL // max(step // 2, 1), 1)
    loaded = MAX_LOADED if step == 1 else limit

    def build_group(body: Builder, group: Linear, size: int) -> None:
        first = group * (unroll * step) + start
        for begin in range(0, size, loaded):
            numbers = range(begin, min(begin + loaded, size))
            for store in [build(body, first + number * step) for number in numbers]:
                store()

    unroll = count if count <= limit else _get_group_size(count, limit, loaded)
    name = copy.op.iterator_names[-1]
    build_blocks(builder, count, unroll, name, build_group, rolled=step > 1)


def _get_group_size(count: int, limit: int, loaded: int) -> int:
    """Steps of an iteration: whole groups of loads where such iterations leave nothing over."""
    whole = (size for size in (limit, loaded) if count % size == 0)
    return next(whole, get_unroll(count, limit))


def _build_element(builder: Builder, copy: Copy, inner: Linear, target: Linear) -> Store:
    """Loads the element at `inner`; what is returned stores it into the lane at `target`."""
    source = _build_positions(builder, copy.get_input(inner), "in")
    element = builder.insert(LoadElementOp(copy.op.input, source, copy.op.input_type)).result
    element.name_hint = "x"
    lane = builder.insert(arith.TruncIOp(element, i16)).result
    lane.name_hint = "lane"

    def build_store() -> None:
        position = _build_positions(builder, copy.get_lanes(target), "l")
        builder.insert(memref.StoreOp.get(lane, copy.op.lanes, position))

    return build_store


def _build_pad_element(builder: Builder, copy: Copy, target: Linear) -> None:
    """Writes the pad value into the lane at `target`."""
    value = builder.insert(arith.ConstantOp.from_int_and_width(copy.pad, i16)).result
    value.name_hint = "pad"
    position = _build_positions(builder, copy.get_lanes(target), "l")
    builder.insert(memref.StoreOp.get(value, copy.op.lanes, position))


def _build_element_copy(builder: Builder, copy: Copy, start: int, stop: int) -> None:
    """Copies elements [start, stop) of the innermost iterator, all inside the input."""

    def build_copy(body: Builder, inner: Linear) -> Store:
        return _build_element(body, copy, inner, inner)

    _build_unrolled(builder, copy, (start, stop, 1), build_copy)


def _build_pad(builder: Builder, copy: Copy, start: int, stop: int) -> None:
    """Fills lanes [start, stop) of the innermost iterator with the pad value."""

    def build_store(body: Builder, inner: Linear) -> Store:
        return lambda: _build_pad_element(body, copy, inner)

    _build_unrolled(builder, copy, (start, stop, 1), build_store)


def _build_word_copy(builder: Builder, copy: Copy) -> None:
    """Copies the run word by word, pairs in the order in which a word unpacks."""
    type_ = copy.op.input_type
    pairs = get_pairs_per_word(type_.bits)

    def build_word_copy(body: Builder, inner: Linear) -> Store:
        *rows, column = copy.get_input(inner)
        position = _build_positions(body, rows, "in")
        byte = column.build_quotient(body, 8 // type_.bits, "in")
        word = body.insert(LoadWordOp(copy.op.input, [*position, byte])).result
        word.name_hint = "word"

        def build_stores() -> None:
            for pair in range(pairs):
                lanes = build_pair(body, word, pair, type_.bits, signed=type_.is_signed)
                lanes.name_hint = "pair"
                target = _build_positions(body, copy.get_lanes(inner + 2 * pair), "l")
                body.insert(StoreWordOp(lanes, copy.op.lanes, target))

        return build_stores

    _build_unrolled(builder, copy, (0, copy.extent, 2 * pairs), build_word_copy)


def _build_word_pad(builder: Builder, copy: Copy) -> None:
    """Fills the run with the pad value, two lanes at a time."""
    value = build_word(builder, repeat_in_lanes(copy.pad), "pad")

    def build_word_pad(body: Builder, inner: Linear) -> Store:
        target = _build_positions(body, copy.get_lanes(inner), "l")

        def build_store() -> None:
            body.insert(StoreWordOp(value, copy.op.lanes, target))

        return build_store

    _build_unrolled(builder, copy, (0, copy.extent, 2), build_word_pad)


def _get_step(copy: Copy, dimension: int) -> int:
    """How far one step of the innermost iterator moves a position of the input."""
    here, there = copy.get_input(Linear(0))[dimension], copy.get_input(Linear(1))[dimension]
    return there.constant - here.constant


def _get_inside(position: Linear, step: int, size: int, extent: int) -> tuple[int, int] | None:
    """The values of the innermost iterator that lie inside [0, size), when that is known."""
    if position.terms or step < 1:
        return None
    start = max(0, -(-(0 - position.constant) // step))
    stop = min(extent, -(-(size - position.constant) // step))
    return min(start, extent), max(stop, min(start, extent))


Branch = Callable[[Builder], None]


def build_guarded(
    builder: Builder, positions: list[tuple[Linear, int]], inside: Branch, outside: Branch
) -> None:
    """Builds `inside` where every position is in [0, size), else `outside`; tests what it must."""
    unknown: list[tuple[Linear, int]] = []
    for position, size in positions:
        bounds = position.get_range()
        if bounds is None or bounds[0] < 0 or bounds[1] >= size:
            unknown.append((position, size))
    if not unknown:
        inside(builder)
        return
    condition: SSAValue | None = None
    for position, size in unknown:
        # One unsigned comparison covers both ends.
        limit = build_index(builder, size)
        test = builder.insert(arith.CmpiOp(position.build(builder, "in"), limit, "ult")).result
        if condition is not None:
            test = builder.insert(arith.AndIOp(condition, test)).result
        condition = test
    assert condition is not None
    condition.name_hint = "is_inside"
    then, otherwise = Region(Block()), Region(Block())
    builder.insert(scf.IfOp(condition, [], then, otherwise))
    for region, branch in ((then, inside), (otherwise, outside)):
        body = Builder(InsertPoint.at_end(region.block))
        branch(body)
        build_yield(body)


def build_run(builder: Builder, copy: Copy, *, is_row_inside: bool = False) -> None:
    """Copies or pads one run of the innermost iterator.

    With `is_row_inside`, positions that the run does not move are known to lie inside the input.
    """
    fixed = [] if is_row_inside else copy.get_fixed(copy.get_input(Linear(0)))
    bounds = _get_bounds(copy)
    if bounds is None:
        _build_crossing_run(builder, copy)
    elif copy.op.order is not None:
        build_guarded(
            builder,
            fixed,
            lambda body: _build_word_copy(body, copy),
            lambda body: _build_word_pad(body, copy),
        )
    else:
        build_guarded(
            builder,
            fixed,
            lambda body: _build_cut_run(body, copy, *bounds),
            lambda body: _build_pad(body, copy, 0, copy.extent),
        )


def build_inside_run(builder: Builder, copy: Copy) -> None:
    """Copies a run that is known to lie inside the input."""
    if copy.op.order is not None:
        _build_word_copy(builder, copy)
    else:
        _build_element_copy(builder, copy, 0, copy.extent)


def _get_bounds(copy: Copy) -> tuple[int, int] | None:
    """The part of the run that lies inside the input, when that is known.

    A run with an order lies inside wholly or is not known to.
    """
    start, stop = 0, copy.extent
    starts = copy.get_input(Linear(0))
    for dimension, size in enumerate(copy.op.input_type.get_shape()):
        if (step := _get_step(copy, dimension)) == 0:
            continue
        bounds = _get_inside(starts[dimension], step, size, copy.extent)
        if bounds is None:
            return None
        start, stop = max(start, bounds[0]), min(stop, bounds[1])
    is_whole = (start, stop) == (0, copy.extent)
    return (start, max(start, stop)) if is_whole or copy.op.order is None else None


def _build_cut_run(builder: Builder, copy: Copy, start: int, stop: int) -> None:
    """Copies elements [start, stop), which lie inside the input, and pads around them."""
    _build_pad(builder, copy, 0, start)
    _build_element_copy(builder, copy, start, stop)
    _build_pad(builder, copy, stop, copy.extent)


def _build_crossing_run(builder: Builder, copy: Copy) -> None:
    """A run that may cross the border: by words where all of it lies inside, else tested."""
    if copy.op.order is None:
        _build_tested_run(builder, copy)
        return
    spans = get_spans(copy, copy)
    if spans is None:
        _build_tested_words(builder, copy)
        return
    build_guarded(
        builder,
        spans,
        lambda body: _build_word_copy(body, copy),
        lambda body: _build_tested_words(body, copy),
    )


def get_spans(first: Copy, last: Copy) -> list[tuple[Linear, int]] | None:
    """Where `first` must start so that all runs up to `last` lie inside the input; None for never.

    Each position must be in [0, size), as for `build_guarded`.
    """
    starts, ends = first.get_input(Linear(0)), last.get_input(Linear(last.extent - 1))
    spans = [
        (start, size - (end.constant - start.constant))
        for start, end, size in zip(starts, ends, first.op.input_type.get_shape(), strict=True)
    ]
    return None if any(size <= 0 for _, size in spans) else spans


def _build_tested_element(builder: Builder, copy: Copy, inner: Linear, target: Linear) -> None:
    """Copies the element at `inner` into the lane at `target` if it lies inside, else pads."""
    positions = list(zip(copy.get_input(inner), copy.op.input_type.get_shape(), strict=True))
    build_guarded(
        builder,
        positions,
        lambda body: _build_element(body, copy, inner, target)(),
        lambda body: _build_pad_element(body, copy, target),
    )


def _build_tested_run(builder: Builder, copy: Copy) -> None:
    """Tests every element of a run whose border depends on a loop around it."""
    loop, body = build_loop(builder, (0, copy.extent, 1), copy.op.iterator_names[-1])
    inner = Linear.get(loop.body.block.args[0])
    _build_tested_element(body, copy, inner, inner)
    build_yield(body)


def _build_tested_words(builder: Builder, copy: Copy) -> None:
    """Tests every element of a run whose lanes follow the order in which words unpack.

    Element e of a word of 2h goes to lane 2 (e mod h) + e div h.
    """
    half = get_pairs_per_word(copy.op.input_type.bits)
    name = copy.op.iterator_names[-1]
    words, body = build_loop(builder, (0, copy.extent, 2 * half), name)
    halves, inner = build_loop(body, (0, 2, 1), "half")
    pairs, innermost = build_loop(inner, (0, half, 1), "pair")
    word, part, pair = (Linear.get(loop.body.block.args[0]) for loop in (words, halves, pairs))
    _build_tested_element(innermost, copy, word + part * half + pair, word + pair * 2 + part)
    for builder_ in (innermost, inner, body):
        build_yield(builder_)
