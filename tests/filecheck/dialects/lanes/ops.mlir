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



// Sums over many turns: inputs times unpacked weights, in a pair of words and in a single one; one lane is a number.
// CHECK:      func.func @loops(%xs: memref<64xi32>, %ws: memref<64xi32>, %sums: memref<4xi32>, %i: index) -> i32 {
// CHECK-NEXT:   %zero = lanes.zero : !lanes.long<6 at 10, max 0>
// CHECK-NEXT:   %none = lanes.zero : !lanes.word<3 at 10, max 0>
// CHECK-NEXT:   %sum, %half = lanes.for %k = 0 to 64 step 2 (%acc: !lanes.long<6 at 10, max 279> = %zero: !lanes.long<6 at 10, max 0>, %low: !lanes.word<3 at 10, max 279> = %none: !lanes.word<3 at 10, max 0>) {
// CHECK-NEXT:     %x = lanes.load %xs[%k] : memref<64xi32> -> !lanes.word<3 at 10, max 3>
// CHECK-NEXT:     %word = memref.load %ws[%k] : memref<64xi32>
// CHECK-NEXT:     %w = lanes.unpack %word ror 4 : !lanes.word<4 at 10, max [3, 0, 0, 3]>
// CHECK-NEXT:     %one = lanes.unpack %word ror 30 : !lanes.word<1 at 10, max 3>
// CHECK-NEXT:     %next = lanes.mla %x, %w, %acc : !lanes.word<3 at 10, max 3>, !lanes.word<4 at 10, max [3, 0, 0, 3]>, !lanes.long<6 at 10, max 279> -> !lanes.long<6 at 10, max 288>
// CHECK-NEXT:     %more = lanes.mla %x, %one, %low : !lanes.word<3 at 10, max 3>, !lanes.word<1 at 10, max 3>, !lanes.word<3 at 10, max 279> -> !lanes.word<3 at 10, max 288>
// CHECK-NEXT:     lanes.yield %next, %more : !lanes.long<6 at 10, max 288>, !lanes.word<3 at 10, max 288>
// CHECK-NEXT:   }
// CHECK-NEXT:   lanes.store %sum, %sums[%i] : !lanes.long<6 at 10, max 288>, memref<4xi32>
// CHECK-NEXT:   %again = lanes.load %sums[%i] : memref<4xi32> -> !lanes.long<6 at 10, max 288>
// CHECK-NEXT:   %taken = lanes.take %half [1] : !lanes.word<3 at 10, max 288> -> !lanes.word<1 at 32, max 288>
// CHECK-NEXT:   %number = lanes.get %again[3] : !lanes.long<6 at 10, max 288>
// CHECK-NEXT:   func.return %number : i32
// CHECK-NEXT: }
func.func @loops(%xs: memref<64xi32>, %ws: memref<64xi32>, %sums: memref<4xi32>, %i: index) -> i32 {
  %zero = lanes.zero : !lanes.long<6 at 10, max 0>
  %none = lanes.zero : !lanes.word<3 at 10, max 0>
  %sum, %half = lanes.for %k = 0 to 64 step 2 (%acc: !lanes.long<6 at 10, max 279> = %zero: !lanes.long<6 at 10, max 0>, %low: !lanes.word<3 at 10, max 279> = %none: !lanes.word<3 at 10, max 0>) {
    %x = lanes.load %xs[%k] : memref<64xi32> -> !lanes.word<3 at 10, max 3>
    %word = memref.load %ws[%k] : memref<64xi32>
    %w = lanes.unpack %word ror 4 : !lanes.word<4 at 10, max [3, 0, 0, 3]>
    %one = lanes.unpack %word ror 30 : !lanes.word<1 at 10, max 3>
    %next = lanes.mla %x, %w, %acc : !lanes.word<3 at 10, max 3>, !lanes.word<4 at 10, max [3, 0, 0, 3]>, !lanes.long<6 at 10, max 279> -> !lanes.long<6 at 10, max 288>
    %more = lanes.mla %x, %one, %low : !lanes.word<3 at 10, max 3>, !lanes.word<1 at 10, max 3>, !lanes.word<3 at 10, max 279> -> !lanes.word<3 at 10, max 288>
    lanes.yield %next, %more : !lanes.long<6 at 10, max 288>, !lanes.word<3 at 10, max 288>
  }
  lanes.store %sum, %sums[%i] : !lanes.long<6 at 10, max 288>, memref<4xi32>
  %again = lanes.load %sums[%i] : memref<4xi32> -> !lanes.long<6 at 10, max 288>
  %taken = lanes.take %half [1] : !lanes.word<3 at 10, max 288> -> !lanes.word<1 at 32, max 288>
  %number = lanes.get %again[3] : !lanes.long<6 at 10, max 288>
  func.return %number : i32
}



// A product in one word has no lanes from bit 32 on.
// CHECK:      func.func @low(%a: !lanes.word<2 at 8, max 3>, %b: !lanes.word<4 at 8, max 3>, %zero: !lanes.word<4 at 8, max 0>) {
// CHECK-NEXT:   %p = lanes.mla %a, %b, %zero : !lanes.word<2 at 8, max 3>, !lanes.word<4 at 8, max 3>, !lanes.word<4 at 8, max 0> -> !lanes.word<4 at 8, max [9, 18, 18, 18]>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @low(%a: !lanes.word<2 at 8, max 3>, %b: !lanes.word<4 at 8, max 3>, %zero: !lanes.word<4 at 8, max 0>) {
  %p = lanes.mla %a, %b, %zero : !lanes.word<2 at 8, max 3>, !lanes.word<4 at 8, max 3>, !lanes.word<4 at 8, max 0> -> !lanes.word<4 at 8, max [9, 18, 18, 18]>
  func.return
}



// Lanes may be negative where an offset keeps sums from it; a constant's type says its value.
// CHECK:      func.func @signed(%x: !lanes.word<4 at 8, max 3>, %w: !lanes.word<3 at 8, min -2, max 1>, %carry: !lanes.word<2 at 8, min [-12, -6], max [6, 3]>) -> i32 {
// CHECK-NEXT:   %offsets = lanes.constant : !lanes.word<4 at 8, min 18, max 18>
// CHECK-NEXT:   %start = lanes.add %carry, %offsets : !lanes.word<2 at 8, min [-12, -6], max [6, 3]>, !lanes.word<4 at 8, min 18, max 18> -> !lanes.word<4 at 8, min [6, 12, 18, 18], max [24, 21, 18, 18]>
// CHECK-NEXT:   %p = lanes.mla %x, %w, %start : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, min -2, max 1>, !lanes.word<4 at 8, min [6, 12, 18, 18], max [24, 21, 18, 18]> -> !lanes.long<6 at 8, min [0, 0, 0, 0, -12, -6], max [27, 27, 27, 27, 6, 3]>
// CHECK-NEXT:   %next = lanes.drop %p by 4 : !lanes.long<6 at 8, min [0, 0, 0, 0, -12, -6], max [27, 27, 27, 27, 6, 3]> -> !lanes.word<2 at 8, min [-12, -6], max [6, 3]>
// CHECK-NEXT:   %sum = lanes.get %p[3] : !lanes.long<6 at 8, min [0, 0, 0, 0, -12, -6], max [27, 27, 27, 27, 6, 3]>
// CHECK-NEXT:   func.return %sum : i32
// CHECK-NEXT: }
func.func @signed(%x: !lanes.word<4 at 8, max 3>, %w: !lanes.word<3 at 8, min -2, max 1>, %carry: !lanes.word<2 at 8, min [-12, -6], max [6, 3]>) -> i32 {
  %offsets = lanes.constant : !lanes.word<4 at 8, min 18, max 18>
  %start = lanes.add %carry, %offsets : !lanes.word<2 at 8, min [-12, -6], max [6, 3]>, !lanes.word<4 at 8, min 18, max 18> -> !lanes.word<4 at 8, min [6, 12, 18, 18], max [24, 21, 18, 18]>
  %p = lanes.mla %x, %w, %start : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, min -2, max 1>, !lanes.word<4 at 8, min [6, 12, 18, 18], max [24, 21, 18, 18]> -> !lanes.long<6 at 8, min [0, 0, 0, 0, -12, -6], max [27, 27, 27, 27, 6, 3]>
  %next = lanes.drop %p by 4 : !lanes.long<6 at 8, min [0, 0, 0, 0, -12, -6], max [27, 27, 27, 27, 6, 3]> -> !lanes.word<2 at 8, min [-12, -6], max [6, 3]>
  %sum = lanes.get %p[3] : !lanes.long<6 at 8, min [0, 0, 0, 0, -12, -6], max [27, 27, 27, 27, 6, 3]>
  func.return %sum : i32
}



// Where one word does not hold the offsets, a word is added to a constant pair without a carry.
// CHECK:      func.func @long(%carry: !lanes.word<1 at 12, min -20, max 10>) {
// CHECK-NEXT:   %offsets = lanes.constant : !lanes.long<3 at 12, min 2025, max 2025>
// CHECK-NEXT:   %start = lanes.add %carry, %offsets : !lanes.word<1 at 12, min -20, max 10>, !lanes.long<3 at 12, min 2025, max 2025> -> !lanes.long<3 at 12, min [2005, 2025, 2025], max [2035, 2025, 2025]>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @long(%carry: !lanes.word<1 at 12, min -20, max 10>) {
  %offsets = lanes.constant : !lanes.long<3 at 12, min 2025, max 2025>
  %start = lanes.add %carry, %offsets : !lanes.word<1 at 12, min -20, max 10>, !lanes.long<3 at 12, min 2025, max 2025> -> !lanes.long<3 at 12, min [2005, 2025, 2025], max [2035, 2025, 2025]>
  func.return
}



// Lanes of a bounded sum are within its type, though the operands' types allow more.
// CHECK:      func.func @bounded(%x: !lanes.word<2 at 8, max 15>, %w: !lanes.word<1 at 8, max 3>, %acc: !lanes.word<2 at 8, max [240, 10]>) {
// CHECK-NEXT:   %p = lanes.mla %x, %w, %acc bounded : !lanes.word<2 at 8, max 15>, !lanes.word<1 at 8, max 3>, !lanes.word<2 at 8, max [240, 10]> -> !lanes.long<2 at 8, max [255, 55]>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @bounded(%x: !lanes.word<2 at 8, max 15>, %w: !lanes.word<1 at 8, max 3>, %acc: !lanes.word<2 at 8, max [240, 10]>) {
  %p = lanes.mla %x, %w, %acc bounded : !lanes.word<2 at 8, max 15>, !lanes.word<1 at 8, max 3>, !lanes.word<2 at 8, max [240, 10]> -> !lanes.long<2 at 8, max [255, 55]>
  func.return
}
