"""Bits of the MobileNetV1 family against the table that the published procedure gives."""

from dataclasses import replace

import pytest
from mobilenet_layers import build_mobilenet

from cmixdsl.errors import CmixError
from cmixdsl.passes.bit_assignment import BitAssignment, BitsLayer, Flavour, assign_bits

FLASH, RAM = 2_048_000, 512_000


def assign(size: int, alpha: float) -> BitAssignment:
    return assign_bits(build_mobilenet(size, alpha), FLASH, RAM, "pc-icn")


def get_digits(bits: tuple[int, ...]) -> str:
    return "".join(map(str, bits))


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
    assert get_digits(found.output_bits) == activations.ljust(28, "8")
    assert get_digits(found.weight_bits) == weights
    assert found.ram_bytes == ram
    assert found.get_flash_bytes("pc-icn") == flash


@pytest.mark.parametrize(
    ("size", "alpha"),
    [(size, 0.25) for size in (224, 192, 160, 128)] + [(size, 0.5) for size in (192, 160, 128)],
)
def test_small_mobilenets_keep_8_bits(size: int, alpha: float) -> None:
    found = assign(size, alpha)
    assert set(found.output_bits) == {8}
    assert set(found.weight_bits) == {8}


def test_folded_layers_need_less_flash() -> None:
    layers = [replace(layer, weight_elements=0) for layer in build_mobilenet(224, 1.0)[:2]]
    # 32 channels in either layer: 2 * (4 * 32 + 20), 9 * 32 + 12 + 4 * 32 + 20, and
    # 10 * 32 + 8 + 7 * 32 + 4.
    expected: dict[Flavour, int] = {"pl-fold": 296, "pl-icn": 448, "pc-icn": 556}
    eights = BitAssignment(tuple(layers), 8, (8, 8), (8, 8))
    assert {flavour: eights.get_flash_bytes(flavour) for flavour in expected} == expected


def test_too_little_ram_names_layer_and_bytes() -> None:
    layers = [
        BitsLayer("stem", "spatial", 1000, 4000, 100, 4),
        BitsLayer("head", "matrix", 4000, 10, 100, 10),
    ]
    # The input stays at 8 bits: 1000 bytes and 4000 elements of 2 bits.
    with pytest.raises(CmixError, match=r"'stem'.* 500 bytes more than the 1,500 bytes of RAM"):
        assign_bits(layers, FLASH, 1500, "pc-icn")


def test_too_little_flash_names_layer_and_bytes() -> None:
    layers = [
        BitsLayer("stem", "spatial", 10, 10, 400, 1),
        BitsLayer("head", "matrix", 10, 10, 4000, 1),
    ]
    # 1100 bytes of weights, 10 + 8 and 7 + 4 of parameters.
    with pytest.raises(CmixError, match=r"129 bytes more than the 1,000 .*'head'.*1,000 bytes"):
        assign_bits(layers, 1000, RAM, "pc-icn")
