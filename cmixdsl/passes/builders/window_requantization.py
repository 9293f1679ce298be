"""Requantizes what stands in the lanes of windows: the bias becomes a part of the offset.

A lane holds a window's sum plus an offset that all lanes have. Adding the bias less that offset
takes an instruction; where a low word of a product does, the multiplication adds it as well:
`(lane + b) * m + c = lane * m + (b * m + c)`.
"""

import numpy as np

from cmixdsl.dialects.cmix.blocks import ContractOp
from cmixdsl.dialects.cmix.linear_requantization import LinearAttr, Product
from cmixdsl.passes.builders.expand_channel_words import get_rows_of_taps
from cmixdsl.passes.qnn.linear_solver import get_linear_staircase, solve_low
from cmixdsl.passes.schedules.window_packing import WindowPlan

BYTE = 8


def find_lane_requantization(op: ContractOp, plan: WindowPlan) -> LinearAttr | None:
    """What requantizes lanes as they are; None where that is not proven, or not cheaper.

    Where lanes are bytes, UXTAB adds the bias as it takes them out. Then a high word of a product
    is as short, if nothing is shifted to the left before.
    """
    requant = op.requant
    if not isinstance(requant, LinearAttr):
        return None
    is_short = requant.kind is Product.HIGH and not any(requant.left_shifts)
    if is_short and plan.layout.spacing == BYTE:
        return None
    taps = get_rows_of_taps(op)
    bias = np.array(op.bias.get_values(), np.int64) - plan.offset
    low, high = (
        chosen.sum(axis=(1, 2)) * plan.problem.largest_input + plan.offset
        for chosen in (np.minimum(taps, 0), np.maximum(taps, 0))
    )
    stairs = get_linear_staircase(low + bias, high + bias, requant)
    return None if stairs is None else solve_low(stairs.take_off(bias))
