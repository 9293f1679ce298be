// RUN: ROUNDTRIP
// RUN: GENERIC_ROUNDTRIP

// Products of words as polynomials, and their lanes: equal maxima are printed once.
// CHECK:      func.func @products(%xs: memref<4x8xi32>, %ws: memref<8xi32>, %i: index, %j: index) {
// CHECK-NEXT:   %x = lanes.load %xs[%i, %j] : memref<4x8xi32> -> !lanes.word<4 at 8, max 3>
// CHECK-NEXT:   %w = lanes.load %ws[%j] : memref<8xi32> -> !lanes.word<3 at 8, max [3, 2, 1]>
// CHECK-NEXT:   %zero = lanes.zero : !lanes.word<2 at 8, max [18, 9]>
// CHECK-NEXT:   %p = lanes.mla %x, %w, %zero : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, max [3, 2, 1]>, !lanes.word<2 at 8, max [18, 9]> -> !lanes.long<6 at 8, max [27, 24, 18, 18, 9, 3]>
// CHECK-NEXT:   %q = lanes.mla %x, %w, %p : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, max [3, 2, 1]>, !lanes.long<6 at 8, max [27, 24, 18, 18, 9, 3]> -> !lanes.long<6 at 8, max [36, 39, 36, 36, 18, 6]>
// CHECK-NEXT:   %even = lanes.take %q [0, 2] : !lanes.long<6 at 8, max [36, 39, 36, 36, 18, 6]> -> !lanes.word<2 at 16, max 36>
// CHECK-NEXT:   %one = lanes.take %q [5] : !lanes.long<6 at 8, max [36, 39, 36, 36, 18, 6]> -> !lanes.word<1 at 32, max 6>
// CHECK-NEXT:   %rest = lanes.drop %q by 4 : !lanes.long<6 at 8, max [36, 39, 36, 36, 18, 6]> -> !lanes.word<2 at 8, max [18, 6]>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @products(%xs: memref<4x8xi32>, %ws: memref<8xi32>, %i: index, %j: index) {
  %x = lanes.load %xs[%i, %j] : memref<4x8xi32> -> !lanes.word<4 at 8, max 3>
  %w = lanes.load %ws[%j] : memref<8xi32> -> !lanes.word<3 at 8, max [3, 2, 1]>
  %zero = lanes.zero : !lanes.word<2 at 8, max [18, 9]>
  %p = lanes.mla %x, %w, %zero : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, max [3, 2, 1]>, !lanes.word<2 at 8, max [18, 9]> -> !lanes.long<6 at 8, max [27, 24, 18, 18, 9, 3]>
  %q = lanes.mla %x, %w, %p : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, max [3, 2, 1]>, !lanes.long<6 at 8, max [27, 24, 18, 18, 9, 3]> -> !lanes.long<6 at 8, max [36, 39, 36, 36, 18, 6]>
  %even = lanes.take %q [0, 2] : !lanes.long<6 at 8, max [36, 39, 36, 36, 18, 6]> -> !lanes.word<2 at 16, max 36>
  %one = lanes.take %q [5] : !lanes.long<6 at 8, max [36, 39, 36, 36, 18, 6]> -> !lanes.word<1 at 32, max 6>
  %rest = lanes.drop %q by 4 : !lanes.long<6 at 8, max [36, 39, 36, 36, 18, 6]> -> !lanes.word<2 at 8, max [18, 6]>
  func.return
}



// A sum may be given room; a store takes 16-bit elements two by two.
// CHECK:      func.func @sums(%a: !lanes.word<2 at 16, max 5>, %b: !lanes.word<2 at 16, max 7>, %m: memref<20xi16>, %i: index) {
// CHECK-NEXT:   %c = lanes.add %a, %b : !lanes.word<2 at 16, max 5>, !lanes.word<2 at 16, max 7> -> !lanes.word<2 at 16, max 100>
// CHECK-NEXT:   lanes.store %c, %m[%i] : !lanes.word<2 at 16, max 100>, memref<20xi16>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @sums(%a: !lanes.word<2 at 16, max 5>, %b: !lanes.word<2 at 16, max 7>, %m: memref<20xi16>, %i: index) {
  %c = lanes.add %a, %b : !lanes.word<2 at 16, max 5>, !lanes.word<2 at 16, max 7> -> !lanes.word<2 at 16, max 100>
  lanes.store %c, %m[%i] : !lanes.word<2 at 16, max 100>, memref<20xi16>
  func.return
}
