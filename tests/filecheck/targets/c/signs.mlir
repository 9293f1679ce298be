// RUN: cmix-opt -t cmix-c %s | filecheck %s

// Unsigned operations on what is never negative need no casts.
func.func @nonnegative(%y: memref<8xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c8 step %c1 {
    %row = arith.muli %i, %c3 : index
    %next = arith.addi %row, %c1 : index
    %half = arith.divui %next, %c2 : index
    %rest = arith.remui %i, %c2 : index
    %is_small = arith.cmpi ult, %half, %c3 : index
    %a = arith.extui %is_small : i1 to i32
    %b = arith.index_cast %rest : index to i32
    %three = arith.constant 3 : i32
    %c = arith.shrui %b, %three : i32
    %sum = arith.addi %a, %c : i32
    memref.store %sum, %y[%i] : memref<8xi32>
  }
  func.return
}
// CHECK-LABEL: void nonnegative(int32_t *restrict y)
// CHECK-NEXT:  {
// CHECK-NEXT:      for (int32_t i = 0; i < 8; ++i) {
// CHECK-NEXT:          const int32_t half = (i * 3 + 1) / 2;
// CHECK-NEXT:          y[i] = cmix_add(half < 3, (i % 2) >> 3);
// CHECK-NEXT:      }
// CHECK-NEXT:  }

// What may be negative is converted.
func.func @negative(%a: i32, %n: index, %y: memref<4xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %before = arith.subi %n, %c1 : index
  %half = arith.divui %before, %c2 : index
  %x = arith.index_cast %half : index to i32
  memref.store %x, %y[%c0] : memref<4xi32>
  %four = arith.constant 4 : i32
  %field = arith.shrui %a, %four : i32
  memref.store %field, %y[%c1] : memref<4xi32>
  %is_inside = arith.cmpi ult, %before, %c3 : index
  %inside = arith.extui %is_inside : i1 to i32
  memref.store %inside, %y[%c2] : memref<4xi32>
  func.return
}
// CHECK-LABEL: void negative(int32_t a, int32_t n, int32_t *restrict y)
// CHECK-NEXT:  {
// CHECK-NEXT:      const int32_t before = n - 1;
// CHECK-NEXT:      y[0] = (int32_t)((uint32_t)before / 2u);
// CHECK-NEXT:      y[1] = cmix_shr(a, 4);
// CHECK-NEXT:      y[2] = (uint32_t)before < 3u;
// CHECK-NEXT:  }

// Arithmetic on constants is done here.
func.func @constants(%y: memref<4xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %one = arith.constant 1 : i32
  %seven = arith.constant 7 : i32
  %power = arith.shli %one, %seven : i32
  %ones = arith.subi %power, %one : i32
  memref.store %ones, %y[%c0] : memref<4xi32>
  %minus = arith.constant -2147483648 : i32
  %shifted = arith.shrui %minus, %seven : i32
  memref.store %shifted, %y[%c1] : memref<4xi32>
  %wrapped = arith.subi %minus, %one : i32
  memref.store %wrapped, %y[%c2] : memref<4xi32>
  func.return
}
// CHECK-LABEL: void constants(int32_t *restrict y)
// CHECK-NEXT:  {
// CHECK-NEXT:      y[0] = 127;
// CHECK-NEXT:      y[1] = 16777216;
// CHECK-NEXT:      y[2] = 2147483647;
// CHECK-NEXT:  }
