// RUN: cmix-opt %s --split-input-file -p cortex-m4 -t cmix-c | filecheck %s

// The innermost loop of a depthwise convolution: two outputs share every load of a row.

// Three taps; the weights, less their zero points, stay in registers.
// CHECK:                  for (int32_t x = 0; x < 4; x += 2) {
// CHECK-NEXT:                 const int32_t x_1 = cmix_load_word(&lanes[x]);
// CHECK-NEXT:                 const int32_t x_2 = cmix_load_word(&lanes[x + 2]);
// CHECK-NEXT:                 int32_t acc00 = cmix_smlad(x_1, v0, bias0);
// CHECK-NEXT:                 int32_t acc01 = cmix_smlatb(x_1, v0, bias0);
// CHECK-NEXT:                 acc00 = cmix_smlabt(x_2, v1, acc00);
// CHECK-NEXT:                 acc01 = cmix_smlad(x_2, v1, acc01);
// CHECK-NEXT:                 const int32_t x_3 = cmix_load_word(&lanes[x + 8]);
// CHECK-NEXT:                 const int32_t x_4 = cmix_load_word(&lanes[x + 10]);
// CHECK-NEXT:                 acc00 = cmix_smlad(x_3, v2, acc00);
// CHECK-NEXT:                 acc01 = cmix_smlatb(x_3, v2, acc01);
// CHECK-NEXT:                 acc00 = cmix_smlabt(x_4, v3, acc00);
// CHECK-NEXT:                 acc01 = cmix_smlad(x_4, v3, acc01);
// CHECK-NEXT:                 const int32_t x_5 = cmix_load_word(&lanes[x + 16]);
// CHECK-NEXT:                 const int32_t x_6 = cmix_load_word(&lanes[x + 18]);
// CHECK-NEXT:                 acc00 = cmix_smlad(x_5, v4, acc00);
// CHECK-NEXT:                 acc01 = cmix_smlatb(x_5, v4, acc01);
// CHECK-NEXT:                 acc00 = cmix_smlabt(x_6, v5, acc00);
// CHECK-NEXT:                 acc01 = cmix_smlad(x_6, v5, acc01);
// CHECK-NEXT:                 y_bytes[(y * 4 + x) * 3 + c] =
// CHECK-NEXT:                         (uint8_t)cmix_usat_8_asr3(cmix_smmul(acc00, 0x5a82799a));
// CHECK-NEXT:                 y_bytes[(y * 4 + x) * 3 + c + 3] =
// CHECK-NEXT:                         (uint8_t)cmix_usat_8_asr3(cmix_smmul(acc01, 0x5a82799a));
// CHECK-NEXT:             }
func.func @depthwise(%x: !cmix.packed<4x6x3xui8>) -> !cmix.packed<2x4x3xui8> {
  %w = cmix.constant dense<3> : !cmix.packed<3x3x3xui4>
  %y = cmix.depthwise_conv2d %x, %w bias [5, 6, 7] filter_zero [8]
      requant #cmix.icn<m0 = [1518500250], n0 = [3], zero = 0>
      schedule <expand = rows, filters = 1, pixels = 2>
      : !cmix.packed<4x6x3xui8>, !cmix.packed<3x3x3xui4> -> !cmix.packed<2x4x3xui8>
  return %y : !cmix.packed<2x4x3xui8>
}
