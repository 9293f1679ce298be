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

// -----

// Two pixels and two filters a word: four lanes of products, two words of weights in turn.
// CHECK:      "memref.global"() <{sym_name = "outer_weight", type = memref<1xi32>, initial_value = dense<-198748539> : tensor<1xi32>, sym_visibility = "private", constant}> {cmix.words} : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "outer_bias", type = memref<4xi32>, initial_value = dense<[5, 6, 7, 8]> : tensor<4xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @outer(%words: memref<1x8xi32>, %y: memref<2x4xi8>) attributes {cmix.one_region} {
// CHECK-NEXT:   %block_sums = memref.alloca() {alignment = 4 : i64} : memref<4xi32>
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}[1], [2], [3], [0]], {{\[\[}}3], [2], [1], [0]], {{\[\[}}0], [1], [2], [3]], {{\[\[}}1], [1], [1], [1]]]> : !cmix.packed<4x4x1xui2>
// CHECK-NEXT:   %weight = memref.get_global @outer_weight : memref<1xi32>
// CHECK-NEXT:   %acc00 = lanes.zero : !lanes.long<4 at 15, max 0>
// CHECK-NEXT:   %acc10 = lanes.zero : !lanes.long<4 at 15, max 0>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c0_1 = arith.constant 0 : index
// CHECK-NEXT:   %x0 = lanes.load %words[%c0, %c0_1] : memref<1x8xi32> -> !lanes.word<2 at 15, max 15>
// CHECK-NEXT:   %c0_2 = arith.constant 0 : index
// CHECK-NEXT:   %word = memref.load %weight[%c0_2] : memref<1xi32>
// CHECK-NEXT:   %w0 = lanes.unpack %word ror 0 : !lanes.word<3 at 15, max [3, 0, 3]>
// CHECK-NEXT:   %acc00_1 = lanes.mla %x0, %w0, %acc00 : !lanes.word<2 at 15, max 15>, !lanes.word<3 at 15, max [3, 0, 3]>, !lanes.long<4 at 15, max 0> -> !lanes.long<4 at 15, max 45>
// CHECK-NEXT:   %w1 = lanes.unpack %word ror 4 : !lanes.word<3 at 15, max [3, 0, 3]>
// CHECK-NEXT:   %acc10_1 = lanes.mla %x0, %w1, %acc10 : !lanes.word<2 at 15, max 15>, !lanes.word<3 at 15, max [3, 0, 3]>, !lanes.long<4 at 15, max 0> -> !lanes.long<4 at 15, max 45>
// CHECK-NEXT:   %c0_3 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %x0_1 = lanes.load %words[%c0_3, %c1] : memref<1x8xi32> -> !lanes.word<2 at 15, max 15>
// CHECK-NEXT:   %w0_1 = lanes.unpack %word ror 8 : !lanes.word<3 at 15, max [3, 0, 3]>
// CHECK-NEXT:   %acc00_2 = lanes.mla %x0_1, %w0_1, %acc00_1 : !lanes.word<2 at 15, max 15>, !lanes.word<3 at 15, max [3, 0, 3]>, !lanes.long<4 at 15, max 45> -> !lanes.long<4 at 15, max 90>
// CHECK-NEXT:   %w1_1 = lanes.unpack %word ror 12 : !lanes.word<3 at 15, max [3, 0, 3]>
// CHECK-NEXT:   %acc10_2 = lanes.mla %x0_1, %w1_1, %acc10_1 : !lanes.word<2 at 15, max 15>, !lanes.word<3 at 15, max [3, 0, 3]>, !lanes.long<4 at 15, max 45> -> !lanes.long<4 at 15, max 90>
// CHECK-NEXT:   %c0_4 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %x0_2 = lanes.load %words[%c0_4, %c2] : memref<1x8xi32> -> !lanes.word<2 at 15, max 15>
// CHECK-NEXT:   %w0_2 = lanes.unpack %word ror 16 : !lanes.word<3 at 15, max [3, 0, 3]>
// CHECK-NEXT:   %acc00_3 = lanes.mla %x0_2, %w0_2, %acc00_2 : !lanes.word<2 at 15, max 15>, !lanes.word<3 at 15, max [3, 0, 3]>, !lanes.long<4 at 15, max 90> -> !lanes.long<4 at 15, max 135>
// CHECK-NEXT:   %w1_2 = lanes.unpack %word ror 20 : !lanes.word<3 at 15, max [3, 0, 3]>
// CHECK-NEXT:   %acc10_3 = lanes.mla %x0_2, %w1_2, %acc10_2 : !lanes.word<2 at 15, max 15>, !lanes.word<3 at 15, max [3, 0, 3]>, !lanes.long<4 at 15, max 90> -> !lanes.long<4 at 15, max 135>
// CHECK-NEXT:   %c0_5 = arith.constant 0 : index
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   %x0_3 = lanes.load %words[%c0_5, %c3] : memref<1x8xi32> -> !lanes.word<2 at 15, max 15>
// CHECK-NEXT:   %w0_3 = lanes.unpack %word ror 24 : !lanes.word<3 at 15, max [3, 0, 3]>
// CHECK-NEXT:   %acc00_4 = lanes.mla %x0_3, %w0_3, %acc00_3 : !lanes.word<2 at 15, max 15>, !lanes.word<3 at 15, max [3, 0, 3]>, !lanes.long<4 at 15, max 135> -> !lanes.long<4 at 15, max 180>
// CHECK-NEXT:   %w1_3 = lanes.unpack %word ror 28 : !lanes.word<3 at 15, max [3, 0, 3]>
// CHECK-NEXT:   %acc10_4 = lanes.mla %x0_3, %w1_3, %acc10_3 : !lanes.word<2 at 15, max 15>, !lanes.word<3 at 15, max [3, 0, 3]>, !lanes.long<4 at 15, max 135> -> !lanes.long<4 at 15, max 180>
// CHECK-NEXT:   %c0_6 = arith.constant 0 : index
// CHECK-NEXT:   lanes.store %acc00_4, %block_sums[%c0_6] : !lanes.long<4 at 15, max 180>, memref<4xi32>
// CHECK-NEXT:   %c2_1 = arith.constant 2 : index
// CHECK-NEXT:   lanes.store %acc10_4, %block_sums[%c2_1] : !lanes.long<4 at 15, max 180>, memref<4xi32>
// CHECK-NEXT:   %c0_7 = arith.constant 0 : index
// CHECK-NEXT:   %bias = memref.get_global @outer_bias : memref<4xi32>
// CHECK-NEXT:   %bias_1 = memref.load %bias[%c0_7] : memref<4xi32>
// CHECK-NEXT:   %c1_1 = arith.constant 1 : index
// CHECK-NEXT:   %bias_2 = memref.get_global @outer_bias : memref<4xi32>
// CHECK-NEXT:   %bias_3 = memref.load %bias_2[%c1_1] : memref<4xi32>
// CHECK-NEXT:   %c2_2 = arith.constant 2 : index
// CHECK-NEXT:   %bias_4 = memref.get_global @outer_bias : memref<4xi32>
// CHECK-NEXT:   %bias_5 = memref.load %bias_4[%c2_2] : memref<4xi32>
// CHECK-NEXT:   %c3_1 = arith.constant 3 : index
// CHECK-NEXT:   %bias_6 = memref.get_global @outer_bias : memref<4xi32>
// CHECK-NEXT:   %bias_7 = memref.load %bias_6[%c3_1] : memref<4xi32>
// CHECK-NEXT:   %c0_8 = arith.constant 0 : index
// CHECK-NEXT:   %acc = lanes.load %block_sums[%c0_8] : memref<4xi32> -> !lanes.long<4 at 15, max 180>
// CHECK-NEXT:   %total = lanes.get %acc[0] : !lanes.long<4 at 15, max 180>
// CHECK-NEXT:   %total_1 = lanes.get %acc[2] : !lanes.long<4 at 15, max 180>
// CHECK-NEXT:   %c2_3 = arith.constant 2 : index
// CHECK-NEXT:   %acc_1 = lanes.load %block_sums[%c2_3] : memref<4xi32> -> !lanes.long<4 at 15, max 180>
// CHECK-NEXT:   %total_2 = lanes.get %acc_1[0] : !lanes.long<4 at 15, max 180>
// CHECK-NEXT:   %total_3 = lanes.get %acc_1[2] : !lanes.long<4 at 15, max 180>
// CHECK-NEXT:   %acc_2 = arith.addi %bias_1, %total : i32
// CHECK-NEXT:   %y_1 = cmix.requantize %acc_2 channel %c0_7 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %acc_3 = arith.addi %bias_3, %total_1 : i32
// CHECK-NEXT:   %y_2 = cmix.requantize %acc_3 channel %c1_1 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %acc_4 = arith.addi %bias_5, %total_2 : i32
// CHECK-NEXT:   %y_3 = cmix.requantize %acc_4 channel %c2_2 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %acc_5 = arith.addi %bias_7, %total_3 : i32
// CHECK-NEXT:   %y_4 = cmix.requantize %acc_5 channel %c3_1 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %c0_9 = arith.constant 0 : index
// CHECK-NEXT:   %c0_10 = arith.constant 0 : index
// CHECK-NEXT:   cmix.store_elements %y_1, %y_2, %y_3, %y_4 to %y[%c0_9, %c0_10] : memref<2x4xi8> as <2x4xui8>
// CHECK-NEXT:   %total_4 = lanes.get %acc[1] : !lanes.long<4 at 15, max 180>
// CHECK-NEXT:   %total_5 = lanes.get %acc[3] : !lanes.long<4 at 15, max 180>
// CHECK-NEXT:   %total_6 = lanes.get %acc_1[1] : !lanes.long<4 at 15, max 180>
// CHECK-NEXT:   %total_7 = lanes.get %acc_1[3] : !lanes.long<4 at 15, max 180>
// CHECK-NEXT:   %acc_6 = arith.addi %bias_1, %total_4 : i32
// CHECK-NEXT:   %y_5 = cmix.requantize %acc_6 channel %c0_7 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %acc_7 = arith.addi %bias_3, %total_5 : i32
// CHECK-NEXT:   %y_6 = cmix.requantize %acc_7 channel %c1_1 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %acc_8 = arith.addi %bias_5, %total_6 : i32
// CHECK-NEXT:   %y_7 = cmix.requantize %acc_8 channel %c2_2 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %acc_9 = arith.addi %bias_7, %total_7 : i32
// CHECK-NEXT:   %y_8 = cmix.requantize %acc_9 channel %c3_1 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %c1_2 = arith.constant 1 : index
// CHECK-NEXT:   %c0_11 = arith.constant 0 : index
// CHECK-NEXT:   cmix.store_elements %y_5, %y_6, %y_7, %y_8 to %y[%c1_2, %c0_11] : memref<2x4xi8> as <2x4xui8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @outer(%words: memref<1x8xi32>, %y: memref<2x4xi8>) {
  %w = cmix.constant dense<[[[1], [2], [3], [0]], [[3], [2], [1], [0]], [[0], [1], [2], [3]], [[1], [1], [1], [1]]]> : !cmix.packed<4x4x1xui2>
  cmix.contract_words [x = 2, f = 4, k = 4, j = 1] words %words as <2 at 15, max 15> products 4 filter %w by <3 at 15, max [3, 0, 3]> weight_words 2 unroll 4 output %y (x, f, k, j) -> (x, f) as <2x4xui8> bias [5, 6, 7, 8] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<1x8xi32>, !cmix.packed<4x4x1xui2>, memref<2x4xi8>
  return
}

// -----

// Filters that are neighbours, pixels twice as far apart: a whole word of weights needs no unpacking.
// CHECK:      "memref.global"() <{sym_name = "apart_weight", type = memref<2xi32>, initial_value = dense<[1638500, 8356040]> : tensor<2xi32>, sym_visibility = "private", constant}> {cmix.words} : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "apart_bias", type = memref<2xi32>, initial_value = dense<[5, 6]> : tensor<2xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @apart(%words: memref<1x2xi32>, %y: memref<2x2xi8>) attributes {cmix.one_region} {
// CHECK-NEXT:   %block_sums = memref.alloca() {alignment = 4 : i64} : memref<2xi32>
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}[100], [200]], {{\[\[}}50], [255]]]> : !cmix.packed<2x2x1xui8>
// CHECK-NEXT:   %weight = memref.get_global @apart_weight : memref<2xi32>
// CHECK-NEXT:   %acc00 = lanes.zero : !lanes.long<4 at 15, max 0>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c0_1 = arith.constant 0 : index
// CHECK-NEXT:   %x0 = lanes.load %words[%c0, %c0_1] : memref<1x2xi32> -> !lanes.word<3 at 15, max [3, 0, 3]>
// CHECK-NEXT:   %c0_2 = arith.constant 0 : index
// CHECK-NEXT:   %w0 = lanes.load %weight[%c0_2] : memref<2xi32> -> !lanes.word<2 at 15, max 255>
// CHECK-NEXT:   %acc00_1 = lanes.mla %x0, %w0, %acc00 : !lanes.word<3 at 15, max [3, 0, 3]>, !lanes.word<2 at 15, max 255>, !lanes.long<4 at 15, max 0> -> !lanes.long<4 at 15, max 765>
// CHECK-NEXT:   %c0_3 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %x0_1 = lanes.load %words[%c0_3, %c1] : memref<1x2xi32> -> !lanes.word<3 at 15, max [3, 0, 3]>
// CHECK-NEXT:   %c1_1 = arith.constant 1 : index
// CHECK-NEXT:   %w0_1 = lanes.load %weight[%c1_1] : memref<2xi32> -> !lanes.word<2 at 15, max 255>
// CHECK-NEXT:   %acc00_2 = lanes.mla %x0_1, %w0_1, %acc00_1 : !lanes.word<3 at 15, max [3, 0, 3]>, !lanes.word<2 at 15, max 255>, !lanes.long<4 at 15, max 765> -> !lanes.long<4 at 15, max 1530>
// CHECK-NEXT:   %c0_4 = arith.constant 0 : index
// CHECK-NEXT:   lanes.store %acc00_2, %block_sums[%c0_4] : !lanes.long<4 at 15, max 1530>, memref<2xi32>
// CHECK-NEXT:   %c0_5 = arith.constant 0 : index
// CHECK-NEXT:   %bias = memref.get_global @apart_bias : memref<2xi32>
// CHECK-NEXT:   %bias_1 = memref.load %bias[%c0_5] : memref<2xi32>
// CHECK-NEXT:   %c1_2 = arith.constant 1 : index
// CHECK-NEXT:   %bias_2 = memref.get_global @apart_bias : memref<2xi32>
// CHECK-NEXT:   %bias_3 = memref.load %bias_2[%c1_2] : memref<2xi32>
// CHECK-NEXT:   %c0_6 = arith.constant 0 : index
// CHECK-NEXT:   %acc = lanes.load %block_sums[%c0_6] : memref<2xi32> -> !lanes.long<4 at 15, max 1530>
// CHECK-NEXT:   %total = lanes.get %acc[0] : !lanes.long<4 at 15, max 1530>
// CHECK-NEXT:   %total_1 = lanes.get %acc[1] : !lanes.long<4 at 15, max 1530>
// CHECK-NEXT:   %acc_1 = arith.addi %bias_1, %total : i32
// CHECK-NEXT:   %y_1 = cmix.requantize %acc_1 channel %c0_5 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %acc_2 = arith.addi %bias_3, %total_1 : i32
// CHECK-NEXT:   %y_2 = cmix.requantize %acc_2 channel %c1_2 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %c0_7 = arith.constant 0 : index
// CHECK-NEXT:   %c0_8 = arith.constant 0 : index
// CHECK-NEXT:   cmix.store_elements %y_1, %y_2 to %y[%c0_7, %c0_8] : memref<2x2xi8> as <2x2xui8>
// CHECK-NEXT:   %total_2 = lanes.get %acc[2] : !lanes.long<4 at 15, max 1530>
// CHECK-NEXT:   %total_3 = lanes.get %acc[3] : !lanes.long<4 at 15, max 1530>
// CHECK-NEXT:   %acc_3 = arith.addi %bias_1, %total_2 : i32
// CHECK-NEXT:   %y_3 = cmix.requantize %acc_3 channel %c0_5 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %acc_4 = arith.addi %bias_3, %total_3 : i32
// CHECK-NEXT:   %y_4 = cmix.requantize %acc_4 channel %c1_2 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %c1_3 = arith.constant 1 : index
// CHECK-NEXT:   %c0_9 = arith.constant 0 : index
// CHECK-NEXT:   cmix.store_elements %y_3, %y_4 to %y[%c1_3, %c0_9] : memref<2x2xi8> as <2x2xui8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @apart(%words: memref<1x2xi32>, %y: memref<2x2xi8>) {
  %w = cmix.constant dense<[[[100], [200]], [[50], [255]]]> : !cmix.packed<2x2x1xui8>
  cmix.contract_words [x = 2, f = 2, k = 2, j = 1] words %words as <2 at 30, max 3> products 2 filter %w by <2 at 15, max 255> unroll 2 output %y (x, f, k, j) -> (x, f) as <2x2xui8> bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<1x2xi32>, !cmix.packed<2x2x1xui8>, memref<2x2xi8>
  return
}

// -----

// Two filters and two words of a row: sums wait in memory, and a column adds the lanes of its word to
// those that the word before left for it.
// CHECK:      "memref.global"() <{sym_name = "rows_weight", type = memref<4xi32>, initial_value = dense<3148803> : tensor<4xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "rows_bias", type = memref<2xi32>, initial_value = dense<[5, 6]> : tensor<2xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @rows(%words: memref<2x2xi32>, %y: memref<1x3x2xi8>) attributes {cmix.one_region} {
// CHECK-NEXT:   %row_sums = memref.alloca() {alignment = 4 : i64} : memref<16xi32>
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[\[}}3, 3, 3], [3, 3, 3]], {{\[\[}}3, 3, 3], [3, 3, 3]]]> : !cmix.packed<2x2x3xui2>
// CHECK-NEXT:   %weight = memref.get_global @rows_weight : memref<4xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %group = %c0 to %c2 step %c1 {
// CHECK-NEXT:     %acc00 = lanes.zero : !lanes.long<5 at 10, max 0>
// CHECK-NEXT:     %acc01 = lanes.zero : !lanes.long<5 at 10, max 0>
// CHECK-NEXT:     %acc10 = lanes.zero : !lanes.long<5 at 10, max 0>
// CHECK-NEXT:     %acc11 = lanes.zero : !lanes.long<5 at 10, max 0>
// CHECK-NEXT:     %c2_1 = arith.constant 2 : index
// CHECK-NEXT:     %group_1 = arith.muli %group, %c2_1 : index
// CHECK-NEXT:     %w0 = lanes.load %weight[%group_1] : memref<4xi32> -> !lanes.word<3 at 10, max 3>
// CHECK-NEXT:     %c2_2 = arith.constant 2 : index
// CHECK-NEXT:     %group_2 = arith.muli %group, %c2_2 : index
// CHECK-NEXT:     %c1_1 = arith.constant 1 : index
// CHECK-NEXT:     %w_1 = arith.addi %group_2, %c1_1 : index
// CHECK-NEXT:     %w1 = lanes.load %weight[%w_1] : memref<4xi32> -> !lanes.word<3 at 10, max 3>
// CHECK-NEXT:     %c0_1 = arith.constant 0 : index
// CHECK-NEXT:     %x0 = lanes.load %words[%c0_1, %group] : memref<2x2xi32> -> !lanes.word<3 at 10, max 3>
// CHECK-NEXT:     %acc00_1 = lanes.mla %x0, %w0, %acc00 : !lanes.word<3 at 10, max 3>, !lanes.word<3 at 10, max 3>, !lanes.long<5 at 10, max 0> -> !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %acc01_1 = lanes.mla %x0, %w1, %acc01 : !lanes.word<3 at 10, max 3>, !lanes.word<3 at 10, max 3>, !lanes.long<5 at 10, max 0> -> !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %c1_2 = arith.constant 1 : index
// CHECK-NEXT:     %x1 = lanes.load %words[%c1_2, %group] : memref<2x2xi32> -> !lanes.word<3 at 10, max 3>
// CHECK-NEXT:     %acc10_1 = lanes.mla %x1, %w0, %acc10 : !lanes.word<3 at 10, max 3>, !lanes.word<3 at 10, max 3>, !lanes.long<5 at 10, max 0> -> !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %acc11_1 = lanes.mla %x1, %w1, %acc11 : !lanes.word<3 at 10, max 3>, !lanes.word<3 at 10, max 3>, !lanes.long<5 at 10, max 0> -> !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %c2_3 = arith.constant 2 : index
// CHECK-NEXT:     %group_3 = arith.muli %group, %c2_3 : index
// CHECK-NEXT:     lanes.store %acc00_1, %row_sums[%group_3] : !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>, memref<16xi32>
// CHECK-NEXT:     %c2_4 = arith.constant 2 : index
// CHECK-NEXT:     %group_4 = arith.muli %group, %c2_4 : index
// CHECK-NEXT:     %c4 = arith.constant 4 : index
// CHECK-NEXT:     %s = arith.addi %group_4, %c4 : index
// CHECK-NEXT:     lanes.store %acc01_1, %row_sums[%s] : !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>, memref<16xi32>
// CHECK-NEXT:     %c2_5 = arith.constant 2 : index
// CHECK-NEXT:     %group_5 = arith.muli %group, %c2_5 : index
// CHECK-NEXT:     %c8 = arith.constant 8 : index
// CHECK-NEXT:     %s_1 = arith.addi %group_5, %c8 : index
// CHECK-NEXT:     lanes.store %acc10_1, %row_sums[%s_1] : !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>, memref<16xi32>
// CHECK-NEXT:     %c2_6 = arith.constant 2 : index
// CHECK-NEXT:     %group_6 = arith.muli %group, %c2_6 : index
// CHECK-NEXT:     %c12 = arith.constant 12 : index
// CHECK-NEXT:     %s_2 = arith.addi %group_6, %c12 : index
// CHECK-NEXT:     lanes.store %acc11_1, %row_sums[%s_2] : !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>, memref<16xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   %c0_2 = arith.constant 0 : index
// CHECK-NEXT:   %bias = memref.get_global @rows_bias : memref<2xi32>
// CHECK-NEXT:   %bias_1 = memref.load %bias[%c0_2] : memref<2xi32>
// CHECK-NEXT:   %c1_3 = arith.constant 1 : index
// CHECK-NEXT:   %bias_2 = memref.get_global @rows_bias : memref<2xi32>
// CHECK-NEXT:   %bias_3 = memref.load %bias_2[%c1_3] : memref<2xi32>
// CHECK-NEXT:   %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:   %c0_i32_1 = arith.constant 0 : i32
// CHECK-NEXT:   %c0_i32_2 = arith.constant 0 : i32
// CHECK-NEXT:   %c0_i32_3 = arith.constant 0 : i32
// CHECK-NEXT:   %c0_i32_4 = arith.constant 0 : i32
// CHECK-NEXT:   %c0_i32_5 = arith.constant 0 : i32
// CHECK-NEXT:   %c0_3 = arith.constant 0 : index
// CHECK-NEXT:   %c2_7 = arith.constant 2 : index
// CHECK-NEXT:   %c1_4 = arith.constant 1 : index
// CHECK-NEXT:   %total, %total_1, %total_2, %total_3, %total_4, %total_5 = scf.for %group_7 = %c0_3 to %c2_7 step %c1_4 iter_args(%total_6 = %c0_i32, %total_7 = %c0_i32_1, %total_8 = %c0_i32_2, %total_9 = %c0_i32_3, %total_10 = %c0_i32_4, %total_11 = %c0_i32_5) -> (i32, i32, i32, i32, i32, i32) {
// CHECK-NEXT:     %c2_8 = arith.constant 2 : index
// CHECK-NEXT:     %group_8 = arith.muli %group_7, %c2_8 : index
// CHECK-NEXT:     %acc = lanes.load %row_sums[%group_8] : memref<16xi32> -> !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %c2_9 = arith.constant 2 : index
// CHECK-NEXT:     %group_9 = arith.muli %group_7, %c2_9 : index
// CHECK-NEXT:     %c8_1 = arith.constant 8 : index
// CHECK-NEXT:     %s_3 = arith.addi %group_9, %c8_1 : index
// CHECK-NEXT:     %acc_1 = lanes.load %row_sums[%s_3] : memref<16xi32> -> !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %lane = lanes.get %acc[2] : !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %total_12 = arith.addi %total_6, %lane : i32
// CHECK-NEXT:     %lane_1 = lanes.get %acc[3] : !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %total_13 = arith.addi %total_7, %lane_1 : i32
// CHECK-NEXT:     %lane_2 = lanes.get %acc_1[0] : !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %total_14 = arith.addi %total_13, %lane_2 : i32
// CHECK-NEXT:     %lane_3 = lanes.get %acc[4] : !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %total_15 = arith.addi %total_8, %lane_3 : i32
// CHECK-NEXT:     %lane_4 = lanes.get %acc_1[1] : !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %total_16 = arith.addi %total_15, %lane_4 : i32
// CHECK-NEXT:     %c2_10 = arith.constant 2 : index
// CHECK-NEXT:     %group_10 = arith.muli %group_7, %c2_10 : index
// CHECK-NEXT:     %c4_1 = arith.constant 4 : index
// CHECK-NEXT:     %s_4 = arith.addi %group_10, %c4_1 : index
// CHECK-NEXT:     %acc_2 = lanes.load %row_sums[%s_4] : memref<16xi32> -> !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %c2_11 = arith.constant 2 : index
// CHECK-NEXT:     %group_11 = arith.muli %group_7, %c2_11 : index
// CHECK-NEXT:     %c12_1 = arith.constant 12 : index
// CHECK-NEXT:     %s_5 = arith.addi %group_11, %c12_1 : index
// CHECK-NEXT:     %acc_3 = lanes.load %row_sums[%s_5] : memref<16xi32> -> !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %lane_5 = lanes.get %acc_2[2] : !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %total_17 = arith.addi %total_9, %lane_5 : i32
// CHECK-NEXT:     %lane_6 = lanes.get %acc_2[3] : !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %total_18 = arith.addi %total_10, %lane_6 : i32
// CHECK-NEXT:     %lane_7 = lanes.get %acc_3[0] : !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %total_19 = arith.addi %total_18, %lane_7 : i32
// CHECK-NEXT:     %lane_8 = lanes.get %acc_2[4] : !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %total_20 = arith.addi %total_11, %lane_8 : i32
// CHECK-NEXT:     %lane_9 = lanes.get %acc_3[1] : !lanes.long<5 at 10, max [9, 18, 27, 18, 9]>
// CHECK-NEXT:     %total_21 = arith.addi %total_20, %lane_9 : i32
// CHECK-NEXT:     scf.yield %total_12, %total_14, %total_16, %total_17, %total_19, %total_21 : i32, i32, i32, i32, i32, i32
// CHECK-NEXT:   } {cmix.rolled}
// CHECK-NEXT:   %acc_4 = arith.addi %bias_1, %total : i32
// CHECK-NEXT:   %y_1 = cmix.requantize %acc_4 channel %c0_2 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %acc_5 = arith.addi %bias_3, %total_3 : i32
// CHECK-NEXT:   %y_2 = cmix.requantize %acc_5 channel %c1_3 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %c0_4 = arith.constant 0 : index
// CHECK-NEXT:   %c0_5 = arith.constant 0 : index
// CHECK-NEXT:   %c0_6 = arith.constant 0 : index
// CHECK-NEXT:   cmix.store_elements %y_1, %y_2 to %y[%c0_4, %c0_5, %c0_6] : memref<1x3x2xi8> as <1x3x2xui8>
// CHECK-NEXT:   %acc_6 = arith.addi %bias_1, %total_1 : i32
// CHECK-NEXT:   %y_3 = cmix.requantize %acc_6 channel %c0_2 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %acc_7 = arith.addi %bias_3, %total_4 : i32
// CHECK-NEXT:   %y_4 = cmix.requantize %acc_7 channel %c1_3 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %c0_7 = arith.constant 0 : index
// CHECK-NEXT:   %c1_5 = arith.constant 1 : index
// CHECK-NEXT:   %c0_8 = arith.constant 0 : index
// CHECK-NEXT:   cmix.store_elements %y_3, %y_4 to %y[%c0_7, %c1_5, %c0_8] : memref<1x3x2xi8> as <1x3x2xui8>
// CHECK-NEXT:   %acc_8 = arith.addi %bias_1, %total_2 : i32
// CHECK-NEXT:   %y_5 = cmix.requantize %acc_8 channel %c0_2 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %acc_9 = arith.addi %bias_3, %total_5 : i32
// CHECK-NEXT:   %y_6 = cmix.requantize %acc_9 channel %c1_3 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:   %c0_9 = arith.constant 0 : index
// CHECK-NEXT:   %c2_12 = arith.constant 2 : index
// CHECK-NEXT:   %c0_10 = arith.constant 0 : index
// CHECK-NEXT:   cmix.store_elements %y_5, %y_6 to %y[%c0_9, %c2_12, %c0_10] : memref<1x3x2xi8> as <1x3x2xui8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @rows(%words: memref<2x2xi32>, %y: memref<1x3x2xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<2x2x3xui2>
  cmix.contract_words [x = 3, f = 2, k = 2, j = 3] words %words as <3 at 10, max 3> products 1 filter %w weight_words 2 output %y (x, f, k, j) -> (0, x, f) as <1x3x2xui8> bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<2x2xi32>, !cmix.packed<2x2x3xui2>, memref<1x3x2xi8>
  return
}

// -----

// The weights add up to 5, so that sums reach 15: a lane of 4 bits holds them. Types allow 24.
// CHECK:      "memref.global"() <{sym_name = "bounded_weight", type = memref<4xi32>, initial_value = dense<[17, 16, 1, 16]> : tensor<4xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "bounded_bias", type = memref<1xi32>, initial_value = dense<5> : tensor<1xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @bounded(%words: memref<2x4xi32>, %y: memref<1x3x1xi8>) {
// CHECK-NEXT:   %partial_sums = memref.alloca() {alignment = 4 : i64} : memref<4xi16>
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}[1, 1], [1, 0], [0, 1], [1, 0]]]> : !cmix.packed<1x4x2xui2>
// CHECK-NEXT:   %weight = memref.get_global @bounded_weight : memref<4xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c1_1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %f = %c0 to %c1 step %c1_1 {
// CHECK-NEXT:     %zero = lanes.zero : !lanes.word<1 at 32, max 0>
// CHECK-NEXT:     %c0_1 = arith.constant 0 : index
// CHECK-NEXT:     lanes.store %zero, %partial_sums[%c0_1] : !lanes.word<1 at 32, max 0>, memref<4xi16>
// CHECK-NEXT:     %c2 = arith.constant 2 : index
// CHECK-NEXT:     lanes.store %zero, %partial_sums[%c2] : !lanes.word<1 at 32, max 0>, memref<4xi16>
// CHECK-NEXT:     %c4 = arith.constant 4 : index
// CHECK-NEXT:     %f_1 = arith.muli %f, %c4 : index
// CHECK-NEXT:     %w0 = lanes.load %weight[%f_1] : memref<4xi32> -> !lanes.word<2 at 4, max 1>
// CHECK-NEXT:     %c4_1 = arith.constant 4 : index
// CHECK-NEXT:     %f_2 = arith.muli %f, %c4_1 : index
// CHECK-NEXT:     %c1_2 = arith.constant 1 : index
// CHECK-NEXT:     %w_1 = arith.addi %f_2, %c1_2 : index
// CHECK-NEXT:     %w1 = lanes.load %weight[%w_1] : memref<4xi32> -> !lanes.word<2 at 4, max 1>
// CHECK-NEXT:     %c4_2 = arith.constant 4 : index
// CHECK-NEXT:     %f_3 = arith.muli %f, %c4_2 : index
// CHECK-NEXT:     %c2_1 = arith.constant 2 : index
// CHECK-NEXT:     %w_2 = arith.addi %f_3, %c2_1 : index
// CHECK-NEXT:     %w2 = lanes.load %weight[%w_2] : memref<4xi32> -> !lanes.word<2 at 4, max 1>
// CHECK-NEXT:     %c4_3 = arith.constant 4 : index
// CHECK-NEXT:     %f_4 = arith.muli %f, %c4_3 : index
// CHECK-NEXT:     %c3 = arith.constant 3 : index
// CHECK-NEXT:     %w_3 = arith.addi %f_4, %c3 : index
// CHECK-NEXT:     %w3 = lanes.load %weight[%w_3] : memref<4xi32> -> !lanes.word<2 at 4, max 1>
// CHECK-NEXT:     %carry = lanes.zero : !lanes.word<1 at 4, max 12>
// CHECK-NEXT:     %c0_2 = arith.constant 0 : index
// CHECK-NEXT:     %c0_3 = arith.constant 0 : index
// CHECK-NEXT:     %x = lanes.load %words[%c0_2, %c0_3] : memref<2x4xi32> -> !lanes.word<2 at 4, max 3>
// CHECK-NEXT:     %acc = lanes.mla %x, %w0, %carry : !lanes.word<2 at 4, max 3>, !lanes.word<2 at 4, max 1>, !lanes.word<1 at 4, max 12> -> !lanes.long<3 at 4, max [15, 6, 3]>
// CHECK-NEXT:     %c0_4 = arith.constant 0 : index
// CHECK-NEXT:     %c1_3 = arith.constant 1 : index
// CHECK-NEXT:     %x_1 = lanes.load %words[%c0_4, %c1_3] : memref<2x4xi32> -> !lanes.word<2 at 4, max 3>
// CHECK-NEXT:     %acc_1 = lanes.mla %x_1, %w1, %acc bounded : !lanes.word<2 at 4, max 3>, !lanes.word<2 at 4, max 1>, !lanes.long<3 at 4, max [15, 6, 3]> -> !lanes.long<3 at 4, max [15, 12, 6]>
// CHECK-NEXT:     %c0_5 = arith.constant 0 : index
// CHECK-NEXT:     %c2_2 = arith.constant 2 : index
// CHECK-NEXT:     %x_2 = lanes.load %words[%c0_5, %c2_2] : memref<2x4xi32> -> !lanes.word<2 at 4, max 3>
// CHECK-NEXT:     %acc_2 = lanes.mla %x_2, %w2, %acc_1 bounded : !lanes.word<2 at 4, max 3>, !lanes.word<2 at 4, max 1>, !lanes.long<3 at 4, max [15, 12, 6]> -> !lanes.long<3 at 4, max [15, 15, 9]>
// CHECK-NEXT:     %c0_6 = arith.constant 0 : index
// CHECK-NEXT:     %c3_1 = arith.constant 3 : index
// CHECK-NEXT:     %x_3 = lanes.load %words[%c0_6, %c3_1] : memref<2x4xi32> -> !lanes.word<2 at 4, max 3>
// CHECK-NEXT:     %acc_3 = lanes.mla %x_3, %w3, %acc_2 bounded : !lanes.word<2 at 4, max 3>, !lanes.word<2 at 4, max 1>, !lanes.long<3 at 4, max [15, 15, 9]> -> !lanes.long<3 at 4, max [15, 15, 12]>
// CHECK-NEXT:     %taken = lanes.take %acc_3 [0, 1] : !lanes.long<3 at 4, max [15, 15, 12]> -> !lanes.word<2 at 16, max 15>
// CHECK-NEXT:     %c0_7 = arith.constant 0 : index
// CHECK-NEXT:     %partial = lanes.load %partial_sums[%c0_7] : memref<4xi16> -> !lanes.word<2 at 16, max 9>
// CHECK-NEXT:     %partial_1 = lanes.add %partial, %taken : !lanes.word<2 at 16, max 9>, !lanes.word<2 at 16, max 15> -> !lanes.word<2 at 16, max 24>
// CHECK-NEXT:     lanes.store %partial_1, %partial_sums[%c0_7] : !lanes.word<2 at 16, max 24>, memref<4xi16>
// CHECK-NEXT:     %carry_1 = lanes.drop %acc_3 by 2 : !lanes.long<3 at 4, max [15, 15, 12]> -> !lanes.word<1 at 4, max 12>
// CHECK-NEXT:     %c1_4 = arith.constant 1 : index
// CHECK-NEXT:     %c0_8 = arith.constant 0 : index
// CHECK-NEXT:     %x_4 = lanes.load %words[%c1_4, %c0_8] : memref<2x4xi32> -> !lanes.word<2 at 4, max 3>
// CHECK-NEXT:     %acc_4 = lanes.mla %x_4, %w0, %carry_1 : !lanes.word<2 at 4, max 3>, !lanes.word<2 at 4, max 1>, !lanes.word<1 at 4, max 12> -> !lanes.long<3 at 4, max [15, 6, 3]>
// CHECK-NEXT:     %c1_5 = arith.constant 1 : index
// CHECK-NEXT:     %c1_6 = arith.constant 1 : index
// CHECK-NEXT:     %x_5 = lanes.load %words[%c1_5, %c1_6] : memref<2x4xi32> -> !lanes.word<2 at 4, max 3>
// CHECK-NEXT:     %acc_5 = lanes.mla %x_5, %w1, %acc_4 bounded : !lanes.word<2 at 4, max 3>, !lanes.word<2 at 4, max 1>, !lanes.long<3 at 4, max [15, 6, 3]> -> !lanes.long<3 at 4, max [15, 12, 6]>
// CHECK-NEXT:     %c1_7 = arith.constant 1 : index
// CHECK-NEXT:     %c2_3 = arith.constant 2 : index
// CHECK-NEXT:     %x_6 = lanes.load %words[%c1_7, %c2_3] : memref<2x4xi32> -> !lanes.word<2 at 4, max 3>
// CHECK-NEXT:     %acc_6 = lanes.mla %x_6, %w2, %acc_5 bounded : !lanes.word<2 at 4, max 3>, !lanes.word<2 at 4, max 1>, !lanes.long<3 at 4, max [15, 12, 6]> -> !lanes.long<3 at 4, max [15, 15, 9]>
// CHECK-NEXT:     %c1_8 = arith.constant 1 : index
// CHECK-NEXT:     %c3_2 = arith.constant 3 : index
// CHECK-NEXT:     %x_7 = lanes.load %words[%c1_8, %c3_2] : memref<2x4xi32> -> !lanes.word<2 at 4, max 3>
// CHECK-NEXT:     %acc_7 = lanes.mla %x_7, %w3, %acc_6 bounded : !lanes.word<2 at 4, max 3>, !lanes.word<2 at 4, max 1>, !lanes.long<3 at 4, max [15, 15, 9]> -> !lanes.long<3 at 4, max [15, 15, 12]>
// CHECK-NEXT:     %taken_1 = lanes.take %acc_7 [0, 1] : !lanes.long<3 at 4, max [15, 15, 12]> -> !lanes.word<2 at 16, max 15>
// CHECK-NEXT:     %c2_4 = arith.constant 2 : index
// CHECK-NEXT:     %partial_2 = lanes.load %partial_sums[%c2_4] : memref<4xi16> -> !lanes.word<2 at 16, max 9>
// CHECK-NEXT:     %partial_3 = lanes.add %partial_2, %taken_1 : !lanes.word<2 at 16, max 9>, !lanes.word<2 at 16, max 15> -> !lanes.word<2 at 16, max 24>
// CHECK-NEXT:     lanes.store %partial_3, %partial_sums[%c2_4] : !lanes.word<2 at 16, max 24>, memref<4xi16>
// CHECK-NEXT:     %carry_2 = lanes.drop %acc_7 by 2 : !lanes.long<3 at 4, max [15, 15, 12]> -> !lanes.word<1 at 4, max 12>
// CHECK-NEXT:     %bias = memref.get_global @bounded_bias : memref<1xi32>
// CHECK-NEXT:     %bias_1 = memref.load %bias[%f] : memref<1xi32>
// CHECK-NEXT:     %c1_9 = arith.constant 1 : index
// CHECK-NEXT:     %partial_4 = memref.load %partial_sums[%c1_9] : memref<4xi16>
// CHECK-NEXT:     %0 = arith.extui %partial_4 : i16 to i32
// CHECK-NEXT:     %acc_8 = arith.addi %bias_1, %0 : i32
// CHECK-NEXT:     %y_1 = cmix.requantize %acc_8 channel %f by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:     %c0_9 = arith.constant 0 : index
// CHECK-NEXT:     %c0_10 = arith.constant 0 : index
// CHECK-NEXT:     cmix.store_elements %y_1 to %y[%c0_9, %c0_10, %f] : memref<1x3x1xi8> as <1x3x1xui8>
// CHECK-NEXT:     %c2_5 = arith.constant 2 : index
// CHECK-NEXT:     %partial_5 = memref.load %partial_sums[%c2_5] : memref<4xi16>
// CHECK-NEXT:     %1 = arith.extui %partial_5 : i16 to i32
// CHECK-NEXT:     %acc_9 = arith.addi %bias_1, %1 : i32
// CHECK-NEXT:     %y_2 = cmix.requantize %acc_9 channel %f by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:     %c0_11 = arith.constant 0 : index
// CHECK-NEXT:     %c1_10 = arith.constant 1 : index
// CHECK-NEXT:     cmix.store_elements %y_2 to %y[%c0_11, %c1_10, %f] : memref<1x3x1xi8> as <1x3x1xui8>
// CHECK-NEXT:     %c3_3 = arith.constant 3 : index
// CHECK-NEXT:     %partial_6 = memref.load %partial_sums[%c3_3] : memref<4xi16>
// CHECK-NEXT:     %2 = arith.extui %partial_6 : i16 to i32
// CHECK-NEXT:     %acc_10 = arith.addi %bias_1, %2 : i32
// CHECK-NEXT:     %y_3 = cmix.requantize %acc_10 channel %f by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:     %c0_12 = arith.constant 0 : index
// CHECK-NEXT:     %c2_6 = arith.constant 2 : index
// CHECK-NEXT:     cmix.store_elements %y_3 to %y[%c0_12, %c2_6, %f] : memref<1x3x1xi8> as <1x3x1xui8>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @bounded(%words: memref<2x4xi32>, %y: memref<1x3x1xi8>) {
  %w = cmix.constant dense<[[[1, 1], [1, 0], [0, 1], [1, 0]]]> : !cmix.packed<1x4x2xui2>
  cmix.contract_words [x = 3, f = 1, k = 4, j = 2] words %words as <2 at 4, max 3> products 4 filter %w output %y (x, f, k, j) -> (0, x, f) as <1x3x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<2x4xi32>, !cmix.packed<1x4x2xui2>, memref<1x3x1xi8>
  return
}
