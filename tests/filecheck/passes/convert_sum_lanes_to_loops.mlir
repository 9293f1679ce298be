// RUN: cmix-opt %s --split-input-file -p convert-sum-lanes-to-loops,cse | filecheck %s

// Two columns of an even length.
// CHECK:      func.func private @even(%lanes: memref<2x8xi16>, %sums: memref<2xi32>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:   %ones = arith.constant 65537 : i32
// CHECK-NEXT:   %x = dsp.load_word %lanes[%c0, %c0] : memref<2x8xi16>
// CHECK-NEXT:   %sum = dsp.smlad %x, %ones, %c0_i32
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %x_1 = dsp.load_word %lanes[%c0, %c2] : memref<2x8xi16>
// CHECK-NEXT:   %sum_1 = dsp.smlad %x_1, %ones, %sum
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %x_2 = dsp.load_word %lanes[%c0, %c4] : memref<2x8xi16>
// CHECK-NEXT:   %sum_2 = dsp.smlad %x_2, %ones, %sum_1
// CHECK-NEXT:   %c6 = arith.constant 6 : index
// CHECK-NEXT:   %x_3 = dsp.load_word %lanes[%c0, %c6] : memref<2x8xi16>
// CHECK-NEXT:   %sum_3 = dsp.smlad %x_3, %ones, %sum_2
// CHECK-NEXT:   memref.store %sum_3, %sums[%c0] : memref<2xi32>
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %x_4 = dsp.load_word %lanes[%c1, %c0] : memref<2x8xi16>
// CHECK-NEXT:   %sum_4 = dsp.smlad %x_4, %ones, %c0_i32
// CHECK-NEXT:   %x_5 = dsp.load_word %lanes[%c1, %c2] : memref<2x8xi16>
// CHECK-NEXT:   %sum_5 = dsp.smlad %x_5, %ones, %sum_4
// CHECK-NEXT:   %x_6 = dsp.load_word %lanes[%c1, %c4] : memref<2x8xi16>
// CHECK-NEXT:   %sum_6 = dsp.smlad %x_6, %ones, %sum_5
// CHECK-NEXT:   %x_7 = dsp.load_word %lanes[%c1, %c6] : memref<2x8xi16>
// CHECK-NEXT:   %sum_7 = dsp.smlad %x_7, %ones, %sum_6
// CHECK-NEXT:   memref.store %sum_7, %sums[%c1] : memref<2xi32>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @even(%lanes: memref<2x8xi16>, %sums: memref<2xi32>) {
  cmix.sum_lanes %lanes length 8 to %sums : memref<2x8xi16>, memref<2xi32>
  return
}

// -----

// The last lane of an odd length is added alone.
// CHECK:      func.func private @odd(%lanes: memref<1x8xi16>, %sums: memref<1xi32>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:   %ones = arith.constant 65537 : i32
// CHECK-NEXT:   %x = dsp.load_word %lanes[%c0, %c0] : memref<1x8xi16>
// CHECK-NEXT:   %sum = dsp.smlad %x, %ones, %c0_i32
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %x_1 = dsp.load_word %lanes[%c0, %c2] : memref<1x8xi16>
// CHECK-NEXT:   %sum_1 = dsp.smlad %x_1, %ones, %sum
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %x_2 = dsp.load_word %lanes[%c0, %c4] : memref<1x8xi16>
// CHECK-NEXT:   %sum_2 = dsp.smlad %x_2, %ones, %sum_1
// CHECK-NEXT:   %c6 = arith.constant 6 : index
// CHECK-NEXT:   %0 = memref.load %lanes[%c0, %c6] : memref<1x8xi16>
// CHECK-NEXT:   %1 = arith.extsi %0 : i16 to i32
// CHECK-NEXT:   %sum_3 = arith.addi %sum_2, %1 : i32
// CHECK-NEXT:   memref.store %sum_3, %sums[%c0] : memref<1xi32>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @odd(%lanes: memref<1x8xi16>, %sums: memref<1xi32>) {
  cmix.sum_lanes %lanes length 7 to %sums : memref<1x8xi16>, memref<1xi32>
  return
}

// -----

// A single lane needs no loop.
// CHECK:      func.func private @single(%lanes: memref<1x8xi16>, %sums: memref<1xi32>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:   %0 = memref.load %lanes[%c0, %c0] : memref<1x8xi16>
// CHECK-NEXT:   %1 = arith.extsi %0 : i16 to i32
// CHECK-NEXT:   %sum = arith.addi %c0_i32, %1 : i32
// CHECK-NEXT:   memref.store %sum, %sums[%c0] : memref<1xi32>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @single(%lanes: memref<1x8xi16>, %sums: memref<1xi32>) {
  cmix.sum_lanes %lanes length 1 to %sums : memref<1x8xi16>, memref<1xi32>
  return
}
