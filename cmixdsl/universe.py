"""The public surface of the package: its dialects, passes and targets, each behind a lazy factory.

`CMIX_UNIVERSE` is what the entry point `xdsl.universe` announces, so that plain `xdsl-opt` knows
everything that `cmix-opt` knows. Nothing is imported before a factory is called.
"""

from collections.abc import Callable
from importlib import import_module

from xdsl.context import Context
from xdsl.ir import Dialect
from xdsl.passes import ModulePass
from xdsl.universe import Universe
from xdsl.utils.arg_spec import parse_spec
from xdsl.utils.exceptions import ArgSpecParseError
from xdsl.utils.target import Target

from cmixdsl.errors import UsageError
from cmixdsl.options import build_from_spec

# region dialects


def get_cmix() -> Dialect:
    """Integer operations on packed tensors (level 2)."""
    from cmixdsl.dialects.cmix.dialect import Cmix

    return Cmix


def get_dsp() -> Dialect:
    """Armv7E-M DSP instructions (level 4)."""
    from cmixdsl.dialects.dsp import Dsp

    return Dsp


def get_lanes() -> Dialect:
    """Words of several small numbers, proven not to overflow (between levels 3 and 4)."""
    from cmixdsl.dialects.lanes import Lanes

    return Lanes


def get_qnn() -> Dialect:
    """Quantized networks in real numbers (level 1)."""
    from cmixdsl.dialects.qnn.dialect import Qnn

    return Qnn


def get_quant() -> Dialect:
    """MLIR's types of quantized elements (level 1)."""
    from cmixdsl.dialects.quant import Quant

    return Quant


# endregion
# region targets


def get_cmix_c() -> type[Target]:
    """C99 with ACLE intrinsics (level 5)."""
    from cmixdsl.targets.c.target import CmixCTarget

    return CmixCTarget


# endregion
# region passes

PASSES = (
    "cmix-allocate-registers",
    "cmix-bufferize",
    "cmix-collapse-pixels",
    "cmix-expand-inputs",
    "cmix-expand-words",
    "cmix-fold-zero-points",
    "cmix-hoist-invariants",
    "cmix-hoist-scratch",
    "cmix-interleave-tables",
    "cmix-linearize-requantization",
    "cmix-merge-taps",
    "cmix-outline-layers",
    "cmix-permute-lanes",
    "cmix-plan-buffers",
    "cmix-reuse-buffers",
    "cmix-reuse-rows",
    "cmix-schedule",
    "cmix-share-kernels",
    "cmix-share-values",
    "cmix-simplify",
    "cmix-sink-shifts",
    "cmix-split-runs",
    "cmix-split-taps",
    "cmix-sum-columns",
    "cmix-tile-block",
    "cmix-tile-outer",
    "cmix-unsign-filters",
    "convert-cmix-to-contract",
    "convert-contract-to-dsp",
    "convert-contract-windows-to-lanes",
    "convert-contract-words-to-lanes",
    "convert-elementwise-to-loops",
    "convert-expand-to-loops",
    "convert-expand-words-to-loops",
    "convert-movement-to-loops",
    "convert-pool-to-loops",
    "convert-softmax-to-loops",
    "convert-qnn-to-cmix",
    "convert-sum-lanes-to-loops",
    "lower-element-access",
    "lower-lanes-to-dsp",
    "lower-requantize",
    "qnn-assign-bits",
    "qnn-convert-affine",
    "qnn-fold-activations",
    "qnn-fold-batch-norm",
    "qnn-fold-constants",
    "qnn-fold-pad",
    "qnn-fold-quantize",
    "qnn-fold-silent-channels",
    "qnn-hoist-clamps",
    "qnn-prepare-batch-norm",
    "qnn-split-real-results",
)
"""Names of our passes. File and class have the same stem: `cmix-tile-block` is `TileBlockPass` in
`passes/tile_block.py`."""


def get_pass_factory(name: str) -> Callable[[], type[ModulePass]]:
    """A function that imports the pass of a name."""
    stem = name.removeprefix("cmix-").replace("-", "_")
    class_name = "".join(part.capitalize() for part in stem.split("_")) + "Pass"

    def get_pass() -> type[ModulePass]:
        return getattr(import_module(f"cmixdsl.passes.{stem}"), class_name)

    return get_pass


# endregion

CMIX_UNIVERSE = Universe(
    all_dialects={
        "cmix": get_cmix,
        "dsp": get_dsp,
        "lanes": get_lanes,
        "qnn": get_qnn,
        "quant": get_quant,
    },
    all_passes={name: get_pass_factory(name) for name in PASSES},
    all_targets={"cmix-c": get_cmix_c},
)


def get_multiverse() -> Universe:
    """All that xDSL, its plugins and cmixdsl offer, whether or not our entry point is installed."""
    plugins = Universe.get_multiverse()
    return Universe(
        all_dialects=plugins.all_dialects | CMIX_UNIVERSE.all_dialects,
        all_passes=plugins.all_passes | CMIX_UNIVERSE.all_passes,
        all_targets=plugins.all_targets | CMIX_UNIVERSE.all_targets,
    )


def build_context() -> Context:
    """A context in which every dialect of the multiverse is registered, none loaded."""
    context = Context()
    for name, factory in get_multiverse().all_dialects.items():
        context.register_dialect(name, factory)
    return context


def build_target(specification: str) -> Target:
    """The target for `name` or `name{option=value}`; raises UsageError when there is none such."""
    try:
        spec = parse_spec(specification)
    except ArgSpecParseError as error:
        raise UsageError(str(error)) from error
    targets = get_multiverse().all_targets
    if spec.name not in targets:
        raise UsageError(f"unknown target '{spec.name}', expected one of {', '.join(targets)}")
    return build_from_spec("target", targets[spec.name](), spec)
