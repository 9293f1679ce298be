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
