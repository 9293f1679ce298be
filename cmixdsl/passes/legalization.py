"""The passes from level 1 to level 2, in their order."""

from xdsl.passes import ModulePass

from cmixdsl.passes.convert_qnn_to_cmix import ConvertQnnToCmixPass
from cmixdsl.passes.qnn_convert_affine import QnnConvertAffinePass
from cmixdsl.passes.qnn_fold_activations import QnnFoldActivationsPass
from cmixdsl.passes.qnn_fold_batch_norm import QnnFoldBatchNormPass
from cmixdsl.passes.qnn_fold_constants import QnnFoldConstantsPass
from cmixdsl.passes.qnn_fold_pad import QnnFoldPadPass
from cmixdsl.passes.qnn_fold_quantize import QnnFoldQuantizePass
from cmixdsl.passes.qnn_fold_silent_channels import QnnFoldSilentChannelsPass
from cmixdsl.passes.qnn_hoist_clamps import QnnHoistClampsPass
from cmixdsl.passes.qnn_prepare_batch_norm import QnnPrepareBatchNormPass
from cmixdsl.passes.qnn_split_real_results import QnnSplitRealResultsPass

FOLD_QNN: tuple[ModulePass, ...] = (
    QnnFoldConstantsPass(),
    QnnConvertAffinePass(),
    QnnSplitRealResultsPass(),
    QnnHoistClampsPass(),
    QnnFoldQuantizePass(),
    QnnFoldPadPass(),
    QnnPrepareBatchNormPass(),
    QnnFoldBatchNormPass(),
    QnnFoldActivationsPass(),
    QnnFoldSilentChannelsPass(),
)
"""Leaves one operation of level 1 for each layer, on quantized tensors."""

LEGALIZE = (*FOLD_QNN, ConvertQnnToCmixPass())
"""From level 1 to level 2; comes before the pipeline of a target."""
