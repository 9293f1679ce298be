// RUN: cmix-opt %s --split-input-file -p cmix-share-values | filecheck %s

// Equal values, also from an outer block; what nobody uses is erased.
// CHECK:      func.func @nest(%m: memref<8xi32>, %a: i32, %n: index) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %x = arith.addi %a, %a : i32
// CHECK-NEXT:   scf.for %i = %c0 to %n step %c1 {
// CHECK-NEXT:     %z = arith.muli %x, %x : i32
// CHECK-NEXT:     memref.store %z, %m[%i] : memref<8xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @nest(%m: memref<8xi32>, %a: i32, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %x = arith.addi %a, %a : i32
  %unused = arith.muli %a, %a : i32
  scf.for %i = %c0 to %n step %c1 {
    %y = arith.addi %a, %a : i32
    %z = arith.muli %x, %y : i32
    memref.store %z, %m[%i] : memref<8xi32>
  }
  return
}

// -----

// Values of one loop are not there in the next, and attributes tell operations apart.
// CHECK:      func.func @siblings(%m: memref<8xi32>, %a: i32, %n: index) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %i = %c0 to %n step %c1 {
// CHECK-NEXT:     %x = arith.addi %a, %a : i32
// CHECK-NEXT:     memref.store %x, %m[%i] : memref<8xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   scf.for %j = %c0 to %n step %c1 {
// CHECK-NEXT:     %y = arith.addi %a, %a : i32
// CHECK-NEXT:     %z = arith.addi %a, %a {seen} : i32
// CHECK-NEXT:     %s = arith.muli %y, %z : i32
// CHECK-NEXT:     memref.store %s, %m[%j] : memref<8xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @siblings(%m: memref<8xi32>, %a: i32, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %x = arith.addi %a, %a : i32
    memref.store %x, %m[%i] : memref<8xi32>
  }
  scf.for %j = %c0 to %n step %c1 {
    %y = arith.addi %a, %a : i32
    %z = arith.addi %a, %a {seen} : i32
    %s = arith.muli %y, %z : i32
    memref.store %s, %m[%j] : memref<8xi32>
  }
  return
}

// -----

// Two reads are one, until something writes: here, or in a loop, or in a function that is called.
// CHECK:      func.func @reads(%m: memref<1xi32>, %i: index, %n: index) {
// CHECK-NEXT:   %a = memref.load %m[%i] : memref<1xi32>
// CHECK-NEXT:   %s = arith.addi %a, %a : i32
// CHECK-NEXT:   memref.store %s, %m[%i] : memref<1xi32>
// CHECK-NEXT:   %c = memref.load %m[%i] : memref<1xi32>
// CHECK-NEXT:   scf.for %j = %i to %n step %n {
// CHECK-NEXT:     memref.store %c, %m[%j] : memref<1xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   %d = memref.load %m[%i] : memref<1xi32>
// CHECK-NEXT:   %e = arith.addi %c, %d : i32
// CHECK-NEXT:   func.call @g(%m) : (memref<1xi32>) -> ()
// CHECK-NEXT:   %f = memref.load %m[%i] : memref<1xi32>
// CHECK-NEXT:   %h = arith.addi %e, %f : i32
// CHECK-NEXT:   memref.store %h, %m[%i] : memref<1xi32>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @reads(%m: memref<1xi32>, %i: index, %n: index) {
  %a = memref.load %m[%i] : memref<1xi32>
  %b = memref.load %m[%i] : memref<1xi32>
  %s = arith.addi %a, %b : i32
  memref.store %s, %m[%i] : memref<1xi32>
  %c = memref.load %m[%i] : memref<1xi32>
  scf.for %j = %i to %n step %n {
    memref.store %c, %m[%j] : memref<1xi32>
  }
  %d = memref.load %m[%i] : memref<1xi32>
  %e = arith.addi %c, %d : i32
  func.call @g(%m) : (memref<1xi32>) -> ()
  %f = memref.load %m[%i] : memref<1xi32>
  %h = arith.addi %e, %f : i32
  memref.store %h, %m[%i] : memref<1xi32>
  return
}
func.func private @g(memref<1xi32>)
