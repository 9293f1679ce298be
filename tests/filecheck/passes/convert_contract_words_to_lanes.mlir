// RUN: cmix-opt %s --split-input-file -p convert-contract-words-to-lanes | filecheck %s

// Three rows in two groups, the second filled up; sums of 16 bits, two in a word.
// CHECK:      "memref.global"() <{sym_name = "layer_weight", type = memref<4xi32>, initial_value = dense<[197379, 197379, 197379, 0]> : tensor<4xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "layer_bias", type = memref<1xi32>, initial_value = dense<5> : tensor<1xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @layer(%words: memref<2x4xi32>, %y: memref<1x4x1xi8>) {
// CHECK-NEXT:   %partial_sums = memref.alloca() {alignment = 4 : i64} : memref<8xi16>
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}[3, 3, 3], [3, 3, 3], [3, 3, 3]]]> : !cmix.packed<1x3x3xui2>
// CHECK-NEXT:   %weight = memref.get_global @layer_weight : memref<4xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c1_1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %f = %c0 to %c1 step %c1_1 {
// CHECK-NEXT:     %zero = lanes.zero : !lanes.word<1 at 32, max 0>
// CHECK-NEXT:     %c0_1 = arith.constant 0 : index
// CHECK-NEXT:     lanes.store %zero, %partial_sums[%c0_1] : !lanes.word<1 at 32, max 0>, memref<8xi16>
// CHECK-NEXT:     %c2 = arith.constant 2 : index
// CHECK-NEXT:     lanes.store %zero, %partial_sums[%c2] : !lanes.word<1 at 32, max 0>, memref<8xi16>
// CHECK-NEXT:     %c4 = arith.constant 4 : index
// CHECK-NEXT:     lanes.store %zero, %partial_sums[%c4] : !lanes.word<1 at 32, max 0>, memref<8xi16>
// CHECK-NEXT:     %c6 = arith.constant 6 : index
// CHECK-NEXT:     lanes.store %zero, %partial_sums[%c6] : !lanes.word<1 at 32, max 0>, memref<8xi16>
// CHECK-NEXT:     %c0_2 = arith.constant 0 : index
// CHECK-NEXT:     %c4_1 = arith.constant 4 : index
// CHECK-NEXT:     %c2_1 = arith.constant 2 : index
// CHECK-NEXT:     scf.for %k = %c0_2 to %c4_1 step %c2_1 {
// CHECK-NEXT:       %c4_2 = arith.constant 4 : index
// CHECK-NEXT:       %f_1 = arith.muli %f, %c4_2 : index
// CHECK-NEXT:       %w_1 = arith.addi %f_1, %k : index
// CHECK-NEXT:       %w0 = lanes.load %weight[%w_1] : memref<4xi32> -> !lanes.word<3 at 8, max 3>
// CHECK-NEXT:       %c4_3 = arith.constant 4 : index
// CHECK-NEXT:       %f_2 = arith.muli %f, %c4_3 : index
// CHECK-NEXT:       %w_2 = arith.addi %f_2, %k : index
// CHECK-NEXT:       %c1_2 = arith.constant 1 : index
// CHECK-NEXT:       %w_3 = arith.addi %w_2, %c1_2 : index
// CHECK-NEXT:       %w1 = lanes.load %weight[%w_3] : memref<4xi32> -> !lanes.word<3 at 8, max 3>
// CHECK-NEXT:       %carry = lanes.zero : !lanes.word<2 at 8, max [36, 18]>
// CHECK-NEXT:       %c0_3 = arith.constant 0 : index
// CHECK-NEXT:       %x = lanes.load %words[%c0_3, %k] : memref<2x4xi32> -> !lanes.word<4 at 8, max 3>
// CHECK-NEXT:       %acc = lanes.mla %x, %w0, %carry : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, max 3>, !lanes.word<2 at 8, max [36, 18]> -> !lanes.long<6 at 8, max [45, 36, 27, 27, 18, 9]>
// CHECK-NEXT:       %c0_4 = arith.constant 0 : index
// CHECK-NEXT:       %c1_3 = arith.constant 1 : index
// CHECK-NEXT:       %k_1 = arith.addi %k, %c1_3 : index
// CHECK-NEXT:       %x_1 = lanes.load %words[%c0_4, %k_1] : memref<2x4xi32> -> !lanes.word<4 at 8, max 3>
// CHECK-NEXT:       %acc_1 = lanes.mla %x_1, %w1, %acc : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, max 3>, !lanes.long<6 at 8, max [45, 36, 27, 27, 18, 9]> -> !lanes.long<6 at 8, max [54, 54, 54, 54, 36, 18]>
// CHECK-NEXT:       %taken = lanes.take %acc_1 [0, 2] : !lanes.long<6 at 8, max [54, 54, 54, 54, 36, 18]> -> !lanes.word<2 at 16, max 54>
// CHECK-NEXT:       %c0_5 = arith.constant 0 : index
// CHECK-NEXT:       %partial = lanes.load %partial_sums[%c0_5] : memref<8xi16> -> !lanes.word<2 at 16, max 54>
// CHECK-NEXT:       %partial_1 = lanes.add %partial, %taken : !lanes.word<2 at 16, max 54>, !lanes.word<2 at 16, max 54> -> !lanes.word<2 at 16, max 108>
// CHECK-NEXT:       lanes.store %partial_1, %partial_sums[%c0_5] : !lanes.word<2 at 16, max 108>, memref<8xi16>
// CHECK-NEXT:       %taken_1 = lanes.take %acc_1 [1, 3] : !lanes.long<6 at 8, max [54, 54, 54, 54, 36, 18]> -> !lanes.word<2 at 16, max 54>
// CHECK-NEXT:       %c2_2 = arith.constant 2 : index
// CHECK-NEXT:       %partial_2 = lanes.load %partial_sums[%c2_2] : memref<8xi16> -> !lanes.word<2 at 16, max 54>
// CHECK-NEXT:       %partial_3 = lanes.add %partial_2, %taken_1 : !lanes.word<2 at 16, max 54>, !lanes.word<2 at 16, max 54> -> !lanes.word<2 at 16, max 108>
// CHECK-NEXT:       lanes.store %partial_3, %partial_sums[%c2_2] : !lanes.word<2 at 16, max 108>, memref<8xi16>
// CHECK-NEXT:       %carry_1 = lanes.drop %acc_1 by 4 : !lanes.long<6 at 8, max [54, 54, 54, 54, 36, 18]> -> !lanes.word<2 at 8, max [36, 18]>
// CHECK-NEXT:       %c1_4 = arith.constant 1 : index
// CHECK-NEXT:       %x_2 = lanes.load %words[%c1_4, %k] : memref<2x4xi32> -> !lanes.word<4 at 8, max 3>
// CHECK-NEXT:       %acc_2 = lanes.mla %x_2, %w0, %carry_1 : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, max 3>, !lanes.word<2 at 8, max [36, 18]> -> !lanes.long<6 at 8, max [45, 36, 27, 27, 18, 9]>
// CHECK-NEXT:       %c1_5 = arith.constant 1 : index
// CHECK-NEXT:       %c1_6 = arith.constant 1 : index
// CHECK-NEXT:       %k_2 = arith.addi %k, %c1_6 : index
// CHECK-NEXT:       %x_3 = lanes.load %words[%c1_5, %k_2] : memref<2x4xi32> -> !lanes.word<4 at 8, max 3>
// CHECK-NEXT:       %acc_3 = lanes.mla %x_3, %w1, %acc_2 : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, max 3>, !lanes.long<6 at 8, max [45, 36, 27, 27, 18, 9]> -> !lanes.long<6 at 8, max [54, 54, 54, 54, 36, 18]>
// CHECK-NEXT:       %taken_2 = lanes.take %acc_3 [0, 2] : !lanes.long<6 at 8, max [54, 54, 54, 54, 36, 18]> -> !lanes.word<2 at 16, max 54>
// CHECK-NEXT:       %c4_4 = arith.constant 4 : index
// CHECK-NEXT:       %partial_4 = lanes.load %partial_sums[%c4_4] : memref<8xi16> -> !lanes.word<2 at 16, max 54>
// CHECK-NEXT:       %partial_5 = lanes.add %partial_4, %taken_2 : !lanes.word<2 at 16, max 54>, !lanes.word<2 at 16, max 54> -> !lanes.word<2 at 16, max 108>
// CHECK-NEXT:       lanes.store %partial_5, %partial_sums[%c4_4] : !lanes.word<2 at 16, max 108>, memref<8xi16>
// CHECK-NEXT:       %taken_3 = lanes.take %acc_3 [1, 3] : !lanes.long<6 at 8, max [54, 54, 54, 54, 36, 18]> -> !lanes.word<2 at 16, max 54>
// CHECK-NEXT:       %c6_1 = arith.constant 6 : index
// CHECK-NEXT:       %partial_6 = lanes.load %partial_sums[%c6_1] : memref<8xi16> -> !lanes.word<2 at 16, max 54>
// CHECK-NEXT:       %partial_7 = lanes.add %partial_6, %taken_3 : !lanes.word<2 at 16, max 54>, !lanes.word<2 at 16, max 54> -> !lanes.word<2 at 16, max 108>
// CHECK-NEXT:       lanes.store %partial_7, %partial_sums[%c6_1] : !lanes.word<2 at 16, max 108>, memref<8xi16>
// CHECK-NEXT:       %carry_2 = lanes.drop %acc_3 by 4 : !lanes.long<6 at 8, max [54, 54, 54, 54, 36, 18]> -> !lanes.word<2 at 8, max [36, 18]>
// CHECK-NEXT:     }
// CHECK-NEXT:     %bias = memref.get_global @layer_bias : memref<1xi32>
// CHECK-NEXT:     %bias_1 = memref.load %bias[%f] : memref<1xi32>
// CHECK-NEXT:     %c1_7 = arith.constant 1 : index
// CHECK-NEXT:     %partial_8 = memref.load %partial_sums[%c1_7] : memref<8xi16>
// CHECK-NEXT:     %0 = arith.extui %partial_8 : i16 to i32
// CHECK-NEXT:     %acc_4 = arith.addi %bias_1, %0 : i32
// CHECK-NEXT:     %y_1 = cmix.requantize %acc_4 channel %f by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:     %c0_6 = arith.constant 0 : index
// CHECK-NEXT:     %c0_7 = arith.constant 0 : index
// CHECK-NEXT:     cmix.store_elements %y_1 to %y[%c0_6, %c0_7, %f] : memref<1x4x1xi8> as <1x4x1xui8>
// CHECK-NEXT:     %c3 = arith.constant 3 : index
// CHECK-NEXT:     %partial_9 = memref.load %partial_sums[%c3] : memref<8xi16>
// CHECK-NEXT:     %1 = arith.extui %partial_9 : i16 to i32
// CHECK-NEXT:     %acc_5 = arith.addi %bias_1, %1 : i32
// CHECK-NEXT:     %y_2 = cmix.requantize %acc_5 channel %f by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:     %c0_8 = arith.constant 0 : index
// CHECK-NEXT:     %c1_8 = arith.constant 1 : index
// CHECK-NEXT:     cmix.store_elements %y_2 to %y[%c0_8, %c1_8, %f] : memref<1x4x1xi8> as <1x4x1xui8>
// CHECK-NEXT:     %c4_5 = arith.constant 4 : index
// CHECK-NEXT:     %partial_10 = memref.load %partial_sums[%c4_5] : memref<8xi16>
// CHECK-NEXT:     %2 = arith.extui %partial_10 : i16 to i32
// CHECK-NEXT:     %acc_6 = arith.addi %bias_1, %2 : i32
// CHECK-NEXT:     %y_3 = cmix.requantize %acc_6 channel %f by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:     %c0_9 = arith.constant 0 : index
// CHECK-NEXT:     %c2_3 = arith.constant 2 : index
// CHECK-NEXT:     cmix.store_elements %y_3 to %y[%c0_9, %c2_3, %f] : memref<1x4x1xi8> as <1x4x1xui8>
// CHECK-NEXT:     %c6_2 = arith.constant 6 : index
// CHECK-NEXT:     %partial_11 = memref.load %partial_sums[%c6_2] : memref<8xi16>
// CHECK-NEXT:     %3 = arith.extui %partial_11 : i16 to i32
// CHECK-NEXT:     %acc_7 = arith.addi %bias_1, %3 : i32
// CHECK-NEXT:     %y_4 = cmix.requantize %acc_7 channel %f by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:     %c0_10 = arith.constant 0 : index
// CHECK-NEXT:     %c3_1 = arith.constant 3 : index
// CHECK-NEXT:     cmix.store_elements %y_4 to %y[%c0_10, %c3_1, %f] : memref<1x4x1xi8> as <1x4x1xui8>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @layer(%words: memref<2x4xi32>, %y: memref<1x4x1xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<1x3x3xui2>
  cmix.contract_words [x = 4, f = 1, k = 3, j = 3] words %words as <4 at 8, max 3> products 2 filter %w output %y (x, f, k, j) -> (0, x, f) as <1x4x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<2x4xi32>, !cmix.packed<1x3x3xui2>, memref<1x4x1xi8>
  return
}
