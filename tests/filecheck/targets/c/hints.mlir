// RUN: cmix-opt -t cmix-c %s | filecheck %s

// What passes decide about unrolling and registers, C compilers are told.

// A loop that is unrolled as far as it shall be; the one around it has no hint. The header, which does
// not know the prelude, declares the function without one.
// CHECK:       void clear(int32_t *CLEAR_RESTRICT y);
// CHECK:       CMIX_ONE_REGION void clear(int32_t *restrict y){{$}}
// CHECK-NEXT:  {
// CHECK-NEXT:      for (int32_t i = 0; i < 4; ++i) {
// CHECK-NEXT:          CMIX_ROLLED
// CHECK-NEXT:          for (int32_t j = 0; j < 8; j += 2) {
// CHECK-NEXT:              y[i * 8 + j] = 0;
// CHECK-NEXT:          }
// CHECK-NEXT:      }
// CHECK-NEXT:  }
func.func @clear(%y: memref<4x8xi32>) attributes {cmix.one_region} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0 : i32
  scf.for %i = %c0 to %c4 step %c1 {
    scf.for %j = %c0 to %c8 step %c2 {
      memref.store %zero, %y[%i, %j] : memref<4x8xi32>
    } {cmix.rolled}
  }
  func.return
}

// Loads that stand together stay together.
// CHECK:       CMIX_IN_ORDER void copy(
func.func @copy(%x: memref<2xi32>, %y: memref<2xi32>) attributes {cmix.in_order} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.load %x[%c0] : memref<2xi32>
  %b = memref.load %x[%c1] : memref<2xi32>
  memref.store %b, %y[%c0] : memref<2xi32>
  memref.store %a, %y[%c1] : memref<2xi32>
  func.return
}

// So they do where nothing is loaded before its loop.
// CHECK:       CMIX_AS_WRITTEN void move(
func.func @move(%x: memref<1xi32>, %y: memref<1xi32>) attributes {cmix.as_written} {
  %c0 = arith.constant 0 : index
  %a = memref.load %x[%c0] : memref<1xi32>
  memref.store %a, %y[%c0] : memref<1xi32>
  func.return
}
