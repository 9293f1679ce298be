// RUN: cmix-opt %s --split-input-file -p convert-pool-to-loops,cse | filecheck %s

// The maximum starts at the least element.
// CHECK:      func.func private @max_pool(%x_bytes: memref<4x4x2xi8>, %y_bytes: memref<2x2x2xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %y = %c0 to %c2 step %c1 {
// CHECK-NEXT:     scf.for %x = %c0 to %c2 step %c1 {
// CHECK-NEXT:       scf.for %c = %c0 to %c2 step %c1 {
// CHECK-NEXT:         %c_128_i32 = arith.constant -128 : i32
// CHECK-NEXT:         %0 = scf.for %i = %c0 to %c2 step %c1 iter_args(%1 = %c_128_i32) -> (i32) {
// CHECK-NEXT:           %2 = scf.for %j = %c0 to %c2 step %c1 iter_args(%3 = %1) -> (i32) {
// CHECK-NEXT:             %y_1 = arith.muli %y, %c2 : index
// CHECK-NEXT:             %in = arith.addi %y_1, %i : index
// CHECK-NEXT:             %x_1 = arith.muli %x, %c2 : index
// CHECK-NEXT:             %in_1 = arith.addi %x_1, %j : index
// CHECK-NEXT:             %4 = cmix.load_element %x_bytes[%in, %in_1, %c] : memref<4x4x2xi8> as <4x4x2xsi8>
// CHECK-NEXT:             %5 = arith.maxsi %3, %4 : i32
// CHECK-NEXT:             scf.yield %5 : i32
// CHECK-NEXT:           }
// CHECK-NEXT:           scf.yield %2 : i32
// CHECK-NEXT:         }
// CHECK-NEXT:         cmix.store_elements %0 to %y_bytes[%y, %x, %c] : memref<2x2x2xi8> as <2x2x2xsi8>
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @max_pool(%x_bytes: memref<4x4x2xi8>, %y_bytes: memref<2x2x2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<4x4x2xi8> as !cmix.packed<4x4x2xsi8>
  %y = cmix.max_pool2d %x kernel [2, 2] strides [2, 2]
      : !cmix.packed<4x4x2xsi8> -> !cmix.packed<2x2x2xsi8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x2x2xsi8> to memref<2x2x2xi8>
  return
}

// -----

// An average of unsigned elements is rounded by adding half the count.
// CHECK:      func.func private @avg_pool(%x_bytes: memref<4x4x2xi8>, %y_bytes: memref<1x1x2xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %y = %c0 to %c1 step %c1 {
// CHECK-NEXT:     scf.for %x = %c0 to %c1 step %c1 {
// CHECK-NEXT:       %c2 = arith.constant 2 : index
// CHECK-NEXT:       scf.for %c = %c0 to %c2 step %c1 {
// CHECK-NEXT:         %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:         %c4 = arith.constant 4 : index
// CHECK-NEXT:         %0 = scf.for %i = %c0 to %c4 step %c1 iter_args(%1 = %c0_i32) -> (i32) {
// CHECK-NEXT:           %2 = scf.for %j = %c0 to %c4 step %c1 iter_args(%3 = %1) -> (i32) {
// CHECK-NEXT:             %in = arith.addi %y, %i : index
// CHECK-NEXT:             %in_1 = arith.addi %x, %j : index
// CHECK-NEXT:             %4 = cmix.load_element %x_bytes[%in, %in_1, %c] : memref<4x4x2xi8> as <4x4x2xui8>
// CHECK-NEXT:             %5 = arith.addi %3, %4 : i32
// CHECK-NEXT:             scf.yield %5 : i32
// CHECK-NEXT:           }
// CHECK-NEXT:           scf.yield %2 : i32
// CHECK-NEXT:         }
// CHECK-NEXT:         %c16_i32 = arith.constant 16 : i32
// CHECK-NEXT:         %c1_i32 = arith.constant 1 : i32
// CHECK-NEXT:         %6 = arith.shrui %c16_i32, %c1_i32 : i32
// CHECK-NEXT:         %7 = arith.addi %0, %6 : i32
// CHECK-NEXT:         %8 = arith.divui %7, %c16_i32 : i32
// CHECK-NEXT:         cmix.store_elements %8 to %y_bytes[%y, %x, %c] : memref<1x1x2xi8> as <1x1x2xui8>
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @avg_pool(%x_bytes: memref<4x4x2xi8>, %y_bytes: memref<1x1x2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<4x4x2xi8> as !cmix.packed<4x4x2xui8>
  %y = cmix.avg_pool2d %x kernel [4, 4] : !cmix.packed<4x4x2xui8> -> !cmix.packed<1x1x2xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1x1x2xui8> to memref<1x1x2xi8>
  return
}

// -----

// Padding: positions are tested, and those inside the input counted.
// CHECK:      func.func private @padded(%x_bytes: memref<2x3x1xi8>, %y_bytes: memref<2x2x1xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %y = %c0 to %c2 step %c1 {
// CHECK-NEXT:     scf.for %x = %c0 to %c2 step %c1 {
// CHECK-NEXT:       scf.for %c = %c0 to %c1 step %c1 {
// CHECK-NEXT:         %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:         %0, %1 = scf.for %i = %c0 to %c1 step %c1 iter_args(%2 = %c0_i32, %3 = %c0_i32) -> (i32, i32) {
// CHECK-NEXT:           %c3 = arith.constant 3 : index
// CHECK-NEXT:           %4, %5 = scf.for %j = %c0 to %c3 step %c1 iter_args(%6 = %2, %7 = %3) -> (i32, i32) {
// CHECK-NEXT:             %x_1 = arith.muli %x, %c2 : index
// CHECK-NEXT:             %in = arith.addi %x_1, %j : index
// CHECK-NEXT:             %c_1 = arith.constant -1 : index
// CHECK-NEXT:             %in_1 = arith.addi %in, %c_1 : index
// CHECK-NEXT:             %is_inside = arith.cmpi ult, %in_1, %c3 : index
// CHECK-NEXT:             %8, %9 = scf.if %is_inside -> (i32, i32) {
// CHECK-NEXT:               %in_2 = arith.addi %y, %i : index
// CHECK-NEXT:               %10 = cmix.load_element %x_bytes[%in_2, %in_1, %c] : memref<2x3x1xi8> as <2x3x1xui8>
// CHECK-NEXT:               %11 = arith.addi %6, %10 : i32
// CHECK-NEXT:               %c1_i32 = arith.constant 1 : i32
// CHECK-NEXT:               %12 = arith.addi %7, %c1_i32 : i32
// CHECK-NEXT:               scf.yield %11, %12 : i32, i32
// CHECK-NEXT:             } else {
// CHECK-NEXT:               scf.yield %6, %7 : i32, i32
// CHECK-NEXT:             }
// CHECK-NEXT:             scf.yield %8, %9 : i32, i32
// CHECK-NEXT:           }
// CHECK-NEXT:           scf.yield %4, %5 : i32, i32
// CHECK-NEXT:         }
// CHECK-NEXT:         %c1_i32_1 = arith.constant 1 : i32
// CHECK-NEXT:         %13 = arith.shrui %1, %c1_i32_1 : i32
// CHECK-NEXT:         %14 = arith.addi %0, %13 : i32
// CHECK-NEXT:         %15 = arith.divui %14, %1 : i32
// CHECK-NEXT:         cmix.store_elements %15 to %y_bytes[%y, %x, %c] : memref<2x2x1xi8> as <2x2x1xui8>
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @padded(%x_bytes: memref<2x3x1xi8>, %y_bytes: memref<2x2x1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2x3x1xi8> as !cmix.packed<2x3x1xui8>
  %y = cmix.avg_pool2d %x kernel [1, 3] strides [1, 2] padding [0, 0, 1, 1]
      : !cmix.packed<2x3x1xui8> -> !cmix.packed<2x2x1xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2x2x1xui8> to memref<2x2x1xi8>
  return
}

// -----

// The channels of a byte are pooled together and written at once, the last ones with nothing behind.
// CHECK:      func.func private @bytes(%x_bytes: memref<2x2x2xi8>, %y_bytes: memref<1x1x2xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   scf.for %y = %c0 to %c1 step %c1 {
// CHECK-NEXT:     scf.for %x = %c0 to %c1 step %c1 {
// CHECK-NEXT:       %c2 = arith.constant 2 : index
// CHECK-NEXT:       scf.for %c = %c0 to %c2 step %c2 {
// CHECK-NEXT:         %c0_i32 = arith.constant 0 : i32
// CHECK-NEXT:         %0, %1 = scf.for %i = %c0 to %c2 step %c1 iter_args(%2 = %c0_i32, %3 = %c0_i32) -> (i32, i32) {
// CHECK-NEXT:           %4, %5 = scf.for %j = %c0 to %c2 step %c1 iter_args(%6 = %2, %7 = %3) -> (i32, i32) {
// CHECK-NEXT:             %y_1 = arith.muli %y, %c2 : index
// CHECK-NEXT:             %in = arith.addi %y_1, %i : index
// CHECK-NEXT:             %x_1 = arith.muli %x, %c2 : index
// CHECK-NEXT:             %in_1 = arith.addi %x_1, %j : index
// CHECK-NEXT:             %8 = cmix.load_element %x_bytes[%in, %in_1, %c] : memref<2x2x2xi8> as <2x2x3xui4>
// CHECK-NEXT:             %9 = arith.maxsi %6, %8 : i32
// CHECK-NEXT:             %in_2 = arith.addi %c, %c1 : index
// CHECK-NEXT:             %10 = cmix.load_element %x_bytes[%in, %in_1, %in_2] : memref<2x2x2xi8> as <2x2x3xui4>
// CHECK-NEXT:             %11 = arith.maxsi %7, %10 : i32
// CHECK-NEXT:             scf.yield %9, %11 : i32, i32
// CHECK-NEXT:           }
// CHECK-NEXT:           scf.yield %4, %5 : i32, i32
// CHECK-NEXT:         }
// CHECK-NEXT:         cmix.store_elements %0, %1 to %y_bytes[%y, %x, %c] : memref<1x1x2xi8> as <1x1x3xui4>
// CHECK-NEXT:       }
// CHECK-NEXT:       %c0_i32_1 = arith.constant 0 : i32
// CHECK-NEXT:       %12 = scf.for %i_1 = %c0 to %c2 step %c1 iter_args(%13 = %c0_i32_1) -> (i32) {
// CHECK-NEXT:         %14 = scf.for %j_1 = %c0 to %c2 step %c1 iter_args(%15 = %13) -> (i32) {
// CHECK-NEXT:           %y_2 = arith.muli %y, %c2 : index
// CHECK-NEXT:           %in_3 = arith.addi %y_2, %i_1 : index
// CHECK-NEXT:           %x_2 = arith.muli %x, %c2 : index
// CHECK-NEXT:           %in_4 = arith.addi %x_2, %j_1 : index
// CHECK-NEXT:           %16 = cmix.load_element %x_bytes[%in_3, %in_4, %c2] : memref<2x2x2xi8> as <2x2x3xui4>
// CHECK-NEXT:           %17 = arith.maxsi %15, %16 : i32
// CHECK-NEXT:           scf.yield %17 : i32
// CHECK-NEXT:         }
// CHECK-NEXT:         scf.yield %14 : i32
// CHECK-NEXT:       }
// CHECK-NEXT:       cmix.store_elements %12 to fresh %y_bytes[%y, %x, %c2] : memref<1x1x2xi8> as <1x1x3xui4>
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @bytes(%x_bytes: memref<2x2x2xi8>, %y_bytes: memref<1x1x2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2x2x2xi8> as !cmix.packed<2x2x3xui4>
  %y = cmix.max_pool2d %x kernel [2, 2] strides [2, 2]
      : !cmix.packed<2x2x3xui4> -> !cmix.packed<1x1x3xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1x1x3xui4> to memref<1x1x2xi8>
  return
}

// -----

// Sums of fewer terms than the common number are multiplied before they are requantized.
// CHECK:      func.func private @terms
// CHECK:        %[[SUM:.*]], %[[COUNT:.*]] = scf.for %i
// CHECK:        %[[TERMS:.*]] = arith.constant 2 : i32
// CHECK-NEXT:   %[[SHARE:.*]] = arith.divui %[[TERMS]], %[[COUNT]] : i32
// CHECK-NEXT:   %acc = arith.muli %[[SUM]], %[[SHARE]] : i32
// CHECK-NEXT:   cmix.requantize %acc channel
func.func private @terms(%x_bytes: memref<1x3x1xi8>, %y_bytes: memref<1x2x1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<1x3x1xi8> as !cmix.packed<1x3x1xui8>
  %y = cmix.avg_pool2d %x kernel [1, 2] strides [1, 2] padding [0, 0, 1, 0] terms 2
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<1x3x1xui8> -> !cmix.packed<1x2x1xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1x2x1xui8> to memref<1x2x1xi8>
  return
}

// -----

// A half is raised where the floor is odd; beside an odd zero point, where it is even.
// CHECK:      func.func private @even
// CHECK:        %[[SHIFT:.*]] = arith.constant 2 : i32
// CHECK-NEXT:   %[[FLOOR:.*]] = arith.shrsi %[[SUM:.*]], %[[SHIFT]] : i32
// CHECK-NEXT:   %[[ONE:.*]] = arith.constant 1 : i32
// CHECK-NEXT:   %parity = arith.andi %[[FLOOR]], %[[ONE]] : i32
// CHECK-NEXT:   %[[RAISED:.*]] = arith.addi %[[SUM]], %[[ONE]] : i32
// CHECK-NEXT:   %[[ODD:.*]] = arith.addi %[[RAISED]], %parity : i32
// CHECK-NEXT:   %[[MEAN:.*]] = arith.shrsi %[[ODD]], %[[SHIFT]] : i32
// CHECK-NEXT:   cmix.store_elements %[[MEAN]] to %y_bytes
// CHECK:      func.func private @odd
// CHECK:        arith.subi %{{.*}}, %parity : i32
func.func private @even(%x_bytes: memref<2x2x1xi8>, %y_bytes: memref<1x1x1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2x2x1xi8> as !cmix.packed<2x2x1xui8>
  %y = cmix.avg_pool2d %x kernel [2, 2] to_even : !cmix.packed<2x2x1xui8> -> !cmix.packed<1x1x1xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1x1x1xui8> to memref<1x1x1xi8>
  return
}
func.func private @odd(%x_bytes: memref<2x2x1xi8>, %y_bytes: memref<1x1x1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2x2x1xi8> as !cmix.packed<2x2x1xui8>
  %y = cmix.avg_pool2d %x kernel [2, 2] input_zero 3 to_even : !cmix.packed<2x2x1xui8> -> !cmix.packed<1x1x1xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1x1x1xui8> to memref<1x1x1xi8>
  return
}
