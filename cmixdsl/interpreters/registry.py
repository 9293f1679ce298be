"""Which interpreter functions run a module of any level."""

from xdsl.interpreter import Interpreter
from xdsl.interpreters.arith import ArithFunctions as XdslArithFunctions
from xdsl.interpreters.builtin import BuiltinFunctions
from xdsl.interpreters.func import FuncFunctions
from xdsl.interpreters.memref import MemRefFunctions as XdslMemRefFunctions
from xdsl.interpreters.scf import ScfFunctions

from cmixdsl.interpreters.arith import ArithFunctions
from cmixdsl.interpreters.cmix_blocks import CmixBlockFunctions
from cmixdsl.interpreters.cmix_lane_blocks import CmixLaneBlockFunctions
from cmixdsl.interpreters.cmix_layers import CmixLayerFunctions
from cmixdsl.interpreters.dsp import DspFunctions
from cmixdsl.interpreters.lanes import LanesFunctions
from cmixdsl.interpreters.memref import MemRefFunctions
from cmixdsl.interpreters.qnn_elementwise import QnnElementwiseFunctions
from cmixdsl.interpreters.qnn_layers import QnnLayerFunctions
from cmixdsl.interpreters.qnn_shapes import QnnShapeFunctions

XDSL_FUNCTIONS = (
    BuiltinFunctions,
    FuncFunctions,
    ScfFunctions,
    XdslArithFunctions,
    XdslMemRefFunctions,
)

CMIXDSL_FUNCTIONS = (
    ArithFunctions,
    MemRefFunctions,
    DspFunctions,
    CmixLayerFunctions,
    CmixBlockFunctions,
    CmixLaneBlockFunctions,
    LanesFunctions,
    QnnElementwiseFunctions,
    QnnLayerFunctions,
    QnnShapeFunctions,
)
"""Ours, which override xDSL's; the functions of every dialect of the package are named here."""


def register_implementations(interpreter: Interpreter) -> None:
    """Registers what it takes to run a module of any level."""
    for functions in (*XDSL_FUNCTIONS, *CMIXDSL_FUNCTIONS):
        interpreter.register_implementations(functions(), override=True)
