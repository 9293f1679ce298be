// RUN: cmix-opt -t cmix-c %s | filecheck %s

// CHECK-LABEL: void f(const uint8_t *restrict x, uint8_t *restrict y, int32_t a, int32_t b, int32_t c){{$}}
func.func @f(%x: memref<8xi8>, %y: memref<8xi8>, %a: i32, %b: i32, %c: i32) {
  %c4 = arith.constant 4 : index
  %c0 = arith.constant 0 : index
  // The numbers that an instruction encodes are part of the helper's name.
  %1 = dsp.uxtb16 %a
  %2 = dsp.sxtb16 %b ror 8
  %3 = dsp.smlad %1, %2, %c
  %4 = dsp.ssat %3 asr 7 to 8 bits
  %5 = dsp.pkhbt %4, %4 lsl 16
  dsp.store_word %5, %y[%c4] : memref<8xi8>
  %6 = dsp.uxtab16 %a, %b ror 24
  %7 = dsp.usat16 %6 to 4 bits
  %8 = dsp.ror %7, 12
  dsp.store_word %8, %y[%c0] : memref<8xi8>
  dsp.copy_words %y[%c0] to %y[%c4] words 1 : memref<8xi8>, memref<8xi8>
  func.return
}
// CHECK-NEXT:  {
// CHECK-NEXT:      (void)x;
// CHECK-NEXT:      const int32_t v0 = cmix_ssat_8_asr7(cmix_smlad(cmix_uxtb16(a), cmix_sxtb16_ror8(b), c));
// CHECK-NEXT:      cmix_store_word(&y[4], cmix_pkhbt_lsl16(v0, v0));
// CHECK-NEXT:      cmix_store_word(y, cmix_ror_12(cmix_usat16_4(cmix_uxtab16_ror24(a, b))));
// CHECK-NEXT:      cmix_copy_words(&y[4], y, 1);
// CHECK-NEXT:  }
