// RUN: ROUNDTRIP
// RUN: GENERIC_ROUNDTRIP

// CHECK:      func.func @expand(%m: memref<4x4x1xi8>, %words: memref<2x10xi32>, %y: index) {
// CHECK-NEXT:   cmix.expand_words [c = 3, i = 3, p = 6] at %y input %m (c, i, p)[s0] -> (((i + s0) + -1), (p + -1), c) as <4x4x3xui2> pad 1 words %words as <4 at 8, max 3> : memref<4x4x1xi8>, memref<2x10xi32>
// CHECK-NEXT:   cmix.expand_words [c = 3, i = 3, p = 6] from %y at %y input %m (c, i, p)[s0] -> ((i + s0), p, c) as <4x4x3xui2> words %words as <4 at 8, max 3> : memref<4x4x1xi8>, memref<2x10xi32>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @expand(%m: memref<4x4x1xi8>, %words: memref<2x10xi32>, %y: index) {
  cmix.expand_words [c = 3, i = 3, p = 6] at %y input %m (c, i, p)[s0] -> (i + s0 - 1, p - 1, c) as <4x4x3xui2> pad 1 words %words as <4 at 8, max 3> : memref<4x4x1xi8>, memref<2x10xi32>
  cmix.expand_words [c = 3, i = 3, p = 6] from %y at %y input %m (c, i, p)[s0] -> (i + s0, p, c) as <4x4x3xui2> words %words as <4 at 8, max 3> : memref<4x4x1xi8>, memref<2x10xi32>
  func.return
}



// CHECK:      func.func @contract(%words: memref<2x9xi32>, %sums: memref<4xi32>, %w: !cmix.packed<8x9x3xui2>, %y: memref<4x4x4xi8>, %row: index) {
// CHECK-NEXT:   cmix.sum_words %words as <4 at 8, max 3> length 9 taps 3 products 9 to %sums : memref<2x9xi32>, memref<4xi32>
// CHECK-NEXT:   cmix.contract_words [x = 4, f = 8, k = 9, j = 3] at %row words %words as <4 at 8, max 3> products 9 filter %w output %y (x, f, k, j)[s0] -> (s0, x, f) as <4x4x8xui4> bias [1, 2, 3, 4, 5, 6, 7, 8] filter_zero [2] sums %sums : memref<4xi32> requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0> : memref<2x9xi32>, !cmix.packed<8x9x3xui2>, memref<4x4x4xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @contract(%words: memref<2x9xi32>, %sums: memref<4xi32>, %w: !cmix.packed<8x9x3xui2>, %y: memref<4x4x4xi8>, %row: index) {
  cmix.sum_words %words as <4 at 8, max 3> length 9 taps 3 products 9 to %sums : memref<2x9xi32>, memref<4xi32>
  cmix.contract_words [x = 4, f = 8, k = 9, j = 3] at %row words %words as <4 at 8, max 3> products 9 filter %w output %y (x, f, k, j)[s0] -> (s0, x, f) as <4x4x8xui4> bias [1, 2, 3, 4, 5, 6, 7, 8] filter_zero [2] sums %sums : memref<4xi32> requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0> : memref<2x9xi32>, !cmix.packed<8x9x3xui2>, memref<4x4x4xi8>
  func.return
}



// Weights of two filters in a word.
// CHECK:      func.func @outer(%words: memref<2x9xi32>, %w: !cmix.packed<8x9x1xui2>, %y: memref<4x4xi8>) {
// CHECK-NEXT:   cmix.contract_words [x = 4, f = 8, k = 9, j = 1] words %words as <2 at 14, max 3> products 9 filter %w by <3 at 14, max [3, 0, 3]> weight_words 2 unroll 4 output %y (x, f, k, j) -> (x, f) as <4x8xui4> bias [1, 2, 3, 4, 5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0> : memref<2x9xi32>, !cmix.packed<8x9x1xui2>, memref<4x4xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @outer(%words: memref<2x9xi32>, %w: !cmix.packed<8x9x1xui2>, %y: memref<4x4xi8>) {
  cmix.contract_words [x = 4, f = 8, k = 9, j = 1] words %words as <2 at 14, max 3> products 9 filter %w by <3 at 14, max [3, 0, 3]> weight_words 2 unroll 4 output %y (x, f, k, j) -> (x, f) as <4x8xui4> bias [1, 2, 3, 4, 5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0> : memref<2x9xi32>, !cmix.packed<8x9x1xui2>, memref<4x4xi8>
  func.return
}



// Two filters side by side, pixels as far apart as both.
// CHECK:      func.func @apart(%words: memref<2x9xi32>, %w: !cmix.packed<8x9x1xui8>, %y: memref<4x4xi8>) {
// CHECK-NEXT:   cmix.contract_words [x = 4, f = 8, k = 9, j = 1] words %words as <2 at 30, max 3> products 9 filter %w by <2 at 15, max 255> weight_words 2 unroll 4 output %y (x, f, k, j) -> (x, f) as <4x8xui4> bias [1, 2, 3, 4, 5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0> : memref<2x9xi32>, !cmix.packed<8x9x1xui8>, memref<4x4xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @apart(%words: memref<2x9xi32>, %w: !cmix.packed<8x9x1xui8>, %y: memref<4x4xi8>) {
  cmix.contract_words [x = 4, f = 8, k = 9, j = 1] words %words as <2 at 30, max 3> products 9 filter %w by <2 at 15, max 255> weight_words 2 unroll 4 output %y (x, f, k, j) -> (x, f) as <4x8xui4> bias [1, 2, 3, 4, 5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0> : memref<2x9xi32>, !cmix.packed<8x9x1xui8>, memref<4x4xi8>
  func.return
}
