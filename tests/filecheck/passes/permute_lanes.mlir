// RUN: cmix-opt %s --split-input-file -p cmix-permute-lanes | filecheck %s

// 4 bits: pairs (0, 4), (1, 5), (2, 6), (3, 7).
// CHECK:      func.func private @four_bits(%x: memref<2x4xi8>, %lanes: memref<2x8xi16>, %y: memref<2x1xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}0, 1, 2, 3, 4, 5, 6, 7]]> : !cmix.packed<1x8xui4>
// CHECK-NEXT:   %w_1 = cmix.constant dense<{{\[\[}}0, 4, 1, 5, 2, 6, 3, 7]]> : !cmix.packed<1x8xui4>
// CHECK-NEXT:   cmix.expand [x = 2, c = 8] input %x (x, c) -> (x, c) as <2x8xui4> lanes %lanes (x, c) -> (x, c) order [0, 4, 1, 5, 2, 6, 3, 7] : memref<2x4xi8>, memref<2x8xi16>
// CHECK-NEXT:   cmix.contract [x = 2, f = 1, k = 8] input %lanes (x, f, k) -> (x, k) filter %w_1 (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<2x8xi16>, !cmix.packed<1x8xui4>, memref<2x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @four_bits(%x: memref<2x4xi8>, %lanes: memref<2x8xi16>, %y: memref<2x1xi8>) {
  %w = cmix.constant dense<[[0, 1, 2, 3, 4, 5, 6, 7]]> : !cmix.packed<1x8xui4>
  cmix.expand [x = 2, c = 8] input %x (x, c) -> (x, c) as <2x8xui4>
      lanes %lanes (x, c) -> (x, c) : memref<2x4xi8>, memref<2x8xi16>
  cmix.contract [x = 2, f = 1, k = 8] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<2x8xi16>, !cmix.packed<1x8xui4>, memref<2x1xi8>
  return
}

// -----

// 8 bits, two taps: every group of a word is permuted alike.
// CHECK:      func.func private @two_taps(%x: memref<3x4xi8>, %lanes: memref<2x8xi16>, %y: memref<2x1xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}0, 1, 2, 3, 4, 5, 6, 7]]> : !cmix.packed<1x8xui4>
// CHECK-NEXT:   %w_1 = cmix.constant dense<{{\[\[}}0, 2, 1, 3, 4, 6, 5, 7]]> : !cmix.packed<1x8xui4>
// CHECK-NEXT:   cmix.expand [x = 2, j = 2, c = 4] input %x (x, j, c) -> ((x + j), c) as <3x4xui8> lanes %lanes (x, j, c) -> (x, ((j * 4) + c)) order [0, 2, 1, 3] : memref<3x4xi8>, memref<2x8xi16>
// CHECK-NEXT:   cmix.contract [x = 2, f = 1, k = 8] input %lanes (x, f, k) -> (x, k) filter %w_1 (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<2x8xi16>, !cmix.packed<1x8xui4>, memref<2x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @two_taps(%x: memref<3x4xi8>, %lanes: memref<2x8xi16>, %y: memref<2x1xi8>) {
  %w = cmix.constant dense<[[0, 1, 2, 3, 4, 5, 6, 7]]> : !cmix.packed<1x8xui4>
  cmix.expand [x = 2, j = 2, c = 4] input %x (x, j, c) -> (x + j, c) as <3x4xui8>
      lanes %lanes (x, j, c) -> (x, j * 4 + c) : memref<3x4xi8>, memref<2x8xi16>
  cmix.contract [x = 2, f = 1, k = 8] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<2x8xi16>, !cmix.packed<1x8xui4>, memref<2x1xi8>
  return
}

// -----

// 1. not met: the innermost iterator runs over columns, not channels.
// CHECK:      func.func private @columns(%x: memref<4x1xi8>, %lanes: memref<1x8xi16>, %y: memref<1x1xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}1, 1, 1, 1]]> : !cmix.packed<1x4xui4>
// CHECK-NEXT:   cmix.expand [x = 1, j = 4] input %x (x, j) -> ((x + j), 0) as <4x1xui8> lanes %lanes (x, j) -> (x, j) : memref<4x1xi8>, memref<1x8xi16>
// CHECK-NEXT:   cmix.contract [x = 1, f = 1, k = 4] input %lanes (x, f, k) -> (x, k) filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <1x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<1x8xi16>, !cmix.packed<1x4xui4>, memref<1x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @columns(%x: memref<4x1xi8>, %lanes: memref<1x8xi16>, %y: memref<1x1xi8>) {
  %w = cmix.constant dense<1> : !cmix.packed<1x4xui4>
  cmix.expand [x = 1, j = 4] input %x (x, j) -> (x + j, 0) as <4x1xui8>
      lanes %lanes (x, j) -> (x, j) : memref<4x1xi8>, memref<1x8xi16>
  cmix.contract [x = 1, f = 1, k = 4] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <1x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<1x8xi16>, !cmix.packed<1x4xui4>, memref<1x1xi8>
  return
}

// -----

// 2. not met: six elements are no whole number of words.
// CHECK:      func.func private @six(%x: memref<1x6xi8>, %lanes: memref<1x8xi16>, %y: memref<1x1xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}1, 1, 1, 1, 1, 1]]> : !cmix.packed<1x6xui4>
// CHECK-NEXT:   cmix.expand [x = 1, c = 6] input %x (x, c) -> (x, c) as <1x6xui8> lanes %lanes (x, c) -> (x, c) : memref<1x6xi8>, memref<1x8xi16>
// CHECK-NEXT:   cmix.contract [x = 1, f = 1, k = 6] input %lanes (x, f, k) -> (x, k) filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <1x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<1x8xi16>, !cmix.packed<1x6xui4>, memref<1x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @six(%x: memref<1x6xi8>, %lanes: memref<1x8xi16>, %y: memref<1x1xi8>) {
  %w = cmix.constant dense<1> : !cmix.packed<1x6xui4>
  cmix.expand [x = 1, c = 6] input %x (x, c) -> (x, c) as <1x6xui8>
      lanes %lanes (x, c) -> (x, c) : memref<1x6xi8>, memref<1x8xi16>
  cmix.contract [x = 1, f = 1, k = 6] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <1x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<1x8xi16>, !cmix.packed<1x6xui4>, memref<1x1xi8>
  return
}

// -----

// 3. not met: the lanes are read tap by tap.
// CHECK:      func.func private @rows(%x: memref<1x4xi8>, %lanes: memref<1x5xi16>, %y: memref<1x1xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}[1], [1]]]> : !cmix.packed<1x2x1xui4>
// CHECK-NEXT:   cmix.expand [i = 1, t = 4] input %x (i, t) -> (i, t) as <1x4xui8> lanes %lanes (i, t) -> (i, t) : memref<1x4xi8>, memref<1x5xi16>
// CHECK-NEXT:   cmix.contract [f = 1, i = 1, j = 2] input %lanes (f, i, j) -> (i, j) filter %w (f, i, j) -> (i, j, f) output %y (f, i, j) -> (0, f) as <1x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<1x5xi16>, !cmix.packed<1x2x1xui4>, memref<1x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @rows(%x: memref<1x4xi8>, %lanes: memref<1x5xi16>, %y: memref<1x1xi8>) {
  %w = cmix.constant dense<1> : !cmix.packed<1x2x1xui4>
  cmix.expand [i = 1, t = 4] input %x (i, t) -> (i, t) as <1x4xui8>
      lanes %lanes (i, t) -> (i, t) : memref<1x4xi8>, memref<1x5xi16>
  cmix.contract [f = 1, i = 1, j = 2] input %lanes (f, i, j) -> (i, j)
      filter %w (f, i, j) -> (i, j, f) output %y (f, i, j) -> (0, f) as <1x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<1x5xi16>, !cmix.packed<1x2x1xui4>, memref<1x1xi8>
  return
}
