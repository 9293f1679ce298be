// RUN: cmix-opt %s --split-input-file -p convert-elementwise-to-loops,cse | filecheck %s

// The terms of an addition are scaled, then requantized together.
// CHECK:      func.func private @add(%a_bytes: memref<2x4xi8>, %b_bytes: memref<2x2xi8>, %y_bytes: memref<2x4xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %d0 = %c0 to %c2 step %c1 {
// CHECK-NEXT:     %c4 = arith.constant 4 : index
// CHECK-NEXT:     scf.for %d1 = %c0 to %c4 step %c1 {
// CHECK-NEXT:       %0 = cmix.load_element %a_bytes[%d0, %d1] : memref<2x4xi8> as <2x4xui8>
// CHECK-NEXT:       %c128_i32 = arith.constant 128 : i32
// CHECK-NEXT:       %1 = arith.subi %0, %c128_i32 : i32
// CHECK-NEXT:       %c100_i32 = arith.constant 100 : i32
// CHECK-NEXT:       %2 = arith.muli %1, %c100_i32 : i32
// CHECK-NEXT:       %3 = cmix.load_element %b_bytes[%d0, %d1] : memref<2x2xi8> as <2x4xui4>
// CHECK-NEXT:       %acc = arith.addi %2, %3 : i32
// CHECK-NEXT:       %4 = cmix.requantize %acc channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:       cmix.store_elements %4 to %y_bytes[%d0, %d1] : memref<2x4xi8> as <2x4xui8>
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @add(%a_bytes: memref<2x4xi8>, %b_bytes: memref<2x2xi8>, %y_bytes: memref<2x4xi8>) {
  %a = cmix.from_memref %a_bytes : memref<2x4xi8> as !cmix.packed<2x4xui8>
  %b = cmix.from_memref %b_bytes : memref<2x2xi8> as !cmix.packed<2x4xui4>
  %y = cmix.add %a, %b lhs_zero 128 lhs_multiplier 100
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2x4xui8>, !cmix.packed<2x4xui4> -> !cmix.packed<2x4xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x4xui8> to memref<2x4xi8>
  return
}

// -----

// A reshape that keeps all bytes in order copies bytes.
// CHECK:      func.func private @bytes(%x_bytes: memref<2x2xi8>, %y_bytes: memref<4xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %d0 = %c0 to %c2 step %c1 {
// CHECK-NEXT:     scf.for %d1 = %c0 to %c2 step %c1 {
// CHECK-NEXT:       %d0_1 = arith.muli %d0, %c2 : index
// CHECK-NEXT:       %n = arith.addi %d0_1, %d1 : index
// CHECK-NEXT:       %0 = cmix.load_element %x_bytes[%d0, %d1] : memref<2x2xi8> as <2x2xui8>
// CHECK-NEXT:       cmix.store_elements %0 to %y_bytes[%n] : memref<4xi8> as <4xui8>
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @bytes(%x_bytes: memref<2x2xi8>, %y_bytes: memref<4xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2x2xi8> as !cmix.packed<2x4xui4>
  %y = cmix.reshape %x : !cmix.packed<2x4xui4> -> !cmix.packed<8xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<8xui4> to memref<4xi8>
  return
}

// -----

// Rows with padding bits: elements move one by one into cleared bytes.
// CHECK:      func.func private @elements(%x_bytes: memref<1x2xi8>, %y_bytes: memref<3x1xi8>) {
// CHECK-NEXT:   cmix.clear %y_bytes : memref<3x1xi8>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %d0 = %c0 to %c1 step %c1 {
// CHECK-NEXT:     %c3 = arith.constant 3 : index
// CHECK-NEXT:     scf.for %d1 = %c0 to %c3 step %c1 {
// CHECK-NEXT:       %d0_1 = arith.muli %d0, %c3 : index
// CHECK-NEXT:       %n = arith.addi %d0_1, %d1 : index
// CHECK-NEXT:       %0 = arith.remui %n, %c1 : index
// CHECK-NEXT:       %1 = arith.divui %n, %c1 : index
// CHECK-NEXT:       %2 = cmix.load_element %x_bytes[%d0, %d1] : memref<1x2xi8> as <1x3xui4>
// CHECK-NEXT:       cmix.store_elements %2 to cleared %y_bytes[%1, %0] : memref<3x1xi8> as <3x1xui4>
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @elements(%x_bytes: memref<1x2xi8>, %y_bytes: memref<3x1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<1x2xi8> as !cmix.packed<1x3xui4>
  %y = cmix.reshape %x : !cmix.packed<1x3xui4> -> !cmix.packed<3x1xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<3x1xui4> to memref<3x1xi8>
  return
}
