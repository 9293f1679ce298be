"""The layers of the MobileNetV1 family as the assignment of bits sees them."""

from cmixdsl.passes.bits.network import BitsNetwork, ChainLayer, LayerKind, build_chain

POINTWISE_CHANNELS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)


def build_mobilenet(size: int, alpha: float) -> BitsNetwork:
    """MobileNetV1 (Howard et al., arXiv 1704.04861)."""
    side, channels = size // 2, int(32 * alpha)
    layers = [ChainLayer("conv0", "shallow", side * side * channels, 27 * channels, channels)]
    for number, (stride, wide) in enumerate(zip(STRIDES, POINTWISE_CHANNELS, strict=True), 1):
        filters, side = int(wide * alpha), -(-side // stride)
        area = side * side
        kind: LayerKind = "depthwise" if stride == 1 else "strided"
        layers.append(ChainLayer(f"dw{number}", kind, area * channels, 9 * channels, channels))
        layers.append(
            ChainLayer(f"pw{number}", "pointwise", area * filters, channels * filters, filters)
        )
        channels = filters
    layers.append(ChainLayer("pool", None, channels))
    layers.append(ChainLayer("fc", "matrix", 1000, channels * 1000, 1000))
    return build_chain(size * size * 3, layers)
