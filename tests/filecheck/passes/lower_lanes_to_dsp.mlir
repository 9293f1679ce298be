// RUN: cmix-opt %s --split-input-file -p lower-lanes-to-dsp | filecheck %s

// Every other byte is added by one instruction; the carry runs through the loop as a word.
// CHECK:      func.func private @bytes(%x: memref<4xi32>, %a: i32, %partial: memref<16xi16>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %w = memref.load %x[%c0] : memref<4xi32>
// CHECK-NEXT:   %zero = arith.constant 0 : i32
// CHECK-NEXT:   %end = scf.for %q = %c0 to %c4 step %c1 iter_args(%carry = %zero) -> (i32) {
// CHECK-NEXT:     %v = memref.load %x[%q] : memref<4xi32>
// CHECK-NEXT:     %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:     %p_lo, %next = dsp.umlal %v, %w, %carry, %c0_i32
// CHECK-NEXT:     %odd = dsp.uxtb16 %p_lo ror 8
// CHECK-NEXT:     %before = dsp.load_word %partial[%q] : memref<16xi16>
// CHECK-NEXT:     %after = dsp.uxtab16 %before, %p_lo ror 8
// CHECK-NEXT:     dsp.store_word %after, %partial[%q] : memref<16xi16>
// CHECK-NEXT:     scf.yield %next : i32
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @bytes(%x: memref<4xi32>, %a: i32, %partial: memref<16xi16>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %w = lanes.load %x[%c0] : memref<4xi32> -> !lanes.word<3 at 8, max 3>
  %zero = lanes.zero : !lanes.word<2 at 8, max [18, 9]>
  %end = scf.for %q = %c0 to %c4 step %c1 iter_args(%carry = %zero) -> (!lanes.word<2 at 8, max [18, 9]>) {
    %v = lanes.load %x[%q] : memref<4xi32> -> !lanes.word<4 at 8, max 3>
    %p = lanes.mla %v, %w, %carry : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, max 3>, !lanes.word<2 at 8, max [18, 9]> -> !lanes.long<6 at 8, max [27, 27, 27, 27, 18, 9]>
    %odd = lanes.take %p [1, 3] : !lanes.long<6 at 8, max [27, 27, 27, 27, 18, 9]> -> !lanes.word<2 at 16, max 27>
    %before = lanes.load %partial[%q] : memref<16xi16> -> !lanes.word<2 at 16, max 100>
    %after = lanes.add %before, %odd : !lanes.word<2 at 16, max 100>, !lanes.word<2 at 16, max 27> -> !lanes.word<2 at 16, max 127>
    lanes.store %after, %partial[%q] : !lanes.word<2 at 16, max 127>, memref<16xi16>
    %next = lanes.drop %p by 4 : !lanes.long<6 at 8, max [27, 27, 27, 27, 18, 9]> -> !lanes.word<2 at 8, max [18, 9]>
    scf.yield %next : !lanes.word<2 at 8, max [18, 9]>
  }
  return
}

// -----

// Lanes that lie across both words, and a carry that does not start a word.
// CHECK:      func.func private @fields(%x: memref<2xi32>, %partial: memref<4xi32>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %a = memref.load %x[%c0] : memref<2xi32>
// CHECK-NEXT:   %b = memref.load %x[%c1] : memref<2xi32>
// CHECK-NEXT:   %zero = arith.constant 0 : i32
// CHECK-NEXT:   %p_lo, %p_hi = dsp.umull %a, %b
// CHECK-NEXT:   %mask = arith.constant 1023 : i32
// CHECK-NEXT:   %0 = arith.andi %p_lo, %mask : i32
// CHECK-NEXT:   %c13_i32 = arith.constant 13 : i32
// CHECK-NEXT:   %1 = arith.shrui %p_lo, %c13_i32 : i32
// CHECK-NEXT:   %mask_1 = arith.constant 1023 : i32
// CHECK-NEXT:   %2 = arith.andi %1, %mask_1 : i32
// CHECK-NEXT:   %c16_i32 = arith.constant 16 : i32
// CHECK-NEXT:   %3 = arith.shli %2, %c16_i32 : i32
// CHECK-NEXT:   %pair = arith.ori %0, %3 : i32
// CHECK-NEXT:   memref.store %pair, %partial[%c0] : memref<4xi32>
// CHECK-NEXT:   %c26_i32 = arith.constant 26 : i32
// CHECK-NEXT:   %4 = arith.shrui %p_lo, %c26_i32 : i32
// CHECK-NEXT:   %c6_i32 = arith.constant 6 : i32
// CHECK-NEXT:   %5 = arith.shli %p_hi, %c6_i32 : i32
// CHECK-NEXT:   %6 = arith.ori %4, %5 : i32
// CHECK-NEXT:   %mask_2 = arith.constant 1023 : i32
// CHECK-NEXT:   %one = arith.andi %6, %mask_2 : i32
// CHECK-NEXT:   memref.store %one, %partial[%c1] : memref<4xi32>
// CHECK-NEXT:   %c7_i32 = arith.constant 7 : i32
// CHECK-NEXT:   %rest = arith.shrui %p_hi, %c7_i32 : i32
// CHECK-NEXT:   memref.store %rest, %partial[%c1] : memref<4xi32>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @fields(%x: memref<2xi32>, %partial: memref<4xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = lanes.load %x[%c0] : memref<2xi32> -> !lanes.word<3 at 13, max 15>
  %b = lanes.load %x[%c1] : memref<2xi32> -> !lanes.word<3 at 13, max 15>
  %zero = lanes.zero : !lanes.word<2 at 13, max 0>
  %p = lanes.mla %a, %b, %zero : !lanes.word<3 at 13, max 15>, !lanes.word<3 at 13, max 15>, !lanes.word<2 at 13, max 0> -> !lanes.long<5 at 13, max 675>
  %pair = lanes.take %p [0, 1] : !lanes.long<5 at 13, max 675> -> !lanes.word<2 at 16, max 675>
  lanes.store %pair, %partial[%c0] : !lanes.word<2 at 16, max 675>, memref<4xi32>
  %one = lanes.take %p [2] : !lanes.long<5 at 13, max 675> -> !lanes.word<1 at 32, max 675>
  lanes.store %one, %partial[%c1] : !lanes.word<1 at 32, max 675>, memref<4xi32>
  %rest = lanes.drop %p by 3 : !lanes.long<5 at 13, max 675> -> !lanes.word<2 at 13, max 675>
  lanes.store %rest, %partial[%c1] : !lanes.word<2 at 13, max 675>, memref<4xi32>
  return
}

// -----

// A loop carries two words for a pair; fields come by one AND, of a shifted or a rotated word.
// CHECK:      func.func private @outer(%xs: memref<64xi32>, %ws: memref<64xi32>, %sums: memref<2xi32>) -> i32 {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %zero = arith.constant 0 : i32
// CHECK-NEXT:   %c0_1 = arith.constant 0 : index
// CHECK-NEXT:   %c64 = arith.constant 64 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %sum_lo, %sum_hi = scf.for %k = %c0_1 to %c64 step %c1 iter_args(%acc_lo = %zero, %acc_hi = %zero) -> (i32, i32) {
// CHECK-NEXT:     %x = memref.load %xs[%k] : memref<64xi32>
// CHECK-NEXT:     %word = memref.load %ws[%k] : memref<64xi32>
// CHECK-NEXT:     %0 = dsp.ror %word, 8
// CHECK-NEXT:     %mask = arith.constant -268435441 : i32
// CHECK-NEXT:     %mask_1 = dsp.hold %mask
// CHECK-NEXT:     %w = arith.andi %0, %mask_1 : i32
// CHECK-NEXT:     %next_lo, %next_hi = dsp.umlal %x, %w, %acc_lo, %acc_hi
// CHECK-NEXT:     scf.yield %next_lo, %next_hi : i32, i32
// CHECK-NEXT:   } {cmix.rolled}
// CHECK-NEXT:   memref.store %sum_lo, %sums[%c0] : memref<2xi32>
// CHECK-NEXT:   %c1_1 = arith.constant 1 : index
// CHECK-NEXT:   memref.store %sum_hi, %sums[%c1_1] : memref<2xi32>
// CHECK-NEXT:   %c10_i32 = arith.constant 10 : i32
// CHECK-NEXT:   %number = arith.shrui %sum_hi, %c10_i32 : i32
// CHECK-NEXT:   func.return %number : i32
// CHECK-NEXT: }
func.func private @outer(%xs: memref<64xi32>, %ws: memref<64xi32>, %sums: memref<2xi32>) -> i32 {
  %c0 = arith.constant 0 : index
  %zero = lanes.zero : !lanes.long<4 at 14, max 0>
  %sum = lanes.for %k = 0 to 64 step 1 (%acc: !lanes.long<4 at 14, max 14175> = %zero: !lanes.long<4 at 14, max 0>) {
    %x = lanes.load %xs[%k] : memref<64xi32> -> !lanes.word<2 at 14, max 15>
    %word = memref.load %ws[%k] : memref<64xi32>
    %w = lanes.unpack %word ror 8 : !lanes.word<3 at 14, max [15, 0, 15]>
    %next = lanes.mla %x, %w, %acc : !lanes.word<2 at 14, max 15>, !lanes.word<3 at 14, max [15, 0, 15]>, !lanes.long<4 at 14, max 14175> -> !lanes.long<4 at 14, max 14400>
    lanes.yield %next : !lanes.long<4 at 14, max 14400>
  }
  lanes.store %sum, %sums[%c0] : !lanes.long<4 at 14, max 14400>, memref<2xi32>
  %number = lanes.get %sum[3] : !lanes.long<4 at 14, max 14400>
  return %number : i32
}

// -----

// Products that fit a word are one MLA; two of their bytes are added by one UXTAB16.
// CHECK:      func.func private @word(%xs: memref<8xi32>, %ws: memref<8xi32>) -> i32 {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %zero = arith.constant 0 : i32
// CHECK-NEXT:   %total = arith.constant 0 : i32
// CHECK-NEXT:   %c0_1 = arith.constant 0 : index
// CHECK-NEXT:   %c8 = arith.constant 8 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %sum = scf.for %k = %c0_1 to %c8 step %c1 iter_args(%before = %total) -> (i32) {
// CHECK-NEXT:     %x = memref.load %xs[%k] : memref<8xi32>
// CHECK-NEXT:     %word = memref.load %ws[%k] : memref<8xi32>
// CHECK-NEXT:     %c4_i32 = arith.constant 4 : i32
// CHECK-NEXT:     %0 = arith.shrui %word, %c4_i32 : i32
// CHECK-NEXT:     %mask = arith.constant 252645135 : i32
// CHECK-NEXT:     %mask_1 = dsp.hold %mask
// CHECK-NEXT:     %w = arith.andi %0, %mask_1 : i32
// CHECK-NEXT:     %p = arith.muli %x, %w : i32
// CHECK-NEXT:     %even = dsp.uxtb16 %p
// CHECK-NEXT:     %after = dsp.uxtab16 %before, %p
// CHECK-NEXT:     scf.yield %after : i32
// CHECK-NEXT:   } {cmix.rolled}
// CHECK-NEXT:   %c16_i32 = arith.constant 16 : i32
// CHECK-NEXT:   %number = arith.shrui %sum, %c16_i32 : i32
// CHECK-NEXT:   func.return %number : i32
// CHECK-NEXT: }
func.func private @word(%xs: memref<8xi32>, %ws: memref<8xi32>) -> i32 {
  %c0 = arith.constant 0 : index
  %zero = lanes.zero : !lanes.word<4 at 8, max 0>
  %total = lanes.zero : !lanes.word<2 at 16, max 0>
  %sum = lanes.for %k = 0 to 8 step 1 (%before: !lanes.word<2 at 16, max 315> = %total: !lanes.word<2 at 16, max 0>) {
    %x = lanes.load %xs[%k] : memref<8xi32> -> !lanes.word<1 at 8, max 3>
    %word = memref.load %ws[%k] : memref<8xi32>
    %w = lanes.unpack %word ror 4 : !lanes.word<4 at 8, max 15>
    %p = lanes.mla %x, %w, %zero : !lanes.word<1 at 8, max 3>, !lanes.word<4 at 8, max 15>, !lanes.word<4 at 8, max 0> -> !lanes.word<4 at 8, max 45>
    %even = lanes.take %p [0, 2] : !lanes.word<4 at 8, max 45> -> !lanes.word<2 at 16, max 45>
    %after = lanes.add %before, %even : !lanes.word<2 at 16, max 315>, !lanes.word<2 at 16, max 45> -> !lanes.word<2 at 16, max 360>
    lanes.yield %after : !lanes.word<2 at 16, max 360>
  }
  %number = lanes.get %sum[1] : !lanes.word<2 at 16, max 360>
  return %number : i32
}

// -----

// Where weights may be negative, products are signed; a byte and what it is added to are one UXTAB.
// CHECK:      func.func @signed(%x: memref<2xi32>, %w: memref<1xi32>, %bias: i32) -> (i32, i32) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %offsets = arith.constant 151587081 : i32
// CHECK-NEXT:   %weight = memref.load %w[%c0] : memref<1xi32>
// CHECK-NEXT:   %x0 = memref.load %x[%c0] : memref<2xi32>
// CHECK-NEXT:   %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:   %acc_lo, %carry = dsp.smlal %x0, %weight, %offsets, %c0_i32
// CHECK-NEXT:   %c16_i32 = arith.constant 16 : i32
// CHECK-NEXT:   %0 = arith.shrui %acc_lo, %c16_i32 : i32
// CHECK-NEXT:   %c31_i32 = arith.constant 31 : i32
// CHECK-NEXT:   %sum = arith.andi %0, %c31_i32 : i32
// CHECK-NEXT:   %total = dsp.uxtab %bias, %acc_lo ror 16
// CHECK-NEXT:   %start = arith.addi %carry, %offsets : i32
// CHECK-NEXT:   %c15_i32 = arith.constant 15 : i32
// CHECK-NEXT:   %first = arith.andi %start, %c15_i32 : i32
// CHECK-NEXT:   func.return %total, %first : i32, i32
// CHECK-NEXT: }
func.func @signed(%x: memref<2xi32>, %w: memref<1xi32>, %bias: i32) -> (i32, i32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %offsets = lanes.constant : !lanes.word<4 at 8, min 9, max 9>
  %weight = lanes.load %w[%c0] : memref<1xi32> -> !lanes.word<3 at 8, min -1, max 1>
  %x0 = lanes.load %x[%c0] : memref<2xi32> -> !lanes.word<4 at 8, max 3>
  %acc = lanes.mla %x0, %weight, %offsets : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, min -1, max 1>, !lanes.word<4 at 8, min 9, max 9> -> !lanes.long<6 at 8, min [6, 3, 0, 0, -6, -3], max [12, 15, 18, 18, 6, 3]>
  %carry = lanes.drop %acc by 4 : !lanes.long<6 at 8, min [6, 3, 0, 0, -6, -3], max [12, 15, 18, 18, 6, 3]> -> !lanes.word<2 at 8, min [-6, -3], max [6, 3]>
  %sum = lanes.get %acc[2] : !lanes.long<6 at 8, min [6, 3, 0, 0, -6, -3], max [12, 15, 18, 18, 6, 3]>
  %total = arith.addi %bias, %sum : i32
  %start = lanes.add %carry, %offsets : !lanes.word<2 at 8, min [-6, -3], max [6, 3]>, !lanes.word<4 at 8, min 9, max 9> -> !lanes.word<4 at 8, min [3, 6, 9, 9], max [15, 12, 9, 9]>
  %first = lanes.get %start[0] : !lanes.word<4 at 8, min [3, 6, 9, 9], max [15, 12, 9, 9]>
  return %total, %first : i32, i32
}

// -----

// A word is added to the lower word of a constant pair; the higher one stays a constant.
// CHECK:      func.func @pair(%carry: memref<1xi32>) -> i32 {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %before = memref.load %carry[%c0] : memref<1xi32>
// CHECK-NEXT:   %offsets_lo = arith.constant -377579543 : i32
// CHECK-NEXT:   %start_hi = arith.constant 7 : i32
// CHECK-NEXT:   %start_lo = arith.addi %before, %offsets_lo : i32
// CHECK-NEXT:   %c24_i32 = arith.constant 24 : i32
// CHECK-NEXT:   %0 = arith.shrui %start_lo, %c24_i32 : i32
// CHECK-NEXT:   %c8_i32 = arith.constant 8 : i32
// CHECK-NEXT:   %1 = arith.shli %start_hi, %c8_i32 : i32
// CHECK-NEXT:   %2 = arith.ori %0, %1 : i32
// CHECK-NEXT:   %mask = arith.constant 2047 : i32
// CHECK-NEXT:   %sum = arith.andi %2, %mask : i32
// CHECK-NEXT:   func.return %sum : i32
// CHECK-NEXT: }
func.func @pair(%carry: memref<1xi32>) -> i32 {
  %c0 = arith.constant 0 : index
  %before = lanes.load %carry[%c0] : memref<1xi32> -> !lanes.word<1 at 12, min -225, max 225>
  %offsets = lanes.constant : !lanes.long<3 at 12, min 2025, max 2025>
  %start = lanes.add %before, %offsets : !lanes.word<1 at 12, min -225, max 225>, !lanes.long<3 at 12, min 2025, max 2025> -> !lanes.long<3 at 12, min [1800, 2025, 2025], max [2250, 2025, 2025]>
  %sum = lanes.get %start[2] : !lanes.long<3 at 12, min [1800, 2025, 2025], max [2250, 2025, 2025]>
  return %sum : i32
}
