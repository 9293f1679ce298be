// RUN: cmix-opt %s --split-input-file -p lower-element-access,cse | filecheck %s

// Fields at a position known at compile time are shifted by a constant; signed ones are extended.
// CHECK:      func.func @loads(%m: memref<2x2xi8>) -> (i32, i32) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %0 = memref.load %m[%c0, %c1] : memref<2x2xi8>
// CHECK-NEXT:   %1 = arith.extui %0 : i8 to i32
// CHECK-NEXT:   %2 = arith.constant 4 : i32
// CHECK-NEXT:   %3 = arith.shrui %1, %2 : i32
// CHECK-NEXT:   %4 = arith.constant 15 : i32
// CHECK-NEXT:   %unsigned = arith.andi %3, %4 : i32
// CHECK-NEXT:   %5 = memref.load %m[%c0, %c0] : memref<2x2xi8>
// CHECK-NEXT:   %6 = arith.extui %5 : i8 to i32
// CHECK-NEXT:   %7 = arith.andi %6, %4 : i32
// CHECK-NEXT:   %8 = arith.constant 8 : i32
// CHECK-NEXT:   %9 = arith.xori %7, %8 : i32
// CHECK-NEXT:   %signed = arith.subi %9, %8 : i32
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
// CHECK-NEXT:   %2 = arith.constant 2 : i32
// CHECK-NEXT:   %shift = arith.muli %1, %2 overflow<nsw> : i32
// CHECK-NEXT:   %3 = memref.load %m[%byte] : memref<2xi8>
// CHECK-NEXT:   %4 = arith.extui %3 : i8 to i32
// CHECK-NEXT:   %5 = arith.shrui %4, %shift : i32
// CHECK-NEXT:   %6 = arith.constant 3 : i32
// CHECK-NEXT:   %e = arith.andi %5, %6 : i32
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
// CHECK-NEXT:   %0 = arith.constant 15 : i32
// CHECK-NEXT:   %1 = arith.andi %a, %0 : i32
// CHECK-NEXT:   %2 = arith.andi %b, %0 : i32
// CHECK-NEXT:   %3 = arith.constant 4 : i32
// CHECK-NEXT:   %4 = arith.shli %2, %3 : i32
// CHECK-NEXT:   %5 = arith.ori %1, %4 : i32
// CHECK-NEXT:   %byte = arith.trunci %5 : i32 to i8
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
// CHECK-NEXT:   %2 = arith.constant 3 : i32
// CHECK-NEXT:   %3 = arith.constant 2 : i32
// CHECK-NEXT:   %4 = arith.shli %2, %3 : i32
// CHECK-NEXT:   %5 = arith.constant -1 : i32
// CHECK-NEXT:   %6 = arith.xori %4, %5 : i32
// CHECK-NEXT:   %7 = arith.andi %1, %6 : i32
// CHECK-NEXT:   %8 = arith.shli %a, %3 : i32
// CHECK-NEXT:   %9 = arith.ori %7, %8 : i32
// CHECK-NEXT:   %byte = arith.trunci %9 : i32 to i8
// CHECK-NEXT:   memref.store %byte, %m[%c0] : memref<2xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @merge(%m: memref<2xi8>, %a: i32) {
  %c1 = arith.constant 1 : index
  cmix.store_elements %a to %m[%c1] : memref<2xi8> as <8xui2>
  return
}
