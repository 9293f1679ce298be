// RUN: cmix-opt -t cmix-c %s | filecheck %s

// Steps, bounds, and a sum whose values share one variable.
// CHECK-LABEL: int32_t sum(const int32_t *restrict x, int32_t n){{$}}
func.func @sum(%x: memref<4x8xi32>, %n: index) -> i32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0 : i32
  %total = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %zero) -> (i32) {
    %row = scf.for %j = %c0 to %c8 step %c2 iter_args(%acc_in = %acc) -> (i32) {
      %v = memref.load %x[%i, %j] : memref<4x8xi32>
      %next = arith.addi %acc_in, %v : i32
      scf.yield %next : i32
    }
    scf.yield %row : i32
  }
  func.return %total : i32
}
// CHECK-NEXT:  {
// CHECK-NEXT:      int32_t acc = 0;
// CHECK-NEXT:      for (int32_t i = 0; i < n; ++i) {
// CHECK-NEXT:          for (int32_t j = 0; j < 8; j += 2) {
// CHECK-NEXT:              acc = cmix_add(acc, x[i * 8 + j]);
// CHECK-NEXT:          }
// CHECK-NEXT:      }
// CHECK-NEXT:      return acc;
// CHECK-NEXT:  }

// Yields that exchange variables: all at once, with a name for what would be lost.
// CHECK-LABEL: int32_t rotate(void){{$}}
func.func @rotate() -> i32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %p = arith.constant 1 : i32
  %q = arith.constant 2 : i32
  %r:2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%a = %p, %b = %q) -> (i32, i32) {
    scf.yield %b, %a : i32, i32
  }
  func.return %r#0 : i32
}
// CHECK-NEXT:  {
// CHECK-NEXT:      int32_t a = 1;
// CHECK-NEXT:      int32_t b = 2;
// CHECK-NEXT:      for (int32_t i = 0; i < 3; ++i) {
// CHECK-NEXT:          const int32_t a_next = b;
// CHECK-NEXT:          b = a;
// CHECK-NEXT:          a = a_next;
// CHECK-NEXT:      }
// CHECK-NEXT:      return a;
// CHECK-NEXT:  }

// Constants with a telling name become named bounds; an accumulation promised not to overflow.
// CHECK-LABEL: int32_t bounds(const uint8_t *restrict x){{$}}
func.func @bounds(%x: memref<12xi8>) -> i32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %pixels = arith.constant 12 : index
  %zero = arith.constant 0 : i32
  %sum = scf.for %p = %c0 to %pixels step %c1 iter_args(%acc = %zero) -> (i32) {
    %v = memref.load %x[%p] : memref<12xi8>
    %e = arith.extui %v : i8 to i32
    %next = arith.addi %acc, %e overflow<nsw> : i32
    scf.yield %next : i32
  }
  func.return %sum : i32
}
// CHECK-NEXT:  {
// CHECK-NEXT:      enum { PIXELS = 12 };
// CHECK-EMPTY:
// CHECK-NEXT:      int32_t acc = 0;
// CHECK-NEXT:      for (int32_t p = 0; p < PIXELS; ++p) {
// CHECK-NEXT:          acc += x[p];
// CHECK-NEXT:      }
// CHECK-NEXT:      return acc;
// CHECK-NEXT:  }

// A branch with results, one without.
// CHECK-LABEL: void branch(int32_t x, int32_t *restrict y){{$}}
func.func @branch(%x: i32, %y: memref<1xi32>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0 : i32
  %is_negative = arith.cmpi slt, %x, %zero : i32
  %size = scf.if %is_negative -> (i32) {
    %n = arith.subi %zero, %x : i32
    scf.yield %n : i32
  } else {
    scf.yield %x : i32
  }
  scf.if %is_negative {
    memref.store %size, %y[%c0] : memref<1xi32>
  }
  func.return
}
// CHECK-NEXT:  {
// CHECK-NEXT:      const bool is_negative = x < 0;
// CHECK-NEXT:      int32_t size;
// CHECK-NEXT:      if (is_negative) {
// CHECK-NEXT:          size = cmix_sub(0, x);
// CHECK-NEXT:      } else {
// CHECK-NEXT:          size = x;
// CHECK-NEXT:      }
// CHECK-NEXT:      if (is_negative) {
// CHECK-NEXT:          y[0] = size;
// CHECK-NEXT:      }
// CHECK-NEXT:  }
