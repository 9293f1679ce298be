// RUN: cmix-opt %s --split-input-file --verify-diagnostics | filecheck %s

// sxtb16 (C1)
func.func @refused(%a: i32) {
  %r = dsp.sxtb16 %a ror 4
  func.return
}
// CHECK: dsp.sxtb16: rotate must be 0, 8, 16 or 24, got 4

// -----

// uxtb16 (C1)
func.func @refused(%a: i32) {
  %r = dsp.uxtb16 %a ror 4
  func.return
}
// CHECK: dsp.uxtb16: rotate must be 0, 8, 16 or 24, got 4

// -----

// sxtab16 (C1)
func.func @refused(%a: i32) {
  %r = dsp.sxtab16 %a, %a ror 32
  func.return
}
// CHECK: dsp.sxtab16: rotate must be 0, 8, 16 or 24, got 32

// -----

// uxtab16 (C1)
func.func @refused(%a: i32) {
  %r = dsp.uxtab16 %a, %a ror 32
  func.return
}
// CHECK: dsp.uxtab16: rotate must be 0, 8, 16 or 24, got 32

// -----

// pkhbt (C1)
func.func @refused(%a: i32) {
  %r = dsp.pkhbt %a, %a lsl 32
  func.return
}
// CHECK: dsp.pkhbt: shift must be 0 to 31, got 32

// -----

// pkhtb (C1)
func.func @refused(%a: i32) {
  %r = dsp.pkhtb %a, %a asr 32
  func.return
}
// CHECK: dsp.pkhtb: shift must be 0 to 31, got 32

// -----

// ssat (C1)
func.func @refused(%a: i32) {
  %r = dsp.ssat %a to 0 bits
  func.return
}
// CHECK: dsp.ssat: bits must be 1 to 32, got 0

// -----

// usat (C1)
func.func @refused(%a: i32) {
  %r = dsp.usat %a to 32 bits
  func.return
}
// CHECK: dsp.usat: bits must be 0 to 31, got 32

// -----

// ssat (C2)
func.func @refused(%a: i32) {
  %r = dsp.ssat %a lsl 32 to 8 bits
  func.return
}
// CHECK: dsp.ssat: lsl must be 0 to 31, got 32

// -----

// usat (C3)
func.func @refused(%a: i32) {
  %r = dsp.usat %a asr 32 to 8 bits
  func.return
}
// CHECK: dsp.usat: asr must be 0 to 31, got 32

// -----

// usat (C4)
func.func @refused(%a: i32) {
  %r = dsp.usat %a lsl 1 asr 2 to 8 bits
  func.return
}
// CHECK: dsp.usat: shifts one way only, got lsl 1 and asr 2

// -----

// ssat16 (C1)
func.func @refused(%a: i32) {
  %r = dsp.ssat16 %a to 17 bits
  func.return
}
// CHECK: dsp.ssat16: bits must be 1 to 16, got 17

// -----

// usat16 (C1)
func.func @refused(%a: i32) {
  %r = dsp.usat16 %a to 16 bits
  func.return
}
// CHECK: dsp.usat16: bits must be 0 to 15, got 16

// -----

// ror (C1)
func.func @refused(%a: i32) {
  %r = dsp.ror %a, 32
  func.return
}
// CHECK: dsp.ror: amount must be 0 to 31, got 32

// -----

// load_word (C1)
func.func @refused(%a: i32, %m: memref<4xi64>, %i: index) {
  %r = dsp.load_word %m[%i] : memref<4xi64>
  func.return
}
// CHECK: dsp.load_word: elements must be i8, i16 or i32, got memref<4xi64>

// -----

// load_word (C2)
func.func @refused(%a: i32, %m: memref<4x4xi8>, %i: index) {
  %r = dsp.load_word %m[%i] : memref<4x4xi8>
  func.return
}
// CHECK: dsp.load_word: memref<4x4xi8> takes 2 indices, got 1

// -----

// store_word (C2)
func.func @refused(%a: i32, %m: memref<4xi8>, %i: index) {
  dsp.store_word %a, %m[%i, %i] : memref<4xi8>
  func.return
}
// CHECK: dsp.store_word: memref<4xi8> takes 1 indices, got 2

// -----

// store_word (C3)
func.func @refused(%a: i32, %m: memref<4xi8, strided<[8]>>, %i: index) {
  dsp.store_word %a, %m[%i] : memref<4xi8, strided<[8]>>
  func.return
}
// CHECK: dsp.store_word: the layout must be the identity, got memref<4xi8, strided<[8]>>

// -----

// copy_words (C1)
func.func @refused(%m: memref<4xi64>, %i: index) {
  dsp.copy_words %m[%i] to %m[%i] words 1 : memref<4xi64>, memref<4xi64>
  func.return
}
// CHECK: dsp.copy_words: elements must be i8, i16 or i32, got memref<4xi64>

// -----

// copy_words (C2)
func.func @refused(%m: memref<4xi8>, %i: index) {
  dsp.copy_words %m[%i] to %m[%i, %i] words 1 : memref<4xi8>, memref<4xi8>
  func.return
}
// CHECK: dsp.copy_words: memref<4xi8> takes 1 indices, got 2

// -----

// copy_words (C3)
func.func @refused(%m: memref<4xi8, strided<[8]>>, %i: index) {
  dsp.copy_words %m[%i] to %m[%i] words 1 : memref<4xi8, strided<[8]>>, memref<4xi8, strided<[8]>>
  func.return
}
// CHECK: dsp.copy_words: the layout must be the identity, got memref<4xi8, strided<[8]>>

// -----

// copy_words (C4)
func.func @refused(%m: memref<4xi8>, %i: index) {
  dsp.copy_words %m[%i] to %m[%i] words 0 : memref<4xi8>, memref<4xi8>
  func.return
}
// CHECK: dsp.copy_words: words must be at least 1, got 0
