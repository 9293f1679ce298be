"""Bits of the MobileNetV1 family against the table that the published procedure gives."""

from collections.abc import Callable

import pytest
from mobilenet_layers import build_mobilenet

from cmixdsl.errors import CmixError
from cmixdsl.passes.bits.assignment import assign_bits
from cmixdsl.passes.bits.cycle_assignment import assign_bits_by_cycles
from cmixdsl.passes.bits.memory import Flavour, MemoryModel, PublishedMemory
from cmixdsl.passes.bits.network import (
    BitAssignment,
    BitsLayer,
    BitsNetwork,
    BitsTensor,
    ChainLayer,
    build_chain,
    build_widest,
)

Strategy = Callable[[BitsNetwork, MemoryModel, int, int], BitAssignment]

FLASH, RAM = 2_048_000, 512_000
MEMORY = PublishedMemory("pc-icn")


def assign(size: int, alpha: float) -> BitAssignment:
    return assign_bits(build_mobilenet(size, alpha), MEMORY, FLASH, RAM)


def get_digits(assignment: BitAssignment, bits: tuple[int, ...]) -> str:
    return "".join(str(bits[layer]) for layer in assignment.network.weighted_layers)


WIDEST = "8888888888888848484848884822"
LAST_TWO = "8" * 26 + "44"


@pytest.mark.parametrize(
    ("size", "alpha", "activations", "weights", "ram", "flash"),
    [
        (224, 1.0, "4428444", WIDEST, 401_408, 1_984_884),
        (224, 0.75, "8448848", LAST_TWO, 451_584, 1_978_532),
        (224, 0.5, "8848", "8" * 28, 401_408, 1_381_588),
        (192, 1.0, "8448848", WIDEST, 442_368, 1_984_884),
        (192, 0.75, "8848", LAST_TWO, 442_368, 1_978_532),
        (160, 1.0, "8848", WIDEST, 409_600, 1_984_884),
        (160, 0.75, "", LAST_TWO, 460_800, 1_978_532),
        (128, 0.75, "", LAST_TWO, 294_912, 1_978_532),
    ],
)
def test_mobilenet(
    size: int, alpha: float, activations: str, weights: str, ram: int, flash: int
) -> None:
    found = assign(size, alpha)
    assert get_digits(found, found.output_bits) == activations.ljust(28, "8")
    assert get_digits(found, found.weight_bits) == weights
    assert MEMORY.get_ram_bytes(found) == ram
    assert MEMORY.get_flash_bytes(found) == flash


@pytest.mark.parametrize(
    ("size", "alpha"),
    [(size, 0.25) for size in (224, 192, 160, 128)] + [(size, 0.5) for size in (192, 160, 128)],
)
def test_small_mobilenets_keep_8_bits(size: int, alpha: float) -> None:
    found = assign(size, alpha)
    assert set(found.output_bits) == {8}
    assert set(found.weight_bits) == {8, 0}


def test_folded_layers_need_less_flash() -> None:
    layers = [
        ChainLayer("conv0", "spatial", 32, channels=32),
        ChainLayer("dw1", "depthwise", 32, channels=32),
    ]
    # 32 channels in either layer: 2 * (4 * 32 + 20), 9 * 32 + 12 + 4 * 32 + 20, and
    # 10 * 32 + 8 + 7 * 32 + 4.
    expected: dict[Flavour, int] = {"pl-fold": 296, "pl-icn": 448, "pc-icn": 556}
    eights = build_widest(build_chain(32, layers))
    found = {flavour: PublishedMemory(flavour).get_flash_bytes(eights) for flavour in expected}
    assert found == expected


@pytest.mark.parametrize("strategy", [assign_bits, assign_bits_by_cycles])
def test_too_little_ram_names_layer_and_bytes(strategy: Strategy) -> None:
    layers = [
        ChainLayer("stem", "spatial", 4000, 100, 4),
        ChainLayer("head", "matrix", 10, 100, 10),
    ]
    # The input stays at 8 bits: 1000 bytes and 4000 elements of 2 bits.
    with pytest.raises(CmixError, match=r"'stem'.* 500 bytes more than the 1,500 bytes of RAM"):
        strategy(build_chain(1000, layers), MEMORY, FLASH, 1500)


@pytest.mark.parametrize("strategy", [assign_bits, assign_bits_by_cycles])
def test_too_little_flash_names_layer_and_bytes(strategy: Strategy) -> None:
    layers = [
        ChainLayer("stem", "spatial", 10, 400, 1),
        ChainLayer("head", "matrix", 10, 4000, 1),
    ]
    # 1100 bytes of weights, 10 + 8 and 7 + 4 of parameters.
    with pytest.raises(CmixError, match=r"129 bytes more than the 1,000 .*'head'.*1,000 bytes"):
        strategy(build_chain(10, layers), MEMORY, 1000, RAM)


def test_what_is_narrow_already_stays() -> None:
    tensors = (
        BitsTensor("x", 100, 0, bits=4, is_fixed=True),
        BitsTensor("h", 100, 1, bits=4),
        BitsTensor("y", 10, 2, is_fixed=True),
    )
    layers = (
        BitsLayer("h", "matrix", (0,), 1, 1000, 100, weight_bits=2),
        BitsLayer("y", "matrix", (1,), 2, 1000, 10),
    )
    found = assign_bits(BitsNetwork(tensors, layers), MEMORY, FLASH, 100)
    # 50 and 50 bytes fit.
    assert found.tensor_bits == (4, 4, 8)
    assert found.weight_bits == (2, 8)


# region branches


def build_residual(skipped: int = 100, inner: int = 100) -> BitsNetwork:
    """x -> a; a -> b -> c; a + c -> d -> y."""
    sizes = {"x": 50, "a": skipped, "b": inner, "c": 100, "d": 100, "y": 10}
    tensors = tuple(
        BitsTensor(name, size, number, is_fixed=name in "xy")
        for number, (name, size) in enumerate(sizes.items())
    )
    layers = (
        BitsLayer("a", "spatial", (0,), 1, 90, 10),
        BitsLayer("b", "spatial", (1,), 2, 90, 10),
        BitsLayer("c", "spatial", (2,), 3, 90, 10),
        BitsLayer("d", None, (1, 3), 4),
        BitsLayer("y", "matrix", (4,), 5, 90, 10),
    )
    return BitsNetwork(tensors, layers)


def test_skipped_tensors_are_in_memory_until_they_are_added() -> None:
    network = build_residual()
    live = ["".join(network.tensors[it].name for it in step) for step in network.live_tensors]
    assert live == ["xa", "ab", "abc", "acd", "dy"]
    assert MEMORY.get_layer_bytes(build_widest(network), 2) == 300


@pytest.mark.parametrize(
    ("ram", "bits"),
    [
        (300, (8, 8, 8, 8, 8, 8)),
        # Forward, c is the output of the first layer with 300 bytes.
        (250, (8, 8, 8, 4, 8, 8)),
        # c and d as before; backward, at c, it is a, the first of the widest beside the output.
        (200, (8, 4, 8, 4, 4, 8)),
    ],
)
def test_residual(ram: int, bits: tuple[int, ...]) -> None:
    found = assign_bits(build_residual(), MEMORY, FLASH, ram)
    assert MEMORY.get_ram_bytes(found) <= ram
    assert found.tensor_bits == bits


def test_the_widest_tensor_beside_the_output_is_cut_also_when_it_waits() -> None:
    # At c there are 400 bytes of a, which waits, 20 of b and 100 of c.
    found = assign_bits(build_residual(400, 20), MEMORY, FLASH, 450)
    assert found.tensor_bits == (8, 4, 8, 8, 8, 8)


def test_tensors_of_a_group_are_cut_together() -> None:
    tensors = (
        BitsTensor("x", 10, 0, is_fixed=True),
        BitsTensor("a", 100, 1),
        BitsTensor("b", 100, 1),
        BitsTensor("both", 200, 1),
        BitsTensor("y", 10, 4, is_fixed=True),
    )
    layers = (
        BitsLayer("a", "spatial", (0,), 1, 90, 10),
        BitsLayer("b", "spatial", (0,), 2, 90, 10),
        BitsLayer("both", None, (1, 2), 3),
        BitsLayer("y", "matrix", (3,), 4, 90, 10),
    )
    found = assign_bits(BitsNetwork(tensors, layers), MEMORY, FLASH, 300)
    assert found.tensor_bits == (8, 4, 4, 4, 8)


def test_another_shape_of_the_same_bytes_counts_once() -> None:
    tensors = (
        BitsTensor("x", 100, 0, is_fixed=True),
        BitsTensor("h", 100, 1),
        BitsTensor("flat", 100, 1, storage=1),
        BitsTensor("y", 10, 3, is_fixed=True),
    )
    layers = (
        BitsLayer("h", "spatial", (0,), 1, 90, 10),
        BitsLayer("flat", None, (1,), 2),
        BitsLayer("y", "matrix", (2,), 3, 90, 10),
    )
    eights = build_widest(BitsNetwork(tensors, layers))
    assert [MEMORY.get_layer_bytes(eights, index) for index in range(3)] == [200, 100, 110]


def test_too_little_ram_names_what_is_in_memory() -> None:
    with pytest.raises(
        CmixError,
        match=r"layer 'a': x at 8 bits, a at 2 bits need 5 bytes more than the 70 bytes of RAM",
    ):
        assign_bits(build_residual(), MEMORY, FLASH, 70)


# endregion
