"""Averages that keep their scale against ONNX Runtime: where halves of a step go.

Its operator on integers, for averages of whole images, rounds them to even, as the import does. Its
others add up products with the scale in f32, so that the order of elements decides: no function of
their sum can follow.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from frontends.onnx_runs import compare, compare_with_onnxruntime
from frontends.onnx_writer import RANGES, Writer, run_onnxruntime

from cmixdsl.errors import CmixError
from cmixdsl.frontends.load import load_network
from cmixdsl.universe import build_context

WINDOWS = 512
SCALE, ZERO = np.float32(0.0371), 3


def build_average(writer: Writer, kind: str, op: str, **attributes: Any) -> str:
    """An average between equal types."""
    parameters = [writer.constant(SCALE), writer.constant(ZERO, kind)]
    x = writer.node("QuantizeLinear", ["x", *parameters])
    x = writer.node("DequantizeLinear", [x, *parameters])
    x = writer.node("QuantizeLinear", [writer.node(op, [x], **attributes), *parameters])
    return writer.node("DequantizeLinear", [x, *parameters])


def draw_windows(writer: Writer, kind: str) -> npt.NDArray[np.int64]:
    """Stored integers of windows of four, half of which have a half of a step as average."""
    low, high = RANGES[kind]
    windows = writer.generator.integers(low, high + 1, (WINDOWS, 4))
    tied = windows[::2]
    tied[:, 3] = np.clip(tied[:, 3], low, high - 3)
    tied[:, 3] += (2 - (tied - ZERO).sum(1)) % 4
    assert ((tied - ZERO).sum(1) % 4 == 2).all()
    return windows


def get_reals(windows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    return (windows - ZERO).astype(np.float32) * SCALE


@pytest.mark.parametrize("is_optimized", [True, False])
@pytest.mark.parametrize("kind", ["uint8", "int8"])
def test_average_of_images(kind: str, is_optimized: bool, tmp_path: Path) -> None:
    """Of each channel: equal to that on integers, and of real numbers but for some halves."""
    writer = Writer(shape=(1, WINDOWS, 2, 2))
    path = writer.save(tmp_path / "net.onnx", build_average(writer, kind, "GlobalAveragePool"))
    image = get_reals(draw_windows(writer, kind)).reshape(1, WINDOWS, 2, 2)
    (expected,) = run_onnxruntime(path, image, is_optimized=is_optimized)
    (difference,) = compare(path, image, [expected], legalized=True)
    if is_optimized:
        assert difference.largest_steps < 0.001
    else:
        assert difference.largest_steps <= 1.001
        assert 0 < difference.unequal < 0.25


@pytest.mark.parametrize("is_optimized", [True, False])
def test_order_decides_about_halves_of_windows(is_optimized: bool, tmp_path: Path) -> None:
    """The same four elements in another order, and ONNX Runtime rounds some halves otherwise."""
    writer = Writer(shape=(1, 1, 2, 2 * WINDOWS))
    output = build_average(writer, "uint8", "AveragePool", kernel_shape=[2, 2], strides=[2, 2])
    path = writer.save(tmp_path / "net.onnx", output)
    windows = draw_windows(writer, "uint8")
    results: list[npt.NDArray[np.int64]] = []
    for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
        rows = get_reals(windows[:, order]).reshape(WINDOWS, 2, 2).transpose(1, 0, 2)
        image = rows.reshape(1, 1, 2, 2 * WINDOWS)
        (expected,) = run_onnxruntime(path, image, is_optimized=is_optimized)
        results.append(np.rint(expected.ravel() / SCALE).astype(np.int64))
    differs = results[0] != results[1]
    sums = (windows - ZERO).sum(1)
    assert differs.any()
    assert (sums[differs] % 4 == 2).all()


def build_borders(writer: Writer) -> list[str]:
    """Windows over borders of which padding counts, and what stands out over it does not."""
    x = writer.quantize("x", "uint8")
    return [
        writer.node(
            "AveragePool",
            [x],
            kernel_shape=[3, 3],
            strides=[stride, stride],
            pads=pads,
            ceil_mode=1,
            count_include_pad=1,
        )
        for stride, pads in ((2, [1, 1, 1, 1]), (3, [0, 1, 1, 0]), (2, [0, 0, 0, 0]))
    ]


def build_means(writer: Writer) -> list[str]:
    """Means over rows, columns, channels, all of them, and of what was flattened or transposed."""
    x = writer.quantize("x", "uint8")
    axes = ([2], [-1], [1], [1, 3], [3, 2, 1])
    means = [
        writer.node("ReduceMean", [x, writer.constant(dims, "int64")], keepdims=keeps)
        for dims in axes
        for keeps in (0, 1)
    ]
    line = writer.node("Reshape", [x, writer.constant([1, 3, -1], "int64")])
    means.append(writer.node("ReduceMean", [line, writer.constant([1], "int64")], keepdims=0))
    flat = writer.node("Flatten", [x])
    means.append(writer.node("ReduceMean", [flat, writer.constant([1], "int64")]))
    turned = writer.node("Transpose", [x], perm=[0, 3, 1, 2])
    means.append(writer.node("ReduceMean", [turned, writer.constant([2], "int64")]))
    return means


@pytest.mark.parametrize("is_legalized", [False, True])
@pytest.mark.parametrize("build", [build_borders, build_means])
def test_averages_are_onnxruntimes(
    build: Callable[[Writer], list[str]], is_legalized: bool, tmp_path: Path
) -> None:
    """Each to half a step, in another type than the input's."""
    writer = Writer(shape=(1, 3, 8, 6))
    outputs = [writer.quantize(average) for average in build(writer)]
    path = writer.save(tmp_path / "net.onnx", *outputs)
    for difference in compare_with_onnxruntime(path, writer.images, legalized=is_legalized):
        assert difference.largest_steps <= 1.001
        assert difference.unequal < 0.01


def test_mean_over_the_batch_is_refused(tmp_path: Path) -> None:
    writer = Writer()
    x = writer.quantize("x", "uint8")
    means = [
        writer.node("ReduceMean", [x], "all"),
        writer.node("ReduceMean", [x, writer.constant([0], "int64")], "images"),
    ]
    path = writer.save(tmp_path / "net.onnx", *means)
    with pytest.raises(CmixError) as caught:
        load_network(build_context(), path)
    assert "'all' (ReduceMean): expected axes to average over, found none" in str(caught.value)
    assert "'images' (ReduceMean): expected another axis than the batch" in str(caught.value)
