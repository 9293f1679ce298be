// RUN: cmix-opt %s --split-input-file -p cmix-simplify | filecheck %s

// Constants are folded, also what that makes constant, and then nobody needs the operands.
// CHECK:      func.func @fold(%m: memref<8xi32>, %a: i32) {
// CHECK-NEXT:   %i = arith.constant 10 : index
// CHECK-NEXT:   memref.store %a, %m[%i] : memref<8xi32>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @fold(%m: memref<8xi32>, %a: i32) {
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %sum = arith.addi %c2, %c3 : index
  %i = arith.muli %sum, %c2 : index
  memref.store %a, %m[%i] : memref<8xi32>
  return
}

// -----

// A loop that only reads is erased, one that writes is not.
// CHECK:      func.func @loops(%m: memref<8xi32>, %a: i32, %n: index) {
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %i = %c1 to %n step %c1 {
// CHECK-NEXT:     memref.store %a, %m[%i] : memref<8xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @loops(%m: memref<8xi32>, %a: i32, %n: index) {
  %c1 = arith.constant 1 : index
  scf.for %i = %c1 to %n step %c1 {
    %x = memref.load %m[%i] : memref<8xi32>
  }
  scf.for %i = %c1 to %n step %c1 {
    memref.store %a, %m[%i] : memref<8xi32>
  }
  return
}
