// RUN: cmix-opt %s --split-input-file -p cortex-m4 -t cmix-c | filecheck %s

// The innermost loop of convolutions, two filters by two pixels.

// 8 bits: a word holds a pair of weights of each filter, which extensions of bytes unpack.
// CHECK:              for (int32_t k = 0; k < 16; ++k) {
// CHECK-NEXT:             const int32_t k_1 = k * 2;
// CHECK-NEXT:             const int32_t word = conv2d_8_y_conv2d_weight[k_1];
// CHECK-NEXT:             const int32_t w0 = cmix_uxtb16(word);
// CHECK-NEXT:             const int32_t w1 = cmix_uxtb16_ror8(word);
// CHECK-NEXT:             const int32_t k_2 = k * 4;
// CHECK-NEXT:             const int32_t x0 = cmix_load_word(&lanes[k_2]);
// CHECK-NEXT:             const int32_t x1 = cmix_load_word(&lanes[k_2 + 64]);
// CHECK-NEXT:             acc00 = cmix_smlad(w0, x0, acc00);
// CHECK-NEXT:             acc10 = cmix_smlad(w1, x0, acc10);
// CHECK-NEXT:             acc01 = cmix_smlad(w0, x1, acc01);
// CHECK-NEXT:             acc11 = cmix_smlad(w1, x1, acc11);
// CHECK-NEXT:             const int32_t word_1 = conv2d_8_y_conv2d_weight[k_1 + 1];
// CHECK-NEXT:             const int32_t w0_1 = cmix_uxtb16(word_1);
// CHECK-NEXT:             const int32_t w1_1 = cmix_uxtb16_ror8(word_1);
// CHECK-NEXT:             const int32_t x0_1 = cmix_load_word(&lanes[k_2 + 2]);
// CHECK-NEXT:             const int32_t x1_1 = cmix_load_word(&lanes[k_2 + 66]);
// CHECK-NEXT:             acc00 = cmix_smlad(w0_1, x0_1, acc00);
// CHECK-NEXT:             acc10 = cmix_smlad(w1_1, x0_1, acc10);
// CHECK-NEXT:             acc01 = cmix_smlad(w0_1, x1_1, acc01);
// CHECK-NEXT:             acc11 = cmix_smlad(w1_1, x1_1, acc11);
// CHECK-NEXT:         }
func.func @conv2d_8(%x: !cmix.packed<2x2x64xui8>) -> !cmix.packed<2x2x2xui8> {
  %w = cmix.constant dense<3> : !cmix.packed<2x1x1x64xui8>
  %y = cmix.conv2d %x, %w bias [5, 6] requant #cmix.icn<m0 = [1518500250], n0 = [3], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 2, unroll = 2>
      : !cmix.packed<2x2x64xui8>, !cmix.packed<2x1x1x64xui8> -> !cmix.packed<2x2x2xui8>
  return %y : !cmix.packed<2x2x2xui8>
}

// -----

// 4 bits: a word holds two pairs of each filter, one AND each.
// CHECK:              for (int32_t k = 0; k < 8; ++k) {
// CHECK-NEXT:             const int32_t k_1 = k * 2;
// CHECK-NEXT:             const int32_t word = conv2d_4_y_conv2d_weight[k_1];
// CHECK-NEXT:             const int32_t w0 = word & mask;
// CHECK-NEXT:             const int32_t w1 = cmix_shr(word, 4) & mask;
// CHECK-NEXT:             const int32_t k_2 = k * 8;
// CHECK-NEXT:             const int32_t x0 = cmix_load_word(&lanes[k_2]);
// CHECK-NEXT:             acc00 = cmix_smlad(w0, x0, acc00);
// CHECK-NEXT:             acc10 = cmix_smlad(w1, x0, acc10);
// CHECK-NEXT:             const int32_t x1 = cmix_load_word(&lanes[k_2 + 64]);
// CHECK-NEXT:             acc01 = cmix_smlad(w0, x1, acc01);
// CHECK-NEXT:             acc11 = cmix_smlad(w1, x1, acc11);
// CHECK-NEXT:             const int32_t w0_1 = cmix_shr(word, 8) & mask;
// CHECK-NEXT:             const int32_t w1_1 = cmix_shr(word, 12) & mask;
// CHECK-NEXT:             const int32_t x0_1 = cmix_load_word(&lanes[k_2 + 2]);
// CHECK-NEXT:             const int32_t x1_1 = cmix_load_word(&lanes[k_2 + 66]);
// CHECK-NEXT:             acc00 = cmix_smlad(w0_1, x0_1, acc00);
// CHECK-NEXT:             acc10 = cmix_smlad(w1_1, x0_1, acc10);
// CHECK-NEXT:             acc01 = cmix_smlad(w0_1, x1_1, acc01);
// CHECK-NEXT:             acc11 = cmix_smlad(w1_1, x1_1, acc11);
// CHECK-NEXT:             const int32_t word_1 = conv2d_4_y_conv2d_weight[k_1 + 1];
// CHECK-NEXT:             const int32_t w0_2 = word_1 & mask;
// CHECK-NEXT:             const int32_t w1_2 = cmix_shr(word_1, 4) & mask;
// CHECK-NEXT:             const int32_t x0_2 = cmix_load_word(&lanes[k_2 + 4]);
// CHECK-NEXT:             acc00 = cmix_smlad(w0_2, x0_2, acc00);
// CHECK-NEXT:             acc10 = cmix_smlad(w1_2, x0_2, acc10);
// CHECK-NEXT:             const int32_t x1_2 = cmix_load_word(&lanes[k_2 + 68]);
// CHECK-NEXT:             acc01 = cmix_smlad(w0_2, x1_2, acc01);
// CHECK-NEXT:             acc11 = cmix_smlad(w1_2, x1_2, acc11);
// CHECK-NEXT:             const int32_t w0_3 = cmix_shr(word_1, 8) & mask;
// CHECK-NEXT:             const int32_t w1_3 = cmix_shr(word_1, 12) & mask;
// CHECK-NEXT:             const int32_t x0_3 = cmix_load_word(&lanes[k_2 + 6]);
// CHECK-NEXT:             const int32_t x1_3 = cmix_load_word(&lanes[k_2 + 70]);
// CHECK-NEXT:             acc00 = cmix_smlad(w0_3, x0_3, acc00);
// CHECK-NEXT:             acc10 = cmix_smlad(w1_3, x0_3, acc10);
// CHECK-NEXT:             acc01 = cmix_smlad(w0_3, x1_3, acc01);
// CHECK-NEXT:             acc11 = cmix_smlad(w1_3, x1_3, acc11);
// CHECK-NEXT:         }
func.func @conv2d_4(%x: !cmix.packed<2x2x64xui8>) -> !cmix.packed<2x2x2xui8> {
  %w = cmix.constant dense<3> : !cmix.packed<2x1x1x64xui4>
  %y = cmix.conv2d %x, %w bias [5, 6] requant #cmix.icn<m0 = [1518500250], n0 = [3], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 2, unroll = 2>
      : !cmix.packed<2x2x64xui8>, !cmix.packed<2x1x1x64xui4> -> !cmix.packed<2x2x2xui8>
  return %y : !cmix.packed<2x2x2xui8>
}

// -----

// 2 bits: four pairs of each.
// CHECK:              for (int32_t k = 0; k < 4; ++k) {
// CHECK-NEXT:             const int32_t k_1 = k * 2;
// CHECK-NEXT:             const int32_t word = conv2d_2_y_conv2d_weight[k_1];
// CHECK-NEXT:             const int32_t w0 = word & mask;
// CHECK-NEXT:             const int32_t w1 = cmix_shr(word, 2) & mask;
// CHECK-NEXT:             const int32_t k_2 = k * 16;
// CHECK-NEXT:             const int32_t x0 = cmix_load_word(&lanes[k_2]);
// CHECK-NEXT:             acc00 = cmix_smlad(w0, x0, acc00);
// CHECK-NEXT:             acc10 = cmix_smlad(w1, x0, acc10);
// CHECK-NEXT:             const int32_t x1 = cmix_load_word(&lanes[k_2 + 64]);
// CHECK-NEXT:             acc01 = cmix_smlad(w0, x1, acc01);
// CHECK-NEXT:             acc11 = cmix_smlad(w1, x1, acc11);
// CHECK-NEXT:             const int32_t w0_1 = cmix_shr(word, 4) & mask;
// CHECK-NEXT:             const int32_t w1_1 = cmix_shr(word, 6) & mask;
// CHECK-NEXT:             const int32_t x0_1 = cmix_load_word(&lanes[k_2 + 2]);
// CHECK-NEXT:             acc00 = cmix_smlad(w0_1, x0_1, acc00);
// CHECK-NEXT:             acc10 = cmix_smlad(w1_1, x0_1, acc10);
// CHECK-NEXT:             const int32_t x1_1 = cmix_load_word(&lanes[k_2 + 66]);
// CHECK-NEXT:             acc01 = cmix_smlad(w0_1, x1_1, acc01);
// CHECK-NEXT:             acc11 = cmix_smlad(w1_1, x1_1, acc11);
// CHECK-NEXT:             const int32_t w0_2 = cmix_shr(word, 8) & mask;
// CHECK-NEXT:             const int32_t w1_2 = cmix_shr(word, 10) & mask;
// CHECK-NEXT:             const int32_t x0_2 = cmix_load_word(&lanes[k_2 + 4]);
// CHECK-NEXT:             acc00 = cmix_smlad(w0_2, x0_2, acc00);
// CHECK-NEXT:             acc10 = cmix_smlad(w1_2, x0_2, acc10);
// CHECK-NEXT:             const int32_t x1_2 = cmix_load_word(&lanes[k_2 + 68]);
// CHECK-NEXT:             acc01 = cmix_smlad(w0_2, x1_2, acc01);
// CHECK-NEXT:             acc11 = cmix_smlad(w1_2, x1_2, acc11);
// CHECK-NEXT:             const int32_t w0_3 = cmix_shr(word, 12) & mask;
// CHECK-NEXT:             const int32_t w1_3 = cmix_shr(word, 14) & mask;
// CHECK-NEXT:             const int32_t x0_3 = cmix_load_word(&lanes[k_2 + 6]);
// CHECK-NEXT:             const int32_t x1_3 = cmix_load_word(&lanes[k_2 + 70]);
// CHECK-NEXT:             acc00 = cmix_smlad(w0_3, x0_3, acc00);
// CHECK-NEXT:             acc10 = cmix_smlad(w1_3, x0_3, acc10);
// CHECK-NEXT:             acc01 = cmix_smlad(w0_3, x1_3, acc01);
// CHECK-NEXT:             acc11 = cmix_smlad(w1_3, x1_3, acc11);
// CHECK-NEXT:             const int32_t word_1 = conv2d_2_y_conv2d_weight[k_1 + 1];
// CHECK-NEXT:             const int32_t w0_4 = word_1 & mask;
// CHECK-NEXT:             const int32_t w1_4 = cmix_shr(word_1, 2) & mask;
// CHECK-NEXT:             const int32_t x0_4 = cmix_load_word(&lanes[k_2 + 8]);
// CHECK-NEXT:             acc00 = cmix_smlad(w0_4, x0_4, acc00);
// CHECK-NEXT:             acc10 = cmix_smlad(w1_4, x0_4, acc10);
// CHECK-NEXT:             const int32_t x1_4 = cmix_load_word(&lanes[k_2 + 72]);
// CHECK-NEXT:             acc01 = cmix_smlad(w0_4, x1_4, acc01);
// CHECK-NEXT:             acc11 = cmix_smlad(w1_4, x1_4, acc11);
// CHECK-NEXT:             const int32_t w0_5 = cmix_shr(word_1, 4) & mask;
// CHECK-NEXT:             const int32_t w1_5 = cmix_shr(word_1, 6) & mask;
// CHECK-NEXT:             const int32_t x0_5 = cmix_load_word(&lanes[k_2 + 10]);
// CHECK-NEXT:             acc00 = cmix_smlad(w0_5, x0_5, acc00);
// CHECK-NEXT:             acc10 = cmix_smlad(w1_5, x0_5, acc10);
// CHECK-NEXT:             const int32_t x1_5 = cmix_load_word(&lanes[k_2 + 74]);
// CHECK-NEXT:             acc01 = cmix_smlad(w0_5, x1_5, acc01);
// CHECK-NEXT:             acc11 = cmix_smlad(w1_5, x1_5, acc11);
// CHECK-NEXT:             const int32_t w0_6 = cmix_shr(word_1, 8) & mask;
// CHECK-NEXT:             const int32_t w1_6 = cmix_shr(word_1, 10) & mask;
// CHECK-NEXT:             const int32_t x0_6 = cmix_load_word(&lanes[k_2 + 12]);
// CHECK-NEXT:             acc00 = cmix_smlad(w0_6, x0_6, acc00);
// CHECK-NEXT:             acc10 = cmix_smlad(w1_6, x0_6, acc10);
// CHECK-NEXT:             const int32_t x1_6 = cmix_load_word(&lanes[k_2 + 76]);
// CHECK-NEXT:             acc01 = cmix_smlad(w0_6, x1_6, acc01);
// CHECK-NEXT:             acc11 = cmix_smlad(w1_6, x1_6, acc11);
// CHECK-NEXT:             const int32_t w0_7 = cmix_shr(word_1, 12) & mask;
// CHECK-NEXT:             const int32_t w1_7 = cmix_shr(word_1, 14) & mask;
// CHECK-NEXT:             const int32_t x0_7 = cmix_load_word(&lanes[k_2 + 14]);
// CHECK-NEXT:             const int32_t x1_7 = cmix_load_word(&lanes[k_2 + 78]);
// CHECK-NEXT:             acc00 = cmix_smlad(w0_7, x0_7, acc00);
// CHECK-NEXT:             acc10 = cmix_smlad(w1_7, x0_7, acc10);
// CHECK-NEXT:             acc01 = cmix_smlad(w0_7, x1_7, acc01);
// CHECK-NEXT:             acc11 = cmix_smlad(w1_7, x1_7, acc11);
// CHECK-NEXT:         }
func.func @conv2d_2(%x: !cmix.packed<2x2x64xui8>) -> !cmix.packed<2x2x2xui8> {
  %w = cmix.constant dense<1> : !cmix.packed<2x1x1x64xui2>
  %y = cmix.conv2d %x, %w bias [5, 6] requant #cmix.icn<m0 = [1518500250], n0 = [3], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 2, unroll = 4>
      : !cmix.packed<2x2x64xui8>, !cmix.packed<2x1x1x64xui2> -> !cmix.packed<2x2x2xui8>
  return %y : !cmix.packed<2x2x2xui8>
}
