"""Makes `cmixdsl/passes/bits/code_bytes.toml`: what operations of level 4 take as machine code.

    python -m cmixdsl.benchmark.code_bytes [--seed N]

Compiles the benchmark's layers at all bits of inputs and weights, and a network, with clang and gcc
at -O3. The bytes of each operation are those that give the largest of their sizes with the least
relative error; operations that are too rare to tell stay near what their instruction takes. All are
then enlarged until no sample but `OUTLIERS` is larger than its estimate.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp

from cmixdsl.benchmark.cases import list_layers
from cmixdsl.benchmark.networks import MOBILENET_BLOCKS, build_mobilenet
from cmixdsl.benchmark.redraw import Bits, redraw_layer
from cmixdsl.devices import get_device
from cmixdsl.dialects.cmix.types import ELEMENT_BITS
from cmixdsl.driver import CompiledModel, compile_module, legalize
from cmixdsl.errors import CmixError
from cmixdsl.frontends.load import load_network
from cmixdsl.passes.bits.code_bytes import OTHER, TABLE_PATH, count_operations
from cmixdsl.pipelines import PIPELINES
from cmixdsl.simulator.cores import CORTEX_M4, CORTEX_M7
from cmixdsl.simulator.image import build_image
from cmixdsl.simulator.toolchain import find_clang, find_gcc
from cmixdsl.universe import build_context

HEADER = """\
# Bytes of machine code for each operation of level 4, on Armv7E-M, by which
# `qnn-assign-bits{memory=planned}` estimates code. Made by
#   python -m cmixdsl.benchmark.code_bytes
# from the benchmark's layers and a network, compiled by clang and gcc at -O3.
"""

OUTLIERS = 0.03
"""The part of the samples that may be larger than their estimates."""

PRIOR_WEIGHT = 0.001
"""How much an operation's usual bytes count beside a sample."""

USUAL_BYTES = {
    "scf.for": 16.0,
    "scf.if": 16.0,
    "func.func": 24.0,
    "func.call": 10.0,
    "cmix.clear": 24.0,
    "memref.copy": 24.0,
    "arith.constant": 0.5,
    "arith.extui": 0.5,
    "arith.index_cast": 0.5,
    "arith.trunci": 0.5,
    "dsp.hold": 0.5,
    "func.return": 0.5,
    "memref.collapse_shape": 0.5,
    "scf.yield": 0.5,
}
"""Bytes of operations that are more or less than one instruction."""

NARROW_BYTES, WIDE_BYTES = 2.0, 4.0
"""Of an instruction on low registers, and of most others."""

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """A compiled module."""

    name: str
    operations: Counter[str]
    code_bytes: int
    """The most of several compilers and cores."""


def measure_samples(seed: int) -> Iterator[Sample]:
    """All layers at all bits of inputs and weights, and a network at 8 and at 4 bits."""
    for layer, path in list_layers().items():
        for number, (inputs, weights) in enumerate(product(ELEMENT_BITS, ELEMENT_BITS)):
            bits = Bits(inputs, ELEMENT_BITS[number % len(ELEMENT_BITS)], weights)
            module = load_network(build_context(), path)
            legalize(build_context(), module, ())
            try:
                redrawn = redraw_layer(module, bits, "PC+ICN", seed)
                yield measure_sample(f"{layer} {bits.get_name(signed=False)}", redrawn)
            except CmixError as error:
                print(f"{layer} {bits.get_name(signed=False)}: {error}")
    for bits in (8, 4):
        network = build_mobilenet(
            32, 0.25, blocks=MOBILENET_BLOCKS[:4], activation_bits=bits, weight_bits=bits, seed=seed
        )
        yield measure_sample(f"network of {bits} bits", network)


def measure_sample(name: str, module: ModuleOp) -> Sample:
    """Compiles a module of level 2, which is changed; raises CmixError when a tool is missing."""
    device = get_device("cortex-m4")
    compiled = compile_module(build_context(), module, device, PIPELINES[device.pipeline])
    counts: Counter[str] = Counter()
    for function in module.ops:
        if isinstance(function, FuncOp):
            counts += count_operations(function)
    return Sample(name, counts, measure_code(compiled))


def measure_code(compiled: CompiledModel) -> int:
    """Bytes of machine code, the most of what clang and gcc make for the cores of Armv7E-M."""
    builds = [(find_clang(CORTEX_M4), CORTEX_M4), (find_clang(CORTEX_M7), CORTEX_M7)]
    builds.append((find_gcc(CORTEX_M4), CORTEX_M4))
    sizes: list[int] = []
    for toolchain, core in builds:
        with TemporaryDirectory(prefix="cmix-") as folder:
            image = build_image(
                compiled.get_program(),
                core,
                toolchain,
                Path(folder),
                optimization=compiled.compiler_level,
            )
        sizes.append(image.code_bytes)
    return max(sizes)


def fit(samples: Sequence[Sample]) -> dict[str, float]:
    """Bytes for each operation that occurs; none is negative."""
    names = sorted({name for sample in samples for name in sample.operations})
    counts = np.array([[sample.operations[name] for name in names] for sample in samples], float)
    sizes = np.array([sample.code_bytes for sample in samples], float)
    usual = np.array([get_usual_bytes(name) for name in names])
    weight = np.sqrt(PRIOR_WEIGHT * len(samples))
    rows: Reals = np.vstack([counts / sizes[:, None], np.diag(weight / usual)])
    wanted: Reals = np.concatenate([np.ones(len(samples)), np.full(len(names), weight)])
    found = solve_least_squares(rows, wanted, usual)
    ratios = (counts @ found) / sizes
    found /= np.quantile(ratios, OUTLIERS)
    return {name: round(float(bytes_), 2) for name, bytes_ in zip(names, found, strict=True)}


def get_usual_bytes(name: str) -> float:
    """What an operation takes unless the samples say otherwise."""
    narrow = name.startswith("arith.")
    return USUAL_BYTES.get(name, NARROW_BYTES if narrow else WIDE_BYTES)


def solve_least_squares(rows: Reals, wanted: Reals, start: Reals) -> Reals:
    """The least squares solution without negative elements, for rows without any.

    By multiplicative updates (Lee and Seung, 2001): each keeps the sign and lowers the error.
    """
    found = start.copy()
    square, target = rows.T @ rows, rows.T @ wanted
    for _ in range(20_000):
        found *= target / (square @ found)
    return found


def write_table(path: Path, table: dict[str, float]) -> None:
    """Writes the table, with a row for operations that no sample has."""
    other = max(get_usual_bytes(""), float(np.mean(list(table.values()))))
    lines: list[Any] = [HEADER, "[bytes]"]
    lines += [f'"{name}" = {bytes_}' for name, bytes_ in table.items()]
    lines += [f"{OTHER} = {other:.2f}", ""]
    path.write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    """Writes the file and prints how far estimates are off."""
    parser = argparse.ArgumentParser(prog="python -m cmixdsl.benchmark.code_bytes")
    parser.add_argument("--seed", type=int, default=0, help="of constants")
    samples = list(measure_samples(parser.parse_args().seed))
    table = fit(samples)
    for sample in samples:
        estimate = sum(table[name] * count for name, count in sample.operations.items())
        print(
            f"{sample.name}: {sample.code_bytes} bytes, estimate {estimate / sample.code_bytes:.2f}"
        )
    write_table(TABLE_PATH, table)


if __name__ == "__main__":
    main()
