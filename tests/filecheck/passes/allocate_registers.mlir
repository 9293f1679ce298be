// RUN: cmix-opt %s --split-input-file -p cmix-allocate-registers | filecheck %s

// Positions come first, then loads next to each other; a pair of neighbours is one instruction.
// Carried sums live in variables of the loop: -1.
// CHECK:      func.func @pair(%x: memref<8xi32>, %a: i32, %sums: memref<2xi32>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c8 = arith.constant 8 : index
// CHECK-NEXT:   %zero = arith.constant 0 : i32
// CHECK-NEXT:   %lo, %hi = scf.for %k = %c0 to %c8 step %c2 iter_args(%lo_1 = %zero, %hi_1 = %zero) -> (i32, i32) {
// CHECK-NEXT:     %k_1 = arith.addi %k, %c1 : index
// CHECK-NEXT:     %x0 = memref.load %x[%k] {cmix.registers = array<i64: 0>, cmix.listing = 0 : i64, cmix.base = array<i64: 0, 0>, cmix.pair} : memref<8xi32>
// CHECK-NEXT:     %x1 = memref.load %x[%k_1] {cmix.registers = array<i64: 1>, cmix.listing = 0 : i64, cmix.base = array<i64: 0, 4>} : memref<8xi32>
// CHECK-NEXT:     %lo_2, %hi_2 = dsp.umlal %x0, %a, %lo_1, %hi_1 {cmix.registers = array<i64: -1, -1>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %lo_3, %hi_3 = dsp.umlal %x1, %a, %lo_2, %hi_2 {cmix.registers = array<i64: -1, -1>, cmix.listing = 0 : i64}
// CHECK-NEXT:     scf.yield %lo_3, %hi_3 : i32, i32
// CHECK-NEXT:   }
// CHECK-NEXT:   memref.store %lo, %sums[%c0] : memref<2xi32>
// CHECK-NEXT:   memref.store %hi, %sums[%c1] : memref<2xi32>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @pair(%x: memref<8xi32>, %a: i32, %sums: memref<2xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0 : i32
  %lo, %hi = scf.for %k = %c0 to %c8 step %c2 iter_args(%lo_1 = %zero, %hi_1 = %zero) -> (i32, i32) {
    %x0 = memref.load %x[%k] : memref<8xi32>
    %lo_2, %hi_2 = dsp.umlal %x0, %a, %lo_1, %hi_1
    %k_1 = arith.addi %k, %c1 : index
    %x1 = memref.load %x[%k_1] : memref<8xi32>
    %lo_3, %hi_3 = dsp.umlal %x1, %a, %lo_2, %hi_2
    scf.yield %lo_3, %hi_3 : i32, i32
  }
  memref.store %lo, %sums[%c0] : memref<2xi32>
  memref.store %hi, %sums[%c1] : memref<2xi32>
  return
}

// -----

// Sums on the stack need no base. An instruction writes what it adds to, so each has its own zero. A
// register is free again behind the last use; the shift is part of the AND.
// CHECK:      func.func @chain(%x: memref<8xi32>, %mask: i32) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c8 = arith.constant 8 : index
// CHECK-NEXT:   %four = arith.constant 4 : i32
// CHECK-NEXT:   %zero = arith.constant 0 : i32
// CHECK-NEXT:   %sums = memref.alloca() : memref<4xi32>
// CHECK-NEXT:   scf.for %k = %c0 to %c8 step %c1 {
// CHECK-NEXT:     %x0 = memref.load %x[%k] {cmix.registers = array<i64: 0>, cmix.listing = 0 : i64, cmix.base = array<i64: 0, 0>} : memref<8xi32>
// CHECK-NEXT:     %sum = dsp.load_word %sums[%c1] {cmix.registers = array<i64: 1>, cmix.listing = 0 : i64} : memref<4xi32>
// CHECK-NEXT:     %shifted = arith.shrui %x0, %four {cmix.registers = array<i64: -1>, cmix.listing = 0 : i64} : i32
// CHECK-NEXT:     %w0 = arith.andi %shifted, %mask {cmix.registers = array<i64: 0>, cmix.listing = 0 : i64} : i32
// CHECK-NEXT:     %zero_1 = arith.constant {cmix.registers = array<i64: 2>, cmix.listing = 0 : i64} 0 : i32
// CHECK-NEXT:     %zero_2 = arith.constant {cmix.registers = array<i64: 3>, cmix.listing = 0 : i64} 0 : i32
// CHECK-NEXT:     %lo, %hi = dsp.umlal %w0, %w0, %zero_1, %zero_2 {cmix.registers = array<i64: 2, 3>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %sum_1 = dsp.uxtab16 %sum, %lo ror 8 {cmix.registers = array<i64: 2>, cmix.listing = 0 : i64}
// CHECK-NEXT:     dsp.store_word %sum_1, %sums[%c1] {cmix.listing = 0 : i64} : memref<4xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @chain(%x: memref<8xi32>, %mask: i32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %four = arith.constant 4 : i32
  %zero = arith.constant 0 : i32
  %sums = memref.alloca() : memref<4xi32>
  scf.for %k = %c0 to %c8 step %c1 {
    %x0 = memref.load %x[%k] : memref<8xi32>
    %shifted = arith.shrui %x0, %four : i32
    %w0 = arith.andi %shifted, %mask : i32
    %lo, %hi = dsp.umlal %w0, %w0, %zero, %zero
    %sum = dsp.load_word %sums[%c1] : memref<4xi32>
    %sum_1 = dsp.uxtab16 %sum, %lo ror 8
    dsp.store_word %sum_1, %sums[%c1] : memref<4xi32>
    scf.yield
  }
  return
}

// -----

// Two bases, ten variables and three temporaries are one register too many: the load of the base with
// the fewest loads stays outside.
// CHECK:      func.func @parted(%x: memref<16xi32>, %w: memref<8xi32>) -> i32 {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c8 = arith.constant 8 : index
// CHECK-NEXT:   %zero = arith.constant 0 : i32
// CHECK-NEXT:   %a_lo, %a_hi, %b_lo, %b_hi, %c_lo, %c_hi, %d_lo, %d_hi, %e_lo, %e_hi = scf.for %k = %c0 to %c8 step %c1 iter_args(%a_lo_1 = %zero, %a_hi_1 = %zero, %b_lo_1 = %zero, %b_hi_1 = %zero, %c_lo_1 = %zero, %c_hi_1 = %zero, %d_lo_1 = %zero, %d_hi_1 = %zero, %e_lo_1 = %zero, %e_hi_1 = %zero) -> (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) {
// CHECK-NEXT:     %k_1 = arith.addi %k, %c1 : index
// CHECK-NEXT:     %word = memref.load %w[%k] : memref<8xi32>
// CHECK-NEXT:     %x0 = memref.load %x[%k] {cmix.registers = array<i64: 0>, cmix.listing = 0 : i64, cmix.base = array<i64: 0, 0>, cmix.pair} : memref<16xi32>
// CHECK-NEXT:     %x1 = memref.load %x[%k_1] {cmix.registers = array<i64: 1>, cmix.listing = 0 : i64, cmix.base = array<i64: 0, 4>} : memref<16xi32>
// CHECK-NEXT:     %c_lo_2, %c_hi_2 = dsp.umlal %x1, %word, %c_lo_1, %c_hi_1 {cmix.registers = array<i64: -1, -1>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %d_lo_2, %d_hi_2 = dsp.umlal %x0, %x1, %d_lo_1, %d_hi_1 {cmix.registers = array<i64: -1, -1>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %a_lo_2, %a_hi_2 = dsp.umlal %x0, %word, %a_lo_1, %a_hi_1 {cmix.registers = array<i64: -1, -1>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %b_lo_2, %b_hi_2 = dsp.umlal %x0, %x0, %b_lo_1, %b_hi_1 {cmix.registers = array<i64: -1, -1>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %e_lo_2, %e_hi_2 = dsp.umlal %x0, %word, %e_lo_1, %e_hi_1 {cmix.registers = array<i64: -1, -1>, cmix.listing = 0 : i64}
// CHECK-NEXT:     scf.yield %a_lo_2, %a_hi_2, %b_lo_2, %b_hi_2, %c_lo_2, %c_hi_2, %d_lo_2, %d_hi_2, %e_lo_2, %e_hi_2 : i32, i32, i32, i32, i32, i32, i32, i32, i32, i32
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return %a_lo : i32
// CHECK-NEXT: }
func.func @parted(%x: memref<16xi32>, %w: memref<8xi32>) -> i32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0 : i32
  %a_lo, %a_hi, %b_lo, %b_hi, %c_lo, %c_hi, %d_lo, %d_hi, %e_lo, %e_hi = scf.for %k = %c0 to %c8 step %c1 iter_args(%a_lo_1 = %zero, %a_hi_1 = %zero, %b_lo_1 = %zero, %b_hi_1 = %zero, %c_lo_1 = %zero, %c_hi_1 = %zero, %d_lo_1 = %zero, %d_hi_1 = %zero, %e_lo_1 = %zero, %e_hi_1 = %zero) -> (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) {
    %word = memref.load %w[%k] : memref<8xi32>
    %x0 = memref.load %x[%k] : memref<16xi32>
    %a_lo_2, %a_hi_2 = dsp.umlal %x0, %word, %a_lo_1, %a_hi_1
    %b_lo_2, %b_hi_2 = dsp.umlal %x0, %x0, %b_lo_1, %b_hi_1
    %k_1 = arith.addi %k, %c1 : index
    %x1 = memref.load %x[%k_1] : memref<16xi32>
    %c_lo_2, %c_hi_2 = dsp.umlal %x1, %word, %c_lo_1, %c_hi_1
    %d_lo_2, %d_hi_2 = dsp.umlal %x0, %x1, %d_lo_1, %d_hi_1
    %e_lo_2, %e_hi_2 = dsp.umlal %x0, %word, %e_lo_1, %e_hi_1
    scf.yield %a_lo_2, %a_hi_2, %b_lo_2, %b_hi_2, %c_lo_2, %c_hi_2, %d_lo_2, %d_hi_2, %e_lo_2, %e_hi_2 : i32, i32, i32, i32, i32, i32, i32, i32, i32, i32
  }
  return %a_lo : i32
}

// -----

// Left alone: DIV is no instruction of listings; halfwords are no words.
// CHECK:      func.func @others(%x: memref<8xi32>, %h: memref<8xi16>, %a: i32) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c8 = arith.constant 8 : index
// CHECK-NEXT:   %zero = arith.constant 0 : i32
// CHECK-NEXT:   scf.for %k = %c0 to %c8 step %c1 {
// CHECK-NEXT:     %x0 = memref.load %x[%k] : memref<8xi32>
// CHECK-NEXT:     %lo, %hi = dsp.umlal %x0, %a, %zero, %zero
// CHECK-NEXT:     %quotient = arith.divui %lo, %hi : i32
// CHECK-NEXT:     memref.store %quotient, %x[%k] : memref<8xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   scf.for %k_1 = %c0 to %c8 step %c1 {
// CHECK-NEXT:     %x1 = memref.load %x[%k_1] : memref<8xi32>
// CHECK-NEXT:     %lo_1, %hi_1 = dsp.umlal %x1, %a, %zero, %zero
// CHECK-NEXT:     %half = arith.trunci %lo_1 : i32 to i16
// CHECK-NEXT:     memref.store %half, %h[%k_1] : memref<8xi16>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @others(%x: memref<8xi32>, %h: memref<8xi16>, %a: i32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0 : i32
  scf.for %k = %c0 to %c8 step %c1 {
    %x0 = memref.load %x[%k] : memref<8xi32>
    %lo, %hi = dsp.umlal %x0, %a, %zero, %zero
    %quotient = arith.divui %lo, %hi : i32
    memref.store %quotient, %x[%k] : memref<8xi32>
  }
  scf.for %k_1 = %c0 to %c8 step %c1 {
    %x1 = memref.load %x[%k_1] : memref<8xi32>
    %lo_1, %hi_1 = dsp.umlal %x1, %a, %zero, %zero
    %half = arith.trunci %lo_1 : i32 to i16
    memref.store %half, %h[%k_1] : memref<8xi16>
  }
  return
}

// -----

// Left alone: with 15 words on the stack a statement has more than 30 operands.
// CHECK-LABEL: func.func @many
// CHECK-NOT:   cmix.listing
func.func @many(%x: memref<8xi32>, %a: i32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0 : i32
  %words = memref.alloca() : memref<15xi32>
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %c6 = arith.constant 6 : index
  %c7 = arith.constant 7 : index
  %c9 = arith.constant 9 : index
  %c10 = arith.constant 10 : index
  %c11 = arith.constant 11 : index
  %c12 = arith.constant 12 : index
  %c13 = arith.constant 13 : index
  %c14 = arith.constant 14 : index
  scf.for %k = %c0 to %c8 step %c1 {
    %v = memref.load %x[%k] : memref<8xi32>
    %lo, %hi = dsp.umlal %v, %a, %zero, %zero
    memref.store %lo, %words[%c0] : memref<15xi32>
    memref.store %lo, %words[%c1] : memref<15xi32>
    memref.store %lo, %words[%c2] : memref<15xi32>
    memref.store %lo, %words[%c3] : memref<15xi32>
    memref.store %lo, %words[%c4] : memref<15xi32>
    memref.store %lo, %words[%c5] : memref<15xi32>
    memref.store %lo, %words[%c6] : memref<15xi32>
    memref.store %lo, %words[%c7] : memref<15xi32>
    memref.store %lo, %words[%c8] : memref<15xi32>
    memref.store %lo, %words[%c9] : memref<15xi32>
    memref.store %lo, %words[%c10] : memref<15xi32>
    memref.store %lo, %words[%c11] : memref<15xi32>
    memref.store %lo, %words[%c12] : memref<15xi32>
    memref.store %lo, %words[%c13] : memref<15xi32>
    memref.store %lo, %words[%c14] : memref<15xi32>
    memref.store %hi, %x[%k] : memref<8xi32>
  }
  return
}

// -----

// Fourteen factors, a base, a sum and a word are more than the registers: what comes from outside lies
// on the stack, two factors side by side. Bytes are read two at a time before outputs are merged into them.
// CHECK:      func.func private @products(%lanes: memref<4x8xi16>, %w: memref<12xi32>, %y: memref<4x8xi8>, %bias: i32) {
// CHECK-NEXT:   %spilled = memref.alloca() {alignment = 8 : i64} : memref<15xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %c5 = arith.constant 5 : index
// CHECK-NEXT:   %c6 = arith.constant 6 : index
// CHECK-NEXT:   %c7 = arith.constant 7 : index
// CHECK-NEXT:   %c8 = arith.constant 8 : index
// CHECK-NEXT:   %c9 = arith.constant 9 : index
// CHECK-NEXT:   %c10 = arith.constant 10 : index
// CHECK-NEXT:   %c11 = arith.constant 11 : index
// CHECK-NEXT:   %c12 = arith.constant 12 : index
// CHECK-NEXT:   %c13 = arith.constant 13 : index
// CHECK-NEXT:   %c14 = arith.constant 14 : index
// CHECK-NEXT:   memref.store %bias, %spilled[%c14] : memref<15xi32>
// CHECK-NEXT:   %c0_1 = arith.constant 0 : index
// CHECK-NEXT:   %c1_1 = arith.constant 1 : index
// CHECK-NEXT:   %c2_1 = arith.constant 2 : index
// CHECK-NEXT:   %c4_1 = arith.constant 4 : index
// CHECK-NEXT:   %two = arith.constant 2 : i32
// CHECK-NEXT:   %offset = arith.constant 64 : i32
// CHECK-NEXT:   memref.store %offset, %spilled[%c13] : memref<15xi32>
// CHECK-NEXT:   %c3_1 = arith.constant 3 : index
// CHECK-NEXT:   %c5_1 = arith.constant 5 : index
// CHECK-NEXT:   %c6_1 = arith.constant 6 : index
// CHECK-NEXT:   %c7_1 = arith.constant 7 : index
// CHECK-NEXT:   %c8_1 = arith.constant 8 : index
// CHECK-NEXT:   %c9_1 = arith.constant 9 : index
// CHECK-NEXT:   %c10_1 = arith.constant 10 : index
// CHECK-NEXT:   %c11_1 = arith.constant 11 : index
// CHECK-NEXT:   %w0 = memref.load %w[%c0_1] : memref<12xi32>
// CHECK-NEXT:   memref.store %w0, %spilled[%c0] : memref<15xi32>
// CHECK-NEXT:   %w1 = memref.load %w[%c1_1] : memref<12xi32>
// CHECK-NEXT:   memref.store %w1, %spilled[%c1] : memref<15xi32>
// CHECK-NEXT:   %w2 = memref.load %w[%c2_1] : memref<12xi32>
// CHECK-NEXT:   memref.store %w2, %spilled[%c2] : memref<15xi32>
// CHECK-NEXT:   %w3 = memref.load %w[%c3_1] : memref<12xi32>
// CHECK-NEXT:   memref.store %w3, %spilled[%c3] : memref<15xi32>
// CHECK-NEXT:   %w4 = memref.load %w[%c4_1] : memref<12xi32>
// CHECK-NEXT:   memref.store %w4, %spilled[%c4] : memref<15xi32>
// CHECK-NEXT:   %w5 = memref.load %w[%c5_1] : memref<12xi32>
// CHECK-NEXT:   memref.store %w5, %spilled[%c5] : memref<15xi32>
// CHECK-NEXT:   %w6 = memref.load %w[%c6_1] : memref<12xi32>
// CHECK-NEXT:   memref.store %w6, %spilled[%c6] : memref<15xi32>
// CHECK-NEXT:   %w7 = memref.load %w[%c7_1] : memref<12xi32>
// CHECK-NEXT:   memref.store %w7, %spilled[%c7] : memref<15xi32>
// CHECK-NEXT:   %w8 = memref.load %w[%c8_1] : memref<12xi32>
// CHECK-NEXT:   memref.store %w8, %spilled[%c8] : memref<15xi32>
// CHECK-NEXT:   %w9 = memref.load %w[%c9_1] : memref<12xi32>
// CHECK-NEXT:   memref.store %w9, %spilled[%c9] : memref<15xi32>
// CHECK-NEXT:   %w10 = memref.load %w[%c10_1] : memref<12xi32>
// CHECK-NEXT:   memref.store %w10, %spilled[%c10] : memref<15xi32>
// CHECK-NEXT:   %w11 = memref.load %w[%c11_1] : memref<12xi32>
// CHECK-NEXT:   memref.store %w11, %spilled[%c11] : memref<15xi32>
// CHECK-NEXT:   %multiplier = arith.addi %w0, %w0 : i32
// CHECK-NEXT:   memref.store %multiplier, %spilled[%c12] : memref<15xi32>
// CHECK-NEXT:   scf.for %r = %c0_1 to %c4_1 step %c1_1 {
// CHECK-NEXT:     %x0 = dsp.load_word %lanes[%r, %c0_1] {cmix.registers = array<i64: 0>, cmix.listing = 0 : i64, cmix.base = array<i64: 0, 0>, cmix.pair} : memref<4x8xi16>
// CHECK-NEXT:     %x1 = dsp.load_word %lanes[%r, %c2_1] {cmix.registers = array<i64: 1>, cmix.listing = 0 : i64, cmix.base = array<i64: 0, 4>} : memref<4x8xi16>
// CHECK-NEXT:     %w0_1 = memref.load %spilled[%c0] {cmix.registers = array<i64: 2>, cmix.listing = 0 : i64, cmix.pair} : memref<15xi32>
// CHECK-NEXT:     %w1_1 = memref.load %spilled[%c1] {cmix.registers = array<i64: 3>, cmix.listing = 0 : i64} : memref<15xi32>
// CHECK-NEXT:     %bias_1 = memref.load %spilled[%c14] {cmix.registers = array<i64: 4>, cmix.listing = 0 : i64} : memref<15xi32>
// CHECK-NEXT:     %a0 = dsp.smlad %x0, %w0_1, %bias_1 {cmix.registers = array<i64: 2>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %a1 = dsp.smlabb %x1, %w1_1, %a0 {cmix.registers = array<i64: 2>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %w2_1 = memref.load %spilled[%c2] {cmix.registers = array<i64: 3>, cmix.listing = 0 : i64, cmix.pair} : memref<15xi32>
// CHECK-NEXT:     %w3_1 = memref.load %spilled[%c3] {cmix.registers = array<i64: 5>, cmix.listing = 0 : i64} : memref<15xi32>
// CHECK-NEXT:     %a2 = dsp.smlabt %x0, %w2_1, %a1 {cmix.registers = array<i64: 2>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %a3 = dsp.smlatb %x1, %w3_1, %a2 {cmix.registers = array<i64: 2>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %w4_1 = memref.load %spilled[%c4] {cmix.registers = array<i64: 5>, cmix.listing = 0 : i64, cmix.pair} : memref<15xi32>
// CHECK-NEXT:     %w5_1 = memref.load %spilled[%c5] {cmix.registers = array<i64: 3>, cmix.listing = 0 : i64} : memref<15xi32>
// CHECK-NEXT:     %a4 = dsp.smlatt %x0, %w4_1, %a3 {cmix.registers = array<i64: 2>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %a5 = dsp.smlad %x1, %w5_1, %a4 {cmix.registers = array<i64: 2>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %w6_1 = memref.load %spilled[%c6] {cmix.registers = array<i64: 3>, cmix.listing = 0 : i64, cmix.pair} : memref<15xi32>
// CHECK-NEXT:     %w7_1 = memref.load %spilled[%c7] {cmix.registers = array<i64: 5>, cmix.listing = 0 : i64} : memref<15xi32>
// CHECK-NEXT:     %a6 = dsp.smlad %x0, %w6_1, %bias_1 {cmix.registers = array<i64: 4>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %a7 = dsp.smlabb %x1, %w7_1, %a6 {cmix.registers = array<i64: 4>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %w8_1 = memref.load %spilled[%c8] {cmix.registers = array<i64: 5>, cmix.listing = 0 : i64, cmix.pair} : memref<15xi32>
// CHECK-NEXT:     %w9_1 = memref.load %spilled[%c9] {cmix.registers = array<i64: 3>, cmix.listing = 0 : i64} : memref<15xi32>
// CHECK-NEXT:     %a8 = dsp.smlabt %x0, %w8_1, %a7 {cmix.registers = array<i64: 4>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %a9 = dsp.smlatb %x1, %w9_1, %a8 {cmix.registers = array<i64: 4>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %w10_1 = memref.load %spilled[%c10] {cmix.registers = array<i64: 3>, cmix.listing = 0 : i64, cmix.pair} : memref<15xi32>
// CHECK-NEXT:     %w11_1 = memref.load %spilled[%c11] {cmix.registers = array<i64: 5>, cmix.listing = 0 : i64} : memref<15xi32>
// CHECK-NEXT:     %a10 = dsp.smlatt %x0, %w10_1, %a9 {cmix.registers = array<i64: 4>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %a11 = dsp.smlad %x1, %w11_1, %a10 {cmix.registers = array<i64: 4>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %multiplier_1 = memref.load %spilled[%c12] {cmix.registers = array<i64: 5>, cmix.listing = 0 : i64, cmix.pair} : memref<15xi32>
// CHECK-NEXT:     %offset_1 = memref.load %spilled[%c13] {cmix.registers = array<i64: 1>, cmix.listing = 0 : i64} : memref<15xi32>
// CHECK-NEXT:     %s0 = dsp.smmla %a5, %multiplier_1, %offset_1 {cmix.registers = array<i64: 2>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %u0 = dsp.usat %s0 asr 5 to 2 bits {cmix.registers = array<i64: 2>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %old0 = memref.load %y[%r, %c0_1] {cmix.registers = array<i64: -1>, cmix.listing = 0 : i64, cmix.base = array<i64: 1, 0>} : memref<4x8xi8>
// CHECK-NEXT:     %ext0 = arith.extui %old0 {cmix.registers = array<i64: 3>, cmix.listing = 0 : i64} : i8 to i32
// CHECK-NEXT:     %old1 = memref.load %y[%r, %c4_1] {cmix.registers = array<i64: -1>, cmix.listing = 0 : i64, cmix.base = array<i64: 1, 4>} : memref<4x8xi8>
// CHECK-NEXT:     %ext1 = arith.extui %old1 {cmix.registers = array<i64: 0>, cmix.listing = 0 : i64} : i8 to i32
// CHECK-NEXT:     %new0 = arith.shli %u0, %two {cmix.registers = array<i64: -1>, cmix.listing = 0 : i64} : i32
// CHECK-NEXT:     %merged0 = arith.ori %ext0, %new0 {cmix.registers = array<i64: 3>, cmix.listing = 0 : i64} : i32
// CHECK-NEXT:     %byte0 = arith.trunci %merged0 {cmix.registers = array<i64: -1>, cmix.listing = 0 : i64} : i32 to i8
// CHECK-NEXT:     memref.store %byte0, %y[%r, %c0_1] {cmix.listing = 0 : i64, cmix.base = array<i64: 1, 0>} : memref<4x8xi8>
// CHECK-NEXT:     %s1 = dsp.smmla %a11, %multiplier_1, %offset_1 {cmix.registers = array<i64: 1>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %u1 = dsp.usat %s1 asr 5 to 2 bits {cmix.registers = array<i64: 1>, cmix.listing = 0 : i64}
// CHECK-NEXT:     %new1 = arith.shli %u1, %two {cmix.registers = array<i64: -1>, cmix.listing = 0 : i64} : i32
// CHECK-NEXT:     %merged1 = arith.ori %ext1, %new1 {cmix.registers = array<i64: 0>, cmix.listing = 0 : i64} : i32
// CHECK-NEXT:     %byte1 = arith.trunci %merged1 {cmix.registers = array<i64: -1>, cmix.listing = 0 : i64} : i32 to i8
// CHECK-NEXT:     memref.store %byte1, %y[%r, %c4_1] {cmix.listing = 0 : i64, cmix.base = array<i64: 1, 4>} : memref<4x8xi8>
// CHECK-NEXT:   } {cmix.rolled}
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @products(%lanes: memref<4x8xi16>, %w: memref<12xi32>, %y: memref<4x8xi8>, %bias: i32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %two = arith.constant 2 : i32
  %offset = arith.constant 64 : i32
  %c3 = arith.constant 3 : index
  %c5 = arith.constant 5 : index
  %c6 = arith.constant 6 : index
  %c7 = arith.constant 7 : index
  %c8 = arith.constant 8 : index
  %c9 = arith.constant 9 : index
  %c10 = arith.constant 10 : index
  %c11 = arith.constant 11 : index
  %w0 = memref.load %w[%c0] : memref<12xi32>
  %w1 = memref.load %w[%c1] : memref<12xi32>
  %w2 = memref.load %w[%c2] : memref<12xi32>
  %w3 = memref.load %w[%c3] : memref<12xi32>
  %w4 = memref.load %w[%c4] : memref<12xi32>
  %w5 = memref.load %w[%c5] : memref<12xi32>
  %w6 = memref.load %w[%c6] : memref<12xi32>
  %w7 = memref.load %w[%c7] : memref<12xi32>
  %w8 = memref.load %w[%c8] : memref<12xi32>
  %w9 = memref.load %w[%c9] : memref<12xi32>
  %w10 = memref.load %w[%c10] : memref<12xi32>
  %w11 = memref.load %w[%c11] : memref<12xi32>
  %multiplier = arith.addi %w0, %w0 : i32
  scf.for %r = %c0 to %c4 step %c1 {
    %x0 = dsp.load_word %lanes[%r, %c0] : memref<4x8xi16>
    %x1 = dsp.load_word %lanes[%r, %c2] : memref<4x8xi16>
    %a0 = dsp.smlad %x0, %w0, %bias
    %a1 = dsp.smlabb %x1, %w1, %a0
    %a2 = dsp.smlabt %x0, %w2, %a1
    %a3 = dsp.smlatb %x1, %w3, %a2
    %a4 = dsp.smlatt %x0, %w4, %a3
    %a5 = dsp.smlad %x1, %w5, %a4
    %a6 = dsp.smlad %x0, %w6, %bias
    %a7 = dsp.smlabb %x1, %w7, %a6
    %a8 = dsp.smlabt %x0, %w8, %a7
    %a9 = dsp.smlatb %x1, %w9, %a8
    %a10 = dsp.smlatt %x0, %w10, %a9
    %a11 = dsp.smlad %x1, %w11, %a10
    %s0 = dsp.smmla %a5, %multiplier, %offset
    %u0 = dsp.usat %s0 asr 5 to 2 bits
    %old0 = memref.load %y[%r, %c0] : memref<4x8xi8>
    %ext0 = arith.extui %old0 : i8 to i32
    %new0 = arith.shli %u0, %two : i32
    %merged0 = arith.ori %ext0, %new0 : i32
    %byte0 = arith.trunci %merged0 : i32 to i8
    memref.store %byte0, %y[%r, %c0] : memref<4x8xi8>
    %s1 = dsp.smmla %a11, %multiplier, %offset
    %u1 = dsp.usat %s1 asr 5 to 2 bits
    %old1 = memref.load %y[%r, %c4] : memref<4x8xi8>
    %ext1 = arith.extui %old1 : i8 to i32
    %new1 = arith.shli %u1, %two : i32
    %merged1 = arith.ori %ext1, %new1 : i32
    %byte1 = arith.trunci %merged1 : i32 to i8
    memref.store %byte1, %y[%r, %c4] : memref<4x8xi8>
  }
  return
}

// -----

// All that is read fits the registers: left to the C compiler.
// CHECK:      func.func private @enough(%lanes: memref<4x8xi16>, %sums: memref<4xi32>, %bias: i32, %w0: i32, %w1: i32) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   scf.for %r = %c0 to %c4 step %c1 {
// CHECK-NEXT:     %x0 = dsp.load_word %lanes[%r, %c0] : memref<4x8xi16>
// CHECK-NEXT:     %a0 = dsp.smlad %x0, %w0, %bias
// CHECK-NEXT:     %x1 = dsp.load_word %lanes[%r, %c2] : memref<4x8xi16>
// CHECK-NEXT:     %a1 = dsp.smlad %x1, %w1, %a0
// CHECK-NEXT:     memref.store %a1, %sums[%r] : memref<4xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @enough(%lanes: memref<4x8xi16>, %sums: memref<4xi32>, %bias: i32, %w0: i32, %w1: i32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  scf.for %r = %c0 to %c4 step %c1 {
    %x0 = dsp.load_word %lanes[%r, %c0] : memref<4x8xi16>
    %a0 = dsp.smlad %x0, %w0, %bias
    %x1 = dsp.load_word %lanes[%r, %c2] : memref<4x8xi16>
    %a1 = dsp.smlad %x1, %w1, %a0
    memref.store %a1, %sums[%r] : memref<4xi32>
  }
  return
}
