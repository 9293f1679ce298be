"""What users may ask for."""

import pytest

from cmixdsl.benchmark.cases import (
    build_cases,
    list_layers,
    parse_bits,
    parse_flavours,
    parse_layers,
    parse_targets,
)
from cmixdsl.benchmark.redraw import Bits
from cmixdsl.errors import UsageError


def test_layers() -> None:
    assert list(list_layers()) == ["L1", "L2", "L3", "L4", "L5", "L6"]
    assert [name for name, _ in parse_layers("L3, L1")] == ["L3", "L1"]
    assert len(parse_layers("all")) == 6


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8,4,2", [Bits(8, 4, 2)]),
        ("8,4,2;2,2,2;8,4,2", [Bits(8, 4, 2), Bits(2, 2, 2)]),
        ("u8_u4_u2,u2_u2_u4", [Bits(8, 4, 2), Bits(2, 2, 4)]),
        ("*,8,2", [Bits(2, 8, 2), Bits(4, 8, 2), Bits(8, 8, 2)]),
    ],
)
def test_bits(text: str, expected: list[Bits]) -> None:
    assert parse_bits(text) == expected


def test_all_bits() -> None:
    assert len(set(parse_bits("all"))) == 27


@pytest.mark.parametrize("text", ["", "8,8", "8,8,3", "8,8,8,8", "u8_u8_s8", "s8_s8_s8", "u8_u8"])
def test_wrong_bits(text: str) -> None:
    with pytest.raises(UsageError, match="expected bits such as"):
        parse_bits(text)


def test_flavours() -> None:
    assert parse_flavours("PL,PC+ICN") == ["PL", "PC+ICN"]
    assert parse_flavours("all") == ["PL", "PL+ICN", "PC+ICN", "thresholds", "fixed"]


def test_unknown_names() -> None:
    with pytest.raises(UsageError, match="unknown flavour 'PC'"):
        parse_flavours("PC")
    with pytest.raises(UsageError, match="unknown layer 'L7'"):
        parse_layers("L7")
    with pytest.raises(UsageError, match="unknown target 'cortex-m0'"):
        parse_targets("cortex-m4,cortex-m0")


def test_only_combinations_of_the_field() -> None:
    """Fixed point is for 8 bits and int4 weights, thresholds for outputs below 8 bits."""
    layers, bits = parse_layers("L1"), parse_bits("all")
    flavours = parse_flavours("all")
    counts = {
        flavour: len(build_cases(layers, bits, [flavour], ["cortex-m4"])) for flavour in flavours
    }
    assert counts == {"PL": 27, "PL+ICN": 27, "PC+ICN": 27, "thresholds": 18, "fixed": 2}
    with pytest.raises(UsageError, match="nothing to measure"):
        build_cases(layers, [Bits(8, 8, 8)], ["thresholds"], ["cortex-m4"])
