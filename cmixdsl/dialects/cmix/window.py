"""The geometry of a sliding window: kernel, strides, padding and dilation, in plain Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from xdsl.utils.exceptions import VerifyException


@dataclass(frozen=True)
class Window:
    """A two-dimensional sliding window; pairs are (rows, columns)."""

    kernel: tuple[int, int]
    strides: tuple[int, int] = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Top, bottom, left, right."""
    dilation: tuple[int, int] = (1, 1)

    @classmethod
    def get(
        cls,
        kernel: Sequence[int],
        strides: Sequence[int],
        padding: Sequence[int],
        dilation: Sequence[int] = (1, 1),
    ) -> Self:
        """Builds a window from lists.

        Raises VerifyException when a list has the wrong length or a value out of range: kernel,
        strides and dilation are at least 1, padding is at least 0 and less than the dilated kernel.
        """
        for what, values, count, least in (
            ("kernel", kernel, 2, 1),
            ("strides", strides, 2, 1),
            ("padding", padding, 4, 0),
            ("dilation", dilation, 2, 1),
        ):
            if len(values) != count or any(value < least for value in values):
                raise VerifyException(
                    f"{what} must be {count} integers of at least {least}, found {list(values)}"
                )
        window = cls(
            (kernel[0], kernel[1]),
            (strides[0], strides[1]),
            (padding[0], padding[1], padding[2], padding[3]),
            (dilation[0], dilation[1]),
        )
        extent = window.extent
        for side, pad, limit in zip(
            ("top", "bottom", "left", "right"),
            window.padding,
            (extent[0], extent[0], extent[1], extent[1]),
            strict=True,
        ):
            if pad >= limit:
                raise VerifyException(
                    f"{side} padding must be less than the dilated kernel ({limit}), found {pad}"
                )
        return window

    @property
    def extent(self) -> tuple[int, int]:
        """Rows and columns that the dilated kernel covers."""
        return (
            (self.kernel[0] - 1) * self.dilation[0] + 1,
            (self.kernel[1] - 1) * self.dilation[1] + 1,
        )

    def get_term_counts(self, height: int, width: int) -> list[int]:
        """The numbers of positions that windows have inside an input of this size, ascending."""
        rows, columns = (
            {
                sum(0 <= start * stride - before + i * dilation < size for i in range(kernel))
                for start in range(outputs)
            }
            for size, outputs, kernel, stride, before, dilation in zip(
                (height, width),
                self.get_output_size(height, width),
                self.kernel,
                self.strides,
                self.padding[::2],
                self.dilation,
                strict=True,
            )
        )
        return sorted({row * column for row in rows for column in columns})

    def get_output_size(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of the output for an input of `height` x `width`.

        Raises VerifyException when the window does not fit the padded input.
        """
        top, bottom, left, right = self.padding
        rows, columns = height + top + bottom, width + left + right
        if rows < self.extent[0] or columns < self.extent[1]:
            raise VerifyException(
                f"a window of {self.extent[0]}x{self.extent[1]} does not fit in the padded input "
                f"of {rows}x{columns}"
            )
        return (
            (rows - self.extent[0]) // self.strides[0] + 1,
            (columns - self.extent[1]) // self.strides[1] + 1,
        )
