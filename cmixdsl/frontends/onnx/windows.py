"""Sliding windows from the attributes of Conv and the poolings."""

from cmixdsl.dialects.cmix.window import Window
from cmixdsl.frontends.onnx.graph import Node
from cmixdsl.frontends.onnx.values import RefusedError


def read_window(
    node: Node, kernel: tuple[int, ...] | None, size: tuple[int, int], *, is_ceiled: bool = False
) -> Window:
    """The window over an image of `size` rows and columns; one-dimensional windows have one row.

    `kernel` is that of the weights, None for poolings. With `is_ceiled` the last window may stand
    out over the border, if it starts before it. Padding may exceed the window here.
    """
    given = node.get_ints("kernel_shape")
    kernel = kernel or _as_pair(given, 0, "kernel_shape")
    if given is not None and _as_pair(given, 1, "kernel_shape") != tuple(kernel):
        raise RefusedError(
            f"expected kernel_shape {list(kernel)} as of the weights, found {list(given)}",
            "mend the model",
        )
    strides = _as_pair(node.get_ints("strides"), 1, "strides")
    dilation = _as_pair(node.get_ints("dilations"), 1, "dilations")
    if min(*kernel, *strides, *dilation) < 1:
        raise RefusedError(
            f"expected kernel, strides and dilations of at least 1, found {list(kernel)}, "
            f"{list(strides)}, {list(dilation)}",
            "mend the model",
        )
    plain = Window((kernel[0], kernel[1]), strides, dilation=dilation)
    rows = _read_padding(node, plain, size, 0)
    columns = _read_padding(node, plain, size, 1)
    if is_ceiled:
        rows = _add_ceiling(plain, size, 0, rows)
        columns = _add_ceiling(plain, size, 1, columns)
    return Window(plain.kernel, strides, (*rows, *columns), dilation)


def _as_pair(values: tuple[int, ...] | None, default: int, key: str) -> tuple[int, int]:
    match values:
        case None if default:
            return default, default
        case (columns,):
            return 1, columns
        case (rows, columns):
            return rows, columns
        case _:
            raise RefusedError(
                f"expected attribute '{key}' of one or two dimensions, found {values}",
                "use operators of one or two dimensions",
            )


def _read_padding(node: Node, window: Window, size: tuple[int, int], axis: int) -> tuple[int, int]:
    """Padding before and after, along rows (axis 0) or columns."""
    mode = node.get_text("auto_pad", "NOTSET")
    if mode == "VALID":
        return 0, 0
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        stride, extent = window.strides[axis], window.extent[axis]
        total = max(0, (-(-size[axis] // stride) - 1) * stride + extent - size[axis])
        less, more = total // 2, total - total // 2
        return (less, more) if mode == "SAME_UPPER" else (more, less)
    pads = node.get_ints("pads", ()) or ()
    if len(pads) == 2:
        pads = (0, pads[0], 0, pads[1])
    if len(pads) not in (0, 4) or any(pad < 0 for pad in pads) or mode not in ("NOTSET", ""):
        raise RefusedError(
            f"expected pads of at least 0 for two dimensions, found {list(pads)} (auto_pad {mode})",
            "pad by zeros on two dimensions",
        )
    return (pads[axis], pads[axis + 2]) if pads else (0, 0)


def _add_ceiling(
    window: Window, size: tuple[int, int], axis: int, padding: tuple[int, int]
) -> tuple[int, int]:
    stride, extent = window.strides[axis], window.extent[axis]
    total = size[axis] + sum(padding)
    count = -(-(total - extent) // stride) + 1
    if (count - 1) * stride >= size[axis] + padding[0]:
        count -= 1
    return padding[0], padding[1] + max(0, (count - 1) * stride + extent - total)
