// RUN: cmix-opt %s --split-input-file -p cmix-tile-outer,cse | filecheck %s

// Columns: rows one by one, pixels by two; the fifth pixel is peeled off.
// CHECK:      func.func private @columns(%x: memref<4x5x8xi8>, %w: !cmix.packed<2x8xui4>, %y: memref<4x5x2xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %y_1 = %c0 to %c4 step %c1 {
// CHECK-NEXT:     %c2 = arith.constant 2 : index
// CHECK-NEXT:     scf.for %x_1 = %c0 to %c4 step %c2 {
// CHECK-NEXT:       cmix.contract [x = 2, f = 2, c = 8] at %y_1, %x_1 input %x (x, f, c)[s0, s1] -> (s0, (x + s1), c) as <4x5x8xui8> filter %w (x, f, c)[s0, s1] -> (f, c) output %y (x, f, c)[s0, s1] -> (s0, (x + s1), f) as <4x5x2xui8> bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 2, pixels = 2> : memref<4x5x8xi8>, !cmix.packed<2x8xui4>, memref<4x5x2xi8>
// CHECK-NEXT:     }
// CHECK-NEXT:     cmix.contract [f = 2, c = 8] at %y_1, %c4 input %x (f, c)[s0, s1] -> (s0, s1, c) as <4x5x8xui8> filter %w (f, c)[s0, s1] -> (f, c) output %y (f, c)[s0, s1] -> (s0, s1, f) as <4x5x2xui8> bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 2, pixels = 2> : memref<4x5x8xi8>, !cmix.packed<2x8xui4>, memref<4x5x2xi8>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @columns(%x: memref<4x5x8xi8>, %w: !cmix.packed<2x8xui4>, %y: memref<4x5x2xi8>) {
  cmix.contract [y = 4, x = 5, f = 2, c = 8] input %x (y, x, f, c) -> (y, x, c) as <4x5x8xui8>
      filter %w (y, x, f, c) -> (f, c) output %y (y, x, f, c) -> (y, x, f) as <4x5x2xui8>
      bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 2>
      : memref<4x5x8xi8>, !cmix.packed<2x8xui4>, memref<4x5x2xi8>
  return
}

// -----

// A size of the whole extent needs no loop, and an extent of 1 no iterator.
// CHECK:      func.func private @whole(%x: memref<1x2x8xi8>, %w: !cmix.packed<2x8xui4>, %y: memref<1x2x2xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   cmix.contract [x = 2, f = 2, c = 8] at %c0 input %x (x, f, c)[s0] -> (s0, x, c) as <1x2x8xui8> filter %w (x, f, c)[s0] -> (f, c) output %y (x, f, c)[s0] -> (s0, x, f) as <1x2x2xui8> bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 2, pixels = 2> : memref<1x2x8xi8>, !cmix.packed<2x8xui4>, memref<1x2x2xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @whole(%x: memref<1x2x8xi8>, %w: !cmix.packed<2x8xui4>, %y: memref<1x2x2xi8>) {
  cmix.contract [y = 1, x = 2, f = 2, c = 8] input %x (y, x, f, c) -> (y, x, c) as <1x2x8xui8>
      filter %w (y, x, f, c) -> (f, c) output %y (y, x, f, c) -> (y, x, f) as <1x2x2xui8>
      bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 2>
      : memref<1x2x8xi8>, !cmix.packed<2x8xui4>, memref<1x2x2xi8>
  return
}

// -----

// Rows of a depthwise layer: channel by channel.
// CHECK:      func.func private @rows(%x: memref<3x5x2xi8>, %w: !cmix.packed<1x2x2xui4>, %y: memref<3x4x2xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %c = %c0 to %c2 step %c1 {
// CHECK-NEXT:     %c3 = arith.constant 3 : index
// CHECK-NEXT:     scf.for %y_1 = %c0 to %c3 step %c1 {
// CHECK-NEXT:       cmix.contract [f = 1, x = 4, i = 1, j = 2] at %c, %y_1 input %x (f, x, i, j)[s0, s1] -> ((s1 + i), (x + j), s0) as <3x5x2xui8> filter %w (f, x, i, j)[s0, s1] -> (i, j, (s0 + f)) output %y (f, x, i, j)[s0, s1] -> (s1, x, (s0 + f)) as <3x4x2xui8> bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2> : memref<3x5x2xi8>, !cmix.packed<1x2x2xui4>, memref<3x4x2xi8>
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @rows(%x: memref<3x5x2xi8>, %w: !cmix.packed<1x2x2xui4>, %y: memref<3x4x2xi8>) {
  cmix.contract [c = 2, f = 1, y = 3, x = 4, i = 1, j = 2]
      input %x (c, f, y, x, i, j) -> (y + i, x + j, c) as <3x5x2xui8>
      filter %w (c, f, y, x, i, j) -> (i, j, c + f)
      output %y (c, f, y, x, i, j) -> (y, x, c + f) as <3x4x2xui8>
      bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = rows, filters = 1, pixels = 2>
      : memref<3x5x2xi8>, !cmix.packed<1x2x2xui4>, memref<3x4x2xi8>
  return
}

// -----

// Four channels unrolled for the bytes of the output, two of them in each byte of the input.
// CHECK:      func.func private @unrolled(%x: memref<1x4x2xi8>, %w: !cmix.packed<1x2x4xui4>, %y: memref<1x3x1xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   cmix.contract [c = 2, x = 3, j = 2] at %c0 input %x (c, x, j)[s0] -> (0, (x + j), (c + s0)) as <1x4x4xui4> filter %w (c, x, j)[s0] -> (0, j, (c + s0)) output %y (c, x, j)[s0] -> (0, x, (c + s0)) as <1x3x4xui2> bias [5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2, channels = 4> : memref<1x4x2xi8>, !cmix.packed<1x2x4xui4>, memref<1x3x1xi8>
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   cmix.contract [c = 2, x = 3, j = 2] at %c2 input %x (c, x, j)[s0] -> (0, (x + j), (c + s0)) as <1x4x4xui4> filter %w (c, x, j)[s0] -> (0, j, (c + s0)) output %y (c, x, j)[s0] -> (0, x, (c + s0)) as <1x3x4xui2> bias [5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2, channels = 4> : memref<1x4x2xi8>, !cmix.packed<1x2x4xui4>, memref<1x3x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @unrolled(%x: memref<1x4x2xi8>, %w: !cmix.packed<1x2x4xui4>, %y: memref<1x3x1xi8>) {
  cmix.contract [c = 4, x = 3, j = 2] input %x (c, x, j) -> (0, x + j, c) as <1x4x4xui4>
      filter %w (c, x, j) -> (0, j, c) output %y (c, x, j) -> (0, x, c) as <1x3x4xui2>
      bias [5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = rows, filters = 1, pixels = 2, channels = 4>
      : memref<1x4x2xi8>, !cmix.packed<1x2x4xui4>, memref<1x3x1xi8>
  return
}

// -----

// The last block begins one pixel earlier, where that repeats little: no smaller block is left.
// CHECK:      func.func private @repeated(%x: memref<99x8xi8>, %w: !cmix.packed<2x8xui4>, %y: memref<99x2xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c99 = arith.constant 99 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   scf.for %x_1 = %c0 to %c99 step %c2 {
// CHECK-NEXT:     %c97 = arith.constant 97 : index
// CHECK-NEXT:     %x_2 = arith.minui %x_1, %c97 : index
// CHECK-NEXT:     cmix.contract [x = 2, f = 2, c = 8] at %x_2 input %x (x, f, c)[s0] -> ((x + s0), c) as <99x8xui8> filter %w (x, f, c)[s0] -> (f, c) output %y (x, f, c)[s0] -> ((x + s0), f) as <99x2xui8> bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 2, pixels = 2> : memref<99x8xi8>, !cmix.packed<2x8xui4>, memref<99x2xi8>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @repeated(%x: memref<99x8xi8>, %w: !cmix.packed<2x8xui4>, %y: memref<99x2xi8>) {
  cmix.contract [x = 99, f = 2, c = 8] input %x (x, f, c) -> (x, c) as <99x8xui8> filter %w (x, f, c) -> (f, c) output %y (x, f, c) -> (x, f) as <99x2xui8> bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 2, pixels = 2> : memref<99x8xi8>, !cmix.packed<2x8xui4>, memref<99x2xi8>
  return
}

// -----

// Not so where bytes are merged by OR.
// CHECK:      func.func private @merged(%x: memref<99x8xi8>, %w: !cmix.packed<3x8xui4>, %y: memref<99x2xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c98 = arith.constant 98 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   scf.for %x_1 = %c0 to %c98 step %c2 {
// CHECK-NEXT:     cmix.contract [x = 2, f = 3, c = 8] at %x_1 input %x (x, f, c)[s0] -> ((x + s0), c) as <99x8xui8> filter %w (x, f, c)[s0] -> (f, c) output %y (x, f, c)[s0] -> ((x + s0), f) as <99x3xui4> bias [5, 6, 7] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 1, pixels = 2> : memref<99x8xi8>, !cmix.packed<3x8xui4>, memref<99x2xi8>
// CHECK-NEXT:   }
// CHECK-NEXT:   cmix.contract [f = 3, c = 8] at %c98 input %x (f, c)[s0] -> (s0, c) as <99x8xui8> filter %w (f, c)[s0] -> (f, c) output %y (f, c)[s0] -> (s0, f) as <99x3xui4> bias [5, 6, 7] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 1, pixels = 2> : memref<99x8xi8>, !cmix.packed<3x8xui4>, memref<99x2xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @merged(%x: memref<99x8xi8>, %w: !cmix.packed<3x8xui4>, %y: memref<99x2xi8>) {
  cmix.contract [x = 99, f = 3, c = 8] input %x (x, f, c) -> (x, c) as <99x8xui8> filter %w (x, f, c) -> (f, c) output %y (x, f, c) -> (x, f) as <99x3xui4> bias [5, 6, 7] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 1, pixels = 2> : memref<99x8xi8>, !cmix.packed<3x8xui4>, memref<99x2xi8>
  return
}
