// RUN: cmix-opt %s --split-input-file -p lower-element-access,cse | filecheck %s

// Fields at a position known at compile time are shifted by a constant; signed ones are extended.
// CHECK:      func.func @loads(%m: memref<2x2xi8>) -> (i32, i32) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %0 = memref.load %m[%c0, %c1] : memref<2x2xi8>
// CHECK-NEXT:   %1 = arith.extui %0 : i8 to i32
// CHECK-NEXT:   %c4_i32 = arith.constant 4 : i32
// CHECK-NEXT:   %2 = arith.shrui %1, %c4_i32 : i32
// CHECK-NEXT:   %c15_i32 = arith.constant 15 : i32
// CHECK-NEXT:   %unsigned = arith.andi %2, %c15_i32 : i32
// CHECK-NEXT:   %3 = memref.load %m[%c0, %c0] : memref<2x2xi8>
// CHECK-NEXT:   %4 = arith.extui %3 : i8 to i32
// CHECK-NEXT:   %5 = arith.andi %4, %c15_i32 : i32
// CHECK-NEXT:   %c8_i32 = arith.constant 8 : i32
// CHECK-NEXT:   %6 = arith.xori %5, %c8_i32 : i32
// CHECK-NEXT:   %signed = arith.subi %6, %c8_i32 : i32
// CHECK-NEXT:   func.return %unsigned, %signed : i32, i32
// CHECK-NEXT: }
func.func @loads(%m: memref<2x2xi8>) -> (i32, i32) {
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %unsigned = cmix.load_element %m[%c0, %c3] : memref<2x2xi8> as <2x4xui4>
  %signed = cmix.load_element %m[%c0, %c0] : memref<2x2xi8> as <2x4xsi4>
  return %unsigned, %signed : i32, i32
}

// -----

// Bytes are read and extended.
// CHECK:      func.func @bytes(%m: memref<2xi8>, %i: index) -> (i32, i32) {
// CHECK-NEXT:   %0 = memref.load %m[%i] : memref<2xi8>
// CHECK-NEXT:   %unsigned = arith.extui %0 : i8 to i32
// CHECK-NEXT:   %signed = arith.extsi %0 : i8 to i32
// CHECK-NEXT:   func.return %unsigned, %signed : i32, i32
// CHECK-NEXT: }
func.func @bytes(%m: memref<2xi8>, %i: index) -> (i32, i32) {
  %unsigned = cmix.load_element %m[%i] : memref<2xi8> as <2xui8>
  %signed = cmix.load_element %m[%i] : memref<2xi8> as <2xsi8>
  return %unsigned, %signed : i32, i32
}

// -----

// At any other position the shift is computed.
// CHECK:      func.func @variable(%m: memref<2xi8>, %i: index) -> i32 {
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %byte = arith.divui %i, %c4 : index
// CHECK-NEXT:   %0 = arith.remui %i, %c4 : index
// CHECK-NEXT:   %1 = arith.index_cast %0 : index to i32
// CHECK-NEXT:   %c2_i32 = arith.constant 2 : i32
// CHECK-NEXT:   %shift = arith.muli %1, %c2_i32 overflow<nsw> : i32
// CHECK-NEXT:   %2 = memref.load %m[%byte] : memref<2xi8>
// CHECK-NEXT:   %3 = arith.extui %2 : i8 to i32
// CHECK-NEXT:   %4 = arith.shrui %3, %shift : i32
// CHECK-NEXT:   %c3_i32 = arith.constant 3 : i32
// CHECK-NEXT:   %e = arith.andi %4, %c3_i32 : i32
// CHECK-NEXT:   func.return %e : i32
// CHECK-NEXT: }
func.func @variable(%m: memref<2xi8>, %i: index) -> i32 {
  %e = cmix.load_element %m[%i] : memref<2xi8> as <8xui2>
  return %e : i32
}

// -----

// Neighbours that fill a byte are written together.
// CHECK:      func.func @whole_byte(%m: memref<2x1xi8>, %a: i32, %b: i32) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c15_i32 = arith.constant 15 : i32
// CHECK-NEXT:   %0 = arith.andi %a, %c15_i32 : i32
// CHECK-NEXT:   %1 = arith.andi %b, %c15_i32 : i32
// CHECK-NEXT:   %c4_i32 = arith.constant 4 : i32
// CHECK-NEXT:   %2 = arith.shli %1, %c4_i32 : i32
// CHECK-NEXT:   %3 = arith.ori %0, %2 : i32
// CHECK-NEXT:   %byte = arith.trunci %3 : i32 to i8
// CHECK-NEXT:   memref.store %byte, %m[%c0, %c0] : memref<2x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @whole_byte(%m: memref<2x1xi8>, %a: i32, %b: i32) {
  %c0 = arith.constant 0 : index
  cmix.store_elements %a, %b to %m[%c0, %c0] : memref<2x1xi8> as <2x2xsi4>
  return
}

// -----

// So is what ends a row.
// CHECK:      func.func @end_of_row(%m: memref<2x2xi8>, %a: i32) {
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %byte = arith.trunci %a : i32 to i8
// CHECK-NEXT:   memref.store %byte, %m[%c1, %c1] : memref<2x2xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @end_of_row(%m: memref<2x2xi8>, %a: i32) {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  cmix.store_elements %a to %m[%c1, %c2] : memref<2x2xi8> as <2x3xui4>
  return
}

// -----

// One element of several keeps its neighbours.
// CHECK:      func.func @merge(%m: memref<2xi8>, %a: i32) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %0 = memref.load %m[%c0] : memref<2xi8>
// CHECK-NEXT:   %1 = arith.extui %0 : i8 to i32
// CHECK-NEXT:   %c3_i32 = arith.constant 3 : i32
// CHECK-NEXT:   %c2_i32 = arith.constant 2 : i32
// CHECK-NEXT:   %2 = arith.shli %c3_i32, %c2_i32 : i32
// CHECK-NEXT:   %c_1_i32 = arith.constant -1 : i32
// CHECK-NEXT:   %3 = arith.xori %2, %c_1_i32 : i32
// CHECK-NEXT:   %4 = arith.andi %1, %3 : i32
// CHECK-NEXT:   %5 = arith.shli %a, %c2_i32 : i32
// CHECK-NEXT:   %6 = arith.ori %4, %5 : i32
// CHECK-NEXT:   %byte = arith.trunci %6 : i32 to i8
// CHECK-NEXT:   memref.store %byte, %m[%c0] : memref<2xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @merge(%m: memref<2xi8>, %a: i32) {
  %c1 = arith.constant 1 : index
  cmix.store_elements %a to %m[%c1] : memref<2xi8> as <8xui2>
  return
}

// -----

// A fresh byte is not read.
// CHECK:      func.func @fresh(%m: memref<1x2xi8>, %a: i32) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %byte = arith.trunci %a : i32 to i8
// CHECK-NEXT:   memref.store %byte, %m[%c0, %c0] : memref<1x2xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @fresh(%m: memref<1x2xi8>, %a: i32) {
  %c0 = arith.constant 0 : index
  cmix.store_elements %a to fresh %m[%c0, %c0] : memref<1x2xi8> as <1x4xui4>
  return
}
