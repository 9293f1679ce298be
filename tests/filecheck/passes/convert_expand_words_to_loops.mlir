// RUN: cmix-opt %s --split-input-file -p convert-expand-words-to-loops | filecheck %s

// A row above or below is padding; the word at the left border is packed by itself.
// CHECK:      func.func private @border(%x: memref<4x7x1xi8>, %words: memref<4x2xi32>, %y: index) {
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %c = arith.constant -1 : index
// CHECK-NEXT:   %in = arith.addi %y, %c : index
// CHECK-NEXT:   %is_inside = arith.cmpi ult, %in, %c4 : index
// CHECK-NEXT:   scf.if %is_inside {
// CHECK-NEXT:     %c119_i32 = arith.constant 119 : i32
// CHECK-NEXT:     %c119_i32_1 = arith.constant 119 : i32
// CHECK-NEXT:     %c0 = arith.constant 0 : index
// CHECK-NEXT:     %c_1 = arith.constant -1 : index
// CHECK-NEXT:     %in_1 = arith.addi %y, %c_1 : index
// CHECK-NEXT:     %c0_1 = arith.constant 0 : index
// CHECK-NEXT:     %0 = memref.load %x[%in_1, %c0, %c0_1] : memref<4x7x1xi8>
// CHECK-NEXT:     %byte = arith.extui %0 : i8 to i32
// CHECK-NEXT:     %c13_i32 = arith.constant 13 : i32
// CHECK-NEXT:     %1 = arith.shli %byte, %c13_i32 : i32
// CHECK-NEXT:     %2 = arith.ori %c119_i32, %1 : i32
// CHECK-NEXT:     %mask = arith.constant 122895 : i32
// CHECK-NEXT:     %word = arith.andi %2, %mask : i32
// CHECK-NEXT:     %c4_i32 = arith.constant 4 : i32
// CHECK-NEXT:     %3 = arith.shrui %2, %c4_i32 : i32
// CHECK-NEXT:     %mask_1 = arith.constant 122895 : i32
// CHECK-NEXT:     %word_1 = arith.andi %3, %mask_1 : i32
// CHECK-NEXT:     %c0_2 = arith.constant 0 : index
// CHECK-NEXT:     %c0_3 = arith.constant 0 : index
// CHECK-NEXT:     memref.store %word, %words[%c0_2, %c0_3] : memref<4x2xi32>
// CHECK-NEXT:     %c0_4 = arith.constant 0 : index
// CHECK-NEXT:     %c1 = arith.constant 1 : index
// CHECK-NEXT:     memref.store %word_1, %words[%c0_4, %c1] : memref<4x2xi32>
// CHECK-NEXT:     %c1_1 = arith.constant 1 : index
// CHECK-NEXT:     %c4_1 = arith.constant 4 : index
// CHECK-NEXT:     %c1_2 = arith.constant 1 : index
// CHECK-NEXT:     scf.for %q = %c1_1 to %c4_1 step %c1_2 {
// CHECK-NEXT:       %c119_i32_2 = arith.constant 119 : i32
// CHECK-NEXT:       %c2 = arith.constant 2 : index
// CHECK-NEXT:       %q_1 = arith.muli %q, %c2 : index
// CHECK-NEXT:       %c_2 = arith.constant -1 : index
// CHECK-NEXT:       %in_2 = arith.addi %q_1, %c_2 : index
// CHECK-NEXT:       %c_3 = arith.constant -1 : index
// CHECK-NEXT:       %in_3 = arith.addi %y, %c_3 : index
// CHECK-NEXT:       %c0_5 = arith.constant 0 : index
// CHECK-NEXT:       %4 = memref.load %x[%in_3, %in_2, %c0_5] : memref<4x7x1xi8>
// CHECK-NEXT:       %byte_1 = arith.extui %4 : i8 to i32
// CHECK-NEXT:       %c119_i32_3 = arith.constant 119 : i32
// CHECK-NEXT:       %c2_1 = arith.constant 2 : index
// CHECK-NEXT:       %q_2 = arith.muli %q, %c2_1 : index
// CHECK-NEXT:       %c_4 = arith.constant -1 : index
// CHECK-NEXT:       %in_4 = arith.addi %y, %c_4 : index
// CHECK-NEXT:       %c0_6 = arith.constant 0 : index
// CHECK-NEXT:       %5 = memref.load %x[%in_4, %q_2, %c0_6] : memref<4x7x1xi8>
// CHECK-NEXT:       %byte_2 = arith.extui %5 : i8 to i32
// CHECK-NEXT:       %c13_i32_1 = arith.constant 13 : i32
// CHECK-NEXT:       %6 = arith.shli %byte_2, %c13_i32_1 : i32
// CHECK-NEXT:       %7 = arith.ori %byte_1, %6 : i32
// CHECK-NEXT:       %mask_2 = arith.constant 122895 : i32
// CHECK-NEXT:       %word_2 = arith.andi %7, %mask_2 : i32
// CHECK-NEXT:       %c4_i32_1 = arith.constant 4 : i32
// CHECK-NEXT:       %8 = arith.shrui %7, %c4_i32_1 : i32
// CHECK-NEXT:       %mask_3 = arith.constant 122895 : i32
// CHECK-NEXT:       %word_3 = arith.andi %8, %mask_3 : i32
// CHECK-NEXT:       %c0_7 = arith.constant 0 : index
// CHECK-NEXT:       memref.store %word_2, %words[%q, %c0_7] : memref<4x2xi32>
// CHECK-NEXT:       %c1_3 = arith.constant 1 : index
// CHECK-NEXT:       memref.store %word_3, %words[%q, %c1_3] : memref<4x2xi32>
// CHECK-NEXT:     }
// CHECK-NEXT:   } else {
// CHECK-NEXT:     %pad = arith.constant 57351 : i32
// CHECK-NEXT:     %c0_8 = arith.constant 0 : index
// CHECK-NEXT:     %c4_2 = arith.constant 4 : index
// CHECK-NEXT:     %c1_4 = arith.constant 1 : index
// CHECK-NEXT:     scf.for %q_3 = %c0_8 to %c4_2 step %c1_4 {
// CHECK-NEXT:       %c0_9 = arith.constant 0 : index
// CHECK-NEXT:       %c2_2 = arith.constant 2 : index
// CHECK-NEXT:       %c1_5 = arith.constant 1 : index
// CHECK-NEXT:       scf.for %c_5 = %c0_9 to %c2_2 step %c1_5 {
// CHECK-NEXT:         memref.store %pad, %words[%q_3, %c_5] : memref<4x2xi32>
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @border(%x: memref<4x7x1xi8>, %words: memref<4x2xi32>, %y: index) {
  cmix.expand_words [c = 2, i = 1, p = 8] at %y input %x (c, i, p)[s0] -> (i + s0 - 1, p - 1, c) as <4x7x2xui4> pad 7 words %words as <2 at 13, max 15> : memref<4x7x1xi8>, memref<4x2xi32>
  return
}

// -----

// A byte that does not fit the word above its lane is packed field by field; words behind the rows are cleared.
// CHECK:      func.func private @top(%x: memref<1x3x1xi8>, %words: memref<1x3xi32>) {
// CHECK-NEXT:   %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c1_1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %q = %c0 to %c1 step %c1_1 {
// CHECK-NEXT:     %c2 = arith.constant 2 : index
// CHECK-NEXT:     memref.store %c0_i32, %words[%q, %c2] : memref<1x3xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   %c0_i32_1 = arith.constant 0 : i32
// CHECK-NEXT:   %c0_1 = arith.constant 0 : index
// CHECK-NEXT:   %c0_2 = arith.constant 0 : index
// CHECK-NEXT:   %c0_3 = arith.constant 0 : index
// CHECK-NEXT:   %0 = memref.load %x[%c0_2, %c0_1, %c0_3] : memref<1x3x1xi8>
// CHECK-NEXT:   %byte = arith.extui %0 : i8 to i32
// CHECK-NEXT:   %c0_i32_2 = arith.constant 0 : i32
// CHECK-NEXT:   %c1_2 = arith.constant 1 : index
// CHECK-NEXT:   %c0_4 = arith.constant 0 : index
// CHECK-NEXT:   %c0_5 = arith.constant 0 : index
// CHECK-NEXT:   %1 = memref.load %x[%c0_4, %c1_2, %c0_5] : memref<1x3x1xi8>
// CHECK-NEXT:   %byte_1 = arith.extui %1 : i8 to i32
// CHECK-NEXT:   %c0_i32_3 = arith.constant 0 : i32
// CHECK-NEXT:   %c2_1 = arith.constant 2 : index
// CHECK-NEXT:   %c0_6 = arith.constant 0 : index
// CHECK-NEXT:   %c0_7 = arith.constant 0 : index
// CHECK-NEXT:   %2 = memref.load %x[%c0_6, %c2_1, %c0_7] : memref<1x3x1xi8>
// CHECK-NEXT:   %byte_2 = arith.extui %2 : i8 to i32
// CHECK-NEXT:   %c13_i32 = arith.constant 13 : i32
// CHECK-NEXT:   %3 = arith.shli %byte_1, %c13_i32 : i32
// CHECK-NEXT:   %4 = arith.ori %byte, %3 : i32
// CHECK-NEXT:   %mask = arith.constant 122895 : i32
// CHECK-NEXT:   %5 = arith.andi %4, %mask : i32
// CHECK-NEXT:   %c26_i32 = arith.constant 26 : i32
// CHECK-NEXT:   %6 = arith.shli %byte_2, %c26_i32 : i32
// CHECK-NEXT:   %mask_1 = arith.constant 1006632960 : i32
// CHECK-NEXT:   %7 = arith.andi %6, %mask_1 : i32
// CHECK-NEXT:   %word = arith.ori %5, %7 : i32
// CHECK-NEXT:   %c4_i32 = arith.constant 4 : i32
// CHECK-NEXT:   %8 = arith.shrui %4, %c4_i32 : i32
// CHECK-NEXT:   %mask_2 = arith.constant 122895 : i32
// CHECK-NEXT:   %9 = arith.andi %8, %mask_2 : i32
// CHECK-NEXT:   %c22_i32 = arith.constant 22 : i32
// CHECK-NEXT:   %10 = arith.shli %byte_2, %c22_i32 : i32
// CHECK-NEXT:   %mask_3 = arith.constant 1006632960 : i32
// CHECK-NEXT:   %11 = arith.andi %10, %mask_3 : i32
// CHECK-NEXT:   %word_1 = arith.ori %9, %11 : i32
// CHECK-NEXT:   %c0_8 = arith.constant 0 : index
// CHECK-NEXT:   %c0_9 = arith.constant 0 : index
// CHECK-NEXT:   memref.store %word, %words[%c0_8, %c0_9] : memref<1x3xi32>
// CHECK-NEXT:   %c0_10 = arith.constant 0 : index
// CHECK-NEXT:   %c1_3 = arith.constant 1 : index
// CHECK-NEXT:   memref.store %word_1, %words[%c0_10, %c1_3] : memref<1x3xi32>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @top(%x: memref<1x3x1xi8>, %words: memref<1x3xi32>) {
  cmix.expand_words [c = 2, i = 1, p = 3] input %x (c, i, p) -> (i, p, c) as <1x3x2xui4> words %words as <3 at 13, max 15> : memref<1x3x1xi8>, memref<1x3xi32>
  return
}

// -----

// Neighbours of a vector: element by element.
// CHECK:      func.func private @neighbours(%x: memref<2xi8>, %words: memref<1x4xi32>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %c = %c0 to %c4 step %c1 {
// CHECK-NEXT:     %c2 = arith.constant 2 : index
// CHECK-NEXT:     %c_1 = arith.muli %c, %c2 : index
// CHECK-NEXT:     %x_1 = cmix.load_element %x[%c_1] : memref<2xi8> as <8xui2>
// CHECK-NEXT:     %c2_1 = arith.constant 2 : index
// CHECK-NEXT:     %c_2 = arith.muli %c, %c2_1 : index
// CHECK-NEXT:     %c1_1 = arith.constant 1 : index
// CHECK-NEXT:     %in = arith.addi %c_2, %c1_1 : index
// CHECK-NEXT:     %x_2 = cmix.load_element %x[%in] : memref<2xi8> as <8xui2>
// CHECK-NEXT:     %c8_i32 = arith.constant 8 : i32
// CHECK-NEXT:     %0 = arith.shli %x_2, %c8_i32 : i32
// CHECK-NEXT:     %word = arith.ori %x_1, %0 : i32
// CHECK-NEXT:     %c0_1 = arith.constant 0 : index
// CHECK-NEXT:     memref.store %word, %words[%c0_1, %c] : memref<1x4xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @neighbours(%x: memref<2xi8>, %words: memref<1x4xi32>) {
  cmix.expand_words [c = 4, i = 1, p = 2] input %x (c, i, p) -> (c * 2 + p) as <8xui2> words %words as <2 at 8, max 3> : memref<2xi8>, memref<1x4xi32>
  return
}

// -----

// Two phases: columns -1, 1, 3, 5 and 0, 2, 4, 6 of five.
// CHECK:      func.func private @phases(%x: memref<2x5x1xi8>, %words: memref<2x8xi32>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %i = %c0 to %c2 step %c1 {
// CHECK-NEXT:     %c119_i32 = arith.constant 119 : i32
// CHECK-NEXT:     %c119_i32_1 = arith.constant 119 : i32
// CHECK-NEXT:     %c1_1 = arith.constant 1 : index
// CHECK-NEXT:     %c0_1 = arith.constant 0 : index
// CHECK-NEXT:     %0 = memref.load %x[%i, %c1_1, %c0_1] : memref<2x5x1xi8>
// CHECK-NEXT:     %byte = arith.extui %0 : i8 to i32
// CHECK-NEXT:     %c119_i32_2 = arith.constant 119 : i32
// CHECK-NEXT:     %c3 = arith.constant 3 : index
// CHECK-NEXT:     %c0_2 = arith.constant 0 : index
// CHECK-NEXT:     %1 = memref.load %x[%i, %c3, %c0_2] : memref<2x5x1xi8>
// CHECK-NEXT:     %byte_1 = arith.extui %1 : i8 to i32
// CHECK-NEXT:     %c11_i32 = arith.constant 11 : i32
// CHECK-NEXT:     %2 = arith.shli %byte, %c11_i32 : i32
// CHECK-NEXT:     %c22_i32 = arith.constant 22 : i32
// CHECK-NEXT:     %3 = arith.shli %byte_1, %c22_i32 : i32
// CHECK-NEXT:     %4 = arith.ori %c119_i32, %2 : i32
// CHECK-NEXT:     %5 = arith.ori %4, %3 : i32
// CHECK-NEXT:     %mask = arith.constant 62945295 : i32
// CHECK-NEXT:     %word = arith.andi %5, %mask : i32
// CHECK-NEXT:     %c4_i32 = arith.constant 4 : i32
// CHECK-NEXT:     %6 = arith.shrui %5, %c4_i32 : i32
// CHECK-NEXT:     %mask_1 = arith.constant 62945295 : i32
// CHECK-NEXT:     %word_1 = arith.andi %6, %mask_1 : i32
// CHECK-NEXT:     %c0_3 = arith.constant 0 : index
// CHECK-NEXT:     %c2_1 = arith.constant 2 : index
// CHECK-NEXT:     %i_1 = arith.muli %i, %c2_1 : index
// CHECK-NEXT:     memref.store %word, %words[%c0_3, %i_1] : memref<2x8xi32>
// CHECK-NEXT:     %c0_4 = arith.constant 0 : index
// CHECK-NEXT:     %c2_2 = arith.constant 2 : index
// CHECK-NEXT:     %i_2 = arith.muli %i, %c2_2 : index
// CHECK-NEXT:     %c4 = arith.constant 4 : index
// CHECK-NEXT:     %k = arith.addi %i_2, %c4 : index
// CHECK-NEXT:     memref.store %word_1, %words[%c0_4, %k] : memref<2x8xi32>
// CHECK-NEXT:     %c119_i32_3 = arith.constant 119 : i32
// CHECK-NEXT:     %c15_i32 = arith.constant 15 : i32
// CHECK-NEXT:     %word_2 = arith.andi %c119_i32_3, %c15_i32 : i32
// CHECK-NEXT:     %c4_i32_1 = arith.constant 4 : i32
// CHECK-NEXT:     %7 = arith.shrui %c119_i32_3, %c4_i32_1 : i32
// CHECK-NEXT:     %c15_i32_1 = arith.constant 15 : i32
// CHECK-NEXT:     %word_3 = arith.andi %7, %c15_i32_1 : i32
// CHECK-NEXT:     %c1_2 = arith.constant 1 : index
// CHECK-NEXT:     %c2_3 = arith.constant 2 : index
// CHECK-NEXT:     %i_3 = arith.muli %i, %c2_3 : index
// CHECK-NEXT:     memref.store %word_2, %words[%c1_2, %i_3] : memref<2x8xi32>
// CHECK-NEXT:     %c1_3 = arith.constant 1 : index
// CHECK-NEXT:     %c2_4 = arith.constant 2 : index
// CHECK-NEXT:     %i_4 = arith.muli %i, %c2_4 : index
// CHECK-NEXT:     %c4_1 = arith.constant 4 : index
// CHECK-NEXT:     %k_1 = arith.addi %i_4, %c4_1 : index
// CHECK-NEXT:     memref.store %word_3, %words[%c1_3, %k_1] : memref<2x8xi32>
// CHECK-NEXT:     %c119_i32_4 = arith.constant 119 : i32
// CHECK-NEXT:     %c0_5 = arith.constant 0 : index
// CHECK-NEXT:     %c0_6 = arith.constant 0 : index
// CHECK-NEXT:     %8 = memref.load %x[%i, %c0_5, %c0_6] : memref<2x5x1xi8>
// CHECK-NEXT:     %byte_2 = arith.extui %8 : i8 to i32
// CHECK-NEXT:     %c119_i32_5 = arith.constant 119 : i32
// CHECK-NEXT:     %c2_5 = arith.constant 2 : index
// CHECK-NEXT:     %c0_7 = arith.constant 0 : index
// CHECK-NEXT:     %9 = memref.load %x[%i, %c2_5, %c0_7] : memref<2x5x1xi8>
// CHECK-NEXT:     %byte_3 = arith.extui %9 : i8 to i32
// CHECK-NEXT:     %c119_i32_6 = arith.constant 119 : i32
// CHECK-NEXT:     %c4_2 = arith.constant 4 : index
// CHECK-NEXT:     %c0_8 = arith.constant 0 : index
// CHECK-NEXT:     %10 = memref.load %x[%i, %c4_2, %c0_8] : memref<2x5x1xi8>
// CHECK-NEXT:     %byte_4 = arith.extui %10 : i8 to i32
// CHECK-NEXT:     %c11_i32_1 = arith.constant 11 : i32
// CHECK-NEXT:     %11 = arith.shli %byte_3, %c11_i32_1 : i32
// CHECK-NEXT:     %c22_i32_1 = arith.constant 22 : i32
// CHECK-NEXT:     %12 = arith.shli %byte_4, %c22_i32_1 : i32
// CHECK-NEXT:     %13 = arith.ori %byte_2, %11 : i32
// CHECK-NEXT:     %14 = arith.ori %13, %12 : i32
// CHECK-NEXT:     %mask_2 = arith.constant 62945295 : i32
// CHECK-NEXT:     %word_4 = arith.andi %14, %mask_2 : i32
// CHECK-NEXT:     %c4_i32_2 = arith.constant 4 : i32
// CHECK-NEXT:     %15 = arith.shrui %14, %c4_i32_2 : i32
// CHECK-NEXT:     %mask_3 = arith.constant 62945295 : i32
// CHECK-NEXT:     %word_5 = arith.andi %15, %mask_3 : i32
// CHECK-NEXT:     %c0_9 = arith.constant 0 : index
// CHECK-NEXT:     %c2_6 = arith.constant 2 : index
// CHECK-NEXT:     %i_5 = arith.muli %i, %c2_6 : index
// CHECK-NEXT:     %c1_4 = arith.constant 1 : index
// CHECK-NEXT:     %k_2 = arith.addi %i_5, %c1_4 : index
// CHECK-NEXT:     memref.store %word_4, %words[%c0_9, %k_2] : memref<2x8xi32>
// CHECK-NEXT:     %c0_10 = arith.constant 0 : index
// CHECK-NEXT:     %c2_7 = arith.constant 2 : index
// CHECK-NEXT:     %i_6 = arith.muli %i, %c2_7 : index
// CHECK-NEXT:     %c5 = arith.constant 5 : index
// CHECK-NEXT:     %k_3 = arith.addi %i_6, %c5 : index
// CHECK-NEXT:     memref.store %word_5, %words[%c0_10, %k_3] : memref<2x8xi32>
// CHECK-NEXT:     %c119_i32_7 = arith.constant 119 : i32
// CHECK-NEXT:     %c15_i32_2 = arith.constant 15 : i32
// CHECK-NEXT:     %word_6 = arith.andi %c119_i32_7, %c15_i32_2 : i32
// CHECK-NEXT:     %c4_i32_3 = arith.constant 4 : i32
// CHECK-NEXT:     %16 = arith.shrui %c119_i32_7, %c4_i32_3 : i32
// CHECK-NEXT:     %c15_i32_3 = arith.constant 15 : i32
// CHECK-NEXT:     %word_7 = arith.andi %16, %c15_i32_3 : i32
// CHECK-NEXT:     %c1_5 = arith.constant 1 : index
// CHECK-NEXT:     %c2_8 = arith.constant 2 : index
// CHECK-NEXT:     %i_7 = arith.muli %i, %c2_8 : index
// CHECK-NEXT:     %c1_6 = arith.constant 1 : index
// CHECK-NEXT:     %k_4 = arith.addi %i_7, %c1_6 : index
// CHECK-NEXT:     memref.store %word_6, %words[%c1_5, %k_4] : memref<2x8xi32>
// CHECK-NEXT:     %c1_7 = arith.constant 1 : index
// CHECK-NEXT:     %c2_9 = arith.constant 2 : index
// CHECK-NEXT:     %i_8 = arith.muli %i, %c2_9 : index
// CHECK-NEXT:     %c5_1 = arith.constant 5 : index
// CHECK-NEXT:     %k_5 = arith.addi %i_8, %c5_1 : index
// CHECK-NEXT:     memref.store %word_7, %words[%c1_7, %k_5] : memref<2x8xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @phases(%x: memref<2x5x1xi8>, %words: memref<2x8xi32>) {
  cmix.expand_words [c = 2, i = 2, h = 2, p = 4] input %x (c, i, h, p) -> (i, p * 2 + h - 1, c) as <2x5x2xui4> pad 7 words %words as <3 at 11, max 15> : memref<2x5x1xi8>, memref<2x8xi32>
  return
}

// -----

// Rows before the first one keep what they hold.
// CHECK:      func.func private @first(%x: memref<3x2x1xi8>, %words: memref<1x3xi32>, %first: index) {
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %i = %first to %c3 step %c1 {
// CHECK-NEXT:     %c3_1 = arith.constant 3 : index
// CHECK-NEXT:     %is_inside = arith.cmpi ult, %i, %c3_1 : index
// CHECK-NEXT:     scf.if %is_inside {
// CHECK-NEXT:       %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:       %c0 = arith.constant 0 : index
// CHECK-NEXT:       %c0_1 = arith.constant 0 : index
// CHECK-NEXT:       %0 = memref.load %x[%i, %c0, %c0_1] : memref<3x2x1xi8>
// CHECK-NEXT:       %byte = arith.extui %0 : i8 to i32
// CHECK-NEXT:       %c0_i32_1 = arith.constant 0 : i32
// CHECK-NEXT:       %c1_1 = arith.constant 1 : index
// CHECK-NEXT:       %c0_2 = arith.constant 0 : index
// CHECK-NEXT:       %1 = memref.load %x[%i, %c1_1, %c0_2] : memref<3x2x1xi8>
// CHECK-NEXT:       %byte_1 = arith.extui %1 : i8 to i32
// CHECK-NEXT:       %c16_i32 = arith.constant 16 : i32
// CHECK-NEXT:       %2 = arith.shli %byte_1, %c16_i32 : i32
// CHECK-NEXT:       %3 = arith.ori %byte, %2 : i32
// CHECK-NEXT:       %mask = arith.constant 16711935 : i32
// CHECK-NEXT:       %word = arith.andi %3, %mask : i32
// CHECK-NEXT:       %c0_3 = arith.constant 0 : index
// CHECK-NEXT:       memref.store %word, %words[%c0_3, %i] : memref<1x3xi32>
// CHECK-NEXT:     } else {
// CHECK-NEXT:       %c0_i32_2 = arith.constant 0 : i32
// CHECK-NEXT:       %c0_4 = arith.constant 0 : index
// CHECK-NEXT:       %c1_2 = arith.constant 1 : index
// CHECK-NEXT:       %c1_3 = arith.constant 1 : index
// CHECK-NEXT:       scf.for %q = %c0_4 to %c1_2 step %c1_3 {
// CHECK-NEXT:         %c0_5 = arith.constant 0 : index
// CHECK-NEXT:         %c1_4 = arith.constant 1 : index
// CHECK-NEXT:         %c1_5 = arith.constant 1 : index
// CHECK-NEXT:         scf.for %c = %c0_5 to %c1_4 step %c1_5 {
// CHECK-NEXT:           %c3_2 = arith.constant 3 : index
// CHECK-NEXT:           %c_1 = arith.muli %c, %c3_2 : index
// CHECK-NEXT:           %k = arith.addi %c_1, %i : index
// CHECK-NEXT:           memref.store %c0_i32_2, %words[%q, %k] : memref<1x3xi32>
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @first(%x: memref<3x2x1xi8>, %words: memref<1x3xi32>, %first: index) {
  cmix.expand_words [c = 1, i = 3, p = 2] from %first input %x (c, i, p) -> (i, p, c) as <3x2x1xui8> words %words as <2 at 16, max 255> : memref<3x2x1xi8>, memref<1x3xi32>
  return
}
