"""The passes from layers on packed tensors to what the C emitter prints, in their order."""

from xdsl.passes import ModulePass

from cmixdsl.passes.bufferize import BufferizePass
from cmixdsl.passes.collapse_pixels import CollapsePixelsPass
from cmixdsl.passes.convert_cmix_to_contract import ConvertCmixToContractPass
from cmixdsl.passes.convert_contract_to_dsp import ConvertContractToDspPass
from cmixdsl.passes.convert_contract_windows_to_lanes import ConvertContractWindowsToLanesPass
from cmixdsl.passes.convert_contract_words_to_lanes import ConvertContractWordsToLanesPass
from cmixdsl.passes.convert_elementwise_to_loops import ConvertElementwiseToLoopsPass
from cmixdsl.passes.convert_expand_to_loops import ConvertExpandToLoopsPass
from cmixdsl.passes.convert_expand_words_to_loops import ConvertExpandWordsToLoopsPass
from cmixdsl.passes.convert_movement_to_loops import ConvertMovementToLoopsPass
from cmixdsl.passes.convert_pool_to_loops import ConvertPoolToLoopsPass
from cmixdsl.passes.convert_softmax_to_loops import ConvertSoftmaxToLoopsPass
from cmixdsl.passes.convert_sum_lanes_to_loops import ConvertSumLanesToLoopsPass
from cmixdsl.passes.expand_inputs import ExpandInputsPass
from cmixdsl.passes.expand_words import ExpandWordsPass
from cmixdsl.passes.fold_zero_points import FoldZeroPointsPass
from cmixdsl.passes.hoist_invariants import HoistInvariantsPass
from cmixdsl.passes.hoist_scratch import HoistScratchPass
from cmixdsl.passes.interleave_tables import InterleaveTablesPass
from cmixdsl.passes.linearize_requantization import LinearizeRequantizationPass
from cmixdsl.passes.lower_element_access import LowerElementAccessPass
from cmixdsl.passes.lower_lanes_to_dsp import LowerLanesToDspPass
from cmixdsl.passes.lower_requantize import LowerRequantizePass
from cmixdsl.passes.merge_taps import MergeTapsPass
from cmixdsl.passes.outline_layers import OutlineLayersPass
from cmixdsl.passes.permute_lanes import PermuteLanesPass
from cmixdsl.passes.plan_buffers import PlanBuffersPass
from cmixdsl.passes.reuse_buffers import ReuseBuffersPass
from cmixdsl.passes.reuse_rows import ReuseRowsPass
from cmixdsl.passes.schedule import SchedulePass
from cmixdsl.passes.share_kernels import ShareKernelsPass
from cmixdsl.passes.share_values import ShareValuesPass
from cmixdsl.passes.simplify import SimplifyPass
from cmixdsl.passes.sink_shifts import SinkShiftsPass
from cmixdsl.passes.split_runs import SplitRunsPass
from cmixdsl.passes.split_taps import SplitTapsPass
from cmixdsl.passes.sum_columns import SumColumnsPass
from cmixdsl.passes.tile_block import TileBlockPass
from cmixdsl.passes.tile_outer import TileOuterPass
from cmixdsl.passes.unsign_filters import UnsignFiltersPass


def get_passes_to_blocks(schedule: SchedulePass) -> tuple[ModulePass, ...]:
    """From layers to blocks on buffers: afterwards every layer has the scratch that it needs."""
    prepare = (
        OutlineLayersPass(),
        FoldZeroPointsPass(),
        UnsignFiltersPass(),
        LinearizeRequantizationPass(),
        schedule,
    )
    place = (
        BufferizePass(),
        ConvertCmixToContractPass(),
        ConvertPoolToLoopsPass(),
        ConvertElementwiseToLoopsPass(),
        ConvertMovementToLoopsPass(),
        ConvertSoftmaxToLoopsPass(),
    )
    block = (
        CollapsePixelsPass(),
        SplitTapsPass(),
        TileOuterPass(),
        ExpandWordsPass(),
        ExpandInputsPass(),
        MergeTapsPass(),
        SplitRunsPass(),
        PermuteLanesPass(),
        ReuseRowsPass(),
        SumColumnsPass(),
        TileBlockPass(),
    )
    return (*prepare, *place, *block)


def get_passes_to_instructions(issues: int = 1) -> tuple[ModulePass, ...]:
    """From blocks to loops over words and instructions, without what is computed twice.

    `issues` are the instructions that the core starts in a cycle.
    """
    words = (
        ConvertContractWindowsToLanesPass(),
        ConvertContractWordsToLanesPass(),
        ConvertExpandWordsToLoopsPass(),
        LowerLanesToDspPass(),
    )
    # These make tables; layers that differ in nothing else need no lowering of their own below.
    tables = (
        ConvertContractToDspPass(issues),
        LowerRequantizePass(),
        InterleaveTablesPass(),
        ShareKernelsPass(),
    )
    lower = (
        *words,
        *tables,
        ConvertExpandToLoopsPass(),
        ConvertSumLanesToLoopsPass(),
        LowerElementAccessPass(),
    )
    # Sharing values first halves what simplification has to look at.
    clean = (
        ShareValuesPass(),
        SimplifyPass(),
        HoistInvariantsPass(),
        ShareValuesPass(),
        SinkShiftsPass(),
    )
    return (*lower, *clean)


def get_passes_to_c(
    schedule: SchedulePass, core: tuple[ModulePass, ...] = (), issues: int = 1
) -> tuple[ModulePass, ...]:
    """All of them; layers share code and memory at the end. `core` is for kernels on one core,
    which starts so many instructions in a cycle.
    """
    share = (HoistScratchPass(), ShareKernelsPass())
    memory = (ReuseBuffersPass(), PlanBuffersPass())
    return (
        *get_passes_to_blocks(schedule),
        *get_passes_to_instructions(issues),
        *share,
        *core,
        *memory,
    )
