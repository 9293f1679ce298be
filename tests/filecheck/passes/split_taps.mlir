// RUN: cmix-opt %s --split-input-file -p cmix-split-taps | filecheck %s

// Tap 2 * j + h has phase h; a fourth tap of the zero point fills up the second phase.
// CHECK:      func.func private @strided(%x: memref<1x6x1xi8>, %y: memref<1x3x1xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}[1], [2], [3]]]> : !cmix.packed<1x3x1xui2>
// CHECK-NEXT:   %w_1 = cmix.constant dense<{{\[\[}}[1], [2], [3], [2]]]> : !cmix.packed<1x4x1xui2>
// CHECK-NEXT:   cmix.contract [f = 1, x = 3, h = 2, j = 2] input %x (f, x, h, j) -> (0, ((x * 2) + ((j * 2) + h)), f) as <1x6x1xui8> filter %w_1 (f, x, h, j) -> (0, ((j * 2) + h), f) output %y (f, x, h, j) -> (0, x, f) as <1x3x1xui8> bias [5] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 2, phases = 2> : memref<1x6x1xi8>, !cmix.packed<1x4x1xui2>, memref<1x3x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @strided(%x: memref<1x6x1xi8>, %y: memref<1x3x1xi8>) {
  %w = cmix.constant dense<[[[1], [2], [3]]]> : !cmix.packed<1x3x1xui2>
  cmix.contract [f = 1, x = 3, j = 3] input %x (f, x, j) -> (0, x * 2 + j, f) as <1x6x1xui8> filter %w (f, x, j) -> (0, j, f) output %y (f, x, j) -> (0, x, f) as <1x3x1xui8> bias [5] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 2, phases = 2> : memref<1x6x1xi8>, !cmix.packed<1x3x1xui2>, memref<1x3x1xi8>
  return
}

// -----

// One phase is all taps.
// CHECK:      func.func private @dense(%x: memref<1x5x1xi8>, %y: memref<1x3x1xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}[1], [2], [3]]]> : !cmix.packed<1x3x1xui2>
// CHECK-NEXT:   cmix.contract [f = 1, x = 3, j = 3] input %x (f, x, j) -> (0, (x + j), f) as <1x5x1xui8> filter %w (f, x, j) -> (0, j, f) output %y (f, x, j) -> (0, x, f) as <1x3x1xui8> bias [5] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 2> : memref<1x5x1xi8>, !cmix.packed<1x3x1xui2>, memref<1x3x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @dense(%x: memref<1x5x1xi8>, %y: memref<1x3x1xi8>) {
  %w = cmix.constant dense<[[[1], [2], [3]]]> : !cmix.packed<1x3x1xui2>
  cmix.contract [f = 1, x = 3, j = 3] input %x (f, x, j) -> (0, x + j, f) as <1x5x1xui8> filter %w (f, x, j) -> (0, j, f) output %y (f, x, j) -> (0, x, f) as <1x3x1xui8> bias [5] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 2> : memref<1x5x1xi8>, !cmix.packed<1x3x1xui2>, memref<1x3x1xi8>
  return
}

// -----

// Rows of lanes take taps two by two, whatever the stride.
// CHECK:      func.func private @rows(%x: memref<1x6x1xi8>, %y: memref<1x3x1xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}[1], [2], [3]]]> : !cmix.packed<1x3x1xui2>
// CHECK-NEXT:   cmix.contract [f = 1, x = 3, j = 3] input %x (f, x, j) -> (0, ((x * 2) + j), f) as <1x6x1xui8> filter %w (f, x, j) -> (0, j, f) output %y (f, x, j) -> (0, x, f) as <1x3x1xui8> bias [5] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2> : memref<1x6x1xi8>, !cmix.packed<1x3x1xui2>, memref<1x3x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @rows(%x: memref<1x6x1xi8>, %y: memref<1x3x1xi8>) {
  %w = cmix.constant dense<[[[1], [2], [3]]]> : !cmix.packed<1x3x1xui2>
  cmix.contract [f = 1, x = 3, j = 3] input %x (f, x, j) -> (0, x * 2 + j, f) as <1x6x1xui8> filter %w (f, x, j) -> (0, j, f) output %y (f, x, j) -> (0, x, f) as <1x3x1xui8> bias [5] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2> : memref<1x6x1xi8>, !cmix.packed<1x3x1xui2>, memref<1x3x1xi8>
  return
}
