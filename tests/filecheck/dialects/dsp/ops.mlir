// RUN: ROUNDTRIP
// RUN: GENERIC_ROUNDTRIP

// products of 16-bit lanes
func.func @lane_products(%a: i32, %b: i32, %acc: i32, %lo: i32, %hi: i32) {
  %smuad = dsp.smuad %a, %b
  %smlad = dsp.smlad %a, %b, %acc
  %smladx = dsp.smladx %a, %b, %acc
  %smlsd = dsp.smlsd %a, %b, %acc
  %smulbb = dsp.smulbb %a, %b
  %smulbt = dsp.smulbt %a, %b
  %smultb = dsp.smultb %a, %b
  %smultt = dsp.smultt %a, %b
  %smlabb = dsp.smlabb %a, %b, %acc
  %smlabt = dsp.smlabt %a, %b, %acc
  %smlatb = dsp.smlatb %a, %b, %acc
  %smlatt = dsp.smlatt %a, %b, %acc
  func.return
}
// CHECK: func.func @lane_products(%a: i32, %b: i32, %acc: i32, %lo: i32, %hi: i32) {
// CHECK-NEXT: %smuad = dsp.smuad %a, %b
// CHECK-NEXT: %smlad = dsp.smlad %a, %b, %acc
// CHECK-NEXT: %smladx = dsp.smladx %a, %b, %acc
// CHECK-NEXT: %smlsd = dsp.smlsd %a, %b, %acc
// CHECK-NEXT: %smulbb = dsp.smulbb %a, %b
// CHECK-NEXT: %smulbt = dsp.smulbt %a, %b
// CHECK-NEXT: %smultb = dsp.smultb %a, %b
// CHECK-NEXT: %smultt = dsp.smultt %a, %b
// CHECK-NEXT: %smlabb = dsp.smlabb %a, %b, %acc
// CHECK-NEXT: %smlabt = dsp.smlabt %a, %b, %acc
// CHECK-NEXT: %smlatb = dsp.smlatb %a, %b, %acc
// CHECK-NEXT: %smlatt = dsp.smlatt %a, %b, %acc
// CHECK-NEXT: func.return

// products of words
func.func @word_products(%a: i32, %b: i32, %acc: i32, %lo: i32, %hi: i32) {
  %mla = dsp.mla %a, %b, %acc
  %mls = dsp.mls %a, %b, %acc
  %smmul = dsp.smmul %a, %b
  %smmulr = dsp.smmulr %a, %b
  %smmla = dsp.smmla %a, %b, %acc
  %smmlar = dsp.smmlar %a, %b, %acc
  %smull_lo, %smull_hi = dsp.smull %a, %b
  %umull_lo, %umull_hi = dsp.umull %a, %b
  %smlal_lo, %smlal_hi = dsp.smlal %a, %b, %lo, %hi
  %umlal_lo, %umlal_hi = dsp.umlal %a, %b, %lo, %hi
  func.return
}
// CHECK: func.func @word_products(%a: i32, %b: i32, %acc: i32, %lo: i32, %hi: i32) {
// CHECK-NEXT: %mla = dsp.mla %a, %b, %acc
// CHECK-NEXT: %mls = dsp.mls %a, %b, %acc
// CHECK-NEXT: %smmul = dsp.smmul %a, %b
// CHECK-NEXT: %smmulr = dsp.smmulr %a, %b
// CHECK-NEXT: %smmla = dsp.smmla %a, %b, %acc
// CHECK-NEXT: %smmlar = dsp.smmlar %a, %b, %acc
// CHECK-NEXT: %smull_lo, %smull_hi = dsp.smull %a, %b
// CHECK-NEXT: %umull_lo, %umull_hi = dsp.umull %a, %b
// CHECK-NEXT: %smlal_lo, %smlal_hi = dsp.smlal %a, %b, %lo, %hi
// CHECK-NEXT: %umlal_lo, %umlal_hi = dsp.umlal %a, %b, %lo, %hi
// CHECK-NEXT: func.return

// bytes to lanes, halves of words: shifts of 0 are not printed
func.func @rearranged(%a: i32, %b: i32, %acc: i32, %lo: i32, %hi: i32) {
  %sxtb16 = dsp.sxtb16 %a
  %sxtb16_ror = dsp.sxtb16 %a ror 24
  %uxtb16 = dsp.uxtb16 %a
  %uxtb16_ror = dsp.uxtb16 %a ror 24
  %sxtab16 = dsp.sxtab16 %acc, %a
  %sxtab16_ror = dsp.sxtab16 %acc, %a ror 8
  %uxtab16 = dsp.uxtab16 %acc, %a
  %uxtab16_ror = dsp.uxtab16 %acc, %a ror 8
  %uxtab = dsp.uxtab %acc, %a
  %uxtab_ror = dsp.uxtab %acc, %a ror 16
  %pkhbt = dsp.pkhbt %a, %b
  %pkhbt_lsl = dsp.pkhbt %a, %b lsl 16
  %pkhtb = dsp.pkhtb %a, %b
  %pkhtb_asr = dsp.pkhtb %a, %b asr 31
  func.return
}
// CHECK: func.func @rearranged(%a: i32, %b: i32, %acc: i32, %lo: i32, %hi: i32) {
// CHECK-NEXT: %sxtb16 = dsp.sxtb16 %a
// CHECK-NEXT: %sxtb16_ror = dsp.sxtb16 %a ror 24
// CHECK-NEXT: %uxtb16 = dsp.uxtb16 %a
// CHECK-NEXT: %uxtb16_ror = dsp.uxtb16 %a ror 24
// CHECK-NEXT: %sxtab16 = dsp.sxtab16 %acc, %a
// CHECK-NEXT: %sxtab16_ror = dsp.sxtab16 %acc, %a ror 8
// CHECK-NEXT: %uxtab16 = dsp.uxtab16 %acc, %a
// CHECK-NEXT: %uxtab16_ror = dsp.uxtab16 %acc, %a ror 8
// CHECK-NEXT: %uxtab = dsp.uxtab %acc, %a
// CHECK-NEXT: %uxtab_ror = dsp.uxtab %acc, %a ror 16
// CHECK-NEXT: %pkhbt = dsp.pkhbt %a, %b
// CHECK-NEXT: %pkhbt_lsl = dsp.pkhbt %a, %b lsl 16
// CHECK-NEXT: %pkhtb = dsp.pkhtb %a, %b
// CHECK-NEXT: %pkhtb_asr = dsp.pkhtb %a, %b asr 31
// CHECK-NEXT: func.return

// sums of lanes
func.func @lane_sums(%a: i32, %b: i32, %acc: i32, %lo: i32, %hi: i32) {
  %sadd16 = dsp.sadd16 %a, %b
  %ssub16 = dsp.ssub16 %a, %b
  %uadd16 = dsp.uadd16 %a, %b
  %usub16 = dsp.usub16 %a, %b
  %sadd8 = dsp.sadd8 %a, %b
  %ssub8 = dsp.ssub8 %a, %b
  %uadd8 = dsp.uadd8 %a, %b
  %usub8 = dsp.usub8 %a, %b
  func.return
}
// CHECK: func.func @lane_sums(%a: i32, %b: i32, %acc: i32, %lo: i32, %hi: i32) {
// CHECK-NEXT: %sadd16 = dsp.sadd16 %a, %b
// CHECK-NEXT: %ssub16 = dsp.ssub16 %a, %b
// CHECK-NEXT: %uadd16 = dsp.uadd16 %a, %b
// CHECK-NEXT: %usub16 = dsp.usub16 %a, %b
// CHECK-NEXT: %sadd8 = dsp.sadd8 %a, %b
// CHECK-NEXT: %ssub8 = dsp.ssub8 %a, %b
// CHECK-NEXT: %uadd8 = dsp.uadd8 %a, %b
// CHECK-NEXT: %usub8 = dsp.usub8 %a, %b
// CHECK-NEXT: func.return

// saturation and rotation
func.func @saturated(%a: i32, %b: i32, %acc: i32, %lo: i32, %hi: i32) {
  %ssat = dsp.ssat %a to 8 bits
  %ssat_lsl = dsp.ssat %a lsl 3 to 8 bits
  %ssat_asr = dsp.ssat %a asr 7 to 8 bits
  %usat = dsp.usat %a to 8 bits
  %usat_lsl = dsp.usat %a lsl 3 to 8 bits
  %usat_asr = dsp.usat %a asr 7 to 8 bits
  %ssat16 = dsp.ssat16 %a to 8 bits
  %usat16 = dsp.usat16 %a to 8 bits
  %clz = dsp.clz %a
  %ror = dsp.ror %a, 8
  %hold = dsp.hold %a
  func.return
}
// CHECK: func.func @saturated(%a: i32, %b: i32, %acc: i32, %lo: i32, %hi: i32) {
// CHECK-NEXT: %ssat = dsp.ssat %a to 8 bits
// CHECK-NEXT: %ssat_lsl = dsp.ssat %a lsl 3 to 8 bits
// CHECK-NEXT: %ssat_asr = dsp.ssat %a asr 7 to 8 bits
// CHECK-NEXT: %usat = dsp.usat %a to 8 bits
// CHECK-NEXT: %usat_lsl = dsp.usat %a lsl 3 to 8 bits
// CHECK-NEXT: %usat_asr = dsp.usat %a asr 7 to 8 bits
// CHECK-NEXT: %ssat16 = dsp.ssat16 %a to 8 bits
// CHECK-NEXT: %usat16 = dsp.usat16 %a to 8 bits
// CHECK-NEXT: %clz = dsp.clz %a
// CHECK-NEXT: %ror = dsp.ror %a, 8
// CHECK-NEXT: %hold = dsp.hold %a
// CHECK-NEXT: func.return

// words in memory, of any rank and any element that is whole bytes
func.func @words(%bytes: memref<4x32xi8>, %halves: memref<8xi16>, %i: index, %j: index) {
  %w = dsp.load_word %bytes[%i, %j] : memref<4x32xi8>
  dsp.store_word %w, %halves[%j] : memref<8xi16>
  dsp.copy_words %bytes[%i, %j] to %halves[%i] words 3 : memref<4x32xi8>, memref<8xi16>
  func.return
}
// CHECK: func.func @words(%bytes: memref<4x32xi8>, %halves: memref<8xi16>, %i: index, %j: index) {
// CHECK-NEXT: %w = dsp.load_word %bytes[%i, %j] : memref<4x32xi8>
// CHECK-NEXT: dsp.store_word %w, %halves[%j] : memref<8xi16>
// CHECK-NEXT: dsp.copy_words %bytes[%i, %j] to %halves[%i] words 3 : memref<4x32xi8>, memref<8xi16>
// CHECK-NEXT: func.return
