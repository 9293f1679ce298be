// RUN: cmix-opt %s --split-input-file -p cmix-expand-words | filecheck %s

// Rows of all channels are packed, windows summed for the zero point; without a spacing the best proven one is taken.
// CHECK:      func.func private @row(%x: memref<4x4x1xi8>, %y: memref<4x4x1xi8>, %row: index) {
// CHECK-NEXT:   %sums = memref.alloca() {alignment = 4 : i64} : memref<4xi32>
// CHECK-NEXT:   %words = memref.alloc() {alignment = 4 : i64} : memref<2x6xi32>
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}{{\[\[}}1, 1], [1, 1], [1, 1]], {{\[\[}}1, 1], [1, 1], [1, 1]], {{\[\[}}1, 1], [1, 1], [1, 1]]], {{\[\[}}[1, 1], [1, 1], [1, 1]], {{\[\[}}1, 1], [1, 1], [1, 1]], {{\[\[}}1, 1], [1, 1], [1, 1]]]]> : !cmix.packed<2x3x3x2xui2>
// CHECK-NEXT:   cmix.expand_words [c = 2, i = 3, p = 6] at %row input %x (c, i, p)[s0] -> (((i + s0) + -1), (p + -1), c) as <4x4x2xui2> pad 1 words %words as <4 at 8, max 3> : memref<4x4x1xi8>, memref<2x6xi32>
// CHECK-NEXT:   cmix.sum_words %words as <4 at 8, max 3> length 6 taps 3 products 6 to %sums : memref<2x6xi32>, memref<4xi32>
// CHECK-NEXT:   %w_1 = cmix.constant dense<{{\[\[}}[1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]], {{\[\[}}1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]]]> : !cmix.packed<2x6x3xui2>
// CHECK-NEXT:   cmix.contract_words [x = 4, f = 2, k = 6, j = 3] at %row words %words as <4 at 8, max 3> products 6 filter %w_1 output %y (x, f, k, j)[s0] -> (s0, x, f) as <4x4x2xui2> bias [5, 6] filter_zero [1] sums %sums : memref<4xi32> requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<2x6xi32>, !cmix.packed<2x6x3xui2>, memref<4x4x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @row(%x: memref<4x4x1xi8>, %y: memref<4x4x1xi8>, %row: index) {
  %w = cmix.constant dense<1> : !cmix.packed<2x3x3x2xui2>
  cmix.contract [x = 4, f = 2, i = 3, j = 3, c = 2] at %row input %x (x, f, i, j, c)[s0] -> (i + s0 - 1, x + j - 1, c) as <4x4x2xui2> pad 1 filter %w (x, f, i, j, c)[s0] -> (f, i, j, c) output %y (x, f, i, j, c)[s0] -> (s0, x, f) as <4x4x2xui2> bias [5, 6] filter_zero [1] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 4, unroll = 9> : memref<4x4x1xi8>, !cmix.packed<2x3x3x2xui2>, memref<4x4x1xi8>
  return
}

// -----

// Other schedules are left to cmix-expand-inputs.
// CHECK:      func.func private @columns(%x: memref<6x8xi8>, %y: memref<6x2xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}3, 3, 3, 3, 3, 3, 3, 3], [3, 3, 3, 3, 3, 3, 3, 3]]> : !cmix.packed<2x8xui4>
// CHECK-NEXT:   cmix.contract [x = 6, f = 2, k = 8] input %x (x, f, k) -> (x, k) as <6x8xui8> filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <6x2xui8> bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 2, pixels = 2> : memref<6x8xi8>, !cmix.packed<2x8xui4>, memref<6x2xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @columns(%x: memref<6x8xi8>, %y: memref<6x2xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<2x8xui4>
  cmix.contract [x = 6, f = 2, k = 8] input %x (x, f, k) -> (x, k) as <6x8xui8> filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <6x2xui8> bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 2, pixels = 2> : memref<6x8xi8>, !cmix.packed<2x8xui4>, memref<6x2xi8>
  return
}

// -----

// Two words of three pixels and one; two filters a word, taken 8 products at a time.
// CHECK:      func.func private @pixels(%x: memref<4x2xi8>, %y: memref<4x4xi8>) {
// CHECK-NEXT:   %sums = memref.alloca() {alignment = 4 : i64} : memref<4xi32>
// CHECK-NEXT:   %words = memref.alloc() {alignment = 4 : i64} : memref<2x8xi32>
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}{{\[\[}}3, 3, 3, 3, 3, 3, 3, 3]]], {{\[\[}}[3, 3, 3, 3, 3, 3, 3, 3]]], {{\[\[}}[3, 3, 3, 3, 3, 3, 3, 3]]], {{\[\[}}[3, 3, 3, 3, 3, 3, 3, 3]]]]> : !cmix.packed<4x1x1x8xui2>
// CHECK-NEXT:   cmix.expand_words [c = 8, i = 1, p = 4] input %x (c, i, p) -> (p, c) as <4x8xui2> words %words as <3 at 10, max 3> : memref<4x2xi8>, memref<2x8xi32>
// CHECK-NEXT:   cmix.sum_words %words as <3 at 10, max 3> length 8 taps 1 products 8 to %sums : memref<2x8xi32>, memref<4xi32>
// CHECK-NEXT:   %w_1 = cmix.constant dense<{{\[\[}}[3], [3], [3], [3], [3], [3], [3], [3]], {{\[\[}}3], [3], [3], [3], [3], [3], [3], [3]], {{\[\[}}3], [3], [3], [3], [3], [3], [3], [3]], {{\[\[}}3], [3], [3], [3], [3], [3], [3], [3]]]> : !cmix.packed<4x8x1xui2>
// CHECK-NEXT:   cmix.contract_words [x = 4, f = 4, k = 8, j = 1] words %words as <3 at 10, max 3> products 8 filter %w_1 by <4 at 10, max [3, 0, 0, 3]> weight_words 2 unroll 8 output %y (x, f, k, j) -> (x, f) as <4x4xui8> bias [1, 2, 3, 4] filter_zero [1] sums %sums : memref<4xi32> requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<2x8xi32>, !cmix.packed<4x8x1xui2>, memref<4x4xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @pixels(%x: memref<4x2xi8>, %y: memref<4x4xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<4x1x1x8xui2>
  cmix.contract [x = 4, f = 4, c = 8] input %x (x, f, c) -> (x, c) as <4x8xui2> filter %w (x, f, c) -> (f, 0, 0, c) output %y (x, f, c) -> (x, f) as <4x4xui8> bias [1, 2, 3, 4] filter_zero [1] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = outer, filters = 2, pixels = 3, spacing = 10, words = 2> : memref<4x2xi8>, !cmix.packed<4x1x1x8xui2>, memref<4x4xi8>
  return
}

// -----

// A vector has one pixel; without a spacing the best proven one is taken.
// CHECK:      func.func private @vector(%x: memref<8xi8>, %y: memref<4xi8>) {
// CHECK-NEXT:   %words = memref.alloc() {alignment = 4 : i64} : memref<1x8xi32>
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}15, 15, 15, 15, 15, 15, 15, 15], [15, 15, 15, 15, 15, 15, 15, 15], [15, 15, 15, 15, 15, 15, 15, 15], [15, 15, 15, 15, 15, 15, 15, 15]]> : !cmix.packed<4x8xui4>
// CHECK-NEXT:   cmix.expand_words [c = 8, i = 1, p = 1] input %x (c, i, p) -> (c) as <8xui8> words %words as <1 at 16, max 255> : memref<8xi8>, memref<1x8xi32>
// CHECK-NEXT:   %w_1 = cmix.constant dense<{{\[\[}}[15], [15], [15], [15], [15], [15], [15], [15]], {{\[\[}}15], [15], [15], [15], [15], [15], [15], [15]], {{\[\[}}15], [15], [15], [15], [15], [15], [15], [15]], {{\[\[}}15], [15], [15], [15], [15], [15], [15], [15]]]> : !cmix.packed<4x8x1xui4>
// CHECK-NEXT:   cmix.contract_words [x = 1, f = 4, k = 8, j = 1] words %words as <1 at 16, max 255> products 8 filter %w_1 by <2 at 16, max 15> unroll 8 output %y (x, f, k, j) -> (f) as <4xui8> bias [1, 2, 3, 4] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<1x8xi32>, !cmix.packed<4x8x1xui4>, memref<4xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @vector(%x: memref<8xi8>, %y: memref<4xi8>) {
  %w = cmix.constant dense<15> : !cmix.packed<4x8xui4>
  cmix.contract [f = 4, k = 8] input %x (f, k) -> (k) as <8xui8> filter %w (f, k) -> (f, k) output %y (f, k) -> (f) as <4xui8> bias [1, 2, 3, 4] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = outer, filters = 2, pixels = 1> : memref<8xi8>, !cmix.packed<4x8xui4>, memref<4xi8>
  return
}

// -----

// Two neighbours of a vector in a word, as the taps of a row.
// CHECK:      func.func private @neighbours(%x: memref<2xi8>, %y: memref<4xi8>) {
// CHECK-NEXT:   %sums = memref.alloca() {alignment = 4 : i64} : memref<1xi32>
// CHECK-NEXT:   %words = memref.alloc() {alignment = 4 : i64} : memref<1x4xi32>
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}0, 1, 2, 3, 0, 1, 2, 3], [1, 1, 1, 1, 1, 1, 1, 1], [2, 2, 2, 2, 2, 2, 2, 2], [3, 3, 3, 3, 3, 3, 3, 3]]> : !cmix.packed<4x8xui2>
// CHECK-NEXT:   cmix.expand_words [c = 4, i = 1, p = 2] input %x (c, i, p) -> (((c * 2) + p)) as <8xui2> words %words as <2 at 8, max 3> : memref<2xi8>, memref<1x4xi32>
// CHECK-NEXT:   cmix.sum_words %words as <2 at 8, max 3> length 4 taps 2 products 4 to %sums : memref<1x4xi32>, memref<1xi32>
// CHECK-NEXT:   %w_1 = cmix.constant dense<{{\[\[}}[0, 1], [2, 3], [0, 1], [2, 3]], {{\[\[}}1, 1], [1, 1], [1, 1], [1, 1]], {{\[\[}}2, 2], [2, 2], [2, 2], [2, 2]], {{\[\[}}3, 3], [3, 3], [3, 3], [3, 3]]]> : !cmix.packed<4x4x2xui2>
// CHECK-NEXT:   cmix.contract_words [x = 1, f = 4, k = 4, j = 2] words %words as <2 at 8, max 3> products 4 filter %w_1 by <4 at 8, max 3> unroll 4 output %y (x, f, k, j) -> (f) as <4xui8> bias [1, 2, 3, 4] filter_zero [1] sums %sums : memref<1xi32> requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<1x4xi32>, !cmix.packed<4x4x2xui2>, memref<4xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @neighbours(%x: memref<2xi8>, %y: memref<4xi8>) {
  %w = cmix.constant dense<[[0, 1, 2, 3, 0, 1, 2, 3], [1, 1, 1, 1, 1, 1, 1, 1], [2, 2, 2, 2, 2, 2, 2, 2], [3, 3, 3, 3, 3, 3, 3, 3]]> : !cmix.packed<4x8xui2>
  cmix.contract [f = 4, k = 8] input %x (f, k) -> (k) as <8xui2> filter %w (f, k) -> (f, k) output %y (f, k) -> (f) as <4xui8> bias [1, 2, 3, 4] filter_zero [1] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = outer, filters = 2, pixels = 2, spacing = 8> : memref<2xi8>, !cmix.packed<4x8xui2>, memref<4xi8>
  return
}

// -----

// Blocks of a layer come one after another, and share their words where these have the same shape.
// CHECK:      func.func private @blocks(%x: memref<4x1xi8>, %y: memref<4x1xi8>) {
// CHECK-NEXT:   %words = memref.alloc() {alignment = 4 : i64} : memref<1x16xi32>
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}{{\[\[}}3, 3]]]]> : !cmix.packed<1x1x1x2xui2>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   cmix.expand_words [c = 2, i = 1, p = 2] at %c0 input %x (c, i, p)[s0] -> ((p + s0), c) as <4x2xui2> words %words as <2 at 10, max 3> : memref<4x1xi8>, memref<1x16xi32>
// CHECK-NEXT:   %w_1 = cmix.constant dense<{{\[\[}}[3], [3]]]> : !cmix.packed<1x2x1xui2>
// CHECK-NEXT:   cmix.contract_words [x = 2, f = 1, k = 2, j = 1] at %c0 words %words as <2 at 10, max 3> products 16 filter %w_1 by <1 at 10, max 3> unroll 16 output %y (x, f, k, j)[s0] -> ((x + s0), f) as <4x1xui8> bias [1] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<1x16xi32>, !cmix.packed<1x2x1xui2>, memref<4x1xi8>
// CHECK-NEXT:   cmix.expand_words [c = 2, i = 1, p = 2] at %c2 input %x (c, i, p)[s0] -> ((p + s0), c) as <4x2xui2> words %words as <2 at 10, max 3> : memref<4x1xi8>, memref<1x16xi32>
// CHECK-NEXT:   %w_2 = cmix.constant dense<{{\[\[}}[3], [3]]]> : !cmix.packed<1x2x1xui2>
// CHECK-NEXT:   cmix.contract_words [x = 2, f = 1, k = 2, j = 1] at %c2 words %words as <2 at 10, max 3> products 16 filter %w_2 by <1 at 10, max 3> unroll 16 output %y (x, f, k, j)[s0] -> ((x + s0), f) as <4x1xui8> bias [1] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<1x16xi32>, !cmix.packed<1x2x1xui2>, memref<4x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @blocks(%x: memref<4x1xi8>, %y: memref<4x1xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<1x1x1x2xui2>
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  cmix.contract [x = 2, f = 1, c = 2] at %c0
      input %x (x, f, c)[s0] -> (x + s0, c) as <4x2xui2> filter %w (x, f, c)[s0] -> (f, 0, 0, c)
      output %y (x, f, c)[s0] -> (x + s0, f) as <4x1xui8> bias [1]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = outer, filters = 1, pixels = 2, unroll = 2, spacing = 10>
      : memref<4x1xi8>, !cmix.packed<1x1x1x2xui2>, memref<4x1xi8>
  cmix.contract [x = 2, f = 1, c = 2] at %c2
      input %x (x, f, c)[s0] -> (x + s0, c) as <4x2xui2> filter %w (x, f, c)[s0] -> (f, 0, 0, c)
      output %y (x, f, c)[s0] -> (x + s0, f) as <4x1xui8> bias [1]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = outer, filters = 1, pixels = 2, unroll = 2, spacing = 10>
      : memref<4x1xi8>, !cmix.packed<1x1x1x2xui2>, memref<4x1xi8>
  return
}

// -----

// A depthwise layer: the rows of a strip, of the channels of a byte; the contraction stays, of words.
// CHECK:      func.func private @channels(%x: memref<6x6x2xi8>, %y: memref<6x6x2xi8>, %c: index, %y0: index) {
// CHECK-NEXT:   %words = memref.alloc() {alignment = 4 : i64} : memref<2x20xi32>
// CHECK-NEXT:   %w = cmix.constant dense<"0x555555555555555555555555555555555555"> : !cmix.packed<3x3x8xui2>
// CHECK-NEXT:   cmix.expand_words [c = 4, i = 5, p = 8] at %c, %y0 input %x (c, i, p)[s0, s1] -> (((s1 + -1) + i), (p + -1), (c + s0)) as <6x6x8xui2> pad 1 words %words as <4 at 8, max 3> : memref<6x6x2xi8>, memref<2x20xi32>
// CHECK-NEXT:   cmix.contract [c = 4, f = 1, y = 3, x = 6, i = 3, j = 3] at %c, %y0 input %words (c, f, y, x, i, j)[s0, s1] -> (((c * 5) + (y + i)), (x + j)) words <4 at 8, max 3> filter %w (c, f, y, x, i, j)[s0, s1] -> (i, j, ((c + s0) + f)) output %y (c, f, y, x, i, j)[s0, s1] -> ((y + s1), x, ((c + s0) + f)) as <6x6x8xui2> bias [1, 2, 3, 4, 5, 6, 7, 8] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 4, rows = 3, channels = 4> : memref<2x20xi32>, !cmix.packed<3x3x8xui2>, memref<6x6x2xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @channels(%x: memref<6x6x2xi8>, %y: memref<6x6x2xi8>, %c: index, %y0: index) {
  %w = cmix.constant dense<1> : !cmix.packed<3x3x8xui2>
  cmix.contract [c = 4, f = 1, y = 3, x = 6, i = 3, j = 3] at %c, %y0 input %x (c, f, y, x, i, j)[s0, s1] -> ((y + s1) * 1 + i - 1, x * 1 + j - 1, c + s0) as <6x6x8xui2> pad 1 filter %w (c, f, y, x, i, j)[s0, s1] -> (i, j, c + s0 + f) output %y (c, f, y, x, i, j)[s0, s1] -> (y + s1, x, c + s0 + f) as <6x6x8xui2> bias [1, 2, 3, 4, 5, 6, 7, 8] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 4, rows = 3, channels = 4> : memref<6x6x2xi8>, !cmix.packed<3x3x8xui2>, memref<6x6x2xi8>
  return
}

// -----

// With two phases an input row is two rows of words.
// CHECK:      func.func private @phases(%x: memref<6x6x2xi8>, %y: memref<3x3x2xi8>, %c: index, %y0: index) {
// CHECK-NEXT:   %words = memref.alloc() {alignment = 4 : i64} : memref<2x56xi32>
// CHECK-NEXT:   %w = cmix.constant dense<"0x555555555555555555555555555555555555555555555555"> : !cmix.packed<3x4x8xui2>
// CHECK-NEXT:   cmix.expand_words [c = 4, i = 7, h = 2, p = 4] at %c, %y0 input %x (c, i, h, p)[s0, s1] -> ((((s1 * 2) + -1) + i), (((p * 2) + -1) + h), (c + s0)) as <6x6x8xui2> pad 1 words %words as <3 at 8, max 3> : memref<6x6x2xi8>, memref<2x56xi32>
// CHECK-NEXT:   cmix.contract [c = 4, f = 1, y = 3, x = 3, i = 3, h = 2, j = 2] at %c, %y0 input %words (c, f, y, x, i, h, j)[s0, s1] -> ((((c * 14) + ((y * 4) + (i * 2))) + h), (x + j)) words <3 at 8, max 3> filter %w (c, f, y, x, i, h, j)[s0, s1] -> (i, ((j * 2) + h), ((c + s0) + f)) output %y (c, f, y, x, i, h, j)[s0, s1] -> ((y + s1), x, ((c + s0) + f)) as <3x3x8xui2> bias [1, 2, 3, 4, 5, 6, 7, 8] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 3, rows = 3, channels = 4> : memref<2x56xi32>, !cmix.packed<3x4x8xui2>, memref<3x3x2xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @phases(%x: memref<6x6x2xi8>, %y: memref<3x3x2xi8>, %c: index, %y0: index) {
  %w = cmix.constant dense<1> : !cmix.packed<3x4x8xui2>
  cmix.contract [c = 4, f = 1, y = 3, x = 3, i = 3, h = 2, j = 2] at %c, %y0 input %x (c, f, y, x, i, h, j)[s0, s1] -> ((y + s1) * 2 + i - 1, x * 2 + j * 2 + h - 1, c + s0) as <6x6x8xui2> pad 1 filter %w (c, f, y, x, i, h, j)[s0, s1] -> (i, j * 2 + h, c + s0 + f) output %y (c, f, y, x, i, h, j)[s0, s1] -> (y + s1, x, c + s0 + f) as <3x3x8xui2> bias [1, 2, 3, 4, 5, 6, 7, 8] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 3, rows = 3, channels = 4> : memref<6x6x2xi8>, !cmix.packed<3x4x8xui2>, memref<3x3x2xi8>
  return
}

// -----

// Windows of two pixels far apart: the columns of the kernel are rows of their own.
// CHECK:      func.func private @image(%x: memref<4x4x1xi8>, %y: memref<4x4x2xi8>, %row: index) {
// CHECK-NEXT:   %sums = memref.alloca() {alignment = 4 : i64} : memref<4xi32>
// CHECK-NEXT:   %words = memref.alloc() {alignment = 4 : i64} : memref<2x18xi32>
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}{{\[\[}}200, 200], [200, 200], [200, 200]], {{\[\[}}200, 200], [200, 200], [200, 200]], {{\[\[}}200, 200], [200, 200], [200, 200]]], {{\[\[}}[200, 200], [200, 200], [200, 200]], {{\[\[}}200, 200], [200, 200], [200, 200]], {{\[\[}}200, 200], [200, 200], [200, 200]]]]> : !cmix.packed<2x3x3x2xui8>
// CHECK-NEXT:   cmix.expand_words [c = 2, i = 3, h = 3, p = 4] at %row input %x (c, i, h, p)[s0] -> (((i + s0) + -1), ((p + h) + -1), c) as <4x4x2xui2> pad 1 words %words as <2 at 30, max 3> : memref<4x4x1xi8>, memref<2x18xi32>
// CHECK-NEXT:   cmix.sum_words %words as <2 at 30, max 3> length 18 taps 1 products 9 to %sums : memref<2x18xi32>, memref<4xi32>
// CHECK-NEXT:   %w_1 = cmix.constant dense<{{\[\[}}[200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200]], {{\[\[}}200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200], [200]]]> : !cmix.packed<2x18x1xui8>
// CHECK-NEXT:   cmix.contract_words [x = 4, f = 2, k = 18, j = 1] at %row words %words as <2 at 30, max 3> products 18 filter %w_1 by <2 at 15, max 255> unroll 9 output %y (x, f, k, j)[s0] -> (s0, x, f) as <4x4x2xui8> bias [5, 6] filter_zero [1] sums %sums : memref<4xi32> requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<2x18xi32>, !cmix.packed<2x18x1xui8>, memref<4x4x2xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @image(%x: memref<4x4x1xi8>, %y: memref<4x4x2xi8>, %row: index) {
  %w = cmix.constant dense<200> : !cmix.packed<2x3x3x2xui8>
  cmix.contract [x = 4, f = 2, i = 3, j = 3, c = 2] at %row input %x (x, f, i, j, c)[s0] -> (i + s0 - 1, x + j - 1, c) as <4x4x2xui2> pad 1 filter %w (x, f, i, j, c)[s0] -> (f, i, j, c) output %y (x, f, i, j, c)[s0] -> (s0, x, f) as <4x4x2xui8> bias [5, 6] filter_zero [1] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = outer, filters = 2, pixels = 2, unroll = 9, spacing = 15, apart = 2> : memref<4x4x1xi8>, !cmix.packed<2x3x3x2xui8>, memref<4x4x2xi8>
  return
}
