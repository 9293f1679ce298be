"""Plans of memory: no overlap, little waste, no byte is read that is said to be dead."""

from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from builders import NetworkBuilder
from xdsl.builder import Builder
from xdsl.dialects import arith, func, memref, scf
from xdsl.dialects.builtin import MemRefType, ModuleOp, i8
from xdsl.ir import Block, BlockArgument, Region
from xdsl.rewriter import InsertPoint

from cmixdsl.arena import Arena, read_arena
from cmixdsl.benchmark.networks import MOBILENET_BLOCKS, build_mobilenet
from cmixdsl.devices import get_device
from cmixdsl.dialects.cmix.window import Window
from cmixdsl.driver import apply_pipeline, compile_module, legalize, load_module
from cmixdsl.execution import run_module
from cmixdsl.frontends.load import load_network
from cmixdsl.model import build_random_inputs, find_model
from cmixdsl.passes.builders import buffer_overlaps
from cmixdsl.passes.builders.index_arithmetic import build_index
from cmixdsl.passes.builders.memory_plan import (
    Buffer,
    Overlap,
    Plan,
    get_lower_bound,
    plan_memory,
)
from cmixdsl.pipelines import CORTEX_M4
from cmixdsl.running import run_compiled
from cmixdsl.simulator.simulate import available_simulators
from cmixdsl.universe import build_context

EXAMPLES = Path(__file__).parents[2] / "examples"
POISON = 0xA5


def draw_buffers(seed: int) -> list[Buffer]:
    """The buffers of a random graph of 30 nodes, each read by up to three later ones."""
    generator = np.random.default_rng(seed)
    buffers: list[Buffer] = []
    for step in range(30):
        size = int(generator.integers(1, 4096))
        last = min(29, step + int(generator.choice([1, 1, 1, 2, 4, 12])))
        buffers.append(Buffer(f"y{step}", size, step, last))
        buffers.append(Buffer(f"scratch{step}", int(generator.integers(1, 300)), step, step))
    return buffers


def build_residual_network() -> ModuleOp:
    """Two residual blocks, of 4 and 8 bits, whose shortcuts live across several layers."""
    builder = NetworkBuilder((6, 6, 8), "u8", seed=7)
    builder.conv2d(8, Window((3, 3), padding=(1, 1, 1, 1)))
    shortcut = builder.value
    builder.conv2d(8).depthwise_conv2d(Window((3, 3), padding=(1, 1, 1, 1))).conv2d(8)
    builder.add(shortcut)
    builder.conv2d(8, element="u4")
    shortcut = builder.value
    builder.conv2d(8, element="u4").add(shortcut, "u4")
    return builder.max_pool2d(Window((2, 2), (2, 2))).fully_connected(5).build()


def load_digits() -> ModuleOp:
    return load_module(build_context(), EXAMPLES / "digits" / "digits.mlir")


def load_pointwise() -> ModuleOp:
    return load_module(build_context(), EXAMPLES / "01_pointwise_conv" / "model.mlir")


def build_small_mobilenet() -> ModuleOp:
    return build_mobilenet(32, 0.25, classes=10, blocks=MOBILENET_BLOCKS[:5])


def build_reshaping_network() -> ModuleOp:
    """Views of the input, of the output, and of values that live on and that layers overwrite."""
    builder = NetworkBuilder((16, 8), "u8", seed=3)
    builder.reshape((4, 4, 8)).conv2d(8, Window((3, 3), padding=(1, 1, 1, 1)))
    shortcut = builder.reshape((2, 8, 8)).value
    builder.conv2d(16, element="u4").reshape((4, 8, 8)).lookup("u4")
    builder.depthwise_conv2d(Window((2, 1), (2, 1))).conv2d(8)
    builder.reshape((16, 8)).lookup().reshape((2, 8, 8)).add(shortcut)
    return builder.transpose([1, 0, 2]).reshape((1, 16, 8)).transpose([1, 0, 2]).build()


NETWORKS = [
    build_reshaping_network,
    load_digits,
    load_pointwise,
    build_residual_network,
    build_small_mobilenet,
]


@pytest.mark.parametrize("seed", range(20))
def test_random_plans(seed: int):
    buffers = draw_buffers(seed)
    plan = plan_memory(buffers, alignment=8)
    ranges = [(o, o + b.size) for o, b in zip(plan.offsets, buffers, strict=True)]
    assert plan.size == max(end for _, end in ranges)
    assert all(start % 8 == 0 for start, _ in ranges)
    for (left, a), (right, b) in combinations(zip(ranges, buffers, strict=True), 2):
        lives_together = a.first <= b.last and b.first <= a.last
        assert not lives_together or left[1] <= right[0] or right[1] <= left[0]
    live = [sum(b.size for b in buffers if b.first <= step <= b.last) for step in range(30)]
    assert get_lower_bound(buffers) == max(live)
    # Random lives are harder than those of networks.
    assert plan.size <= 1.15 * max(live)


@pytest.mark.parametrize("seed", range(20))
def test_random_overlaps(seed: int):
    """A chain of layers: an output overlaps its input as far as the distance lets it, or not."""
    generator = np.random.default_rng(seed)
    sizes: list[int] = generator.integers(100, 4096, 20).tolist()
    buffers = [Buffer(f"y{step}", size, step, step + 1) for step, size in enumerate(sizes)]
    overlaps = [
        Overlap(step, step + 1, int(generator.integers(0, min(sizes[step + 1], 200))))
        for step in range(19)
        if generator.random() < 0.8
    ]
    plan = plan_memory(buffers, 8, overlaps)
    assert plan.size <= plan_memory(buffers, 8).size
    assert get_lower_bound(buffers, overlaps) <= plan.size
    distances = {(it.source, it.destination): it.distance for it in overlaps}
    for source, destination in pairwise(range(20)):
        below = plan.offsets[source] - plan.offsets[destination]
        is_apart = below >= sizes[destination] or -below >= sizes[source]
        assert is_apart or below == distances.get((source, destination))


def test_an_overlap_is_counted_once():
    buffers = [Buffer("x", 100, 0, 1), Buffer("y", 300, 1, 2)]
    assert get_lower_bound(buffers, [Overlap(0, 1, 40)]) == 300
    assert plan_memory(buffers, 8, [Overlap(0, 1, 40)]) == Plan((40, 0), 300)
    assert get_lower_bound(buffers, [Overlap(0, 1, 240)]) == 340
    assert plan_memory(buffers, 8, [Overlap(0, 1, 240)]) == Plan((240, 0), 340)


def test_of_equal_buffers_the_longer_lived_lies_lower():
    """Of a residual network: the output of step 2 can only lie below its input if it came first."""
    lives = [
        (16384, 1, 2),
        (16384, 2, 3),
        (1152, 2, 2),
        (8192, 6, 10),
        (4096, 8, 9),
        (4096, 9, 11),
        (4608, 9, 9),
    ]
    buffers = [Buffer(f"y{number}", *life) for number, life in enumerate(lives)]
    overlaps = [Overlap(0, 1, 528), Overlap(4, 5, 576)]
    assert plan_memory(buffers, 8, overlaps).size == get_lower_bound(buffers, overlaps) == 18064


def test_overlaps_are_for_the_peak():
    """A C compiler knows more of kernels whose buffers lie apart."""
    buffers = [
        Buffer("a", 1000, 0, 1),
        Buffer("b", 1000, 1, 2),
        Buffer("c", 400, 2, 3),
        Buffer("d", 400, 3, 4),
    ]
    plan = plan_memory(buffers, 8, [Overlap(step, step + 1, 0) for step in range(3)])
    assert plan.size == 1000
    assert plan.offsets[0] == plan.offsets[1]
    assert abs(plan.offsets[2] - plan.offsets[3]) >= 400


def test_no_buffers_no_memory():
    assert plan_memory([]).size == get_lower_bound([]) == 0


@pytest.mark.parametrize("build", NETWORKS)
def test_arenas_are_within_five_percent_of_the_bound(build: Callable[[], ModuleOp]):
    module = build()
    apply_pipeline(build_context(), module, CORTEX_M4)
    arena = read_arena(module)
    assert arena.size <= 1.05 * arena.lower_bound + 8


@pytest.mark.full
@pytest.mark.parametrize("alpha", [0.25, 0.5, 0.75, 1.0])
@pytest.mark.parametrize("size", [128, 160, 192, 224])
def test_mobilenets_are_within_five_percent_of_the_bound(size: int, alpha: float):
    module = build_mobilenet(size, alpha)
    apply_pipeline(build_context(), module, CORTEX_M4)
    arena = read_arena(module)
    assert arena.size <= 1.05 * arena.lower_bound


@pytest.mark.full
@pytest.mark.parametrize("name", ["ic_resnet8_int8", "kws_dscnn_int8"])
def test_imported_networks_are_within_five_percent_of_the_bound(shared_folder: Path, name: str):
    context = build_context()
    module = load_network(context, shared_folder / "models" / f"{name}.tflite")
    legalize(context, module, CORTEX_M4)
    apply_pipeline(context, module, CORTEX_M4)
    arena = read_arena(module)
    assert arena.size <= 1.05 * arena.lower_bound


@pytest.mark.parametrize("build", NETWORKS)
def test_poisoned_bytes_do_not_matter(build: Callable[[], ModuleOp]):
    """Every byte that is dead before a layer is overwritten before the layer runs."""
    module = build()
    inputs = build_random_inputs(find_model(module), seed=1)
    expected = run_module(module, inputs)
    apply_pipeline(build_context(), module, CORTEX_M4)
    arena = read_arena(module)
    assert arena.size == 0 or arena.get_dead_ranges(0) == [(0, arena.size)]
    assert poison_dead_bytes(module, arena) or not arena.size
    module.verify()
    for before, after in zip(expected, run_module(module, inputs), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.skipif("embedded" not in available_simulators(), reason="needs ziglang and unicorn")
@pytest.mark.parametrize("build", [build_residual_network, build_reshaping_network])
def test_poisoned_bytes_do_not_matter_on_the_core(build: Callable[[], ModuleOp]):
    module = build()
    inputs = build_random_inputs(find_model(module), seed=1)
    expected = run_module(module, inputs)
    apply_pipeline(build_context(), module, CORTEX_M4)
    assert poison_dead_bytes(module, read_arena(module))
    compiled = compile_module(build_context(), module, get_device("cortex-m4"), ())
    run = run_compiled(compiled, inputs, "embedded")
    np.testing.assert_array_equal(run.outputs[0], expected[0])


def get_no_distance(source: BlockArgument, destination: BlockArgument, alignment: int) -> int:
    return 0


def test_too_small_a_distance_would_show(monkeypatch: pytest.MonkeyPatch):
    module = load_digits()
    inputs = build_random_inputs(find_model(module), seed=1)
    expected = run_module(module, inputs)
    monkeypatch.setattr(buffer_overlaps, "find_distance", get_no_distance)
    apply_pipeline(build_context(), module, CORTEX_M4)
    assert not np.array_equal(run_module(module, inputs)[0], expected[0])


def test_poison_in_live_bytes_would_show():
    module = build_residual_network()
    inputs = build_random_inputs(find_model(module), seed=1)
    expected = run_module(module, inputs)
    apply_pipeline(build_context(), module, CORTEX_M4)
    arena = read_arena(module)
    wrong = Arena(arena.size, arena.steps, (), arena.inputs, arena.outputs)
    assert poison_dead_bytes(module, wrong)
    assert not np.array_equal(run_module(module, inputs)[0], expected[0])


def poison_dead_bytes(module: ModuleOp, arena: Arena) -> int:
    """Writes `POISON` before every call to what is dead there; returns the number of ranges."""
    function = find_model(module).function
    calls = [op for op in function.body.block.ops if isinstance(op, func.CallOp)]
    bases = [op for op in function.body.block.ops if isinstance(op, memref.GetGlobalOp)]
    base = next((b.memref for b in bases if b.memref.name_hint == "arena"), None)
    count = 0
    for step, call in enumerate(calls):
        for start, end in arena.get_dead_ranges(step):
            assert base is not None
            builder = Builder(InsertPoint.before(call))
            offset = build_index(builder, start)
            type_ = MemRefType(i8, [end - start])
            view = memref.ViewOp.create(operands=[base, offset], result_types=[type_])
            builder.insert(view)
            zero, size, one = (build_index(builder, value) for value in (0, end - start, 1))
            poison = builder.insert(arith.ConstantOp.from_int_and_width(POISON - 256, 8)).result
            block = Block(arg_types=[zero.type])
            block.add_ops([memref.StoreOp.get(poison, view.results[0], block.args), scf.YieldOp()])
            builder.insert(scf.ForOp(zero, size, one, [], Region(block)))
            count += 1
    return count


def test_elementwise_layers_work_in_place():
    module = build_residual_network()
    apply_pipeline(build_context(), module, CORTEX_M4)
    calls = [op for op in find_model(module).function.body.block.ops if isinstance(op, func.CallOp)]
    adds = [call for call in calls if "add" in call.callee.string_value()]
    assert len(adds) == 2
    # Both inputs of the sums die there.
    assert all(len(set(call.arguments)) == 2 for call in adds)


def test_reshapes_cost_nothing():
    """They are no calls and no copies, and layers work in place through them."""
    module = build_reshaping_network()
    apply_pipeline(build_context(), module, CORTEX_M4)
    operations = list(find_model(module).function.body.block.ops)
    assert not any(isinstance(op, memref.CopyOp) for op in operations)
    calls = [op for op in operations if isinstance(op, func.CallOp)]
    names = [call.callee.string_value().rpartition("_")[2] for call in calls]
    assert names == ["conv2d", "conv2d", "lookup", "conv2d", "conv2d", "lookup", "add", "transpose"]
    lookups = [call for call in calls if call.callee.string_value().endswith("lookup")]
    assert all(len(set(call.arguments)) == 1 for call in lookups)
