"""How long the compiler takes, by layers, by bytes of weights, and for a whole MobileNetV1.

    python benchmarks/compile_time.py [--quick]

Times are those of this process on the processor, without the import of the package; memory is the
most that it has had until then.
"""

import argparse
import resource
from collections.abc import Iterable
from dataclasses import dataclass
from time import process_time

from rich.console import Console
from rich.table import Table
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.benchmark.networks import MOBILENET_BLOCKS, build_mobilenet, build_pointwise_chain
from cmixdsl.devices import get_device
from cmixdsl.driver import compile_module
from cmixdsl.pipelines import PIPELINES
from cmixdsl.universe import build_context

LAYERS = (10, 20, 50, 100, 200)
WEIGHT_BYTES = (100_000, 400_000, 1_000_000, 4_000_000)


@dataclass(frozen=True)
class Compilation:
    """What compiling one network took."""

    name: str
    layers: int
    weight_bytes: int
    seconds: float
    """Of processor time."""
    source_bytes: int
    peak_bytes: int
    """Of the process, up to the end of this compilation."""


def measure_compilation(name: str, module: ModuleOp) -> Compilation:
    """Compiles `module` for the Cortex-M4."""
    device = get_device("cortex-m4")
    start = process_time()
    compiled = compile_module(build_context(), module, device, PIPELINES[device.pipeline])
    seconds = process_time() - start
    return Compilation(
        name,
        len(compiled.layers),
        sum(layer.weight_bytes for layer in compiled.layers),
        seconds,
        sum(map(len, compiled.sources.values())),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )


def measure_layers(counts: Iterable[int], weight_bytes: int = 100_000) -> list[Compilation]:
    """Chains of more and more layers that share out the same bytes of weights."""
    return [
        measure_compilation(f"{count} layers", build_pointwise_chain(count, weight_bytes))
        for count in counts
    ]


def measure_weights(sizes: Iterable[int], layers: int = 10) -> list[Compilation]:
    """Chains of equally many layers with more and more weights."""
    return [
        measure_compilation(f"{size / 1e6:.1f} MB", build_pointwise_chain(layers, size))
        for size in sizes
    ]


def build_table(compilations: Iterable[Compilation]) -> Table:
    """One row for each compilation."""
    table = Table("network", "layers", "weight bytes", "seconds", "C, bytes", "peak, MiB")
    for column in table.columns[1:]:
        column.justify = "right"
    for found in compilations:
        table.add_row(
            found.name,
            f"{found.layers:,}",
            f"{found.weight_bytes:,}",
            f"{found.seconds:.1f}",
            f"{found.source_bytes:,}",
            f"{found.peak_bytes >> 20:,}",
        )
    return table


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small networks only")
    quick = parser.parse_args().quick
    mobilenet = (
        build_mobilenet(32, 0.25, blocks=MOBILENET_BLOCKS[:2]) if quick else build_mobilenet()
    )
    name = "MobileNetV1, 32_0.25, 2 blocks" if quick else "MobileNetV1, 224_0.75"
    compilations = [
        *measure_layers((2, 4) if quick else LAYERS),
        *measure_weights((4_000, 16_000) if quick else WEIGHT_BYTES),
        measure_compilation(name, mobilenet),
    ]
    Console().print(build_table(compilations))


if __name__ == "__main__":
    main()
