// RUN: cmix-opt %s --split-input-file -p convert-movement-to-loops,cse | filecheck %s

// A reshape that keeps all bytes in order is one copy.
// CHECK:      func.func private @bytes(%x_bytes: memref<2x2xi8>, %y_bytes: memref<4xi8>) {
// CHECK-NEXT:   %x_bytes_1 = memref.collapse_shape %x_bytes [[0 : i64, 1 : i64]] : memref<2x2xi8> into memref<4xi8>
// CHECK-NEXT:   "memref.copy"(%x_bytes_1, %y_bytes) : (memref<4xi8>, memref<4xi8>) -> ()
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @bytes(%x_bytes: memref<2x2xi8>, %y_bytes: memref<4xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2x2xi8> as !cmix.packed<2x4xui4>
  %y = cmix.reshape %x 
      : !cmix.packed<2x4xui4> -> !cmix.packed<8xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<8xui4> to memref<4xi8>
  return
}

// -----

// Rows with padding bits: elements move one by one into cleared bytes.
// CHECK:      func.func private @elements(%x_bytes: memref<1x2xi8>, %y_bytes: memref<3x1xi8>) {
// CHECK-NEXT:   cmix.clear %y_bytes : memref<3x1xi8>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %d1 = %c0 to %c3 step %c1 {
// CHECK-NEXT:     %0 = arith.remui %d1, %c1 : index
// CHECK-NEXT:     %1 = arith.divui %d1, %c1 : index
// CHECK-NEXT:     %2 = cmix.load_element %x_bytes[%c0, %d1] : memref<1x2xi8> as <1x3xui4>
// CHECK-NEXT:     cmix.store_elements %2 to cleared %y_bytes[%1, %0] : memref<3x1xi8> as <3x1xui4>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @elements(%x_bytes: memref<1x2xi8>, %y_bytes: memref<3x1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<1x2xi8> as !cmix.packed<1x3xui4>
  %y = cmix.reshape %x 
      : !cmix.packed<1x3xui4> -> !cmix.packed<3x1xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<3x1xui4> to memref<3x1xi8>
  return
}

// -----

// Blocks of whole bytes are copied to where they belong.
// CHECK:      func.func private @concat_blocks(%a_bytes: memref<2x1x2xi8>, %b_bytes: memref<2x2x2xi8>, %y_bytes: memref<2x3x2xi8>) {
// CHECK-NEXT:   %a_bytes_1 = memref.collapse_shape %a_bytes [[0 : i64, 1 : i64, 2 : i64]] : memref<2x1x2xi8> into memref<4xi8>
// CHECK-NEXT:   %y_bytes_1 = memref.collapse_shape %y_bytes [[0 : i64, 1 : i64, 2 : i64]] : memref<2x3x2xi8> into memref<12xi8>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %d0 = %c0 to %c2 step %c1 {
// CHECK-NEXT:     %d0_1 = arith.muli %d0, %c2 : index
// CHECK-NEXT:     %a_bytes_2 = memref.view %a_bytes_1[%d0_1][] : memref<4xi8> to memref<2xi8>
// CHECK-NEXT:     %c6 = arith.constant 6 : index
// CHECK-NEXT:     %d0_2 = arith.muli %d0, %c6 : index
// CHECK-NEXT:     %y_bytes_2 = memref.view %y_bytes_1[%d0_2][] : memref<12xi8> to memref<2xi8>
// CHECK-NEXT:     "memref.copy"(%a_bytes_2, %y_bytes_2) : (memref<2xi8>, memref<2xi8>) -> ()
// CHECK-NEXT:   }
// CHECK-NEXT:   %b_bytes_1 = memref.collapse_shape %b_bytes [[0 : i64, 1 : i64, 2 : i64]] : memref<2x2x2xi8> into memref<8xi8>
// CHECK-NEXT:   scf.for %d0_3 = %c0 to %c2 step %c1 {
// CHECK-NEXT:     %c4 = arith.constant 4 : index
// CHECK-NEXT:     %d0_4 = arith.muli %d0_3, %c4 : index
// CHECK-NEXT:     %b_bytes_2 = memref.view %b_bytes_1[%d0_4][] : memref<8xi8> to memref<4xi8>
// CHECK-NEXT:     %c6_1 = arith.constant 6 : index
// CHECK-NEXT:     %d0_5 = arith.muli %d0_3, %c6_1 : index
// CHECK-NEXT:     %offset = arith.addi %d0_5, %c2 : index
// CHECK-NEXT:     %y_bytes_3 = memref.view %y_bytes_1[%offset][] : memref<12xi8> to memref<4xi8>
// CHECK-NEXT:     "memref.copy"(%b_bytes_2, %y_bytes_3) : (memref<4xi8>, memref<4xi8>) -> ()
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @concat_blocks(%a_bytes: memref<2x1x2xi8>, %b_bytes: memref<2x2x2xi8>, %y_bytes: memref<2x3x2xi8>) {
  %a = cmix.from_memref %a_bytes : memref<2x1x2xi8> as !cmix.packed<2x1x3xui4>
  %b = cmix.from_memref %b_bytes : memref<2x2x2xi8> as !cmix.packed<2x2x3xui4>
  %y = cmix.concat %a, %b axis 1
      : !cmix.packed<2x1x3xui4>, !cmix.packed<2x2x3xui4> -> !cmix.packed<2x3x3xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x3x3xui4> to memref<2x3x2xi8>
  return
}

// -----

// Columns that end within a byte move one by one.
// CHECK:      func.func private @concat_elements(%a_bytes: memref<2x2xi8>, %b_bytes: memref<2x1xi8>, %y_bytes: memref<2x3xi8>) {
// CHECK-NEXT:   cmix.clear %y_bytes : memref<2x3xi8>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %d0 = %c0 to %c2 step %c1 {
// CHECK-NEXT:     %c3 = arith.constant 3 : index
// CHECK-NEXT:     scf.for %d1 = %c0 to %c3 step %c1 {
// CHECK-NEXT:       %0 = cmix.load_element %a_bytes[%d0, %d1] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT:       cmix.store_elements %0 to cleared %y_bytes[%d0, %d1] : memref<2x3xi8> as <2x5xui4>
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   scf.for %d0_1 = %c0 to %c2 step %c1 {
// CHECK-NEXT:     scf.for %d1_1 = %c0 to %c2 step %c1 {
// CHECK-NEXT:       %1 = cmix.load_element %b_bytes[%d0_1, %d1_1] : memref<2x1xi8> as <2x2xui4>
// CHECK-NEXT:       %c3_1 = arith.constant 3 : index
// CHECK-NEXT:       %position = arith.addi %d1_1, %c3_1 : index
// CHECK-NEXT:       cmix.store_elements %1 to cleared %y_bytes[%d0_1, %position] : memref<2x3xi8> as <2x5xui4>
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @concat_elements(%a_bytes: memref<2x2xi8>, %b_bytes: memref<2x1xi8>, %y_bytes: memref<2x3xi8>) {
  %a = cmix.from_memref %a_bytes : memref<2x2xi8> as !cmix.packed<2x3xui4>
  %b = cmix.from_memref %b_bytes : memref<2x1xi8> as !cmix.packed<2x2xui4>
  %y = cmix.concat %a, %b axis 1
      : !cmix.packed<2x3xui4>, !cmix.packed<2x2xui4> -> !cmix.packed<2x5xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x5xui4> to memref<2x3xi8>
  return
}

// -----

// Rows and the border between them: filled, then copied.
// CHECK:      func.func private @pad_blocks(%x_bytes: memref<2x2x2xi8>, %y_bytes: memref<3x3x2xi8>) {
// CHECK-NEXT:   cmix.clear %y_bytes to 153 : memref<3x3x2xi8>
// CHECK-NEXT:   %y_bytes_1 = memref.collapse_shape %y_bytes [[0 : i64, 1 : i64], [2 : i64]] : memref<3x3x2xi8> into memref<9x2xi8>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c9 = arith.constant 9 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %d0 = %c0 to %c9 step %c1 {
// CHECK-NEXT:     %c9_i32 = arith.constant 9 : i32
// CHECK-NEXT:     %0 = arith.trunci %c9_i32 : i32 to i8
// CHECK-NEXT:     memref.store %0, %y_bytes_1[%d0, %c1] : memref<9x2xi8>
// CHECK-NEXT:   }
// CHECK-NEXT:   %x_bytes_1 = memref.collapse_shape %x_bytes [[0 : i64, 1 : i64, 2 : i64]] : memref<2x2x2xi8> into memref<8xi8>
// CHECK-NEXT:   %y_bytes_2 = memref.collapse_shape %y_bytes [[0 : i64, 1 : i64, 2 : i64]] : memref<3x3x2xi8> into memref<18xi8>
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   scf.for %d0_1 = %c0 to %c2 step %c1 {
// CHECK-NEXT:     %c4 = arith.constant 4 : index
// CHECK-NEXT:     %d0_2 = arith.muli %d0_1, %c4 : index
// CHECK-NEXT:     %x_bytes_2 = memref.view %x_bytes_1[%d0_2][] : memref<8xi8> to memref<4xi8>
// CHECK-NEXT:     %c6 = arith.constant 6 : index
// CHECK-NEXT:     %d0_3 = arith.muli %d0_1, %c6 : index
// CHECK-NEXT:     %offset = arith.addi %d0_3, %c6 : index
// CHECK-NEXT:     %y_bytes_3 = memref.view %y_bytes_2[%offset][] : memref<18xi8> to memref<4xi8>
// CHECK-NEXT:     "memref.copy"(%x_bytes_2, %y_bytes_3) : (memref<4xi8>, memref<4xi8>) -> ()
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @pad_blocks(%x_bytes: memref<2x2x2xi8>, %y_bytes: memref<3x3x2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2x2x2xi8> as !cmix.packed<2x2x3xui4>
  %y = cmix.pad %x low [1, 0, 0] high [0, 1, 0] value 9
      : !cmix.packed<2x2x3xui4> -> !cmix.packed<3x3x3xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<3x3x3xui4> to memref<3x3x2xi8>
  return
}

// -----

// A border of half a byte.
// CHECK:      func.func private @pad_elements(%x_bytes: memref<2x2xi8>, %y_bytes: memref<2x2xi8>) {
// CHECK-NEXT:   cmix.clear %y_bytes : memref<2x2xi8>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %d0 = %c0 to %c2 step %c1 {
// CHECK-NEXT:     %c3 = arith.constant 3 : index
// CHECK-NEXT:     scf.for %d1 = %c0 to %c3 step %c1 {
// CHECK-NEXT:       %0 = cmix.load_element %x_bytes[%d0, %d1] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT:       %position = arith.addi %d1, %c1 : index
// CHECK-NEXT:       cmix.store_elements %0 to %y_bytes[%d0, %position] : memref<2x2xi8> as <2x4xui4>
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @pad_elements(%x_bytes: memref<2x2xi8>, %y_bytes: memref<2x2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2x2xi8> as !cmix.packed<2x3xui4>
  %y = cmix.pad %x low [0, 1] high [0, 0] value 0
      : !cmix.packed<2x3xui4> -> !cmix.packed<2x4xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x4xui4> to memref<2x2xi8>
  return
}

// -----

// The last dimension stays: rows are copied.
// CHECK:      func.func private @transpose_blocks(%x_bytes: memref<2x3x3xi8>, %y_bytes: memref<3x2x3xi8>) {
// CHECK-NEXT:   %x_bytes_1 = memref.collapse_shape %x_bytes [[0 : i64, 1 : i64, 2 : i64]] : memref<2x3x3xi8> into memref<18xi8>
// CHECK-NEXT:   %y_bytes_1 = memref.collapse_shape %y_bytes [[0 : i64, 1 : i64, 2 : i64]] : memref<3x2x3xi8> into memref<18xi8>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %d0 = %c0 to %c3 step %c1 {
// CHECK-NEXT:     %c2 = arith.constant 2 : index
// CHECK-NEXT:     scf.for %d1 = %c0 to %c2 step %c1 {
// CHECK-NEXT:       %d0_1 = arith.muli %d0, %c3 : index
// CHECK-NEXT:       %c9 = arith.constant 9 : index
// CHECK-NEXT:       %d1_1 = arith.muli %d1, %c9 : index
// CHECK-NEXT:       %offset = arith.addi %d0_1, %d1_1 : index
// CHECK-NEXT:       %x_bytes_2 = memref.view %x_bytes_1[%offset][] : memref<18xi8> to memref<3xi8>
// CHECK-NEXT:       %c6 = arith.constant 6 : index
// CHECK-NEXT:       %d0_2 = arith.muli %d0, %c6 : index
// CHECK-NEXT:       %d1_2 = arith.muli %d1, %c3 : index
// CHECK-NEXT:       %offset_1 = arith.addi %d0_2, %d1_2 : index
// CHECK-NEXT:       %y_bytes_2 = memref.view %y_bytes_1[%offset_1][] : memref<18xi8> to memref<3xi8>
// CHECK-NEXT:       "memref.copy"(%x_bytes_2, %y_bytes_2) : (memref<3xi8>, memref<3xi8>) -> ()
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @transpose_blocks(%x_bytes: memref<2x3x3xi8>, %y_bytes: memref<3x2x3xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2x3x3xi8> as !cmix.packed<2x3x5xui4>
  %y = cmix.transpose %x permutation [1, 0, 2]
      : !cmix.packed<2x3x5xui4> -> !cmix.packed<3x2x5xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<3x2x5xui4> to memref<3x2x3xi8>
  return
}

// -----

// Two elements fill a byte of the output.
// CHECK:      func.func private @transpose_elements(%x_bytes: memref<2x2xi8>, %y_bytes: memref<3x1xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %row = %c0 to %c3 step %c1 {
// CHECK-NEXT:     %0 = cmix.load_element %x_bytes[%c0, %row] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT:     %1 = cmix.load_element %x_bytes[%c1, %row] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT:     cmix.store_elements %0, %1 to %y_bytes[%row, %c0] : memref<3x1xi8> as <3x2xui4>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @transpose_elements(%x_bytes: memref<2x2xi8>, %y_bytes: memref<3x1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2x2xi8> as !cmix.packed<2x3xui4>
  %y = cmix.transpose %x permutation [1, 0]
      : !cmix.packed<2x3xui4> -> !cmix.packed<3x2xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<3x2xui4> to memref<3x1xi8>
  return
}

// -----

// Dimensions of 1 change places: one copy.
// CHECK:      func.func private @transpose_units(%x_bytes: memref<1x3x2xi8>, %y_bytes: memref<3x1x2xi8>) {
// CHECK-NEXT:   %x_bytes_1 = memref.collapse_shape %x_bytes [[0 : i64, 1 : i64, 2 : i64]] : memref<1x3x2xi8> into memref<6xi8>
// CHECK-NEXT:   %y_bytes_1 = memref.collapse_shape %y_bytes [[0 : i64, 1 : i64, 2 : i64]] : memref<3x1x2xi8> into memref<6xi8>
// CHECK-NEXT:   "memref.copy"(%x_bytes_1, %y_bytes_1) : (memref<6xi8>, memref<6xi8>) -> ()
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @transpose_units(%x_bytes: memref<1x3x2xi8>, %y_bytes: memref<3x1x2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<1x3x2xi8> as !cmix.packed<1x3x4xui4>
  %y = cmix.transpose %x permutation [1, 0, 2]
      : !cmix.packed<1x3x4xui4> -> !cmix.packed<3x1x4xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<3x1x4xui4> to memref<3x1x2xi8>
  return
}
