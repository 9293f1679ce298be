// RUN: cmix-opt %s --split-input-file -p cmix-sink-shifts | filecheck %s

// The shift of the initial value goes; the last one comes behind the loop.
// CHECK:      func.func @carry(%m: memref<8xi32>, %a: i32) -> i32 {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c8 = arith.constant 8 : index
// CHECK-NEXT:   %amount = arith.constant 4 : i32
// CHECK-NEXT:   %rest = scf.for %i = %c0 to %c8 step %c1 iter_args(%carry = %a) -> (i32) {
// CHECK-NEXT:     %left = arith.shrsi %carry, %amount : i32
// CHECK-NEXT:     %start = arith.addi %left, %a : i32
// CHECK-NEXT:     memref.store %start, %m[%i] : memref<8xi32>
// CHECK-NEXT:     %next = arith.muli %start, %a : i32
// CHECK-NEXT:     scf.yield %next : i32
// CHECK-NEXT:   }
// CHECK-NEXT:   %left_1 = arith.shrsi %rest, %amount : i32
// CHECK-NEXT:   %sum = arith.addi %left_1, %a : i32
// CHECK-NEXT:   func.return %sum : i32
// CHECK-NEXT: }
func.func @carry(%m: memref<8xi32>, %a: i32) -> i32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %amount = arith.constant 4 : i32
  %first = arith.shrsi %a, %amount : i32
  %rest = scf.for %i = %c0 to %c8 step %c1 iter_args(%carry = %first) -> (i32) {
    %start = arith.addi %carry, %a : i32
    memref.store %start, %m[%i] : memref<8xi32>
    %next = arith.muli %start, %a : i32
    %left = arith.shrsi %next, %amount : i32
    scf.yield %left : i32
  }
  %sum = arith.addi %rest, %a : i32
  return %sum : i32
}

// -----

// 0 stays 0; the amount may stand in the loop.
// CHECK:      func.func @zero(%a: i32) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c8 = arith.constant 8 : index
// CHECK-NEXT:   %zero = arith.constant 0 : i32
// CHECK-NEXT:   %amount = arith.constant 4 : i32
// CHECK-NEXT:   %rest = scf.for %i = %c0 to %c8 step %c1 iter_args(%carry = %zero) -> (i32) {
// CHECK-NEXT:     %left = arith.shrui %carry, %amount : i32
// CHECK-NEXT:     %start = arith.addi %left, %a : i32
// CHECK-NEXT:     scf.yield %start : i32
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @zero(%a: i32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0 : i32
  %rest = scf.for %i = %c0 to %c8 step %c1 iter_args(%carry = %zero) -> (i32) {
    %amount = arith.constant 4 : i32
    %start = arith.addi %carry, %a : i32
    %left = arith.shrui %start, %amount : i32
    scf.yield %left : i32
  }
  return
}

// -----

// The initial value is shifted by another amount, or in another way, or not at all.
// CHECK-LABEL: func.func @others(
// CHECK:         iter_args(%x = %first, %y = %second, %z = %a)
// CHECK:         scf.yield %x_2, %y_2, %z_2 : i32, i32, i32
func.func @others(%a: i32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %four = arith.constant 4 : i32
  %five = arith.constant 5 : i32
  %first = arith.shrsi %a, %five : i32
  %second = arith.shrui %a, %four : i32
  %r, %s, %t = scf.for %i = %c0 to %c8 step %c1 iter_args(%x = %first, %y = %second, %z = %a)
      -> (i32, i32, i32) {
    %x_1 = arith.addi %x, %a : i32
    %y_1 = arith.addi %y, %a : i32
    %z_1 = arith.addi %z, %a : i32
    %x_2 = arith.shrsi %x_1, %four : i32
    %y_2 = arith.shrsi %y_1, %four : i32
    %z_2 = arith.shrsi %z_1, %four : i32
    scf.yield %x_2, %y_2, %z_2 : i32, i32, i32
  }
  return
}

// -----

// A multiplication has no shift of its own; what is stored shifted is shifted in any case.
// CHECK-LABEL: func.func @readers(
// CHECK:         %x_1 = arith.muli %x, %a : i32
// CHECK:         scf.yield %x_2, %y_2 : i32, i32
func.func @readers(%m: memref<8xi32>, %a: i32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0 : i32
  %four = arith.constant 4 : i32
  %r, %s = scf.for %i = %c0 to %c8 step %c1 iter_args(%x = %zero, %y = %zero) -> (i32, i32) {
    %x_1 = arith.muli %x, %a : i32
    %y_1 = arith.addi %y, %a : i32
    %x_2 = arith.shrsi %x_1, %four : i32
    %y_2 = arith.shrsi %y_1, %four : i32
    memref.store %y_2, %m[%i] : memref<8xi32>
    scf.yield %x_2, %y_2 : i32, i32
  }
  return
}
