// RUN: cmix-opt %s --split-input-file -p lower-requantize | filecheck %s

// One shift for all channels becomes part of the saturation.
// CHECK:      func.func @one_shift(%acc: i32, %o: index) -> i32 {
// CHECK-NEXT:   %m0 = arith.constant 1518500250 : i32
// CHECK-NEXT:   %scaled = dsp.smmul %acc, %m0
// CHECK-NEXT:   %y = dsp.usat %scaled asr 3 to 4 bits
// CHECK-NEXT:   func.return %y : i32
// CHECK-NEXT: }
func.func @one_shift(%acc: i32, %o: index) -> i32 {
  %y = cmix.requantize %acc channel %o by #cmix.icn<m0 = [1518500250], n0 = [3], zero = 0> to ui4
  return %y : i32
}

// -----

// A range of a power of two takes no more than the saturation; another limit a maximum or minimum.
// CHECK:      func.func @clamped(%acc: i32, %o: index) -> (i32, i32) {
// CHECK-NEXT:   %m0 = arith.constant 1518500250 : i32
// CHECK-NEXT:   %scaled = dsp.smmul %acc, %m0
// CHECK-NEXT:   %y = dsp.usat %scaled asr 3 to 7 bits
// CHECK-NEXT:   %m0_1 = arith.constant 1518500250 : i32
// CHECK-NEXT:   %scaled_1 = dsp.smmul %acc, %m0_1
// CHECK-NEXT:   %0 = dsp.ssat %scaled_1 asr 3 to 4 bits
// CHECK-NEXT:   %c_3_i32 = arith.constant -3 : i32
// CHECK-NEXT:   %1 = arith.maxsi %0, %c_3_i32 : i32
// CHECK-NEXT:   %c6_i32 = arith.constant 6 : i32
// CHECK-NEXT:   %z = arith.minsi %1, %c6_i32 : i32
// CHECK-NEXT:   func.return %y, %z : i32, i32
// CHECK-NEXT: }
func.func @clamped(%acc: i32, %o: index) -> (i32, i32) {
  %y = cmix.requantize %acc channel %o
      by #cmix.icn<m0 = [1518500250], n0 = [3], zero = 0, min = 0> to si8
  %z = cmix.requantize %acc channel %o
      by #cmix.icn<m0 = [1518500250], n0 = [3], zero = 0, min = -3, max = 6> to si4
  return %y, %z : i32, i32
}

// -----

// Per channel: tables; 0 where a channel shifts the other way; the zero point before the saturation.
// CHECK:      "memref.global"() <{sym_name = "per_channel_left_shift", type = memref<2xi8>, initial_value = dense<[3, 0]> : tensor<2xi8>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "per_channel_m0", type = memref<2xi32>, initial_value = dense<[1518500250, -7]> : tensor<2xi32>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "per_channel_right_shift", type = memref<2xi8>, initial_value = dense<[0, 2]> : tensor<2xi8>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func @per_channel(%acc: i32, %o: index) -> i32 {
// CHECK-NEXT:   %left_shift = memref.get_global @per_channel_left_shift : memref<2xi8>
// CHECK-NEXT:   %left_shift_1 = memref.load %left_shift[%o] : memref<2xi8>
// CHECK-NEXT:   %0 = arith.extsi %left_shift_1 : i8 to i32
// CHECK-NEXT:   %1 = arith.shli %acc, %0 : i32
// CHECK-NEXT:   %m0 = memref.get_global @per_channel_m0 : memref<2xi32>
// CHECK-NEXT:   %m0_1 = memref.load %m0[%o] : memref<2xi32>
// CHECK-NEXT:   %scaled = dsp.smmul %1, %m0_1
// CHECK-NEXT:   %right_shift = memref.get_global @per_channel_right_shift : memref<2xi8>
// CHECK-NEXT:   %right_shift_1 = memref.load %right_shift[%o] : memref<2xi8>
// CHECK-NEXT:   %2 = arith.extsi %right_shift_1 : i8 to i32
// CHECK-NEXT:   %3 = arith.shrsi %scaled, %2 : i32
// CHECK-NEXT:   %c4_i32 = arith.constant 4 : i32
// CHECK-NEXT:   %4 = arith.addi %3, %c4_i32 : i32
// CHECK-NEXT:   %y = dsp.ssat %4 to 8 bits
// CHECK-NEXT:   func.return %y : i32
// CHECK-NEXT: }
func.func @per_channel(%acc: i32, %o: index) -> i32 {
  %y = cmix.requantize %acc channel %o
      by #cmix.icn<m0 = [1518500250, -7], n0 = [-3, 2], zero = 4> to si8
  return %y : i32
}

// -----

// Thresholds: a binary search, one comparison per bit of the output.
// CHECK:      "memref.global"() <{sym_name = "thresholds_thresholds", type = memref<6xi16>, initial_value = dense<[-5, 0, 9, 1, 2, 3]> : tensor<6xi16>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func @thresholds(%acc: i32, %o: index) -> i32 {
// CHECK-NEXT:   %thresholds = memref.get_global @thresholds_thresholds : memref<6xi16>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   %row = arith.muli %o, %c3 : index
// CHECK-NEXT:   %c0_1 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %0 = arith.addi %row, %c0_1 : index
// CHECK-NEXT:   %1 = arith.addi %0, %c1 : index
// CHECK-NEXT:   %threshold = memref.load %thresholds[%1] : memref<6xi16>
// CHECK-NEXT:   %2 = arith.extsi %threshold : i16 to i32
// CHECK-NEXT:   %3 = arith.cmpi sgt, %acc, %2 : i32
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %4 = arith.addi %c0_1, %c2 : index
// CHECK-NEXT:   %count = arith.select %3, %4, %c0_1 : index
// CHECK-NEXT:   %c0_2 = arith.constant 0 : index
// CHECK-NEXT:   %5 = arith.addi %row, %count : index
// CHECK-NEXT:   %6 = arith.addi %5, %c0_2 : index
// CHECK-NEXT:   %threshold_1 = memref.load %thresholds[%6] : memref<6xi16>
// CHECK-NEXT:   %7 = arith.extsi %threshold_1 : i16 to i32
// CHECK-NEXT:   %8 = arith.cmpi sgt, %acc, %7 : i32
// CHECK-NEXT:   %c1_1 = arith.constant 1 : index
// CHECK-NEXT:   %9 = arith.addi %count, %c1_1 : index
// CHECK-NEXT:   %count_1 = arith.select %8, %9, %count : index
// CHECK-NEXT:   %y = arith.index_cast %count_1 : index to i32
// CHECK-NEXT:   func.return %y : i32
// CHECK-NEXT: }
func.func @thresholds(%acc: i32, %o: index) -> i32 {
  %y = cmix.requantize %acc channel %o by #cmix.thresholds<i16, [[-5, 0, 9], [1, 2, 3]]> to ui2
  return %y : i32
}

// -----

// Fixed point: doubling high multiply and rounding shift, clamped before the offset is added.
// CHECK:      func.func @fixed_point(%acc: i32, %o: index) -> i32 {
// CHECK-NEXT:   %multiplier = arith.constant 1518500250 : i32
// CHECK-NEXT:   %low, %high = dsp.smull %acc, %multiplier
// CHECK-NEXT:   %c1_i32 = arith.constant 1 : i32
// CHECK-NEXT:   %c31_i32 = arith.constant 31 : i32
// CHECK-NEXT:   %0 = arith.shrui %low, %c31_i32 : i32
// CHECK-NEXT:   %c30_i32 = arith.constant 30 : i32
// CHECK-NEXT:   %1 = arith.shrui %low, %c30_i32 : i32
// CHECK-NEXT:   %2 = arith.andi %1, %c1_i32 : i32
// CHECK-NEXT:   %3 = arith.shli %high, %c1_i32 : i32
// CHECK-NEXT:   %4 = arith.ori %3, %0 : i32
// CHECK-NEXT:   %scaled = arith.addi %4, %2 : i32
// CHECK-NEXT:   %c3_i32 = arith.constant 3 : i32
// CHECK-NEXT:   %c1_i32_1 = arith.constant 1 : i32
// CHECK-NEXT:   %5 = arith.shli %c1_i32_1, %c3_i32 : i32
// CHECK-NEXT:   %6 = arith.subi %5, %c1_i32_1 : i32
// CHECK-NEXT:   %7 = arith.andi %scaled, %6 : i32
// CHECK-NEXT:   %8 = arith.shrui %6, %c1_i32_1 : i32
// CHECK-NEXT:   %c31_i32_1 = arith.constant 31 : i32
// CHECK-NEXT:   %9 = arith.shrui %scaled, %c31_i32_1 : i32
// CHECK-NEXT:   %10 = arith.addi %8, %9 : i32
// CHECK-NEXT:   %11 = arith.cmpi sgt, %7, %10 : i32
// CHECK-NEXT:   %12 = arith.extui %11 : i1 to i32
// CHECK-NEXT:   %13 = arith.shrsi %scaled, %c3_i32 : i32
// CHECK-NEXT:   %14 = arith.addi %13, %12 : i32
// CHECK-NEXT:   %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:   %15 = arith.maxsi %14, %c0_i32 : i32
// CHECK-NEXT:   %c8_i32 = arith.constant 8 : i32
// CHECK-NEXT:   %16 = arith.minsi %15, %c8_i32 : i32
// CHECK-NEXT:   %c_1_i32 = arith.constant -1 : i32
// CHECK-NEXT:   %y = arith.addi %16, %c_1_i32 : i32
// CHECK-NEXT:   func.return %y : i32
// CHECK-NEXT: }
func.func @fixed_point(%acc: i32, %o: index) -> i32 {
  %y = cmix.requantize %acc channel %o by #cmix.fixed_point<
      multiplier = [1518500250], shift = [-3], zero = -1, min = -1, max = 7> to si4
  return %y : i32
}

// -----

// Linear: the multiplication adds the offset, the saturation shifts.
// CHECK:      func.func @linear(%acc: i32, %o: index) -> i32 {
// CHECK-NEXT:   %multiplier = arith.constant 1518500250 : i32
// CHECK-NEXT:   %c40_i32 = arith.constant 40 : i32
// CHECK-NEXT:   %scaled = dsp.smmla %acc, %multiplier, %c40_i32
// CHECK-NEXT:   %y = dsp.usat %scaled asr 3 to 8 bits
// CHECK-NEXT:   func.return %y : i32
// CHECK-NEXT: }
func.func @linear(%acc: i32, %o: index) -> i32 {
  %y = cmix.requantize %acc channel %o
      by #cmix.linear<left = [0], high [1518500250], offset = [40], right = [3], min = 0, max = 255> to ui8
  return %y : i32
}

// -----

// The low word of the product: MLA.
// CHECK:      func.func @low(%acc: i32, %o: index) -> i32 {
// CHECK-NEXT:   %multiplier = arith.constant 15185 : i32
// CHECK-NEXT:   %c_7_i32 = arith.constant -7 : i32
// CHECK-NEXT:   %scaled = dsp.mla %acc, %multiplier, %c_7_i32
// CHECK-NEXT:   %y = dsp.usat %scaled asr 13 to 2 bits
// CHECK-NEXT:   func.return %y : i32
// CHECK-NEXT: }
func.func @low(%acc: i32, %o: index) -> i32 {
  %y = cmix.requantize %acc channel %o
      by #cmix.linear<left = [0], low [15185], offset = [-7], right = [13], min = 0, max = 3> to ui2
  return %y : i32
}

// -----

// Rounded twice: the sign is added before the shift, which channels do not share.
// CHECK:      "memref.global"() <{sym_name = "rounded_right", type = memref<2xi8>, initial_value = dense<[3, 4]> : tensor<2xi8>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func @rounded(%acc: i32, %o: index) -> i32 {
// CHECK-NEXT:   %c1_i32 = arith.constant 1 : i32
// CHECK-NEXT:   %0 = arith.shli %acc, %c1_i32 : i32
// CHECK-NEXT:   %multiplier = arith.constant 1518500250 : i32
// CHECK-NEXT:   %1 = dsp.smmulr %0, %multiplier
// CHECK-NEXT:   %c31_i32 = arith.constant 31 : i32
// CHECK-NEXT:   %2 = arith.shrsi %1, %c31_i32 : i32
// CHECK-NEXT:   %3 = arith.addi %1, %2 : i32
// CHECK-NEXT:   %c4_i32 = arith.constant 4 : i32
// CHECK-NEXT:   %scaled = arith.addi %3, %c4_i32 : i32
// CHECK-NEXT:   %right = memref.get_global @rounded_right : memref<2xi8>
// CHECK-NEXT:   %right_1 = memref.load %right[%o] : memref<2xi8>
// CHECK-NEXT:   %4 = arith.extsi %right_1 : i8 to i32
// CHECK-NEXT:   %5 = arith.shrsi %scaled, %4 : i32
// CHECK-NEXT:   %y = dsp.ssat %5 to 8 bits
// CHECK-NEXT:   func.return %y : i32
// CHECK-NEXT: }
func.func @rounded(%acc: i32, %o: index) -> i32 {
  %y = cmix.requantize %acc channel %o
      by #cmix.linear<left = [1], rounded [1518500250], offset = [4], right = [3, 4], min = -128, max = 127> to si8
  return %y : i32
}

// -----

// A product below 0 is clamped, so its sign does not matter: one instruction rounds and adds.
// CHECK:      func.func @relu(%acc: i32, %o: index) -> i32 {
// CHECK-NEXT:   %c1_i32 = arith.constant 1 : i32
// CHECK-NEXT:   %0 = arith.shli %acc, %c1_i32 : i32
// CHECK-NEXT:   %multiplier = arith.constant 1518500250 : i32
// CHECK-NEXT:   %offset = arith.constant -1020 : i32
// CHECK-NEXT:   %scaled = dsp.smmlar %0, %multiplier, %offset
// CHECK-NEXT:   %y = dsp.ssat %scaled asr 3 to 8 bits
// CHECK-NEXT:   func.return %y : i32
// CHECK-NEXT: }
func.func @relu(%acc: i32, %o: index) -> i32 {
  %y = cmix.requantize %acc channel %o
      by #cmix.linear<left = [1], rounded [1518500250], offset = [-1020], right = [3], min = -128, max = 127> to si8
  return %y : i32
}
