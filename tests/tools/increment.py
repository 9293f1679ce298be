"""A small model at level 4, and the type of a called tool."""

from collections.abc import Callable

INCREMENT = """\
func.func @increment(%x: memref<5xi8>, %y: memref<5xi8>) attributes {
    cmix.inputs = [!cmix.packed<5xui8>], cmix.outputs = [!cmix.packed<5xui8>]} {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %five = arith.constant 5 : index
  %step = arith.constant 1 : i8
  scf.for %i = %zero to %five step %one {
    %old = memref.load %x[%i] : memref<5xi8>
    %new = arith.addi %old, %step : i8
    memref.store %new, %y[%i] : memref<5xi8>
  }
  func.return
}
"""
"""y = x + 1 on five bytes, wrapping at 256."""

Tool = Callable[..., tuple[int, str, str]]
"""Arguments in; exit code, standard output and standard error out."""
