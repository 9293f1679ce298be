// RUN: cmix-opt %s --split-input-file --verify-diagnostics -p cmix-split-taps | filecheck %s

// Taps are not neighbours.
func.func private @refused(%x: memref<1x9x1xi8>, %y: memref<1x3x1xi8>) {
  %w = cmix.constant dense<[[[1], [2], [3]]]> : !cmix.packed<1x3x1xui2>
  cmix.contract [f = 1, x = 3, j = 3] input %x (f, x, j) -> (0, x * 2 + j * 2, f) as <1x9x1xui8> filter %w (f, x, j) -> (0, j, f) output %y (f, x, j) -> (0, x, f) as <1x3x1xui8> bias [5] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 2, phases = 2> : memref<1x9x1xi8>, !cmix.packed<1x3x1xui2>, memref<1x3x1xi8>
  return
}
// CHECK: cmix.contract: phases need a dilation of 1 along rows, found 2

// -----

// Windows are a column apart.
func.func private @refused(%x: memref<1x6x1xi8>, %y: memref<1x3x1xi8>) {
  %w = cmix.constant dense<[[[1], [2], [3]]]> : !cmix.packed<1x3x1xui2>
  cmix.contract [f = 1, x = 3, j = 3] input %x (f, x, j) -> (0, x + j, f) as <1x6x1xui8> filter %w (f, x, j) -> (0, j, f) output %y (f, x, j) -> (0, x, f) as <1x3x1xui8> bias [5] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 2, phases = 2> : memref<1x6x1xi8>, !cmix.packed<1x3x1xui2>, memref<1x3x1xi8>
  return
}
// CHECK: cmix.contract: phases must divide the stride 1, found 2

// -----

// No weight of 2 bits is a zero point of 7.
func.func private @refused(%x: memref<1x6x1xi8>, %y: memref<1x3x1xi8>) {
  %w = cmix.constant dense<[[[1], [2], [3]]]> : !cmix.packed<1x3x1xui2>
  cmix.contract [f = 1, x = 3, j = 3] input %x (f, x, j) -> (0, x * 2 + j, f) as <1x6x1xui8> filter %w (f, x, j) -> (0, j, f) output %y (f, x, j) -> (0, x, f) as <1x3x1xui8> bias [5] filter_zero [7] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 2, phases = 2> : memref<1x6x1xi8>, !cmix.packed<1x3x1xui2>, memref<1x3x1xi8>
  return
}
// CHECK: cmix.contract: phases add taps of the zero point, which must be in [0, 3], found 7
