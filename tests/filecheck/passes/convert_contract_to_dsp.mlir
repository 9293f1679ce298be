// RUN: cmix-opt %s --split-input-file -p convert-contract-to-dsp,cse | filecheck %s

// 8-bit weights, two filters by two pixels: their pairs share words, and a pair of inputs serves both.
// CHECK:      "memref.global"() <{sym_name = "block_weight", type = memref<2xi32>, initial_value = dense<[117310721, 150734595]> : tensor<2xi32>, sym_visibility = "private", constant}> {cmix.words} : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "block_bias", type = memref<2xi32>, initial_value = dense<[5, 6]> : tensor<2xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @block(%lanes: memref<2x4xi16>, %y: memref<2x2xi8>) attributes {cmix.one_region} {
// CHECK-NEXT:   %weight = memref.get_global @block_weight : memref<2xi32>
// CHECK-NEXT:   %bias = memref.get_global @block_bias : memref<2xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %bias0 = memref.load %bias[%c0] : memref<2xi32>
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %bias1 = memref.load %bias[%c1] : memref<2xi32>
// CHECK-NEXT:   %word = memref.load %weight[%c0] : memref<2xi32>
// CHECK-NEXT:   %w0 = dsp.sxtb16 %word
// CHECK-NEXT:   %w1 = dsp.sxtb16 %word ror 8
// CHECK-NEXT:   %x0 = dsp.load_word %lanes[%c0, %c0] : memref<2x4xi16>
// CHECK-NEXT:   %x1 = dsp.load_word %lanes[%c1, %c0] : memref<2x4xi16>
// CHECK-NEXT:   %acc00 = dsp.smlad %w0, %x0, %bias0
// CHECK-NEXT:   %acc10 = dsp.smlad %w1, %x0, %bias1
// CHECK-NEXT:   %acc01 = dsp.smlad %w0, %x1, %bias0
// CHECK-NEXT:   %acc11 = dsp.smlad %w1, %x1, %bias1
// CHECK-NEXT:   %word_1 = memref.load %weight[%c1] : memref<2xi32>
// CHECK-NEXT:   %w0_1 = dsp.sxtb16 %word_1
// CHECK-NEXT:   %w1_1 = dsp.sxtb16 %word_1 ror 8
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %x0_1 = dsp.load_word %lanes[%c0, %c2] : memref<2x4xi16>
// CHECK-NEXT:   %x1_1 = dsp.load_word %lanes[%c1, %c2] : memref<2x4xi16>
// CHECK-NEXT:   %acc00_1 = dsp.smlad %w0_1, %x0_1, %acc00
// CHECK-NEXT:   %acc10_1 = dsp.smlad %w1_1, %x0_1, %acc10
// CHECK-NEXT:   %acc01_1 = dsp.smlad %w0_1, %x1_1, %acc01
// CHECK-NEXT:   %acc11_1 = dsp.smlad %w1_1, %x1_1, %acc11
// CHECK-NEXT:   %y00 = cmix.requantize %acc00_1 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   cmix.store_elements %y00 to %y[%c0, %c0] : memref<2x2xi8> as <2x2xui8>
// CHECK-NEXT:   %y01 = cmix.requantize %acc01_1 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   cmix.store_elements %y01 to %y[%c1, %c0] : memref<2x2xi8> as <2x2xui8>
// CHECK-NEXT:   %y10 = cmix.requantize %acc10_1 channel %c1 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   cmix.store_elements %y10 to %y[%c0, %c1] : memref<2x2xi8> as <2x2xui8>
// CHECK-NEXT:   %y11 = cmix.requantize %acc11_1 channel %c1 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   cmix.store_elements %y11 to %y[%c1, %c1] : memref<2x2xi8> as <2x2xui8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @block(%lanes: memref<2x4xi16>, %y: memref<2x2xi8>) {
  %w = cmix.constant dense<[[1, -2, 3, -4], [5, 6, 7, 8]]> : !cmix.packed<2x4xsi8>
  cmix.contract [x = 2, f = 2, k = 4] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x2xui8> bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 2>
      : memref<2x4xi16>, !cmix.packed<2x4xsi8>, memref<2x2xi8>
  return
}

// -----

// 4-bit weights with a zero point: it is subtracted at the end, times the sum of the column.
// CHECK:      "memref.global"() <{sym_name = "sums_weight", type = memref<1xi32>, initial_value = dense<286331153> : tensor<1xi32>, sym_visibility = "private", constant}> {cmix.words} : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "sums_bias", type = memref<1xi32>, initial_value = dense<5> : tensor<1xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @sums(%lanes: memref<1x8xi16>, %sums: memref<1xi32>, %y: memref<1x1xi8>) {
// CHECK-NEXT:   %weight = memref.get_global @sums_weight : memref<1xi32>
// CHECK-NEXT:   %bias = memref.get_global @sums_bias : memref<1xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %bias0 = memref.load %bias[%c0] : memref<1xi32>
// CHECK-NEXT:   %word = memref.load %weight[%c0] : memref<1xi32>
// CHECK-NEXT:   %mask = arith.constant 983055 : i32
// CHECK-NEXT:   %mask_1 = dsp.hold %mask
// CHECK-NEXT:   %w0 = arith.andi %word, %mask_1 : i32
// CHECK-NEXT:   %x0 = dsp.load_word %lanes[%c0, %c0] : memref<1x8xi16>
// CHECK-NEXT:   %acc00 = dsp.smlad %w0, %x0, %bias0
// CHECK-NEXT:   %c4_i32 = arith.constant 4 : i32
// CHECK-NEXT:   %0 = arith.shrui %word, %c4_i32 : i32
// CHECK-NEXT:   %w0_1 = arith.andi %0, %mask_1 : i32
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %x0_1 = dsp.load_word %lanes[%c0, %c2] : memref<1x8xi16>
// CHECK-NEXT:   %acc00_1 = dsp.smlad %w0_1, %x0_1, %acc00
// CHECK-NEXT:   %c8_i32 = arith.constant 8 : i32
// CHECK-NEXT:   %1 = arith.shrui %word, %c8_i32 : i32
// CHECK-NEXT:   %w0_2 = arith.andi %1, %mask_1 : i32
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %x0_2 = dsp.load_word %lanes[%c0, %c4] : memref<1x8xi16>
// CHECK-NEXT:   %acc00_2 = dsp.smlad %w0_2, %x0_2, %acc00_1
// CHECK-NEXT:   %c12_i32 = arith.constant 12 : i32
// CHECK-NEXT:   %2 = arith.shrui %word, %c12_i32 : i32
// CHECK-NEXT:   %w0_3 = arith.andi %2, %mask_1 : i32
// CHECK-NEXT:   %c6 = arith.constant 6 : index
// CHECK-NEXT:   %x0_3 = dsp.load_word %lanes[%c0, %c6] : memref<1x8xi16>
// CHECK-NEXT:   %acc00_3 = dsp.smlad %w0_3, %x0_3, %acc00_2
// CHECK-NEXT:   %c3_i32 = arith.constant 3 : i32
// CHECK-NEXT:   %sum0 = memref.load %sums[%c0] : memref<1xi32>
// CHECK-NEXT:   %acc00_4 = dsp.mls %c3_i32, %sum0, %acc00_3
// CHECK-NEXT:   %y00 = cmix.requantize %acc00_4 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   cmix.store_elements %y00 to %y[%c0, %c0] : memref<1x1xi8> as <1x1xui8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @sums(%lanes: memref<1x8xi16>, %sums: memref<1xi32>, %y: memref<1x1xi8>) {
  %w = cmix.constant dense<1> : !cmix.packed<1x8xui4>
  cmix.contract [x = 1, f = 1, k = 8] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <1x1xui8>
      bias [5] filter_zero [3] sums %sums : memref<1xi32>
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 1>
      : memref<1x8xi16>, !cmix.packed<1x8xui4>, memref<1x1xi8>
  return
}

// -----

// Rows: two outputs share every load; zero points are subtracted from the weights.
// CHECK:      "memref.global"() <{sym_name = "rows_weight", type = memref<1xi32>, initial_value = dense<9568289> : tensor<1xi32>, sym_visibility = "private", constant}> {cmix.words} : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "rows_bias", type = memref<1xi32>, initial_value = dense<5> : tensor<1xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @rows(%lanes: memref<1x6xi16>, %y: memref<1x2x1xi8>) {
// CHECK-NEXT:   %weight = memref.get_global @rows_weight : memref<1xi32>
// CHECK-NEXT:   %bias = memref.get_global @rows_bias : memref<1xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %bias0 = memref.load %bias[%c0] : memref<1xi32>
// CHECK-NEXT:   %zeros = arith.constant 196611 : i32
// CHECK-NEXT:   %word = memref.load %weight[%c0] : memref<1xi32>
// CHECK-NEXT:   %mask = arith.constant 983055 : i32
// CHECK-NEXT:   %mask_1 = dsp.hold %mask
// CHECK-NEXT:   %w0 = arith.andi %word, %mask_1 : i32
// CHECK-NEXT:   %0 = dsp.ssub16 %w0, %zeros
// CHECK-NEXT:   %c4_i32 = arith.constant 4 : i32
// CHECK-NEXT:   %1 = arith.shrui %word, %c4_i32 : i32
// CHECK-NEXT:   %w0_1 = arith.andi %1, %mask_1 : i32
// CHECK-NEXT:   %2 = dsp.ssub16 %w0_1, %zeros
// CHECK-NEXT:   %x = dsp.load_word %lanes[%c0, %c0] : memref<1x6xi16>
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %x_1 = dsp.load_word %lanes[%c0, %c2] : memref<1x6xi16>
// CHECK-NEXT:   %3 = dsp.smlad %x, %0, %bias0
// CHECK-NEXT:   %4 = dsp.smlatb %x, %0, %bias0
// CHECK-NEXT:   %acc00 = dsp.smlabt %x_1, %2, %3
// CHECK-NEXT:   %acc01 = dsp.smlad %x_1, %2, %4
// CHECK-NEXT:   %y00 = cmix.requantize %acc00 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   cmix.store_elements %y00 to %y[%c0, %c0, %c0] : memref<1x2x1xi8> as <1x2x1xui8>
// CHECK-NEXT:   %y01 = cmix.requantize %acc01 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   cmix.store_elements %y01 to %y[%c0, %c1, %c0] : memref<1x2x1xi8> as <1x2x1xui8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @rows(%lanes: memref<1x6xi16>, %y: memref<1x2x1xi8>) {
  %w = cmix.constant dense<[[[1], [2], [9]]]> : !cmix.packed<1x3x1xui4>
  cmix.contract [f = 1, x = 2, i = 1, j = 3] input %lanes (f, x, i, j) -> (i, x + j)
      filter %w (f, x, i, j) -> (i, j, f) output %y (f, x, i, j) -> (0, x, f) as <1x2x1xui8>
      bias [5] filter_zero [3] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = rows, filters = 1, pixels = 2>
      : memref<1x6xi16>, !cmix.packed<1x3x1xui4>, memref<1x2x1xi8>
  return
}

// -----

// Rows of bytes: the order of loads counts.
// CHECK: func.func private @bytes(%x: memref<1x4xi8>, %y: memref<1x2x1xi8>) attributes {cmix.in_order} {
func.func private @bytes(%x: memref<1x4xi8>, %y: memref<1x2x1xi8>) {
  %lanes = memref.alloc() {alignment = 4 : i64} : memref<1x4xi16>
  cmix.expand [i = 1, t = 4] input %x (i, t) -> (i, t) as <1x4xui8> pad 0
      lanes %lanes (i, t) -> (i, t) : memref<1x4xi8>, memref<1x4xi16>
  %w = cmix.constant dense<[[[1], [2], [9]]]> : !cmix.packed<1x3x1xui4>
  cmix.contract [f = 1, x = 2, i = 1, j = 3] input %lanes (f, x, i, j) -> (i, x + j)
      filter %w (f, x, i, j) -> (i, j, f) output %y (f, x, i, j) -> (0, x, f) as <1x2x1xui8>
      bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = rows, filters = 1, pixels = 2>
      : memref<1x4xi16>, !cmix.packed<1x3x1xui4>, memref<1x2x1xi8>
  return
}

// -----

// Weights stored as lanes, less their zero point: a word is a pair.
// CHECK:      "memref.global"() <{sym_name = "wide_weight", type = memref<2xi32>, initial_value = dense<[196604, 65529]> : tensor<2xi32>, sym_visibility = "private", constant}> {cmix.words} : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "wide_bias", type = memref<1xi32>, initial_value = dense<5> : tensor<1xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @wide(%lanes: memref<1x4xi16>, %y: memref<1x1xi8>) {
// CHECK-NEXT:   %weight = memref.get_global @wide_weight : memref<2xi32>
// CHECK-NEXT:   %bias = memref.get_global @wide_bias : memref<1xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %bias0 = memref.load %bias[%c0] : memref<1xi32>
// CHECK-NEXT:   %w0 = memref.load %weight[%c0] : memref<2xi32>
// CHECK-NEXT:   %x0 = dsp.load_word %lanes[%c0, %c0] : memref<1x4xi16>
// CHECK-NEXT:   %acc00 = dsp.smlad %w0, %x0, %bias0
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %w0_1 = memref.load %weight[%c1] : memref<2xi32>
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %x0_1 = dsp.load_word %lanes[%c0, %c2] : memref<1x4xi16>
// CHECK-NEXT:   %acc00_1 = dsp.smlad %w0_1, %x0_1, %acc00
// CHECK-NEXT:   %y00 = cmix.requantize %acc00_1 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   cmix.store_elements %y00 to %y[%c0, %c0] : memref<1x1xi8> as <1x1xui8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @wide(%lanes: memref<1x4xi16>, %y: memref<1x1xi8>) {
  %w = cmix.constant dense<[[3, 9, 0]]> : !cmix.packed<1x3xui4>
  cmix.contract [x = 1, f = 1, k = 3] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <1x1xui8>
      bias [5] filter_zero [7] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 1, weight_bits = 16>
      : memref<1x4xi16>, !cmix.packed<1x3xui4>, memref<1x1xi8>
  return
}

// -----

// Weights that are lanes, and the bias, are shifted to the left for the requantization.
// CHECK:      "memref.global"() <{sym_name = "shifted_weight", type = memref<1xi32>, initial_value = dense<-524282> : tensor<1xi32>, sym_visibility = "private", constant}> {cmix.words} : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "shifted_bias", type = memref<1xi32>, initial_value = dense<10> : tensor<1xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @shifted(%lanes: memref<1x2xi16>, %y: memref<1x1xi8>) {
// CHECK-NEXT:   %weight = memref.get_global @shifted_weight : memref<1xi32>
// CHECK-NEXT:   %bias = memref.get_global @shifted_bias : memref<1xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %bias0 = memref.load %bias[%c0] : memref<1xi32>
// CHECK-NEXT:   %w0 = memref.load %weight[%c0] : memref<1xi32>
// CHECK-NEXT:   %x0 = dsp.load_word %lanes[%c0, %c0] : memref<1x2xi16>
// CHECK-NEXT:   %acc00 = dsp.smlad %w0, %x0, %bias0
// CHECK-NEXT:   %y00 = cmix.requantize %acc00 channel %c0 by #cmix.linear<left = [0], rounded [1518500250], offset = [40], right = [3], min = -128, max = 127> to si8
// CHECK-NEXT:   cmix.store_elements %y00 to %y[%c0, %c0] : memref<1x1xi8> as <1x1xsi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @shifted(%lanes: memref<1x2xi16>, %y: memref<1x1xi8>) {
  %w = cmix.constant dense<[[3, -4]]> : !cmix.packed<1x2xsi8>
  cmix.contract [x = 1, f = 1, k = 2] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <1x1xsi8> bias [5]
      requant #cmix.linear<left = [1], rounded [1518500250], offset = [40], right = [3], min = -128, max = 127>
      schedule <expand = columns, filters = 1, pixels = 1, weight_bits = 16>
      : memref<1x2xi16>, !cmix.packed<1x2xsi8>, memref<1x1xi8>
  return
}

// -----

// Joint weights: words are multiplied as they are, too; what is above is left by their difference, times 256.
// CHECK:      "memref.global"() <{sym_name = "joint_weight", type = memref<2xi32>, initial_value = dense<[66978561, 0]> : tensor<2xi32>, sym_visibility = "private", constant}> {cmix.words} : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "joint_bias", type = memref<2xi32>, initial_value = dense<[5, 1541]> : tensor<2xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @joint(%lanes: memref<1x2xi16>, %y: memref<1x2xi8>) attributes {cmix.as_written} {
// CHECK-NEXT:   %weight = memref.get_global @joint_weight : memref<2xi32>
// CHECK-NEXT:   %bias = memref.get_global @joint_bias : memref<2xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %bias0 = memref.load %bias[%c0] : memref<2xi32>
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %bias1 = memref.load %bias[%c1] : memref<2xi32>
// CHECK-NEXT:   %word = memref.load %weight[%c0] : memref<2xi32>
// CHECK-NEXT:   %x0 = dsp.load_word %lanes[%c0, %c0] : memref<1x2xi16>
// CHECK-NEXT:   %acc10 = dsp.smlad %word, %x0, %bias1
// CHECK-NEXT:   %w0 = dsp.sxtb16 %word
// CHECK-NEXT:   %acc00 = dsp.smlad %w0, %x0, %bias0
// CHECK-NEXT:   %word_1 = memref.load %weight[%c1] : memref<2xi32>
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %x0_1 = dsp.load_word %lanes[%c0, %c2] : memref<1x2xi16>
// CHECK-NEXT:   %acc10_1 = dsp.smlad %word_1, %x0_1, %acc10
// CHECK-NEXT:   %w0_1 = dsp.sxtb16 %word_1
// CHECK-NEXT:   %acc00_1 = dsp.smlad %w0_1, %x0_1, %acc00
// CHECK-NEXT:   %acc10_2 = arith.subi %acc10_1, %acc00_1 : i32
// CHECK-NEXT:   %y00 = cmix.requantize %acc00_1 channel %c0 by #cmix.linear<left = [8], high [1518500250], offset = [40], right = [3], min = -128, max = 127> to si8
// CHECK-NEXT:   cmix.store_elements %y00 to %y[%c0, %c0] : memref<1x2xi8> as <1x2xsi8>
// CHECK-NEXT:   %y10 = cmix.requantize %acc10_2 channel %c1 by #cmix.linear<left = [0], high [1518500250], offset = [40], right = [3], min = -128, max = 127> to si8
// CHECK-NEXT:   cmix.store_elements %y10 to %y[%c0, %c1] : memref<1x2xi8> as <1x2xsi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @joint(%lanes: memref<1x2xi16>, %y: memref<1x2xi8>) {
  %w = cmix.constant dense<[[1, -2], [3, 4]]> : !cmix.packed<2x2xsi8>
  cmix.contract [x = 1, f = 2, k = 2] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <1x2xsi8> bias [5, 6]
      requant #cmix.linear<left = [8], high [1518500250], offset = [40], right = [3], min = -128, max = 127>
      schedule <expand = columns, filters = 2, pixels = 1, joint = 1>
      : memref<1x2xi16>, !cmix.packed<2x2xsi8>, memref<1x2xi8>
  return
}

// -----

// Unsigned ones: upper weights less 128 are signed, which their zero point makes up for.
// CHECK:      "memref.global"() <{sym_name = "joint_unsigned_weight", type = memref<2xi32>, initial_value = dense<[-16646143, 0]> : tensor<2xi32>, sym_visibility = "private", constant}> {cmix.words} : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "joint_unsigned_bias", type = memref<2xi32>, initial_value = dense<[5, 1541]> : tensor<2xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @joint_unsigned(%lanes: memref<1x2xi16>, %sums: memref<1xi32>, %y: memref<1x2xi8>) attributes {cmix.as_written} {
// CHECK-NEXT:   %weight = memref.get_global @joint_unsigned_weight : memref<2xi32>
// CHECK-NEXT:   %bias = memref.get_global @joint_unsigned_bias : memref<2xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %bias0 = memref.load %bias[%c0] : memref<2xi32>
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %bias1 = memref.load %bias[%c1] : memref<2xi32>
// CHECK-NEXT:   %word = memref.load %weight[%c0] : memref<2xi32>
// CHECK-NEXT:   %x0 = dsp.load_word %lanes[%c0, %c0] : memref<1x2xi16>
// CHECK-NEXT:   %acc10 = dsp.smlad %word, %x0, %bias1
// CHECK-NEXT:   %w0 = dsp.uxtb16 %word
// CHECK-NEXT:   %acc00 = dsp.smlad %w0, %x0, %bias0
// CHECK-NEXT:   %word_1 = memref.load %weight[%c1] : memref<2xi32>
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %x0_1 = dsp.load_word %lanes[%c0, %c2] : memref<1x2xi16>
// CHECK-NEXT:   %acc10_1 = dsp.smlad %word_1, %x0_1, %acc10
// CHECK-NEXT:   %w0_1 = dsp.uxtb16 %word_1
// CHECK-NEXT:   %acc00_1 = dsp.smlad %w0_1, %x0_1, %acc00
// CHECK-NEXT:   %acc10_2 = arith.subi %acc10_1, %acc00_1 : i32
// CHECK-NEXT:   %c130_i32 = arith.constant 130 : i32
// CHECK-NEXT:   %filter_zero = arith.constant 512 : i32
// CHECK-NEXT:   %sum0 = memref.load %sums[%c0] : memref<1xi32>
// CHECK-NEXT:   %acc00_2 = dsp.mls %c130_i32, %sum0, %acc00_1
// CHECK-NEXT:   %acc10_3 = dsp.mls %filter_zero, %sum0, %acc10_2
// CHECK-NEXT:   %y00 = cmix.requantize %acc00_2 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   cmix.store_elements %y00 to %y[%c0, %c0] : memref<1x2xi8> as <1x2xui8>
// CHECK-NEXT:   %c8_i32 = arith.constant 8 : i32
// CHECK-NEXT:   %acc10_4 = arith.shrsi %acc10_3, %c8_i32 : i32
// CHECK-NEXT:   %y10 = cmix.requantize %acc10_4 channel %c1 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   cmix.store_elements %y10 to %y[%c0, %c1] : memref<1x2xi8> as <1x2xui8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @joint_unsigned(%lanes: memref<1x2xi16>, %sums: memref<1xi32>, %y: memref<1x2xi8>) {
  %w = cmix.constant dense<[[1, 2], [128, 127]]> : !cmix.packed<2x2xui8>
  cmix.contract [x = 1, f = 2, k = 2] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <1x2xui8> bias [5, 6]
      filter_zero [130] sums %sums : memref<1xi32>
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 1, joint = 1>
      : memref<1x2xi16>, !cmix.packed<2x2xui8>, memref<1x2xi8>
  return
}
