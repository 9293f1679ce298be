"""How far a linear requantization is from rounding real numbers, and what rounds them exactly.

Real numbers are rounded half to even. Where accumulators are small integers, such halves are
common, and of these one product and one offset can round all up or all down only.
"""

from cmixdsl.dialects.cmix.linear_requantization import LinearAttr, Product
from cmixdsl.passes.qnn.linear_choice import choose_linear
from cmixdsl.passes.qnn.multipliers import get_thresholds
from cmixdsl.passes.qnn.real_requantization import RealRequantization

MAX_ERROR = 1 / 256
"""How far from exact rounding, in steps of the output, outputs of few levels may be."""


def choose_exact_linear(real: RealRequantization) -> LinearAttr | None:
    """The nearest linear requantization, None where it rounds differently."""
    linear = choose_linear(real)
    return None if linear is None or get_linear_error(real, linear) > MAX_ERROR else linear


def get_linear_error(real: RealRequantization, linear: LinearAttr) -> float:
    """The most, in steps of the output, by which a level is reached too early or too late.

    Only accumulators that the layer can reach count. `((acc << left) * m >> 32) + offset >> right`
    reaches y at `ceil(((y << right) - offset) * 2^(32 - left) / m)`.
    """
    assert linear.kind is Product.HIGH
    channels = real.get_channels()
    parameters = [
        values * len(channels) if len(values) == 1 else values
        for values in (array.get_values() for array in linear.channel_parameters.values())
    ]
    zero, errors = real.output.zero, [0.0]
    bounds = zip(real.sums.low.tolist(), real.sums.high.tolist(), strict=True)
    for (multiplier, offset), (low, high), (left, m, constant, right) in zip(
        channels, bounds, zip(*parameters, strict=True), strict=True
    ):
        if m <= 0:
            errors.append(multiplier * max(high, -low))
            continue
        exact = get_thresholds(multiplier, offset, real.output.levels)
        for level, threshold in zip(real.output.levels, exact, strict=True):
            steps = (((level + zero) << right) - constant) << 32
            first = -(-steps // (m << left))
            moved = min(max(first, low), high + 1) - min(max(threshold + 1, low), high + 1)
            errors.append(abs(moved) * multiplier)
    return max(errors)
