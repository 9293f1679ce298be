// RUN: cmix-opt -t cmix-c %s | filecheck %s

// A listing is one statement of assembly beside the plain C. Temporaries have names for their numbers,
// carried sums their own; words on the stack are left to the C compiler to address.
// CHECK:       #ifndef CMIX_LISTINGS
// CHECK-NEXT:  #if CMIX_DSP && defined(__OPTIMIZE__) && !defined(__PIC__) && !defined(__clang__)
// CHECK-NEXT:  #define CMIX_LISTINGS 1
// CHECK:       void sum(const int32_t *restrict x, int32_t a, int32_t mask, int32_t *restrict sums)
// CHECK-NEXT:  {
// CHECK-NEXT:      int32_t partial[2];
// CHECK-NEXT:      partial[1] = 0;
// CHECK-NEXT:      int32_t lo = 0;
// CHECK-NEXT:      int32_t hi = 0;
// CHECK-NEXT:      for (int32_t k = 0; k < 6; k += 2) {
// CHECK-NEXT:          const int32_t k_1 = k + 1;
// CHECK-NEXT:  #if CMIX_LISTINGS
// CHECK-NEXT:          {
// CHECK-NEXT:              int32_t t0, t1, t2, t3;
// CHECK-NEXT:              __asm__ volatile(
// CHECK-NEXT:                  "ldrd %[t0], %[t1], [%[x], #4]\n\t"
// CHECK-NEXT:                  "and %[t0], %[mask], %[t0], lsr #4\n\t"
// CHECK-NEXT:                  "umlal %[lo], %[hi], %[t1], %[t0]\n\t"
// CHECK-NEXT:                  "mov %[t2], #0\n\t"
// CHECK-NEXT:                  "umull %[t0], %[t3], %[t1], %[a]\n\t"
// CHECK-NEXT:                  "umlal %[t0], %[t2], %[t1], %[a]\n\t"
// CHECK-NEXT:                  "ldr %[t1], %[memory]\n\t"
// CHECK-NEXT:                  "uxtab16 %[t1], %[t1], %[t0], ror #8\n\t"
// CHECK-NEXT:                  "str %[t1], %[memory]\n\t"
// CHECK-NEXT:                  : [t0] "=&r"(t0), [t1] "=&r"(t1), [lo] "+&r"(lo), [hi] "+&r"(hi), [t2] "=&r"(t2),
// CHECK-NEXT:                          [t3] "=&r"(t3), "+m"(partial)
// CHECK-NEXT:                  : [x] "r"(&x[k_1 - 1]), [mask] "r"(mask), [a] "r"(a),
// CHECK-NEXT:                          [memory] "m"(*(cmix_int32 *)&partial[1])
// CHECK-NEXT:                  : "memory");
// CHECK-NEXT:          }
// CHECK-NEXT:  #else
// CHECK-NEXT:          const int32_t x1 = x[k + 2];
// CHECK-NEXT:          cmix_umlal(&lo, &hi, x1, cmix_shr(x[k_1], 4) & mask);
// CHECK-NEXT:          int32_t p_lo;
// CHECK-NEXT:          int32_t p_hi;
// CHECK-NEXT:          cmix_umull(&p_lo, &p_hi, x1, a);
// CHECK-NEXT:          int32_t q_hi = 0;
// CHECK-NEXT:          cmix_umlal(&p_lo, &q_hi, x1, a);
// CHECK-NEXT:          cmix_store_word(&partial[1], cmix_uxtab16_ror8(cmix_load_word(&partial[1]), p_lo));
// CHECK-NEXT:  #endif
// CHECK-NEXT:      }
// CHECK-NEXT:      sums[0] = lo;
// CHECK-NEXT:      sums[1] = cmix_load_word(&partial[1]);
// CHECK-NEXT:  }
func.func @sum(%x: memref<8xi32>, %a: i32, %mask: i32, %sums: memref<2xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c6 = arith.constant 6 : index
  %four = arith.constant 4 : i32
  %zero = arith.constant 0 : i32
  %partial = memref.alloca() : memref<2xi32>
  memref.store %zero, %partial[%c1] : memref<2xi32>
  %lo, %hi = scf.for %k = %c0 to %c6 step %c2 iter_args(%lo_1 = %zero, %hi_1 = %zero) -> (i32, i32) {
    %k_1 = arith.addi %k, %c1 : index
    %k_2 = arith.addi %k, %c2 : index
    %x0 = memref.load %x[%k_1] {cmix.listing = 0, cmix.registers = array<i64: 0>, cmix.base = array<i64: 0, 4>, cmix.pair} : memref<8xi32>
    %x1 = memref.load %x[%k_2] {cmix.listing = 0, cmix.registers = array<i64: 1>, cmix.base = array<i64: 0, 8>} : memref<8xi32>
    %shifted = arith.shrui %x0, %four {cmix.listing = 0, cmix.registers = array<i64: -1>} : i32
    %w0 = arith.andi %shifted, %mask {cmix.listing = 0, cmix.registers = array<i64: 0>} : i32
    %lo_2, %hi_2 = dsp.umlal %x1, %w0, %lo_1, %hi_1 {cmix.listing = 0, cmix.registers = array<i64: -1, -1>}
    %own = arith.constant {cmix.listing = 0, cmix.registers = array<i64: 2>} 0 : i32
    %p_lo, %p_hi = dsp.umull %x1, %a {cmix.listing = 0, cmix.registers = array<i64: 0, 3>}
    %q_lo, %q_hi = dsp.umlal %x1, %a, %p_lo, %own {cmix.listing = 0, cmix.registers = array<i64: 0, 2>}
    %before = dsp.load_word %partial[%c1] {cmix.listing = 0, cmix.registers = array<i64: 1>} : memref<2xi32>
    %after = dsp.uxtab16 %before, %q_lo ror 8 {cmix.listing = 0, cmix.registers = array<i64: 1>}
    dsp.store_word %after, %partial[%c1] {cmix.listing = 0} : memref<2xi32>
    scf.yield %lo_2, %hi_2 : i32, i32
  }
  memref.store %lo, %sums[%c0] : memref<2xi32>
  %last = dsp.load_word %partial[%c1] : memref<2xi32>
  memref.store %last, %sums[%c1] : memref<2xi32>
  func.return
}

// A sum that nobody needs is left out, and with it the other word of a pair.
// CHECK:       int32_t unused(const int32_t *restrict x, int32_t a)
// CHECK:       #if CMIX_LISTINGS
// CHECK-NEXT:      {
// CHECK-NEXT:          int32_t t0;
// CHECK-NEXT:          __asm__ volatile(
// CHECK-NEXT:              "ldr %[t0], [%[x]]\n\t"
// CHECK-NEXT:              "umlal %[lo], %[hi], %[t0], %[a]\n\t"
// CHECK-NEXT:              : [t0] "=&r"(t0), [lo] "+&r"(lo), [hi] "+&r"(hi)
// CHECK-NEXT:              : [x] "r"(&x[k]), [a] "r"(a)
// CHECK-NEXT:              : "memory");
// CHECK-NEXT:      }
// CHECK-NEXT:  #else
func.func @unused(%x: memref<8xi32>, %a: i32) -> i32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  %zero = arith.constant 0 : i32
  %lo, %hi, %lower, %higher = scf.for %k = %c0 to %c6 step %c1
      iter_args(%lo_1 = %zero, %hi_1 = %zero, %lower_1 = %zero, %higher_1 = %zero) -> (i32, i32, i32, i32) {
    %k_1 = arith.addi %k, %c1 : index
    %x0 = memref.load %x[%k] {cmix.listing = 0, cmix.registers = array<i64: 0>, cmix.base = array<i64: 0, 0>, cmix.pair} : memref<8xi32>
    %x1 = memref.load %x[%k_1] {cmix.listing = 0, cmix.registers = array<i64: 1>, cmix.base = array<i64: 0, 4>} : memref<8xi32>
    %lo_2, %hi_2 = dsp.umlal %x0, %a, %lo_1, %hi_1 {cmix.listing = 0, cmix.registers = array<i64: -1, -1>}
    %lower_2, %higher_2 = dsp.umlal %x1, %a, %lower_1, %higher_1 {cmix.listing = 0, cmix.registers = array<i64: -1, -1>}
    scf.yield %lo_2, %hi_2, %lower_2, %higher_2 : i32, i32, i32, i32
  }
  return %lo : i32
}
