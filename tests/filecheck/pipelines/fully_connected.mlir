// RUN: cmix-opt %s --split-input-file -p cortex-m4 -t cmix-c | filecheck %s

// The innermost loop of a fully connected layer: inputs are shared by four filters.

// Signed 8-bit weights, extended in pairs.
// CHECK:          for (int32_t k = 0; k < 8; ++k) {
// CHECK-NEXT:         const int32_t k_1 = k * 4;
// CHECK-NEXT:         const int32_t word = fully_connected_y_fully_connected_weight[k_1];
// CHECK-NEXT:         const int32_t word_1 = fully_connected_y_fully_connected_weight[k_1 + 1];
// CHECK-NEXT:         const int32_t x0 = cmix_load_word(&lanes[k_1]);
// CHECK-NEXT:         acc00 = cmix_smlad(cmix_sxtb16(word), x0, acc00);
// CHECK-NEXT:         acc10 = cmix_smlad(cmix_sxtb16_ror8(word), x0, acc10);
// CHECK-NEXT:         acc20 = cmix_smlad(cmix_sxtb16(word_1), x0, acc20);
// CHECK-NEXT:         acc30 = cmix_smlad(cmix_sxtb16_ror8(word_1), x0, acc30);
// CHECK-NEXT:         const int32_t word_2 = fully_connected_y_fully_connected_weight[k_1 + 2];
// CHECK-NEXT:         const int32_t word_3 = fully_connected_y_fully_connected_weight[k_1 + 3];
// CHECK-NEXT:         const int32_t x0_1 = cmix_load_word(&lanes[k_1 + 2]);
// CHECK-NEXT:         acc00 = cmix_smlad(cmix_sxtb16(word_2), x0_1, acc00);
// CHECK-NEXT:         acc10 = cmix_smlad(cmix_sxtb16_ror8(word_2), x0_1, acc10);
// CHECK-NEXT:         acc20 = cmix_smlad(cmix_sxtb16(word_3), x0_1, acc20);
// CHECK-NEXT:         acc30 = cmix_smlad(cmix_sxtb16_ror8(word_3), x0_1, acc30);
// CHECK-NEXT:     }
func.func @fully_connected(%x: !cmix.packed<32xui2>) -> !cmix.packed<4xui8> {
  %w = cmix.constant dense<1> : !cmix.packed<4x32xsi8>
  %y = cmix.fully_connected %x, %w bias [5, 6, 7, 8]
      requant #cmix.icn<m0 = [1518500250], n0 = [3], zero = 0>
      schedule <expand = columns, filters = 4, pixels = 1, unroll = 2>
      : !cmix.packed<32xui2>, !cmix.packed<4x32xsi8> -> !cmix.packed<4xui8>
  return %y : !cmix.packed<4xui8>
}
