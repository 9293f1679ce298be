// RUN: cmix-opt %s --split-input-file -p convert-elementwise-to-loops,cse | filecheck %s

// The terms of an addition are scaled, then requantized together. Rows end within a byte: two loops.
// CHECK:      func.func private @add(%a_bytes: memref<2x3xi8>, %b_bytes: memref<2x2xi8>, %y_bytes: memref<2x3xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %row = %c0 to %c2 step %c1 {
// CHECK-NEXT:     %c3 = arith.constant 3 : index
// CHECK-NEXT:     scf.for %n = %c0 to %c3 step %c1 {
// CHECK-NEXT:       %0 = cmix.load_element %a_bytes[%row, %n] : memref<2x3xi8> as <2x3xui8>
// CHECK-NEXT:       %1 = cmix.load_element %b_bytes[%row, %n] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT:       %c128_i32 = arith.constant 128 : i32
// CHECK-NEXT:       %2 = arith.subi %0, %c128_i32 : i32
// CHECK-NEXT:       %c100_i32 = arith.constant 100 : i32
// CHECK-NEXT:       %3 = arith.muli %2, %c100_i32 : i32
// CHECK-NEXT:       %acc = arith.addi %3, %1 : i32
// CHECK-NEXT:       %4 = cmix.requantize %acc channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui8
// CHECK-NEXT:       cmix.store_elements %4 to %y_bytes[%row, %n] : memref<2x3xi8> as <2x3xui8>
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @add(%a_bytes: memref<2x3xi8>, %b_bytes: memref<2x2xi8>, %y_bytes: memref<2x3xi8>) {
  %a = cmix.from_memref %a_bytes : memref<2x3xi8> as !cmix.packed<2x3xui8>
  %b = cmix.from_memref %b_bytes : memref<2x2xi8> as !cmix.packed<2x3xui4>
  %y = cmix.add %a, %b lhs_zero 128 lhs_multiplier 100 requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2x3xui8>, !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x3xui8> to memref<2x3xi8>
  return
}

// -----

// Two elements fill a byte of the output; the last one fills it with zeros.
// CHECK:      func.func private @groups(%a_bytes: memref<5xi8>, %b_bytes: memref<1xi8>, %y_bytes: memref<3xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %n = %c0 to %c2 step %c1 {
// CHECK-NEXT:     %n_1 = arith.muli %n, %c2 : index
// CHECK-NEXT:     %0 = cmix.load_element %a_bytes[%n_1] : memref<5xi8> as <5xui8>
// CHECK-NEXT:     %1 = cmix.load_element %b_bytes[%c0] : memref<1xi8> as <1xsi8>
// CHECK-NEXT:     %c3_i32 = arith.constant 3 : i32
// CHECK-NEXT:     %2 = arith.subi %0, %c3_i32 : i32
// CHECK-NEXT:     %c_1_i32 = arith.constant -1 : i32
// CHECK-NEXT:     %3 = arith.subi %1, %c_1_i32 : i32
// CHECK-NEXT:     %acc = arith.muli %2, %3 : i32
// CHECK-NEXT:     %4 = cmix.requantize %acc channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui4
// CHECK-NEXT:     %column = arith.addi %n_1, %c1 : index
// CHECK-NEXT:     %5 = cmix.load_element %a_bytes[%column] : memref<5xi8> as <5xui8>
// CHECK-NEXT:     %6 = arith.subi %5, %c3_i32 : i32
// CHECK-NEXT:     %acc_1 = arith.muli %6, %3 : i32
// CHECK-NEXT:     %7 = cmix.requantize %acc_1 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui4
// CHECK-NEXT:     cmix.store_elements %4, %7 to %y_bytes[%n_1] : memref<3xi8> as <5xui4>
// CHECK-NEXT:   }
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %8 = cmix.load_element %a_bytes[%c4] : memref<5xi8> as <5xui8>
// CHECK-NEXT:   %9 = cmix.load_element %b_bytes[%c0] : memref<1xi8> as <1xsi8>
// CHECK-NEXT:   %c3_i32_1 = arith.constant 3 : i32
// CHECK-NEXT:   %10 = arith.subi %8, %c3_i32_1 : i32
// CHECK-NEXT:   %c_1_i32_1 = arith.constant -1 : i32
// CHECK-NEXT:   %11 = arith.subi %9, %c_1_i32_1 : i32
// CHECK-NEXT:   %acc_2 = arith.muli %10, %11 : i32
// CHECK-NEXT:   %12 = cmix.requantize %acc_2 channel %c0 by #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> to ui4
// CHECK-NEXT:   cmix.store_elements %12 to %y_bytes[%c4] : memref<3xi8> as <5xui4>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @groups(%a_bytes: memref<5xi8>, %b_bytes: memref<1xi8>, %y_bytes: memref<3xi8>) {
  %a = cmix.from_memref %a_bytes : memref<5xi8> as !cmix.packed<5xui8>
  %b = cmix.from_memref %b_bytes : memref<1xi8> as !cmix.packed<1xsi8>
  %y = cmix.mul %a, %b lhs_zero 3 rhs_zero -1 requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<5xui8>, !cmix.packed<1xsi8> -> !cmix.packed<5xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<5xui4> to memref<3xi8>
  return
}

// -----

// One right element for each channel; a factor of a half is exact, the other is rounded twice.
// CHECK:      func.func private @rescaled(%a_bytes: memref<2x4xi8>, %b_bytes: memref<4xi8>, %y_bytes: memref<2x4xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %row = %c0 to %c2 step %c1 {
// CHECK-NEXT:     %c4 = arith.constant 4 : index
// CHECK-NEXT:     scf.for %n = %c0 to %c4 step %c1 {
// CHECK-NEXT:       %0 = cmix.load_element %a_bytes[%row, %n] : memref<2x4xi8> as <2x4xsi8>
// CHECK-NEXT:       %1 = cmix.load_element %b_bytes[%n] : memref<4xi8> as <4xsi8>
// CHECK-NEXT:       %c19_i32 = arith.constant 19 : i32
// CHECK-NEXT:       %term = arith.shli %0, %c19_i32 : i32
// CHECK-NEXT:       %c21_i32 = arith.constant 21 : i32
// CHECK-NEXT:       %2 = arith.shli %1, %c21_i32 : i32
// CHECK-NEXT:       %multiplier = arith.constant 1518500250 : i32
// CHECK-NEXT:       %scaled = dsp.smmulr %2, %multiplier
// CHECK-NEXT:       %c31_i32 = arith.constant 31 : i32
// CHECK-NEXT:       %3 = arith.shrsi %scaled, %c31_i32 : i32
// CHECK-NEXT:       %c4_i32 = arith.constant 4 : i32
// CHECK-NEXT:       %4 = arith.addi %scaled, %c4_i32 : i32
// CHECK-NEXT:       %5 = arith.addi %4, %3 : i32
// CHECK-NEXT:       %c3_i32 = arith.constant 3 : i32
// CHECK-NEXT:       %6 = arith.shrsi %5, %c3_i32 : i32
// CHECK-NEXT:       %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:       %term_1 = arith.subi %c0_i32, %6 : i32
// CHECK-NEXT:       %acc = arith.addi %term, %term_1 : i32
// CHECK-NEXT:       %7 = cmix.requantize %acc channel %c0 by #cmix.fixed_point<multiplier = [1518500250], shift = [-18], zero = 0, min = -128, max = 127> to si8
// CHECK-NEXT:       cmix.store_elements %7 to %y_bytes[%row, %n] : memref<2x4xi8> as <2x4xsi8>
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @rescaled(%a_bytes: memref<2x4xi8>, %b_bytes: memref<4xi8>, %y_bytes: memref<2x4xi8>) {
  %a = cmix.from_memref %a_bytes : memref<2x4xi8> as !cmix.packed<2x4xsi8>
  %b = cmix.from_memref %b_bytes : memref<4xi8> as !cmix.packed<4xsi8>
  %y = cmix.add %a, %b lhs_rescale <multiplier = 1073741824, shift = 0, left_shift = 20> rhs_rescale <multiplier = -1518500250, shift = -3, left_shift = 20> requant #cmix.fixed_point<multiplier = [1518500250], shift = [-18], zero = 0, min = -128, max = 127>
      : !cmix.packed<2x4xsi8>, !cmix.packed<4xsi8> -> !cmix.packed<2x4xsi8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x4xsi8> to memref<2x4xi8>
  return
}

// -----

// A table in the order of fields without sign: 0, 1, -2, -1.
// CHECK:      "memref.global"() <{sym_name = "lookup_table", type = memref<4xi8>, initial_value = dense<[6, 7, 4, 5]> : tensor<4xi8>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func private @lookup(%x_bytes: memref<2x1xi8>, %y_bytes: memref<2x4xi8>) {
// CHECK-NEXT:   %table = memref.get_global @lookup_table : memref<4xi8>
// CHECK-NEXT:   %y_bytes_1 = memref.collapse_shape %y_bytes [[0 : i64, 1 : i64]] : memref<2x4xi8> into memref<8xi8>
// CHECK-NEXT:   %x_bytes_1 = memref.collapse_shape %x_bytes [[0 : i64, 1 : i64]] : memref<2x1xi8> into memref<2xi8>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c8 = arith.constant 8 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %n = %c0 to %c8 step %c1 {
// CHECK-NEXT:     %0 = cmix.load_element %x_bytes_1[%n] : memref<2xi8> as <8xui2>
// CHECK-NEXT:     %entry = arith.index_cast %0 : i32 to index
// CHECK-NEXT:     %1 = memref.load %table[%entry] : memref<4xi8>
// CHECK-NEXT:     %2 = arith.extui %1 : i8 to i32
// CHECK-NEXT:     cmix.store_elements %2 to %y_bytes_1[%n] : memref<8xi8> as <8xui8>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @lookup(%x_bytes: memref<2x1xi8>, %y_bytes: memref<2x4xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2x1xi8> as !cmix.packed<2x4xsi2>
  %y = cmix.lookup %x table [4, 5, 6, 7]
      : !cmix.packed<2x4xsi2> -> !cmix.packed<2x4xsi8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x4xsi8> to memref<2x4xi8>
  return
}

// -----

// Channels that are requantized differently keep their rows; two fill a byte, the third the next.
// CHECK:      func.func private @channels(%a_bytes: memref<2x3xi8>, %b_bytes: memref<2x2xi8>, %y_bytes: memref<2x2xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %row = %c0 to %c2 step %c1 {
// CHECK-NEXT:     %0 = cmix.load_element %a_bytes[%row, %c0] : memref<2x3xi8> as <2x3xui8>
// CHECK-NEXT:     %1 = cmix.load_element %b_bytes[%row, %c0] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT:     %c9_i32 = arith.constant 9 : i32
// CHECK-NEXT:     %2 = arith.muli %1, %c9_i32 : i32
// CHECK-NEXT:     %acc = arith.addi %0, %2 : i32
// CHECK-NEXT:     %3 = cmix.requantize %acc channel %c0 by #cmix.linear<left = [0], high [1518500250, -4, 9], offset = [5, 6, 7], right = [3], min = 0, max = 15> to ui4
// CHECK-NEXT:     %4 = cmix.load_element %a_bytes[%row, %c1] : memref<2x3xi8> as <2x3xui8>
// CHECK-NEXT:     %5 = cmix.load_element %b_bytes[%row, %c1] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT:     %6 = arith.muli %5, %c9_i32 : i32
// CHECK-NEXT:     %acc_1 = arith.addi %4, %6 : i32
// CHECK-NEXT:     %7 = cmix.requantize %acc_1 channel %c1 by #cmix.linear<left = [0], high [1518500250, -4, 9], offset = [5, 6, 7], right = [3], min = 0, max = 15> to ui4
// CHECK-NEXT:     cmix.store_elements %3, %7 to %y_bytes[%row, %c0] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT:     %8 = cmix.load_element %a_bytes[%row, %c2] : memref<2x3xi8> as <2x3xui8>
// CHECK-NEXT:     %9 = cmix.load_element %b_bytes[%row, %c2] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT:     %10 = arith.muli %9, %c9_i32 : i32
// CHECK-NEXT:     %acc_2 = arith.addi %8, %10 : i32
// CHECK-NEXT:     %11 = cmix.requantize %acc_2 channel %c2 by #cmix.linear<left = [0], high [1518500250, -4, 9], offset = [5, 6, 7], right = [3], min = 0, max = 15> to ui4
// CHECK-NEXT:     cmix.store_elements %11 to %y_bytes[%row, %c2] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @channels(%a_bytes: memref<2x3xi8>, %b_bytes: memref<2x2xi8>, %y_bytes: memref<2x2xi8>) {
  %a = cmix.from_memref %a_bytes : memref<2x3xi8> as !cmix.packed<2x3xui8>
  %b = cmix.from_memref %b_bytes : memref<2x2xi8> as !cmix.packed<2x3xui4>
  %y = cmix.add %a, %b rhs_multiplier 9 requant #cmix.linear<left = [0], high [1518500250, -4, 9], offset = [5, 6, 7], right = [3], min = 0, max = 15>
      : !cmix.packed<2x3xui8>, !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x3xui4> to memref<2x2xi8>
  return
}
