// RUN: cmix-opt %s -p canonicalize,cse,dce | filecheck %s

// a rotation by nothing is its operand
func.func @ror_nothing(%x: i32) -> i32 {
  %r = dsp.ror %x, 0
  func.return %r : i32
}
// CHECK: func.func @ror_nothing(%x: i32) -> i32 {
// CHECK-NEXT: func.return %x : i32

// equal products are computed once, unused ones not at all
func.func @pure(%a: i32, %b: i32) -> (i32, i32) {
  %unused = dsp.smuad %a, %a
  %p = dsp.smuad %a, %b
  %q = dsp.smuad %a, %b
  func.return %p, %q : i32, i32
}
// CHECK: func.func @pure(%a: i32, %b: i32) -> (i32, i32) {
// CHECK-NEXT: %p = dsp.smuad %a, %b
// CHECK-NEXT: func.return %p, %p : i32, i32

// a store stays, and so does a load behind it
func.func @memory(%m: memref<8xi8>, %i: index) -> (i32, i32) {
  %v = dsp.load_word %m[%i] : memref<8xi8>
  %s = dsp.sadd8 %v, %v
  dsp.store_word %s, %m[%i] : memref<8xi8>
  %w = dsp.load_word %m[%i] : memref<8xi8>
  func.return %v, %w : i32, i32
}
// CHECK: func.func @memory(%m: memref<8xi8>, %i: index) -> (i32, i32) {
// CHECK-NEXT: %v = dsp.load_word %m[%i] : memref<8xi8>
// CHECK-NEXT: %s = dsp.sadd8 %v, %v
// CHECK-NEXT: dsp.store_word %s, %m[%i] : memref<8xi8>
// CHECK-NEXT: %w = dsp.load_word %m[%i] : memref<8xi8>
// CHECK-NEXT: func.return %v, %w : i32, i32
