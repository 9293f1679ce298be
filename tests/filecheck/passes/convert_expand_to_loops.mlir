// RUN: cmix-opt %s --split-input-file -p convert-expand-to-loops,cse | filecheck %s

// An order: whole words, two lanes at a time.
// CHECK:      func.func private @words(%x: memref<2x8xi8>, %lanes: memref<2x8xi16>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %word = dsp.load_word %x[%c0, %c0] : memref<2x8xi8>
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %word_1 = dsp.load_word %x[%c0, %c4] : memref<2x8xi8>
// CHECK-NEXT:   %pair = dsp.uxtb16 %word
// CHECK-NEXT:   dsp.store_word %pair, %lanes[%c0, %c0] : memref<2x8xi16>
// CHECK-NEXT:   %pair_1 = dsp.uxtb16 %word ror 8
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   dsp.store_word %pair_1, %lanes[%c0, %c2] : memref<2x8xi16>
// CHECK-NEXT:   %pair_2 = dsp.uxtb16 %word_1
// CHECK-NEXT:   dsp.store_word %pair_2, %lanes[%c0, %c4] : memref<2x8xi16>
// CHECK-NEXT:   %pair_3 = dsp.uxtb16 %word_1 ror 8
// CHECK-NEXT:   %c6 = arith.constant 6 : index
// CHECK-NEXT:   dsp.store_word %pair_3, %lanes[%c0, %c6] : memref<2x8xi16>
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %word_2 = dsp.load_word %x[%c1, %c0] : memref<2x8xi8>
// CHECK-NEXT:   %word_3 = dsp.load_word %x[%c1, %c4] : memref<2x8xi8>
// CHECK-NEXT:   %pair_4 = dsp.uxtb16 %word_2
// CHECK-NEXT:   dsp.store_word %pair_4, %lanes[%c1, %c0] : memref<2x8xi16>
// CHECK-NEXT:   %pair_5 = dsp.uxtb16 %word_2 ror 8
// CHECK-NEXT:   dsp.store_word %pair_5, %lanes[%c1, %c2] : memref<2x8xi16>
// CHECK-NEXT:   %pair_6 = dsp.uxtb16 %word_3
// CHECK-NEXT:   dsp.store_word %pair_6, %lanes[%c1, %c4] : memref<2x8xi16>
// CHECK-NEXT:   %pair_7 = dsp.uxtb16 %word_3 ror 8
// CHECK-NEXT:   dsp.store_word %pair_7, %lanes[%c1, %c6] : memref<2x8xi16>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @words(%x: memref<2x8xi8>, %lanes: memref<2x8xi16>) {
  cmix.expand [x = 2, c = 8] input %x (x, c) -> (x, c) as <2x8xui8>
      lanes %lanes (x, c) -> (x, c) order [0, 2, 1, 3] : memref<2x8xi8>, memref<2x8xi16>
  return
}

// -----

// Rows that may lie outside the input: one comparison for a whole run.
// CHECK:      func.func private @border(%x: memref<4x4xi8>, %lanes: memref<2x8xi16>, %y: index) {
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   %is_inside = arith.cmpi ult, %y, %c3 : index
// CHECK-NEXT:   scf.if %is_inside {
// CHECK-NEXT:     %c0 = arith.constant 0 : index
// CHECK-NEXT:     %word = dsp.load_word %x[%y, %c0] : memref<4x4xi8>
// CHECK-NEXT:     %mask = arith.constant 983055 : i32
// CHECK-NEXT:     %pair = arith.andi %word, %mask : i32
// CHECK-NEXT:     dsp.store_word %pair, %lanes[%c0, %c0] : memref<2x8xi16>
// CHECK-NEXT:     %c4_i32 = arith.constant 4 : i32
// CHECK-NEXT:     %0 = arith.shrui %word, %c4_i32 : i32
// CHECK-NEXT:     %pair_1 = arith.andi %0, %mask : i32
// CHECK-NEXT:     %c2 = arith.constant 2 : index
// CHECK-NEXT:     dsp.store_word %pair_1, %lanes[%c0, %c2] : memref<2x8xi16>
// CHECK-NEXT:     %c8_i32 = arith.constant 8 : i32
// CHECK-NEXT:     %1 = arith.shrui %word, %c8_i32 : i32
// CHECK-NEXT:     %pair_2 = arith.andi %1, %mask : i32
// CHECK-NEXT:     %c4 = arith.constant 4 : index
// CHECK-NEXT:     dsp.store_word %pair_2, %lanes[%c0, %c4] : memref<2x8xi16>
// CHECK-NEXT:     %c12_i32 = arith.constant 12 : i32
// CHECK-NEXT:     %2 = arith.shrui %word, %c12_i32 : i32
// CHECK-NEXT:     %pair_3 = arith.andi %2, %mask : i32
// CHECK-NEXT:     %c6 = arith.constant 6 : index
// CHECK-NEXT:     dsp.store_word %pair_3, %lanes[%c0, %c6] : memref<2x8xi16>
// CHECK-NEXT:     %c1 = arith.constant 1 : index
// CHECK-NEXT:     %in = arith.addi %y, %c1 : index
// CHECK-NEXT:     %word_1 = dsp.load_word %x[%in, %c0] : memref<4x4xi8>
// CHECK-NEXT:     %pair_4 = arith.andi %word_1, %mask : i32
// CHECK-NEXT:     dsp.store_word %pair_4, %lanes[%c1, %c0] : memref<2x8xi16>
// CHECK-NEXT:     %3 = arith.shrui %word_1, %c4_i32 : i32
// CHECK-NEXT:     %pair_5 = arith.andi %3, %mask : i32
// CHECK-NEXT:     dsp.store_word %pair_5, %lanes[%c1, %c2] : memref<2x8xi16>
// CHECK-NEXT:     %4 = arith.shrui %word_1, %c8_i32 : i32
// CHECK-NEXT:     %pair_6 = arith.andi %4, %mask : i32
// CHECK-NEXT:     dsp.store_word %pair_6, %lanes[%c1, %c4] : memref<2x8xi16>
// CHECK-NEXT:     %5 = arith.shrui %word_1, %c12_i32 : i32
// CHECK-NEXT:     %pair_7 = arith.andi %5, %mask : i32
// CHECK-NEXT:     dsp.store_word %pair_7, %lanes[%c1, %c6] : memref<2x8xi16>
// CHECK-NEXT:   } else {
// CHECK-NEXT:     %c0_1 = arith.constant 0 : index
// CHECK-NEXT:     %c2_1 = arith.constant 2 : index
// CHECK-NEXT:     %c1_1 = arith.constant 1 : index
// CHECK-NEXT:     scf.for %i = %c0_1 to %c2_1 step %c1_1 {
// CHECK-NEXT:       %c4_1 = arith.constant 4 : index
// CHECK-NEXT:       %in_1 = arith.addi %i, %y : index
// CHECK-NEXT:       %is_inside_1 = arith.cmpi ult, %in_1, %c4_1 : index
// CHECK-NEXT:       scf.if %is_inside_1 {
// CHECK-NEXT:         %word_2 = dsp.load_word %x[%in_1, %c0_1] : memref<4x4xi8>
// CHECK-NEXT:         %mask_1 = arith.constant 983055 : i32
// CHECK-NEXT:         %pair_8 = arith.andi %word_2, %mask_1 : i32
// CHECK-NEXT:         dsp.store_word %pair_8, %lanes[%i, %c0_1] : memref<2x8xi16>
// CHECK-NEXT:         %c4_i32_1 = arith.constant 4 : i32
// CHECK-NEXT:         %6 = arith.shrui %word_2, %c4_i32_1 : i32
// CHECK-NEXT:         %pair_9 = arith.andi %6, %mask_1 : i32
// CHECK-NEXT:         dsp.store_word %pair_9, %lanes[%i, %c2_1] : memref<2x8xi16>
// CHECK-NEXT:         %c8_i32_1 = arith.constant 8 : i32
// CHECK-NEXT:         %7 = arith.shrui %word_2, %c8_i32_1 : i32
// CHECK-NEXT:         %pair_10 = arith.andi %7, %mask_1 : i32
// CHECK-NEXT:         dsp.store_word %pair_10, %lanes[%i, %c4_1] : memref<2x8xi16>
// CHECK-NEXT:         %c12_i32_1 = arith.constant 12 : i32
// CHECK-NEXT:         %8 = arith.shrui %word_2, %c12_i32_1 : i32
// CHECK-NEXT:         %pair_11 = arith.andi %8, %mask_1 : i32
// CHECK-NEXT:         %c6_1 = arith.constant 6 : index
// CHECK-NEXT:         dsp.store_word %pair_11, %lanes[%i, %c6_1] : memref<2x8xi16>
// CHECK-NEXT:       } else {
// CHECK-NEXT:         %pad = arith.constant 458759 : i32
// CHECK-NEXT:         %c6_2 = arith.constant 6 : index
// CHECK-NEXT:         dsp.store_word %pad, %lanes[%i, %c0_1] : memref<2x8xi16>
// CHECK-NEXT:         dsp.store_word %pad, %lanes[%i, %c2_1] : memref<2x8xi16>
// CHECK-NEXT:         dsp.store_word %pad, %lanes[%i, %c4_1] : memref<2x8xi16>
// CHECK-NEXT:         dsp.store_word %pad, %lanes[%i, %c6_2] : memref<2x8xi16>
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @border(%x: memref<4x4xi8>, %lanes: memref<2x8xi16>, %y: index) {
  cmix.expand [i = 2, c = 8] at %y input %x (i, c)[s0] -> (s0 + i, c) as <4x8xui4> pad 7
      lanes %lanes (i, c)[s0] -> (i, c) order [0, 4, 1, 5, 2, 6, 3, 7] : memref<4x4xi8>, memref<2x8xi16>
  return
}

// -----

// The innermost iterator crosses the border: its domain is cut in three, and nothing is tested.
// CHECK:      func.func private @three_parts(%x: memref<1x4xi8>, %lanes: memref<1x7xi16>) {
// CHECK-NEXT:   %pad = arith.constant 7 : i16
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   memref.store %pad, %lanes[%c0, %c0] : memref<1x7xi16>
// CHECK-NEXT:   %x_1 = cmix.load_element %x[%c0, %c0] : memref<1x4xi8> as <1x4xui8>
// CHECK-NEXT:   %lane = arith.trunci %x_1 : i32 to i16
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %x_2 = cmix.load_element %x[%c0, %c1] : memref<1x4xi8> as <1x4xui8>
// CHECK-NEXT:   %lane_1 = arith.trunci %x_2 : i32 to i16
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %x_3 = cmix.load_element %x[%c0, %c2] : memref<1x4xi8> as <1x4xui8>
// CHECK-NEXT:   %lane_2 = arith.trunci %x_3 : i32 to i16
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   %x_4 = cmix.load_element %x[%c0, %c3] : memref<1x4xi8> as <1x4xui8>
// CHECK-NEXT:   %lane_3 = arith.trunci %x_4 : i32 to i16
// CHECK-NEXT:   memref.store %lane, %lanes[%c0, %c1] : memref<1x7xi16>
// CHECK-NEXT:   memref.store %lane_1, %lanes[%c0, %c2] : memref<1x7xi16>
// CHECK-NEXT:   memref.store %lane_2, %lanes[%c0, %c3] : memref<1x7xi16>
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   memref.store %lane_3, %lanes[%c0, %c4] : memref<1x7xi16>
// CHECK-NEXT:   %c5 = arith.constant 5 : index
// CHECK-NEXT:   memref.store %pad, %lanes[%c0, %c5] : memref<1x7xi16>
// CHECK-NEXT:   %c6 = arith.constant 6 : index
// CHECK-NEXT:   memref.store %pad, %lanes[%c0, %c6] : memref<1x7xi16>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @three_parts(%x: memref<1x4xi8>, %lanes: memref<1x7xi16>) {
  cmix.expand [i = 1, t = 7] input %x (i, t) -> (i, t - 1) as <1x4xui8> pad 7
      lanes %lanes (i, t) -> (i, t) : memref<1x4xi8>, memref<1x7xi16>
  return
}

// -----

// Channels of one byte: the bytes of two pixels side by side give two lanes of each channel.
// CHECK:      func.func private @bytes(%x: memref<1x3x1xi8>, %lanes: memref<2x1x4xi16>) {
// CHECK-NEXT:   %c119_i32 = arith.constant 119 : i32
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %byte = memref.load %x[%c0, %c0, %c0] : memref<1x3x1xi8>
// CHECK-NEXT:   %0 = arith.extui %byte : i8 to i32
// CHECK-NEXT:   %c16_i32 = arith.constant 16 : i32
// CHECK-NEXT:   %1 = arith.shli %0, %c16_i32 : i32
// CHECK-NEXT:   %bytes = arith.ori %c119_i32, %1 : i32
// CHECK-NEXT:   %mask = arith.constant 983055 : i32
// CHECK-NEXT:   %pair = arith.andi %bytes, %mask : i32
// CHECK-NEXT:   dsp.store_word %pair, %lanes[%c0, %c0, %c0] : memref<2x1x4xi16>
// CHECK-NEXT:   %c4_i32 = arith.constant 4 : i32
// CHECK-NEXT:   %2 = arith.shrui %bytes, %c4_i32 : i32
// CHECK-NEXT:   %pair_1 = arith.andi %2, %mask : i32
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   dsp.store_word %pair_1, %lanes[%c1, %c0, %c0] : memref<2x1x4xi16>
// CHECK-NEXT:   %byte_1 = memref.load %x[%c0, %c1, %c0] : memref<1x3x1xi8>
// CHECK-NEXT:   %3 = arith.extui %byte_1 : i8 to i32
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %byte_2 = memref.load %x[%c0, %c2, %c0] : memref<1x3x1xi8>
// CHECK-NEXT:   %4 = arith.extui %byte_2 : i8 to i32
// CHECK-NEXT:   %5 = arith.shli %4, %c16_i32 : i32
// CHECK-NEXT:   %bytes_1 = arith.ori %3, %5 : i32
// CHECK-NEXT:   %pair_2 = arith.andi %bytes_1, %mask : i32
// CHECK-NEXT:   dsp.store_word %pair_2, %lanes[%c0, %c0, %c2] : memref<2x1x4xi16>
// CHECK-NEXT:   %6 = arith.shrui %bytes_1, %c4_i32 : i32
// CHECK-NEXT:   %pair_3 = arith.andi %6, %mask : i32
// CHECK-NEXT:   dsp.store_word %pair_3, %lanes[%c1, %c0, %c2] : memref<2x1x4xi16>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @bytes(%x: memref<1x3x1xi8>, %lanes: memref<2x1x4xi16>) {
  cmix.expand [c = 2, i = 1, t = 4] input %x (c, i, t) -> (i, t - 1, c) as <1x3x2xui4> pad 7
      lanes %lanes (c, i, t) -> (c, i, t) : memref<1x3x1xi8>, memref<2x1x4xi16>
  return
}

// -----

// The loop around the block decides whether runs cross the border: one test of the whole block; at
// the border a test of each run, then of each element.
// CHECK:      func.func private @block(%x: memref<2x12xi8>, %lanes: memref<2x8xi16>, %y: index) {
// CHECK-NEXT:   %c5 = arith.constant 5 : index
// CHECK-NEXT:   %c = arith.constant -2 : index
// CHECK-NEXT:   %in = arith.addi %y, %c : index
// CHECK-NEXT:   %is_inside = arith.cmpi ult, %in, %c5 : index
// CHECK-NEXT:   scf.if %is_inside {
// CHECK-NEXT:     %c0 = arith.constant 0 : index
// CHECK-NEXT:     %word = dsp.load_word %x[%c0, %in] : memref<2x12xi8>
// CHECK-NEXT:     %c2 = arith.constant 2 : index
// CHECK-NEXT:     %in_1 = arith.addi %y, %c2 : index
// CHECK-NEXT:     %word_1 = dsp.load_word %x[%c0, %in_1] : memref<2x12xi8>
// CHECK-NEXT:     %pair = dsp.uxtb16 %word
// CHECK-NEXT:     dsp.store_word %pair, %lanes[%c0, %c0] : memref<2x8xi16>
// CHECK-NEXT:     %pair_1 = dsp.uxtb16 %word ror 8
// CHECK-NEXT:     dsp.store_word %pair_1, %lanes[%c0, %c2] : memref<2x8xi16>
// CHECK-NEXT:     %pair_2 = dsp.uxtb16 %word_1
// CHECK-NEXT:     %c4 = arith.constant 4 : index
// CHECK-NEXT:     dsp.store_word %pair_2, %lanes[%c0, %c4] : memref<2x8xi16>
// CHECK-NEXT:     %pair_3 = dsp.uxtb16 %word_1 ror 8
// CHECK-NEXT:     %c6 = arith.constant 6 : index
// CHECK-NEXT:     dsp.store_word %pair_3, %lanes[%c0, %c6] : memref<2x8xi16>
// CHECK-NEXT:     %c1 = arith.constant 1 : index
// CHECK-NEXT:     %word_2 = dsp.load_word %x[%c1, %in] : memref<2x12xi8>
// CHECK-NEXT:     %word_3 = dsp.load_word %x[%c1, %in_1] : memref<2x12xi8>
// CHECK-NEXT:     %pair_4 = dsp.uxtb16 %word_2
// CHECK-NEXT:     dsp.store_word %pair_4, %lanes[%c1, %c0] : memref<2x8xi16>
// CHECK-NEXT:     %pair_5 = dsp.uxtb16 %word_2 ror 8
// CHECK-NEXT:     dsp.store_word %pair_5, %lanes[%c1, %c2] : memref<2x8xi16>
// CHECK-NEXT:     %pair_6 = dsp.uxtb16 %word_3
// CHECK-NEXT:     dsp.store_word %pair_6, %lanes[%c1, %c4] : memref<2x8xi16>
// CHECK-NEXT:     %pair_7 = dsp.uxtb16 %word_3 ror 8
// CHECK-NEXT:     dsp.store_word %pair_7, %lanes[%c1, %c6] : memref<2x8xi16>
// CHECK-NEXT:   } else {
// CHECK-NEXT:     %c0_1 = arith.constant 0 : index
// CHECK-NEXT:     %c2_1 = arith.constant 2 : index
// CHECK-NEXT:     %c1_1 = arith.constant 1 : index
// CHECK-NEXT:     scf.for %p = %c0_1 to %c2_1 step %c1_1 {
// CHECK-NEXT:       scf.if %is_inside {
// CHECK-NEXT:         %word_4 = dsp.load_word %x[%p, %in] : memref<2x12xi8>
// CHECK-NEXT:         %in_2 = arith.addi %y, %c2_1 : index
// CHECK-NEXT:         %word_5 = dsp.load_word %x[%p, %in_2] : memref<2x12xi8>
// CHECK-NEXT:         %pair_8 = dsp.uxtb16 %word_4
// CHECK-NEXT:         dsp.store_word %pair_8, %lanes[%p, %c0_1] : memref<2x8xi16>
// CHECK-NEXT:         %pair_9 = dsp.uxtb16 %word_4 ror 8
// CHECK-NEXT:         dsp.store_word %pair_9, %lanes[%p, %c2_1] : memref<2x8xi16>
// CHECK-NEXT:         %pair_10 = dsp.uxtb16 %word_5
// CHECK-NEXT:         %c4_1 = arith.constant 4 : index
// CHECK-NEXT:         dsp.store_word %pair_10, %lanes[%p, %c4_1] : memref<2x8xi16>
// CHECK-NEXT:         %pair_11 = dsp.uxtb16 %word_5 ror 8
// CHECK-NEXT:         %c6_1 = arith.constant 6 : index
// CHECK-NEXT:         dsp.store_word %pair_11, %lanes[%p, %c6_1] : memref<2x8xi16>
// CHECK-NEXT:       } else {
// CHECK-NEXT:         %c8 = arith.constant 8 : index
// CHECK-NEXT:         %c4_2 = arith.constant 4 : index
// CHECK-NEXT:         scf.for %j = %c0_1 to %c8 step %c4_2 {
// CHECK-NEXT:           scf.for %half = %c0_1 to %c2_1 step %c1_1 {
// CHECK-NEXT:             scf.for %pair_12 = %c0_1 to %c2_1 step %c1_1 {
// CHECK-NEXT:               %c12 = arith.constant 12 : index
// CHECK-NEXT:               %half_1 = arith.muli %half, %c2_1 : index
// CHECK-NEXT:               %in_3 = arith.addi %j, %half_1 : index
// CHECK-NEXT:               %in_4 = arith.addi %in_3, %pair_12 : index
// CHECK-NEXT:               %in_5 = arith.addi %in_4, %y : index
// CHECK-NEXT:               %in_6 = arith.addi %in_5, %c : index
// CHECK-NEXT:               %is_inside_1 = arith.cmpi ult, %in_6, %c12 : index
// CHECK-NEXT:               scf.if %is_inside_1 {
// CHECK-NEXT:                 %x_1 = cmix.load_element %x[%p, %in_6] : memref<2x12xi8> as <2x12xui8>
// CHECK-NEXT:                 %lane = arith.trunci %x_1 : i32 to i16
// CHECK-NEXT:                 %pair_13 = arith.muli %pair_12, %c2_1 : index
// CHECK-NEXT:                 %l = arith.addi %j, %pair_13 : index
// CHECK-NEXT:                 %l_1 = arith.addi %l, %half : index
// CHECK-NEXT:                 memref.store %lane, %lanes[%p, %l_1] : memref<2x8xi16>
// CHECK-NEXT:               } else {
// CHECK-NEXT:                 %pad = arith.constant 7 : i16
// CHECK-NEXT:                 %pair_14 = arith.muli %pair_12, %c2_1 : index
// CHECK-NEXT:                 %l_2 = arith.addi %j, %pair_14 : index
// CHECK-NEXT:                 %l_3 = arith.addi %l_2, %half : index
// CHECK-NEXT:                 memref.store %pad, %lanes[%p, %l_3] : memref<2x8xi16>
// CHECK-NEXT:               }
// CHECK-NEXT:             }
// CHECK-NEXT:           }
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @block(%x: memref<2x12xi8>, %lanes: memref<2x8xi16>, %y: index) {
  cmix.expand [p = 2, j = 8] at %y input %x (p, j)[s0] -> (p, s0 + j - 2) as <2x12xui8> pad 7
      lanes %lanes (p, j)[s0] -> (p, j) order [0, 2, 1, 3] : memref<2x12xi8>, memref<2x8xi16>
  return
}

// -----

// The same without an order: elements.
// CHECK:      func.func private @elements(%x: memref<2x12xi8>, %lanes: memref<2x8xi16>, %y: index) {
// CHECK-NEXT:   %c10 = arith.constant 10 : index
// CHECK-NEXT:   %c = arith.constant -2 : index
// CHECK-NEXT:   %in = arith.addi %y, %c : index
// CHECK-NEXT:   %is_inside = arith.cmpi ult, %in, %c10 : index
// CHECK-NEXT:   scf.if %is_inside {
// CHECK-NEXT:     %c0 = arith.constant 0 : index
// CHECK-NEXT:     %x_1 = cmix.load_element %x[%c0, %in] : memref<2x12xi8> as <2x12xui8>
// CHECK-NEXT:     %lane = arith.trunci %x_1 : i32 to i16
// CHECK-NEXT:     %c_1 = arith.constant -1 : index
// CHECK-NEXT:     %in_1 = arith.addi %y, %c_1 : index
// CHECK-NEXT:     %x_2 = cmix.load_element %x[%c0, %in_1] : memref<2x12xi8> as <2x12xui8>
// CHECK-NEXT:     %lane_1 = arith.trunci %x_2 : i32 to i16
// CHECK-NEXT:     %x_3 = cmix.load_element %x[%c0, %y] : memref<2x12xi8> as <2x12xui8>
// CHECK-NEXT:     %lane_2 = arith.trunci %x_3 : i32 to i16
// CHECK-NEXT:     memref.store %lane, %lanes[%c0, %c0] : memref<2x8xi16>
// CHECK-NEXT:     %c1 = arith.constant 1 : index
// CHECK-NEXT:     memref.store %lane_1, %lanes[%c0, %c1] : memref<2x8xi16>
// CHECK-NEXT:     %c2 = arith.constant 2 : index
// CHECK-NEXT:     memref.store %lane_2, %lanes[%c0, %c2] : memref<2x8xi16>
// CHECK-NEXT:     %x_4 = cmix.load_element %x[%c1, %in] : memref<2x12xi8> as <2x12xui8>
// CHECK-NEXT:     %lane_3 = arith.trunci %x_4 : i32 to i16
// CHECK-NEXT:     %x_5 = cmix.load_element %x[%c1, %in_1] : memref<2x12xi8> as <2x12xui8>
// CHECK-NEXT:     %lane_4 = arith.trunci %x_5 : i32 to i16
// CHECK-NEXT:     %x_6 = cmix.load_element %x[%c1, %y] : memref<2x12xi8> as <2x12xui8>
// CHECK-NEXT:     %lane_5 = arith.trunci %x_6 : i32 to i16
// CHECK-NEXT:     memref.store %lane_3, %lanes[%c1, %c0] : memref<2x8xi16>
// CHECK-NEXT:     memref.store %lane_4, %lanes[%c1, %c1] : memref<2x8xi16>
// CHECK-NEXT:     memref.store %lane_5, %lanes[%c1, %c2] : memref<2x8xi16>
// CHECK-NEXT:   } else {
// CHECK-NEXT:     %c0_1 = arith.constant 0 : index
// CHECK-NEXT:     %c2_1 = arith.constant 2 : index
// CHECK-NEXT:     %c1_1 = arith.constant 1 : index
// CHECK-NEXT:     scf.for %p = %c0_1 to %c2_1 step %c1_1 {
// CHECK-NEXT:       %c3 = arith.constant 3 : index
// CHECK-NEXT:       scf.for %j = %c0_1 to %c3 step %c1_1 {
// CHECK-NEXT:         %c12 = arith.constant 12 : index
// CHECK-NEXT:         %in_2 = arith.addi %j, %y : index
// CHECK-NEXT:         %in_3 = arith.addi %in_2, %c : index
// CHECK-NEXT:         %is_inside_1 = arith.cmpi ult, %in_3, %c12 : index
// CHECK-NEXT:         scf.if %is_inside_1 {
// CHECK-NEXT:           %x_7 = cmix.load_element %x[%p, %in_3] : memref<2x12xi8> as <2x12xui8>
// CHECK-NEXT:           %lane_6 = arith.trunci %x_7 : i32 to i16
// CHECK-NEXT:           memref.store %lane_6, %lanes[%p, %j] : memref<2x8xi16>
// CHECK-NEXT:         } else {
// CHECK-NEXT:           %pad = arith.constant 7 : i16
// CHECK-NEXT:           memref.store %pad, %lanes[%p, %j] : memref<2x8xi16>
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @elements(%x: memref<2x12xi8>, %lanes: memref<2x8xi16>, %y: index) {
  cmix.expand [p = 2, j = 3] at %y input %x (p, j)[s0] -> (p, s0 + j - 2) as <2x12xui8> pad 7
      lanes %lanes (p, j)[s0] -> (p, j) : memref<2x12xi8>, memref<2x8xi16>
  return
}

// -----

// Rows before the first one keep what they hold.
// CHECK:      func.func private @first(%x: memref<6x2x1xi8>, %lanes: memref<3x2xi16>, %y: index, %first: index) {
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %i = %first to %c3 step %c1 {
// CHECK-NEXT:     %c6 = arith.constant 6 : index
// CHECK-NEXT:     %in = arith.addi %i, %y : index
// CHECK-NEXT:     %is_inside = arith.cmpi ult, %in, %c6 : index
// CHECK-NEXT:     scf.if %is_inside {
// CHECK-NEXT:       %c0 = arith.constant 0 : index
// CHECK-NEXT:       %x_1 = cmix.load_element %x[%in, %c0, %c0] : memref<6x2x1xi8> as <6x2x1xui8>
// CHECK-NEXT:       %lane = arith.trunci %x_1 : i32 to i16
// CHECK-NEXT:       %x_2 = cmix.load_element %x[%in, %c1, %c0] : memref<6x2x1xi8> as <6x2x1xui8>
// CHECK-NEXT:       %lane_1 = arith.trunci %x_2 : i32 to i16
// CHECK-NEXT:       memref.store %lane, %lanes[%i, %c0] : memref<3x2xi16>
// CHECK-NEXT:       memref.store %lane_1, %lanes[%i, %c1] : memref<3x2xi16>
// CHECK-NEXT:     } else {
// CHECK-NEXT:       %pad = arith.constant 0 : i16
// CHECK-NEXT:       %c0_1 = arith.constant 0 : index
// CHECK-NEXT:       memref.store %pad, %lanes[%i, %c0_1] : memref<3x2xi16>
// CHECK-NEXT:       memref.store %pad, %lanes[%i, %c1] : memref<3x2xi16>
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @first(%x: memref<6x2x1xi8>, %lanes: memref<3x2xi16>, %y: index, %first: index) {
  cmix.expand [i = 3, t = 2] from %first at %y input %x (i, t)[s0] -> (s0 + i, t, 0) as <6x2x1xui8> lanes %lanes (i, t)[s0] -> (i, t) : memref<6x2x1xi8>, memref<3x2xi16>
  return
}

// -----

// So they do where the channels of a byte are expanded together.
// CHECK:      func.func private @first_bytes(%x: memref<6x2x1xi8>, %lanes: memref<2x3x2xi16>, %first: index) {
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %i = %first to %c3 step %c1 {
// CHECK-NEXT:     %c6 = arith.constant 6 : index
// CHECK-NEXT:     %is_inside = arith.cmpi ult, %i, %c6 : index
// CHECK-NEXT:     scf.if %is_inside {
// CHECK-NEXT:       %c0 = arith.constant 0 : index
// CHECK-NEXT:       %byte = memref.load %x[%i, %c0, %c0] : memref<6x2x1xi8>
// CHECK-NEXT:       %0 = arith.extui %byte : i8 to i32
// CHECK-NEXT:       %byte_1 = memref.load %x[%i, %c1, %c0] : memref<6x2x1xi8>
// CHECK-NEXT:       %1 = arith.extui %byte_1 : i8 to i32
// CHECK-NEXT:       %c16_i32 = arith.constant 16 : i32
// CHECK-NEXT:       %2 = arith.shli %1, %c16_i32 : i32
// CHECK-NEXT:       %bytes = arith.ori %0, %2 : i32
// CHECK-NEXT:       %mask = arith.constant 983055 : i32
// CHECK-NEXT:       %pair = arith.andi %bytes, %mask : i32
// CHECK-NEXT:       dsp.store_word %pair, %lanes[%c0, %i, %c0] : memref<2x3x2xi16>
// CHECK-NEXT:       %c4_i32 = arith.constant 4 : i32
// CHECK-NEXT:       %3 = arith.shrui %bytes, %c4_i32 : i32
// CHECK-NEXT:       %pair_1 = arith.andi %3, %mask : i32
// CHECK-NEXT:       dsp.store_word %pair_1, %lanes[%c1, %i, %c0] : memref<2x3x2xi16>
// CHECK-NEXT:     } else {
// CHECK-NEXT:       %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:       %c0_1 = arith.constant 0 : index
// CHECK-NEXT:       dsp.store_word %c0_i32, %lanes[%c0_1, %i, %c0_1] : memref<2x3x2xi16>
// CHECK-NEXT:       dsp.store_word %c0_i32, %lanes[%c1, %i, %c0_1] : memref<2x3x2xi16>
// CHECK-NEXT:     }
// CHECK-NEXT:   } {cmix.rolled}
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @first_bytes(%x: memref<6x2x1xi8>, %lanes: memref<2x3x2xi16>, %first: index) {
  cmix.expand [c = 2, i = 3, t = 2] from %first input %x (c, i, t) -> (i, t, c) as <6x2x2xui4> lanes %lanes (c, i, t) -> (c, i, t) : memref<6x2x1xi8>, memref<2x3x2xi16>
  return
}
