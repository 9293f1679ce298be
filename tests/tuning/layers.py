"""Small layers to tune, and the type of the tool."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

Tune: TypeAlias = Callable[..., tuple[int, str, str]]
"""Takes the arguments of `cmixc tune`; gives exit code, stdout and stderr."""

NETWORK = """\
func.func @net(%x: !cmix.packed<4x4x4xui8>) -> !cmix.packed<4x4x4xui8> {
  %w = cmix.constant dense<3> : !cmix.packed<4x1x1x4xui8>
  %a = cmix.conv2d %x, %w bias [0, 1, 2, 3]
      requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0>
      : !cmix.packed<4x4x4xui8>, !cmix.packed<4x1x1x4xui8> -> !cmix.packed<4x4x4xui8>
  %b = cmix.conv2d %a, %w bias [0, 1, 2, 3]
      requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0>
      : !cmix.packed<4x4x4xui8>, !cmix.packed<4x1x1x4xui8> -> !cmix.packed<4x4x4xui8>
  %v = cmix.constant dense<1> : !cmix.packed<3x3x4xui4>
  %c = cmix.depthwise_conv2d %b, %v padding [1, 1, 1, 1] bias [0, 0, 0, 0]
      requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0>
      schedule <expand = rows, filters = 1, pixels = 1>
      : !cmix.packed<4x4x4xui8>, !cmix.packed<3x3x4xui4> -> !cmix.packed<4x4x4xui8>
  return %c : !cmix.packed<4x4x4xui8>
}
"""
"""Two equal layers, and one with a schedule."""


def write_network(folder: Path) -> Path:
    """A file with `NETWORK`."""
    path = folder / "net.mlir"
    path.write_text(NETWORK)
    return path
