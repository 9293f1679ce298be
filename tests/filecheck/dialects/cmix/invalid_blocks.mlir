// RUN: cmix-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

// from_memref (1)
func.func @refused(%m: memref<2x3xi8>) {
  %x = cmix.from_memref %m : memref<2x3xi8> as !cmix.packed<2x3xui4>
  func.return
}
// CHECK: source of !cmix.packed<2x3xui4> must be memref<2x2xi8>, found memref<2x3xi8>

// -----

// to_memref (1)
func.func @refused(%x: !cmix.packed<2x3xui4>, %m: memref<2x2xi32>) {
  cmix.to_memref %x, %m : !cmix.packed<2x3xui4> to memref<2x2xi32>
  func.return
}
// CHECK: destination of !cmix.packed<2x3xui4> must be memref<2x2xi8>, found memref<2x2xi32>

// -----

// load_element (1)
func.func @refused(%m: memref<4xi8>, %i: index) {
  %e = cmix.load_element %m[%i, %i] : memref<4xi8> as <2x3xui4>
  func.return
}
// CHECK: memref of !cmix.packed<2x3xui4> must be memref<2x2xi8>, found memref<4xi8>

// -----

// load_element (2)
func.func @refused(%m: memref<2x2xi8>, %i: index) {
  %e = cmix.load_element %m[%i] : memref<2x2xi8> as <2x3xui4>
  func.return
}
// CHECK: expected 2 indices for !cmix.packed<2x3xui4>, found 1

// -----

// store_elements (1)
func.func @refused(%e: i32, %m: memref<4xi8>, %i: index) {
  cmix.store_elements %e to %m[%i, %i] : memref<4xi8> as <2x7xui2>
  func.return
}
// CHECK: memref of !cmix.packed<2x7xui2> must be memref<2x2xi8>, found memref<4xi8>

// -----

// store_elements (2), indices
func.func @refused(%e: i32, %m: memref<2x2xi8>, %i: index) {
  cmix.store_elements %e to %m[%i, %i, %i] : memref<2x2xi8> as <2x3xui4>
  func.return
}
// CHECK: expected 2 indices for !cmix.packed<2x3xui4>, found 3

// -----

// store_elements (2), values
func.func @refused(%m: memref<2x2xi8>, %i: index) {
  cmix.store_elements to %m[%i, %i] : memref<2x2xi8> as <2x3xui4>
  func.return
}
// CHECK: expected at least one value to store

// -----

// clear (1), shape
func.func @refused(%m: memref<?x2xi8>) {
  cmix.clear %m : memref<?x2xi8>
  func.return
}
// CHECK: expected a memref of integers with a static shape to clear, found memref<?x2xi8>

// -----

// clear (1), elements
func.func @refused(%m: memref<2xf32>) {
  cmix.clear %m : memref<2xf32>
  func.return
}
// CHECK: expected a memref of integers with a static shape to clear, found memref<2xf32>

// -----

// iterators (1), names
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, p = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: iterators need different names and extents of at least 1, found [('p', 4), ('p', 3), ('c', 3)]

// -----

// iterators (1), extents
func.func @refused(%m: memref<4x4x4xi8>, %lanes: memref<2x8xi16>) {
  cmix.expand [p = 0, c = 8] input %m (p, c) -> (0, p, c) as <4x4x8xui4>
      lanes %lanes (p, c) -> (p, c) : memref<4x4x4xi8>, memref<2x8xi16>
  func.return
}
// CHECK: iterators need different names and extents of at least 1, found [('p', 0), ('c', 8)]

// -----

// iterators (1), none
func.func @refused(%m: memref<4x4x4xi8>, %lanes: memref<2x8xi16>) {
  cmix.expand [] input %m () -> (0, 0, 0) as <4x4x8xui4>
      lanes %lanes () -> (0, 0) : memref<4x4x4xi8>, memref<2x8xi16>
  func.return
}
// CHECK: iterators need different names and extents of at least 1, found []

// -----

// iterators (2), iterators
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: filter map must map 3 iterators and 0 offsets to 2 positions

// -----

// iterators (2), offsets
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c)[s] -> (0, p + s, o) as <4x4x3xui4>
      bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: output map must map 3 iterators and 0 offsets to 3 positions

// -----

// iterators (2), positions
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: input map must map 3 iterators and 0 offsets to 3 positions

// -----

// contract (3), storage
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x3xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x3xi8>
  func.return
}
// CHECK: output of !cmix.packed<4x4x3xui4> must be memref<4x4x2xi8>, found memref<4x4x3xi8>

// -----

// contract (3), expanded input
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c)
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: input must be packed or a memref of i16, found memref<4x4x3xi8>

// -----

// contract (4), bias
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: 3 output channels need as many values of bias and 1 or as many of filter_zero, found 2 and 1

// -----

// contract (4), filter_zero
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] filter_zero [1, 2] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: 3 output channels need as many values of bias and 1 or as many of filter_zero, found 3 and 2

// -----

// contract (5)
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] requant #cmix.icn<m0 = [1, 2, 3, 4], n0 = [0, 1, 2, 3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: expected 1 or 3 (output channels) values of m0, found 4

// -----

// contract (6), element type
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>,
                   %s: memref<4xi16>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] sums %s : memref<4xi16> requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: sums must be a memref of i32 with one dimension, found memref<4xi16>

// -----

// contract (6), rank
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>,
                   %s: memref<1x4xi32>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] sums %s : memref<1x4xi32> requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: sums must be a memref of i32 with one dimension, found memref<1x4xi32>

// -----

// expand (3), storage
func.func @refused(%m: memref<4x4x8xi8>, %lanes: memref<2x8xi16>) {
  cmix.expand [p = 2, c = 8] input %m (p, c) -> (0, p, c) as <4x4x8xui4>
      lanes %lanes (p, c) -> (p, c) : memref<4x4x8xi8>, memref<2x8xi16>
  func.return
}
// CHECK: input of !cmix.packed<4x4x8xui4> must be memref<4x4x4xi8>, found memref<4x4x8xi8>

// -----

// expand (3), lanes
func.func @refused(%m: memref<4x4x4xi8>, %lanes: memref<2x8xi8>) {
  cmix.expand [p = 2, c = 8] input %m (p, c) -> (0, p, c) as <4x4x8xui4>
      lanes %lanes (p, c) -> (p, c) : memref<4x4x4xi8>, memref<2x8xi8>
  func.return
}
// CHECK: lanes must be packed or a memref of i16, found memref<2x8xi8>

// -----

// expand (3), reach
func.func @refused(%m: memref<4x4x4xi8>, %lanes: memref<2x8xi16>) {
  cmix.expand [p = 2, c = 8] input %m (p, c) -> (0, p, c) as <4x4x8xui4>
      lanes %lanes (p, c) -> (p, c + 1) : memref<4x4x4xi8>, memref<2x8xi16>
  func.return
}
// CHECK: lanes of shape [2, 8] do not contain [(0, 1), (1, 8)]

// -----

// expand (4), no permutation
func.func @refused(%m: memref<4x4x4xi8>, %lanes: memref<2x8xi16>) {
  cmix.expand [p = 2, c = 8] input %m (p, c) -> (0, p, c) as <4x4x8xui4>
      lanes %lanes (p, c) -> (p, c) order [0, 2, 2, 3] : memref<4x4x4xi8>, memref<2x8xi16>
  func.return
}
// CHECK: order must permute groups that divide 8, found [0, 2, 2, 3]

// -----

// expand (4), group
func.func @refused(%m: memref<4x4x4xi8>, %lanes: memref<2x8xi16>) {
  cmix.expand [p = 2, c = 8] input %m (p, c) -> (0, p, c) as <4x4x8xui4>
      lanes %lanes (p, c) -> (p, c) order [0, 2, 1] : memref<4x4x4xi8>, memref<2x8xi16>
  func.return
}
// CHECK: order must permute groups that divide 8, found [0, 2, 1]

// -----

// sum_lanes (1), lanes
func.func @refused(%lanes: memref<8xi16>, %sums: memref<8xi32>) {
  cmix.sum_lanes %lanes length 8 to %sums : memref<8xi16>, memref<8xi32>
  func.return
}
// CHECK: expected two-dimensional lanes and a sum of i32 for each of their columns, found memref<8xi16> and memref<8xi32>

// -----

// sum_lanes (1), sums
func.func @refused(%lanes: memref<2x8xi16>, %sums: memref<8xi32>) {
  cmix.sum_lanes %lanes length 8 to %sums : memref<2x8xi16>, memref<8xi32>
  func.return
}
// CHECK: expected two-dimensional lanes and a sum of i32 for each of their columns, found memref<2x8xi16> and memref<8xi32>

// -----

// sum_lanes (2)
func.func @refused(%lanes: memref<2x8xi16>, %sums: memref<2xi32>) {
  cmix.sum_lanes %lanes length 9 to %sums : memref<2x8xi16>, memref<2xi32>
  func.return
}
// CHECK: length must be in [1, 8], found 9

// -----

// requantize (1)
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.icn<m0 = [1], n0 = [0], zero = 0> to ui16
  func.return
}
// CHECK: element type of a packed tensor must be one of ui2, ui4, ui8, si2, si4, si8, found ui16

// -----

// requantize (2)
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.icn<m0 = [1], n0 = [0], zero = 4> to ui2
  func.return
}
// CHECK: zero point 4 is outside the output's range [0, 3]

// -----

// contract_words (8), lanes that are no filters
func.func @refused(%words: memref<2x9xi32>, %w: !cmix.packed<8x9x1xui2>, %y: memref<4x4xi8>) {
  cmix.contract_words [x = 4, f = 8, k = 9, j = 1] words %words as <2 at 14, max 3> products 9 filter %w by <3 at 14, max [3, 1, 3]> output %y (x, f, k, j) -> (x, f) as <4x8xui4> bias [1, 2, 3, 4, 5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0> : memref<2x9xi32>, !cmix.packed<8x9x1xui2>, memref<4x4xi8>
  func.return
}
// CHECK: a word of weights of several filters needs one tap, or one column and 2 taps, and as many equal lanes every 2 lanes of 14 bits, found 1 tap and !lanes.word<3 at 14, max [3, 1, 3]>

// -----

// contract_words (4), sizes
func.func @refused(%words: memref<2x9xi32>, %w: !cmix.packed<8x9x1xui2>, %y: memref<4x4xi8>) {
  cmix.contract_words [x = 4, f = 8, k = 9, j = 1] words %words as <2 at 14, max 3> products 9 filter %w by <3 at 14, max [3, 0, 3]> weight_words 0 unroll 4 output %y (x, f, k, j) -> (x, f) as <4x8xui4> bias [1, 2, 3, 4, 5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0> : memref<2x9xi32>, !cmix.packed<8x9x1xui2>, memref<4x4xi8>
  func.return
}
// CHECK: weight_words and unroll must be at least 1, found 0 and 4

// -----

// cmix.expand (5)
func.func @refused(%m: memref<4x4x4xi8>, %lanes: memref<2x8xi16>, %first: index) {
  cmix.expand [p = 2, c = 8] from %first input %m (p, c) -> (0, p, c) as <4x4x8xui4>
      lanes %lanes (p, c) -> (p, c) : memref<4x4x4xi8>, memref<2x8xi16>
  return
}
// CHECK: a first row needs an iterator i before the innermost, found p, c

// -----

// contract_words (9), pixels not as far apart as filters
func.func @refused(%words: memref<2x9xi32>, %w: !cmix.packed<8x9x1xui8>, %y: memref<4x4xi8>) {
  cmix.contract_words [x = 4, f = 8, k = 9, j = 1] words %words as <2 at 30, max 3> products 9 filter %w by <2 at 10, max 255> weight_words 2 unroll 4 output %y (x, f, k, j) -> (x, f) as <4x8xui4> bias [1, 2, 3, 4, 5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0> : memref<2x9xi32>, !cmix.packed<8x9x1xui8>, memref<4x4xi8>
  func.return
}
// CHECK: filters that are neighbours need one tap, equal lanes and columns 20 bits apart, found 1 tap, !lanes.word<2 at 10, max 255> and !lanes.word<2 at 30, max 3>
