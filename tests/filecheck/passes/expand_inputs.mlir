// RUN: cmix-opt %s --split-input-file -p cmix-expand-inputs | filecheck %s

// Columns: a lane per tap and channel, lengthened from 3 to 8, what a word of 4-bit weights holds.
// CHECK:      func.func private @columns(%x: memref<6x1xi8>, %y: memref<4x1xi8>) {
// CHECK-NEXT:   %lanes = memref.alloc() {alignment = 4 : i64} : memref<4x8xi16>
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}[1], [2], [3]]]> : !cmix.packed<1x3x1xui4>
// CHECK-NEXT:   cmix.expand [x = 4, j = 3, c = 1] input %x (x, j, c) -> (((x + j) + -1), c) as <6x1xui8> pad 7 lanes %lanes (x, j, c) -> (x, (j + c)) : memref<6x1xi8>, memref<4x8xi16>
// CHECK-NEXT:   %w_1 = cmix.constant dense<{{\[\[}}1, 2, 3]]> : !cmix.packed<1x3xui4>
// CHECK-NEXT:   cmix.contract [x = 4, f = 1, k = 3] input %lanes (x, f, k) -> (x, k) filter %w_1 (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <4x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 1, pixels = 4> : memref<4x8xi16>, !cmix.packed<1x3xui4>, memref<4x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @columns(%x: memref<6x1xi8>, %y: memref<4x1xi8>) {
  %w = cmix.constant dense<[[[1], [2], [3]]]> : !cmix.packed<1x3x1xui4>
  cmix.contract [x = 4, f = 1, j = 3, c = 1]
      input %x (x, f, j, c) -> (x + j - 1, c) as <6x1xui8> pad 7
      filter %w (x, f, j, c) -> (f, j, c) output %y (x, f, j, c) -> (x, f) as <4x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 4>
      : memref<6x1xi8>, !cmix.packed<1x3x1xui4>, memref<4x1xi8>
  return
}

// -----

// Rows: windows overlap, and lanes behind the last are there to be read against weights of 0.
// CHECK:      func.func private @rows(%x: memref<3x4x1xi8>, %y: memref<1x2x1xi8>) {
// CHECK-NEXT:   %lanes = memref.alloc() {alignment = 4 : i64} : memref<3x6xi16>
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}[1], [1], [1]], {{\[\[}}1], [1], [1]], {{\[\[}}1], [1], [1]]]> : !cmix.packed<3x3x1xui4>
// CHECK-NEXT:   cmix.expand [i = 3, t = 4] input %x (i, t) -> (i, t, 0) as <3x4x1xui8> pad 7 lanes %lanes (i, t) -> (i, t) : memref<3x4x1xi8>, memref<3x6xi16>
// CHECK-NEXT:   cmix.contract [f = 1, x = 2, i = 3, j = 3] input %lanes (f, x, i, j) -> (i, (x + j)) filter %w (f, x, i, j) -> (i, j, f) output %y (f, x, i, j) -> (0, x, f) as <1x2x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2> : memref<3x6xi16>, !cmix.packed<3x3x1xui4>, memref<1x2x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @rows(%x: memref<3x4x1xi8>, %y: memref<1x2x1xi8>) {
  %w = cmix.constant dense<1> : !cmix.packed<3x3x1xui4>
  cmix.contract [f = 1, x = 2, i = 3, j = 3]
      input %x (f, x, i, j) -> (i, x + j, 0) as <3x4x1xui8> pad 7
      filter %w (f, x, i, j) -> (i, j, f) output %y (f, x, i, j) -> (0, x, f) as <1x2x1xui8>
      bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = rows, filters = 1, pixels = 2>
      : memref<3x4x1xi8>, !cmix.packed<3x3x1xui4>, memref<1x2x1xi8>
  return
}

// -----

// An input that is expanded already stays.
// CHECK:      func.func private @expanded(%lanes: memref<2x8xi16>, %w: !cmix.packed<1x8xui4>, %y: memref<2x1xi8>) {
// CHECK-NEXT:   cmix.contract [x = 2, f = 1, k = 8] input %lanes (x, f, k) -> (x, k) filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 1, pixels = 2> : memref<2x8xi16>, !cmix.packed<1x8xui4>, memref<2x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @expanded(%lanes: memref<2x8xi16>, %w: !cmix.packed<1x8xui4>, %y: memref<2x1xi8>) {
  cmix.contract [x = 2, f = 1, k = 8] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 2>
      : memref<2x8xi16>, !cmix.packed<1x8xui4>, memref<2x1xi8>
  return
}

// -----

// Rows of two channels; another block of the layer fills the same lanes.
// CHECK:      func.func private @channels(%x: memref<1x4x2xi8>, %y: memref<1x3x4xi8>) {
// CHECK-NEXT:   %lanes = memref.alloc() {alignment = 4 : i64} : memref<2x1x6xi16>
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}[3, 3, 3, 3], [3, 3, 3, 3]]]> : !cmix.packed<1x2x4xui4>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   cmix.expand [c = 2, i = 1, t = 4] at %c0 input %x (c, i, t)[s0] -> (i, t, (s0 + c)) as <1x4x4xui4> lanes %lanes (c, i, t)[s0] -> (c, i, t) : memref<1x4x2xi8>, memref<2x1x6xi16>
// CHECK-NEXT:   cmix.contract [c = 2, x = 3, j = 2] at %c0 input %lanes (c, x, j)[s0] -> (c, 0, (x + j)) filter %w (c, x, j)[s0] -> (0, j, (c + s0)) output %y (c, x, j)[s0] -> (0, x, (c + s0)) as <1x3x4xui8> bias [5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2, channels = 4> : memref<2x1x6xi16>, !cmix.packed<1x2x4xui4>, memref<1x3x4xi8>
// CHECK-NEXT:   cmix.expand [c = 2, i = 1, t = 4] at %c2 input %x (c, i, t)[s0] -> (i, t, (s0 + c)) as <1x4x4xui4> lanes %lanes (c, i, t)[s0] -> (c, i, t) : memref<1x4x2xi8>, memref<2x1x6xi16>
// CHECK-NEXT:   cmix.contract [c = 2, x = 3, j = 2] at %c2 input %lanes (c, x, j)[s0] -> (c, 0, (x + j)) filter %w (c, x, j)[s0] -> (0, j, (c + s0)) output %y (c, x, j)[s0] -> (0, x, (c + s0)) as <1x3x4xui8> bias [5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2, channels = 4> : memref<2x1x6xi16>, !cmix.packed<1x2x4xui4>, memref<1x3x4xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @channels(%x: memref<1x4x2xi8>, %y: memref<1x3x4xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<1x2x4xui4>
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  cmix.contract [c = 2, x = 3, j = 2] at %c0 input %x (c, x, j)[s0] -> (0, x + j, c + s0) as <1x4x4xui4>
      filter %w (c, x, j)[s0] -> (0, j, c + s0) output %y (c, x, j)[s0] -> (0, x, c + s0) as <1x3x4xui8>
      bias [5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = rows, filters = 1, pixels = 2, channels = 4>
      : memref<1x4x2xi8>, !cmix.packed<1x2x4xui4>, memref<1x3x4xi8>
  cmix.contract [c = 2, x = 3, j = 2] at %c2 input %x (c, x, j)[s0] -> (0, x + j, c + s0) as <1x4x4xui4>
      filter %w (c, x, j)[s0] -> (0, j, c + s0) output %y (c, x, j)[s0] -> (0, x, c + s0) as <1x3x4xui8>
      bias [5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = rows, filters = 1, pixels = 2, channels = 4>
      : memref<1x4x2xi8>, !cmix.packed<1x2x4xui4>, memref<1x3x4xi8>
  return
}

// -----

// Weights stored as lanes: pairs of them fill a word, so columns take an even number of lanes.
// CHECK:      func.func private @wide(%x: memref<4x3xi8>, %y: memref<4x1xi8>) {
// CHECK-NEXT:   %lanes = memref.alloc() {alignment = 4 : i64} : memref<4x4xi16>
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}3, 3, 3]]> : !cmix.packed<1x3xui4>
// CHECK-NEXT:   cmix.expand [x = 4, c = 3] input %x (x, c) -> (x, c) as <4x3xui8> lanes %lanes (x, c) -> (x, c) : memref<4x3xi8>, memref<4x4xi16>
// CHECK-NEXT:   cmix.contract [x = 4, f = 1, k = 3] input %lanes (x, f, k) -> (x, k) filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <4x1xui8> bias [5] filter_zero [7] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 1, pixels = 4, weight_bits = 16> : memref<4x4xi16>, !cmix.packed<1x3xui4>, memref<4x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @wide(%x: memref<4x3xi8>, %y: memref<4x1xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<1x3xui4>
  cmix.contract [x = 4, f = 1, c = 3] input %x (x, f, c) -> (x, c) as <4x3xui8>
      filter %w (x, f, c) -> (f, c) output %y (x, f, c) -> (x, f) as <4x1xui8>
      bias [5] filter_zero [7] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 4, weight_bits = 16>
      : memref<4x3xi8>, !cmix.packed<1x3xui4>, memref<4x1xi8>
  return
}
