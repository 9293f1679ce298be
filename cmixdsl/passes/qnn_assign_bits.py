"""Chooses the bits of activations and weights so that a network fits into flash and RAM.

The procedure is that of Rusci et al., arXiv 1905.13082; `bit_assignment.py` beside this file has it
in plain Python. With `strategy=cycles` it is that of `cycle_bit_assignment.py`: of the cuts that
help, the one that costs the fewest modelled cycles for each byte it saves.

Activations keep their range of real numbers in larger steps; weights are quantized anew from the
real numbers that they stand for, with one scale for each output channel (`pc-icn`) or for each
layer. The network's inputs and outputs keep their bits. It expects layers whose folds are done.

With `memory=planned` bytes are not counted by the paper's sums but on layers as they are compiled:
`planned_memory.py`. docs/mixed-precision.md compares both.

In the example 8 bits fit the default memory; with `ram=5` the result of the first layer, 4 bytes,
would get 4 bits in steps of 51.0.

Before:
```mlir
func.func @net(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
  %w = qnn.constant dense<[[155.0, -100.0], [51.0, 0.0], [0.0, 102.0], [0.0, 0.0]]>
      : tensor<4x2xf32>
  %v = qnn.constant dense<[[255.0, 0.0, 0.0, 1.0]]> : tensor<1x4xf32>
  %h = qnn.fully_connected %x, %w : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<4x2xf32>
     -> tensor<4x!quant.uniform<u8:f32, 3.0>>
  %y = qnn.fully_connected %h, %v : tensor<4x!quant.uniform<u8:f32, 3.0>>, tensor<1x4xf32>
     -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  return %y : tensor<1x!quant.uniform<u8:f32, 1.0>>
}
```

After:
```mlir
func.func @net(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
  %w = qnn.constant dense<[[255, 0], [255, 0], [0, 255], [0, 0]]>
      : tensor<4x2x!quant.uniform<u8:f32:0, {1.0:100, 0.2, 0.4, 1.0}>>
  %v = qnn.constant dense<[[255, 0, 0, 1]]> : tensor<1x4x!quant.uniform<u8:f32:0, {1.0}>>
  %h = qnn.fully_connected %x, %w
      : tensor<2x!quant.uniform<u8:f32, 0.5>>,
        tensor<4x2x!quant.uniform<u8:f32:0, {1.0:100, 0.2, 0.4, 1.0}>>
     -> tensor<4x!quant.uniform<u8:f32, 3.0>>
  %y = qnn.fully_connected %h, %v
      : tensor<4x!quant.uniform<u8:f32, 3.0>>, tensor<1x4x!quant.uniform<u8:f32:0, {1.0}>>
     -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  return %y : tensor<1x!quant.uniform<u8:f32, 1.0>>
}
```
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from cmixdsl.diagnostics import raise_pass_failure
from cmixdsl.errors import CmixError
from cmixdsl.model import find_function
from cmixdsl.objectives import Objective
from cmixdsl.passes.bits.assignment import assign_bits
from cmixdsl.passes.bits.cycle_assignment import assign_bits_by_cycles
from cmixdsl.passes.bits.memory import Flavour, MemoryModel, PublishedMemory
from cmixdsl.passes.bits.network import BitAssignment, BitsNetwork
from cmixdsl.passes.bits.planned_memory import PlannedMemory
from cmixdsl.passes.bits.qnn_network import QnnBitsNetwork, apply_assignment, read_network

Strategy: TypeAlias = Literal["paper", "cycles"]
Account: TypeAlias = Literal["published", "planned"]

ASSIGNMENTS: Mapping[Strategy, Callable[[BitsNetwork, MemoryModel, int, int], BitAssignment]] = {
    "paper": assign_bits,
    "cycles": assign_bits_by_cycles,
}
"""How bits are chosen, for bytes of flash and of RAM."""


@dataclass(frozen=True)
class QnnAssignBitsPass(ModulePass):
    """Chooses the bits of activations and weights by the memory of a device."""

    name = "qnn-assign-bits"

    flash: int = 2_048_000
    """Bytes for weights and the parameters of requantization; with `memory=planned` for all
    constants and the code."""
    ram: int = 512_000
    """Bytes for the tensors that are in memory at the same time; with `memory=planned` for the
    arena, scratch included, and the network's inputs and outputs."""
    flavour: Flavour = "pc-icn"
    """How layers are requantized: `pl-fold`, `pl-icn` or `pc-icn`."""
    strategy: Strategy = "paper"
    """How cuts are chosen: as in the paper (`paper`), or the one that costs the fewest modelled
    cycles for each byte it saves (`cycles`)."""
    memory: Account = "published"
    """How bytes are counted: by the sums of the paper (`published`), or on the layers as they are
    compiled (`planned`)."""
    optimize: Objective = "speed"
    """What layers are compiled for, which `memory=planned` depends on: weights that are packed for
    speed may take twice their bytes."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        function = find_function(op)
        source = read_network(function)
        if not source.network.weighted_layers:
            raise_pass_failure(op, "expected layers with weights, found none")
        assign = ASSIGNMENTS[self.strategy]
        try:
            memory = self._get_memory(ctx, source)
            assignment = assign(source.network, memory, self.flash, self.ram)
        except CmixError as error:
            raise_pass_failure(function, str(error))
        apply_assignment(source, assignment, self.flavour)

    def _get_memory(self, ctx: Context, source: QnnBitsNetwork) -> MemoryModel:
        if self.memory == "planned":
            return PlannedMemory(ctx, source, self.flavour, self.optimize)
        return PublishedMemory(self.flavour)
