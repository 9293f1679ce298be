"""A layer that is measured in a moment, and the type of the tool."""

from collections.abc import Callable
from typing import TypeAlias

Bench: TypeAlias = Callable[..., tuple[int, str, str]]
"""Takes the arguments of `cmixc bench`; gives exit code, stdout and stderr."""

CONV = """\
func.func @small(%x: !cmix.packed<5x4x3xui8>) -> !cmix.packed<3x4x6xui8> {
  %w = cmix.constant dense<1> : !cmix.packed<6x3x3x3xui8>
  %y = cmix.conv2d %x, %w strides [2, 1] padding [1, 1, 1, 1] bias [0, 0, 0, 0, 0, 0]
      requant #cmix.icn<m0 = [1073741824], n0 = [5], zero = 0>
      : !cmix.packed<5x4x3xui8>, !cmix.packed<6x3x3x3xui8> -> !cmix.packed<3x4x6xui8>
  return %y : !cmix.packed<3x4x6xui8>
}
"""
"""A convolution with 3*4*6 * 3*3*3 = 1944 products."""
