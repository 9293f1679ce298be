// RUN: cmix-opt -t cmix-c %s | filecheck %s

// What a listing leaves is declared before it, for the C beside it too. Words on the stack pair, a byte
// is loaded, merged and stored by one instruction each. The bound of the loop is hidden.
// CHECK:       static CMIX_NOINLINE void rows(const int16_t *restrict lanes, int32_t m, uint8_t *restrict y,
// CHECK-NEXT:          int32_t *restrict sums)
// CHECK-NEXT:  {
// CHECK-NEXT:      int32_t spilled[2] CMIX_ALIGNED(8);
// CHECK-NEXT:      spilled[0] = m;
// CHECK-NEXT:      spilled[1] = m;
// CHECK-NEXT:      for (int32_t r = 0; r < cmix_hold(2); ++r) {
// CHECK-NEXT:          int32_t a0;
// CHECK-NEXT:  #if CMIX_LISTINGS
// CHECK-NEXT:          {
// CHECK-NEXT:              int32_t t1, t2, t3;
// CHECK-NEXT:              __asm__ volatile(
// CHECK-NEXT:                  "ldrd %[a0], %[t1], [%[lanes]]\n\t"
// CHECK-NEXT:                  "ldrd %[t2], %[t3], %[memory]\n\t"
// CHECK-NEXT:                  "smlad %[a0], %[a0], %[t2], %[m]\n\t"
// CHECK-NEXT:                  "smlabt %[a0], %[t1], %[t3], %[a0]\n\t"
// CHECK-NEXT:                  "smlatb %[t1], %[t1], %[t2], %[m]\n\t"
// CHECK-NEXT:                  "mla %[t2], %[t1], %[t3], %[m]\n\t"
// CHECK-NEXT:                  "usat %[t2], #4, %[t2], asr #5\n\t"
// CHECK-NEXT:                  "ldrb %[t3], [%[y]]\n\t"
// CHECK-NEXT:                  "orr %[t2], %[t3], %[t2], lsl #4\n\t"
// CHECK-NEXT:                  "strb %[t2], [%[y]]\n\t"
// CHECK-NEXT:                  : [a0] "=&r"(a0), [t1] "=&r"(t1), [t2] "=&r"(t2), [t3] "=&r"(t3)
// CHECK-NEXT:                  : [lanes] "r"(&lanes[r * 4]), [memory] "m"(*(cmix_int64 *)spilled), [m] "r"(m),
// CHECK-NEXT:                          [y] "r"(&y[r])
// CHECK-NEXT:                  : "memory");
// CHECK-NEXT:          }
// CHECK-NEXT:  #else
// CHECK-NEXT:          const int32_t x1 = cmix_load_word(&lanes[r * 4 + 2]);
// CHECK-NEXT:          const int32_t w0 = spilled[0];
// CHECK-NEXT:          const int32_t w1 = spilled[1];
// CHECK-NEXT:          a0 = cmix_smlad(cmix_load_word(&lanes[r * 4]), w0, m);
// CHECK-NEXT:          a0 = cmix_smlabt(x1, w1, a0);
// CHECK-NEXT:          const int32_t b2 = cmix_usat_4_asr5(cmix_mla(cmix_smlatb(x1, w0, m), w1, m));
// CHECK-NEXT:          y[r] = (uint8_t)(y[r] | cmix_shl(b2, 4));
// CHECK-NEXT:  #endif
// CHECK-NEXT:          sums[r] = a0;
// CHECK-NEXT:      }
// CHECK-NEXT:  }
func.func private @rows(%lanes: memref<4x4xi16>, %m: i32, %y: memref<2xi8>, %sums: memref<2xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %four = arith.constant 4 : i32
  %spilled = memref.alloca() {alignment = 8 : i64} : memref<2xi32>
  memref.store %m, %spilled[%c0] : memref<2xi32>
  memref.store %m, %spilled[%c1] : memref<2xi32>
  scf.for %r = %c0 to %c2 step %c1 {
    %x0 = dsp.load_word %lanes[%r, %c0] {cmix.listing = 0, cmix.registers = array<i64: 0>, cmix.base = array<i64: 0, 0>, cmix.pair} : memref<4x4xi16>
    %x1 = dsp.load_word %lanes[%r, %c2] {cmix.listing = 0, cmix.registers = array<i64: 1>, cmix.base = array<i64: 0, 4>} : memref<4x4xi16>
    %w0 = memref.load %spilled[%c0] {cmix.listing = 0, cmix.registers = array<i64: 2>, cmix.pair} : memref<2xi32>
    %w1 = memref.load %spilled[%c1] {cmix.listing = 0, cmix.registers = array<i64: 3>} : memref<2xi32>
    %a0 = dsp.smlad %x0, %w0, %m {cmix.listing = 0, cmix.registers = array<i64: 0>}
    %a1 = dsp.smlabt %x1, %w1, %a0 {cmix.listing = 0, cmix.registers = array<i64: 0>}
    %b0 = dsp.smlatb %x1, %w0, %m {cmix.listing = 0, cmix.registers = array<i64: 1>}
    %b1 = dsp.mla %b0, %w1, %m {cmix.listing = 0, cmix.registers = array<i64: 2>}
    %b2 = dsp.usat %b1 asr 5 to 4 bits {cmix.listing = 0, cmix.registers = array<i64: 2>}
    %old = memref.load %y[%r] {cmix.listing = 0, cmix.registers = array<i64: -1>, cmix.base = array<i64: 1, 0>} : memref<2xi8>
    %extended = arith.extui %old {cmix.listing = 0, cmix.registers = array<i64: 3>} : i8 to i32
    %shifted = arith.shli %b2, %four {cmix.listing = 0, cmix.registers = array<i64: -1>} : i32
    %merged = arith.ori %extended, %shifted {cmix.listing = 0, cmix.registers = array<i64: 2>} : i32
    %byte = arith.trunci %merged {cmix.listing = 0, cmix.registers = array<i64: -1>} : i32 to i8
    memref.store %byte, %y[%r] {cmix.listing = 0, cmix.base = array<i64: 1, 0>} : memref<2xi8>
    memref.store %a1, %sums[%r] : memref<2xi32>
  } {cmix.hidden_bound}
  func.return
}
func.func @net(%y: memref<2xi8>, %sums: memref<2xi32>) {
  %lanes = memref.alloca() : memref<4x4xi16>
  %m = arith.constant 3 : i32
  func.call @rows(%lanes, %m, %y, %sums) : (memref<4x4xi16>, i32, memref<2xi8>, memref<2xi32>) -> ()
  func.return
}
