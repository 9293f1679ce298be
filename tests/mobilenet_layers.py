"""The layers of the MobileNetV1 family as the assignment of bits sees them."""

from cmixdsl.passes.bit_assignment import BitsLayer

POINTWISE_CHANNELS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)


def build_mobilenet(size: int, alpha: float) -> list[BitsLayer]:
    """The layers with weights of MobileNetV1 (Howard et al., arXiv 1704.04861)."""
    side, channels = size // 2, int(32 * alpha)
    layers = [
        BitsLayer(
            "conv0", "spatial", size * size * 3, side * side * channels, 27 * channels, channels
        )
    ]
    for number, (stride, wide) in enumerate(zip(STRIDES, POINTWISE_CHANNELS, strict=True), 1):
        filters, smaller = int(wide * alpha), -(-side // stride)
        area, elements = smaller * smaller, smaller * smaller * channels
        layers.append(
            BitsLayer(
                f"dw{number}", "depthwise", side * side * channels, elements, 9 * channels, channels
            )
        )
        layers.append(
            BitsLayer(
                f"pw{number}", "pointwise", elements, area * filters, channels * filters, filters
            )
        )
        side, channels = smaller, filters
    layers.append(BitsLayer("fc", "matrix", channels, 1000, channels * 1000, 1000))
    return layers
