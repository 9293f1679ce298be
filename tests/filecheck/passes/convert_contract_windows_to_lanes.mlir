// RUN: cmix-opt %s --split-input-file -p convert-contract-windows-to-lanes,cse | filecheck %s

// Two words: the second starts at what the first left. The offset is taken off the bias: 5 - 9.
// CHECK:      "memref.global"() <{sym_name = "layer_weight", type = memref<1xi32>, initial_value = dense<-65535> : tensor<1xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "layer_bias", type = memref<1xi32>, initial_value = dense<2> : tensor<1xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @layer(%words: memref<2x1xi32>, %y: memref<1x6x1xi8>) {
// CHECK-NEXT:   %weight = memref.get_global @layer_weight : memref<1xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %w0 = lanes.load %weight[%c0] : memref<1xi32> -> !lanes.word<3 at 8, min [1, 0, -1], max [1, 0, -1]>
// CHECK-NEXT:   %bias = memref.get_global @layer_bias : memref<1xi32>
// CHECK-NEXT:   %bias_1 = memref.load %bias[%c0] : memref<1xi32>
// CHECK-NEXT:   %offsets = lanes.constant : !lanes.word<4 at 8, min 3, max 3>
// CHECK-NEXT:   %x = lanes.load %words[%c0, %c0] : memref<2x1xi32> -> !lanes.word<4 at 8, max 3>
// CHECK-NEXT:   %acc = lanes.mla %x, %w0, %offsets : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, min [1, 0, -1], max [1, 0, -1]>, !lanes.word<4 at 8, min 3, max 3> -> !lanes.long<6 at 8, min [3, 3, 0, 0, -3, -3], max [6, 6, 6, 6, 0, 0]>
// CHECK-NEXT:   %carry = lanes.drop %acc by 4 : !lanes.long<6 at 8, min [3, 3, 0, 0, -3, -3], max [6, 6, 6, 6, 0, 0]> -> !lanes.word<2 at 8, min -3, max 0>
// CHECK-NEXT:   %sum = lanes.get %acc[2] : !lanes.long<6 at 8, min [3, 3, 0, 0, -3, -3], max [6, 6, 6, 6, 0, 0]>
// CHECK-NEXT:   %acc_1 = arith.addi %bias_1, %sum : i32
// CHECK-NEXT:   %y0 = cmix.requantize %acc_1 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   cmix.store_elements %y0 to %y[%c0, %c0, %c0] : memref<1x6x1xi8> as <1x6x1xui8>
// CHECK-NEXT:   %sum_1 = lanes.get %acc[3] : !lanes.long<6 at 8, min [3, 3, 0, 0, -3, -3], max [6, 6, 6, 6, 0, 0]>
// CHECK-NEXT:   %acc_2 = arith.addi %bias_1, %sum_1 : i32
// CHECK-NEXT:   %y0_1 = cmix.requantize %acc_2 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   cmix.store_elements %y0_1 to %y[%c0, %c1, %c0] : memref<1x6x1xi8> as <1x6x1xui8>
// CHECK-NEXT:   %offsets_1 = lanes.constant : !lanes.word<4 at 8, min 3, max 3>
// CHECK-NEXT:   %start = lanes.add %carry, %offsets_1 : !lanes.word<2 at 8, min -3, max 0>, !lanes.word<4 at 8, min 3, max 3> -> !lanes.word<4 at 8, min [0, 0, 3, 3], max 3>
// CHECK-NEXT:   %x_1 = lanes.load %words[%c1, %c0] : memref<2x1xi32> -> !lanes.word<4 at 8, max 3>
// CHECK-NEXT:   %acc_3 = lanes.mla %x_1, %w0, %start : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, min [1, 0, -1], max [1, 0, -1]>, !lanes.word<4 at 8, min [0, 0, 3, 3], max 3> -> !lanes.long<6 at 8, min [0, 0, 0, 0, -3, -3], max [6, 6, 6, 6, 0, 0]>
// CHECK-NEXT:   %sum_2 = lanes.get %acc_3[0] : !lanes.long<6 at 8, min [0, 0, 0, 0, -3, -3], max [6, 6, 6, 6, 0, 0]>
// CHECK-NEXT:   %acc_4 = arith.addi %bias_1, %sum_2 : i32
// CHECK-NEXT:   %y0_2 = cmix.requantize %acc_4 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   cmix.store_elements %y0_2 to %y[%c0, %c2, %c0] : memref<1x6x1xi8> as <1x6x1xui8>
// CHECK-NEXT:   %sum_3 = lanes.get %acc_3[1] : !lanes.long<6 at 8, min [0, 0, 0, 0, -3, -3], max [6, 6, 6, 6, 0, 0]>
// CHECK-NEXT:   %acc_5 = arith.addi %bias_1, %sum_3 : i32
// CHECK-NEXT:   %y0_3 = cmix.requantize %acc_5 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   cmix.store_elements %y0_3 to %y[%c0, %c3, %c0] : memref<1x6x1xi8> as <1x6x1xui8>
// CHECK-NEXT:   %sum_4 = lanes.get %acc_3[2] : !lanes.long<6 at 8, min [0, 0, 0, 0, -3, -3], max [6, 6, 6, 6, 0, 0]>
// CHECK-NEXT:   %acc_6 = arith.addi %bias_1, %sum_4 : i32
// CHECK-NEXT:   %y0_4 = cmix.requantize %acc_6 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   cmix.store_elements %y0_4 to %y[%c0, %c4, %c0] : memref<1x6x1xi8> as <1x6x1xui8>
// CHECK-NEXT:   %sum_5 = lanes.get %acc_3[3] : !lanes.long<6 at 8, min [0, 0, 0, 0, -3, -3], max [6, 6, 6, 6, 0, 0]>
// CHECK-NEXT:   %acc_7 = arith.addi %bias_1, %sum_5 : i32
// CHECK-NEXT:   %y0_5 = cmix.requantize %acc_7 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %c5 = arith.constant 5 : index
// CHECK-NEXT:   cmix.store_elements %y0_5 to %y[%c0, %c5, %c0] : memref<1x6x1xi8> as <1x6x1xui8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @layer(%words: memref<2x1xi32>, %y: memref<1x6x1xi8>) {
  %w = cmix.constant dense<[[[1], [2], [3]]]> : !cmix.packed<1x3x1xui2>
  cmix.contract [x = 6, f = 1, j = 3] input %words (x, f, j) -> (0, x + j) words <4 at 8, max 3> filter %w (x, f, j) -> (0, j, f) output %y (x, f, j) -> (0, x, f) as <1x6x1xui8> bias [5] filter_zero [2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 4, spacing = 8> : memref<2x1xi32>, !cmix.packed<1x3x1xui2>, memref<1x6x1xi8>
  return
}

// -----

// Words in the middle of a row are a loop. The offsets of three lanes need a pair of words.
// CHECK:      "memref.global"() <{sym_name = "layer_weight", type = memref<2xi32>, initial_value = dense<[-134189061, -117411833]> : tensor<2xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "layer_bias", type = memref<1xi32>, initial_value = dense<-295> : tensor<1xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @layer(%words: memref<6x4xi32>, %y: memref<1x14x1xi8>) {
// CHECK-NEXT:   %weight = memref.get_global @layer_weight : memref<2xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %w0 = lanes.load %weight[%c0] : memref<2xi32> -> !lanes.word<3 at 12, min [-5, 7, -8], max [-5, 7, -8]>
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %w1 = lanes.load %weight[%c1] : memref<2xi32> -> !lanes.word<3 at 12, min [7, 7, -7], max [7, 7, -7]>
// CHECK-NEXT:   %bias = memref.get_global @layer_bias : memref<1xi32>
// CHECK-NEXT:   %bias_1 = memref.load %bias[%c0] : memref<1xi32>
// CHECK-NEXT:   %offsets = lanes.constant : !lanes.long<3 at 12, min 300, max 300>
// CHECK-NEXT:   %x = lanes.load %words[%c0, %c0] : memref<6x4xi32> -> !lanes.word<3 at 12, max 15>
// CHECK-NEXT:   %acc = lanes.mla %x, %w0, %offsets : !lanes.word<3 at 12, max 15>, !lanes.word<3 at 12, min [-5, 7, -8], max [-5, 7, -8]>, !lanes.long<3 at 12, min 300, max 300> -> !lanes.long<5 at 12, min [225, 225, 105, -120, -120], max [300, 405, 405, 105, 0]>
// CHECK-NEXT:   %x_1 = lanes.load %words[%c0, %c1] : memref<6x4xi32> -> !lanes.word<3 at 12, max 15>
// CHECK-NEXT:   %acc_1 = lanes.mla %x_1, %w1, %acc : !lanes.word<3 at 12, max 15>, !lanes.word<3 at 12, min [7, 7, -7], max [7, 7, -7]>, !lanes.long<5 at 12, min [225, 225, 105, -120, -120], max [300, 405, 405, 105, 0]> -> !lanes.long<5 at 12, min [225, 225, 0, -225, -225], max [405, 615, 615, 210, 0]>
// CHECK-NEXT:   %carry = lanes.drop %acc_1 by 3 : !lanes.long<5 at 12, min [225, 225, 0, -225, -225], max [405, 615, 615, 210, 0]> -> !lanes.word<2 at 12, min -225, max [210, 0]>
// CHECK-NEXT:   %sum = lanes.get %acc_1[2] : !lanes.long<5 at 12, min [225, 225, 0, -225, -225], max [405, 615, 615, 210, 0]>
// CHECK-NEXT:   %acc_2 = arith.addi %bias_1, %sum : i32
// CHECK-NEXT:   %y0 = cmix.requantize %acc_2 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   cmix.store_elements %y0 to %y[%c0, %c0, %c0] : memref<1x14x1xi8> as <1x14x1xui8>
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %carry_1 = scf.for %q = %c0 to %c4 step %c1 iter_args(%carry_2 = %carry) -> (!lanes.word<2 at 12, min -225, max [210, 0]>) {
// CHECK-NEXT:     %offsets_1 = lanes.constant : !lanes.long<3 at 12, min 300, max 300>
// CHECK-NEXT:     %start = lanes.add %carry_2, %offsets_1 : !lanes.word<2 at 12, min -225, max [210, 0]>, !lanes.long<3 at 12, min 300, max 300> -> !lanes.long<3 at 12, min [75, 75, 300], max [510, 300, 300]>
// CHECK-NEXT:     %q_1 = arith.addi %q, %c1 : index
// CHECK-NEXT:     %x_2 = lanes.load %words[%q_1, %c0] : memref<6x4xi32> -> !lanes.word<3 at 12, max 15>
// CHECK-NEXT:     %acc_3 = lanes.mla %x_2, %w0, %start : !lanes.word<3 at 12, max 15>, !lanes.word<3 at 12, min [-5, 7, -8], max [-5, 7, -8]>, !lanes.long<3 at 12, min [75, 75, 300], max [510, 300, 300]> -> !lanes.long<5 at 12, min [0, 0, 105, -120, -120], max [510, 405, 405, 105, 0]>
// CHECK-NEXT:     %x_3 = lanes.load %words[%q_1, %c1] : memref<6x4xi32> -> !lanes.word<3 at 12, max 15>
// CHECK-NEXT:     %acc_4 = lanes.mla %x_3, %w1, %acc_3 : !lanes.word<3 at 12, max 15>, !lanes.word<3 at 12, min [7, 7, -7], max [7, 7, -7]>, !lanes.long<5 at 12, min [0, 0, 105, -120, -120], max [510, 405, 405, 105, 0]> -> !lanes.long<5 at 12, min [0, 0, 0, -225, -225], max [615, 615, 615, 210, 0]>
// CHECK-NEXT:     %carry_3 = lanes.drop %acc_4 by 3 : !lanes.long<5 at 12, min [0, 0, 0, -225, -225], max [615, 615, 615, 210, 0]> -> !lanes.word<2 at 12, min -225, max [210, 0]>
// CHECK-NEXT:     %sum_1 = lanes.get %acc_4[0] : !lanes.long<5 at 12, min [0, 0, 0, -225, -225], max [615, 615, 615, 210, 0]>
// CHECK-NEXT:     %acc_5 = arith.addi %bias_1, %sum_1 : i32
// CHECK-NEXT:     %y0_1 = cmix.requantize %acc_5 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:     %c3 = arith.constant 3 : index
// CHECK-NEXT:     %q_2 = arith.muli %q, %c3 : index
// CHECK-NEXT:     %o = arith.addi %q_2, %c1 : index
// CHECK-NEXT:     cmix.store_elements %y0_1 to %y[%c0, %o, %c0] : memref<1x14x1xi8> as <1x14x1xui8>
// CHECK-NEXT:     %sum_2 = lanes.get %acc_4[1] : !lanes.long<5 at 12, min [0, 0, 0, -225, -225], max [615, 615, 615, 210, 0]>
// CHECK-NEXT:     %acc_6 = arith.addi %bias_1, %sum_2 : i32
// CHECK-NEXT:     %y0_2 = cmix.requantize %acc_6 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:     %c2 = arith.constant 2 : index
// CHECK-NEXT:     %o_1 = arith.addi %q_2, %c2 : index
// CHECK-NEXT:     cmix.store_elements %y0_2 to %y[%c0, %o_1, %c0] : memref<1x14x1xi8> as <1x14x1xui8>
// CHECK-NEXT:     %sum_3 = lanes.get %acc_4[2] : !lanes.long<5 at 12, min [0, 0, 0, -225, -225], max [615, 615, 615, 210, 0]>
// CHECK-NEXT:     %acc_7 = arith.addi %bias_1, %sum_3 : i32
// CHECK-NEXT:     %y0_3 = cmix.requantize %acc_7 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:     %o_2 = arith.addi %q_2, %c3 : index
// CHECK-NEXT:     cmix.store_elements %y0_3 to %y[%c0, %o_2, %c0] : memref<1x14x1xi8> as <1x14x1xui8>
// CHECK-NEXT:     scf.yield %carry_3 : !lanes.word<2 at 12, min -225, max [210, 0]>
// CHECK-NEXT:   } {cmix.rolled}
// CHECK-NEXT:   %offsets_2 = lanes.constant : !lanes.long<3 at 12, min 300, max 300>
// CHECK-NEXT:   %start_1 = lanes.add %carry_1, %offsets_2 : !lanes.word<2 at 12, min -225, max [210, 0]>, !lanes.long<3 at 12, min 300, max 300> -> !lanes.long<3 at 12, min [75, 75, 300], max [510, 300, 300]>
// CHECK-NEXT:   %c5 = arith.constant 5 : index
// CHECK-NEXT:   %x_4 = lanes.load %words[%c5, %c0] : memref<6x4xi32> -> !lanes.word<3 at 12, max 15>
// CHECK-NEXT:   %acc_8 = lanes.mla %x_4, %w0, %start_1 : !lanes.word<3 at 12, max 15>, !lanes.word<3 at 12, min [-5, 7, -8], max [-5, 7, -8]>, !lanes.long<3 at 12, min [75, 75, 300], max [510, 300, 300]> -> !lanes.long<5 at 12, min [0, 0, 105, -120, -120], max [510, 405, 405, 105, 0]>
// CHECK-NEXT:   %x_5 = lanes.load %words[%c5, %c1] : memref<6x4xi32> -> !lanes.word<3 at 12, max 15>
// CHECK-NEXT:   %acc_9 = lanes.mla %x_5, %w1, %acc_8 : !lanes.word<3 at 12, max 15>, !lanes.word<3 at 12, min [7, 7, -7], max [7, 7, -7]>, !lanes.long<5 at 12, min [0, 0, 105, -120, -120], max [510, 405, 405, 105, 0]> -> !lanes.long<5 at 12, min [0, 0, 0, -225, -225], max [615, 615, 615, 210, 0]>
// CHECK-NEXT:   %sum_4 = lanes.get %acc_9[0] : !lanes.long<5 at 12, min [0, 0, 0, -225, -225], max [615, 615, 615, 210, 0]>
// CHECK-NEXT:   %acc_10 = arith.addi %bias_1, %sum_4 : i32
// CHECK-NEXT:   %y0_4 = cmix.requantize %acc_10 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %c13 = arith.constant 13 : index
// CHECK-NEXT:   cmix.store_elements %y0_4 to %y[%c0, %c13, %c0] : memref<1x14x1xi8> as <1x14x1xui8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @layer(%words: memref<6x4xi32>, %y: memref<1x14x1xi8>) {
  %w = cmix.constant dense<[[[0], [15], [3]], [[1], [15], [15]]]> : !cmix.packed<2x3x1xui4>
  cmix.contract [x = 14, f = 1, i = 2, j = 3] input %words (x, f, i, j) -> (i, x + j) words <3 at 12, max 15> filter %w (x, f, i, j) -> (i, j, f) output %y (x, f, i, j) -> (0, x, f) as <1x14x1xui8> bias [5] filter_zero [8] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 3, spacing = 12> : memref<6x4xi32>, !cmix.packed<2x3x1xui4>, memref<1x14x1xi8>
  return
}

// -----

// A low word of a product takes the lane as it is: offset and bias are part of what it adds.
// CHECK:      "memref.global"() <{sym_name = "layer_weight", type = memref<1xi32>, initial_value = dense<-134189061> : tensor<1xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @layer(%words: memref<2x1xi32>, %y: memref<1x4x1xi8>) {
// CHECK-NEXT:   %weight = memref.get_global @layer_weight : memref<1xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %w0 = lanes.load %weight[%c0] : memref<1xi32> -> !lanes.word<3 at 12, min [-5, 7, -8], max [-5, 7, -8]>
// CHECK-NEXT:   %offsets = lanes.constant : !lanes.word<3 at 12, min 195, max 195>
// CHECK-NEXT:   %x = lanes.load %words[%c0, %c0] : memref<2x1xi32> -> !lanes.word<3 at 12, max 15>
// CHECK-NEXT:   %acc = lanes.mla %x, %w0, %offsets : !lanes.word<3 at 12, max 15>, !lanes.word<3 at 12, min [-5, 7, -8], max [-5, 7, -8]>, !lanes.word<3 at 12, min 195, max 195> -> !lanes.long<5 at 12, min [120, 120, 0, -120, -120], max [195, 300, 300, 105, 0]>
// CHECK-NEXT:   %carry = lanes.drop %acc by 3 : !lanes.long<5 at 12, min [120, 120, 0, -120, -120], max [195, 300, 300, 105, 0]> -> !lanes.word<2 at 12, min -120, max [105, 0]>
// CHECK-NEXT:   %sum = lanes.get %acc[2] : !lanes.long<5 at 12, min [120, 120, 0, -120, -120], max [195, 300, 300, 105, 0]>
// CHECK-NEXT:   %y0 = cmix.requantize %sum channel %c0 by #cmix.linear<left = [0], low [2965821], offset = [-227803136], right = [26], min = 0, max = 15> to ui4
// CHECK-NEXT:   cmix.store_elements %y0 to cleared %y[%c0, %c0, %c0] : memref<1x4x1xi8> as <1x4x1xui4>
// CHECK-NEXT:   %offsets_1 = lanes.constant : !lanes.word<3 at 12, min 195, max 195>
// CHECK-NEXT:   %start = lanes.add %carry, %offsets_1 : !lanes.word<2 at 12, min -120, max [105, 0]>, !lanes.word<3 at 12, min 195, max 195> -> !lanes.word<3 at 12, min [75, 75, 195], max [300, 195, 195]>
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %x_1 = lanes.load %words[%c1, %c0] : memref<2x1xi32> -> !lanes.word<3 at 12, max 15>
// CHECK-NEXT:   %acc_1 = lanes.mla %x_1, %w0, %start : !lanes.word<3 at 12, max 15>, !lanes.word<3 at 12, min [-5, 7, -8], max [-5, 7, -8]>, !lanes.word<3 at 12, min [75, 75, 195], max [300, 195, 195]> -> !lanes.long<5 at 12, min [0, 0, 0, -120, -120], max [300, 300, 300, 105, 0]>
// CHECK-NEXT:   %sum_1 = lanes.get %acc_1[0] : !lanes.long<5 at 12, min [0, 0, 0, -120, -120], max [300, 300, 300, 105, 0]>
// CHECK-NEXT:   %y0_1 = cmix.requantize %sum_1 channel %c0 by #cmix.linear<left = [0], low [2965821], offset = [-227803136], right = [26], min = 0, max = 15> to ui4
// CHECK-NEXT:   cmix.store_elements %y0_1 to cleared %y[%c0, %c1, %c0] : memref<1x4x1xi8> as <1x4x1xui4>
// CHECK-NEXT:   %sum_2 = lanes.get %acc_1[1] : !lanes.long<5 at 12, min [0, 0, 0, -120, -120], max [300, 300, 300, 105, 0]>
// CHECK-NEXT:   %y0_2 = cmix.requantize %sum_2 channel %c0 by #cmix.linear<left = [0], low [2965821], offset = [-227803136], right = [26], min = 0, max = 15> to ui4
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   cmix.store_elements %y0_2 to cleared %y[%c0, %c2, %c0] : memref<1x4x1xi8> as <1x4x1xui4>
// CHECK-NEXT:   %sum_3 = lanes.get %acc_1[2] : !lanes.long<5 at 12, min [0, 0, 0, -120, -120], max [300, 300, 300, 105, 0]>
// CHECK-NEXT:   %y0_3 = cmix.requantize %sum_3 channel %c0 by #cmix.linear<left = [0], low [2965821], offset = [-227803136], right = [26], min = 0, max = 15> to ui4
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   cmix.store_elements %y0_3 to cleared %y[%c0, %c3, %c0] : memref<1x4x1xi8> as <1x4x1xui4>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @layer(%words: memref<2x1xi32>, %y: memref<1x4x1xi8>) {
  %w = cmix.constant dense<[[[0], [15], [3]]]> : !cmix.packed<1x3x1xui4>
  cmix.contract [x = 4, f = 1, j = 3] input %words (x, f, j) -> (0, x + j) words <3 at 12, max 15> filter %w (x, f, j) -> (0, j, f) output %y (x, f, j) -> (0, x, f) as <1x4x1xui4> bias [5] filter_zero [8] requant #cmix.linear<left = [0], high [1518500250], offset = [40], right = [3], min = 0, max = 15> schedule <expand = overlap, filters = 1, pixels = 3, spacing = 12> : memref<2x1xi32>, !cmix.packed<1x3x1xui4>, memref<1x4x1xi8>
  return
}

// -----

// Where lanes are bytes, one instruction takes a lane out and adds the bias: a high word stays.
// CHECK:      %sum = lanes.get %acc[2]
// CHECK-NEXT: %acc_1 = arith.addi %bias_1, %sum : i32
// CHECK-NEXT: cmix.requantize %acc_1 channel %c0 by #cmix.linear<left = [0], high [1518500250], offset = [40], right = [3], min = 0, max = 15> to ui4
func.func private @layer(%words: memref<2x1xi32>, %y: memref<1x6x1xi8>) {
  %w = cmix.constant dense<[[[1], [2], [3]]]> : !cmix.packed<1x3x1xui2>
  cmix.contract [x = 6, f = 1, j = 3] input %words (x, f, j) -> (0, x + j) words <4 at 8, max 3> filter %w (x, f, j) -> (0, j, f) output %y (x, f, j) -> (0, x, f) as <1x6x1xui4> bias [5] filter_zero [2] requant #cmix.linear<left = [0], high [1518500250], offset = [40], right = [3], min = 0, max = 15> schedule <expand = overlap, filters = 1, pixels = 4, spacing = 8> : memref<2x1xi32>, !cmix.packed<1x3x1xui2>, memref<1x6x1xi8>
  return
}
