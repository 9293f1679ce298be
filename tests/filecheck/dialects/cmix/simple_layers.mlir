// RUN: ROUNDTRIP
// RUN: GENERIC_ROUNDTRIP

// sums of rescaled operands; a right operand of one element for each channel
func.func @rescaled(%a: !cmix.packed<2x3xsi8>, %b: !cmix.packed<3xsi8>) -> !cmix.packed<2x3xsi8> {
  %y = cmix.add %a, %b lhs_zero -3 rhs_zero 5 lhs_rescale <multiplier = 1073741824, shift = 0, left_shift = 20> rhs_rescale <multiplier = -1518500250, shift = -3, left_shift = 20> requant #cmix.fixed_point<multiplier = [1518500250], shift = [-18], zero = 0, min = -128, max = 127> : !cmix.packed<2x3xsi8>, !cmix.packed<3xsi8> -> !cmix.packed<2x3xsi8>
  func.return %y : !cmix.packed<2x3xsi8>
}
// CHECK: func.func @rescaled(%a: !cmix.packed<2x3xsi8>, %b: !cmix.packed<3xsi8>) -> !cmix.packed<2x3xsi8> {
// CHECK-NEXT: %y = cmix.add %a, %b lhs_zero -3 rhs_zero 5 lhs_rescale <multiplier = 1073741824, shift = 0, left_shift = 20> rhs_rescale <multiplier = -1518500250, shift = -3, left_shift = 20> requant #cmix.fixed_point<multiplier = [1518500250], shift = [-18], zero = 0, min = -128, max = 127> : !cmix.packed<2x3xsi8>, !cmix.packed<3xsi8> -> !cmix.packed<2x3xsi8>
// CHECK-NEXT: func.return %y : !cmix.packed<2x3xsi8>
// CHECK-NEXT: }

// a requantization for each channel
func.func @channels(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) -> !cmix.packed<2x3xui4> {
  %y = cmix.add %a, %b lhs_zero 3 requant #cmix.linear<left = [0], high [1518500250, -4, 9], offset = [5, 6, 7], right = [3], min = 0, max = 15> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  func.return %y : !cmix.packed<2x3xui4>
}
// CHECK: func.func @channels(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) -> !cmix.packed<2x3xui4> {
// CHECK-NEXT: %y = cmix.add %a, %b lhs_zero 3 requant #cmix.linear<left = [0], high [1518500250, -4, 9], offset = [5, 6, 7], right = [3], min = 0, max = 15> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
// CHECK-NEXT: func.return %y : !cmix.packed<2x3xui4>
// CHECK-NEXT: }

// products, the right operand one element
func.func @mul(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<1xsi8>) -> !cmix.packed<2x3xui4> {
  %y = cmix.mul %a, %b lhs_zero 8 rhs_zero -3 requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<1xsi8> -> !cmix.packed<2x3xui4>
  %z = cmix.mul %y, %a requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  func.return %z : !cmix.packed<2x3xui4>
}
// CHECK: func.func @mul(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<1xsi8>) -> !cmix.packed<2x3xui4> {
// CHECK-NEXT: %y = cmix.mul %a, %b lhs_zero 8 rhs_zero -3 requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<1xsi8> -> !cmix.packed<2x3xui4>
// CHECK-NEXT: %z = cmix.mul %y, %a requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
// CHECK-NEXT: func.return %z : !cmix.packed<2x3xui4>
// CHECK-NEXT: }

// a function of one element
func.func @lookup(%x: !cmix.packed<2x3xsi2>) -> !cmix.packed<2x3xui8> {
  %y = cmix.lookup %x table [0, 7, 255, 3] : !cmix.packed<2x3xsi2> -> !cmix.packed<2x3xui8>
  func.return %y : !cmix.packed<2x3xui8>
}
// CHECK: func.func @lookup(%x: !cmix.packed<2x3xsi2>) -> !cmix.packed<2x3xui8> {
// CHECK-NEXT: %y = cmix.lookup %x table [0, 7, 255, 3] : !cmix.packed<2x3xsi2> -> !cmix.packed<2x3xui8>
// CHECK-NEXT: func.return %y : !cmix.packed<2x3xui8>
// CHECK-NEXT: }

// tensors behind each other, one of them twice, and one alone
func.func @concat(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x5xui4>) -> !cmix.packed<2x11xui4> {
  %y = cmix.concat %a, %b, %a axis 1 : !cmix.packed<2x3xui4>, !cmix.packed<2x5xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<2x11xui4>
  %z = cmix.concat %y axis 0 : !cmix.packed<2x11xui4> -> !cmix.packed<2x11xui4>
  func.return %z : !cmix.packed<2x11xui4>
}
// CHECK: func.func @concat(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x5xui4>) -> !cmix.packed<2x11xui4> {
// CHECK-NEXT: %y = cmix.concat %a, %b, %a axis 1 : !cmix.packed<2x3xui4>, !cmix.packed<2x5xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<2x11xui4>
// CHECK-NEXT: %z = cmix.concat %y axis 0 : !cmix.packed<2x11xui4> -> !cmix.packed<2x11xui4>
// CHECK-NEXT: func.return %z : !cmix.packed<2x11xui4>
// CHECK-NEXT: }

// a border, and another order of dimensions
func.func @pad(%x: !cmix.packed<2x3xsi4>) -> !cmix.packed<6x3xsi4> {
  %p = cmix.pad %x low [1, 0] high [0, 3] value -8 : !cmix.packed<2x3xsi4> -> !cmix.packed<3x6xsi4>
  %y = cmix.transpose %p permutation [1, 0] : !cmix.packed<3x6xsi4> -> !cmix.packed<6x3xsi4>
  func.return %y : !cmix.packed<6x3xsi4>
}
// CHECK: func.func @pad(%x: !cmix.packed<2x3xsi4>) -> !cmix.packed<6x3xsi4> {
// CHECK-NEXT: %p = cmix.pad %x low [1, 0] high [0, 3] value -8 : !cmix.packed<2x3xsi4> -> !cmix.packed<3x6xsi4>
// CHECK-NEXT: %y = cmix.transpose %p permutation [1, 0] : !cmix.packed<3x6xsi4> -> !cmix.packed<6x3xsi4>
// CHECK-NEXT: func.return %y : !cmix.packed<6x3xsi4>
// CHECK-NEXT: }

// the mean of an image with requantization
func.func @mean(%x: !cmix.packed<4x4x3xsi8>) -> !cmix.packed<1x1x3xui4> {
  %y = cmix.avg_pool2d %x kernel [4, 4] input_zero 3 requant #cmix.icn<m0 = [1518500250, 3, 4], n0 = [4, 5, 6], zero = 8> : !cmix.packed<4x4x3xsi8> -> !cmix.packed<1x1x3xui4>
  func.return %y : !cmix.packed<1x1x3xui4>
}
// CHECK: func.func @mean(%x: !cmix.packed<4x4x3xsi8>) -> !cmix.packed<1x1x3xui4> {
// CHECK-NEXT: %y = cmix.avg_pool2d %x kernel [4, 4] input_zero 3 requant #cmix.icn<m0 = [1518500250, 3, 4], n0 = [4, 5, 6], zero = 8> : !cmix.packed<4x4x3xsi8> -> !cmix.packed<1x1x3xui4>
// CHECK-NEXT: func.return %y : !cmix.packed<1x1x3xui4>
// CHECK-NEXT: }

// averages over the border, with sums made comparable
func.func @border(%x: !cmix.packed<4x4x3xsi8>) -> !cmix.packed<4x4x3xui4> {
  %y = cmix.avg_pool2d %x kernel [3, 3] padding [1, 1, 1, 1] input_zero 3 terms 36 requant #cmix.icn<m0 = [1349778000], n0 = [5], zero = 8> : !cmix.packed<4x4x3xsi8> -> !cmix.packed<4x4x3xui4>
  func.return %y : !cmix.packed<4x4x3xui4>
}
// CHECK: func.func @border(%x: !cmix.packed<4x4x3xsi8>) -> !cmix.packed<4x4x3xui4> {
// CHECK-NEXT: %y = cmix.avg_pool2d %x kernel [3, 3] padding [1, 1, 1, 1] input_zero 3 terms 36 requant #cmix.icn<m0 = [1349778000], n0 = [5], zero = 8> : !cmix.packed<4x4x3xsi8> -> !cmix.packed<4x4x3xui4>
// CHECK-NEXT: func.return %y : !cmix.packed<4x4x3xui4>
// CHECK-NEXT: }

// halves become even
func.func @even(%x: !cmix.packed<4x4x3xui8>) -> !cmix.packed<2x2x3xui8> {
  %y = cmix.avg_pool2d %x kernel [2, 2] strides [2, 2] input_zero 3 to_even : !cmix.packed<4x4x3xui8> -> !cmix.packed<2x2x3xui8>
  func.return %y : !cmix.packed<2x2x3xui8>
}
// CHECK: func.func @even(%x: !cmix.packed<4x4x3xui8>) -> !cmix.packed<2x2x3xui8> {
// CHECK-NEXT: %y = cmix.avg_pool2d %x kernel [2, 2] strides [2, 2] input_zero 3 to_even : !cmix.packed<4x4x3xui8> -> !cmix.packed<2x2x3xui8>
// CHECK-NEXT: func.return %y : !cmix.packed<2x2x3xui8>
// CHECK-NEXT: }

// shares of a row
func.func @softmax(%x: !cmix.packed<2x10xui4>) -> !cmix.packed<2x10xsi8> {
  %y = cmix.softmax %x multiplier 1717986918 left_shift 22 : !cmix.packed<2x10xui4> -> !cmix.packed<2x10xsi8>
  func.return %y : !cmix.packed<2x10xsi8>
}
// CHECK: func.func @softmax(%x: !cmix.packed<2x10xui4>) -> !cmix.packed<2x10xsi8> {
// CHECK-NEXT: %y = cmix.softmax %x multiplier 1717986918 left_shift 22 : !cmix.packed<2x10xui4> -> !cmix.packed<2x10xsi8>
// CHECK-NEXT: func.return %y : !cmix.packed<2x10xsi8>
// CHECK-NEXT: }

// softmax to any scale
func.func @shares(%x: !cmix.packed<10xui8>) -> !cmix.packed<10xui4> {
  %y = cmix.softmax %x multiplier 1717986918 left_shift 22 requant #cmix.fixed_point<multiplier = [1677721600], shift = [-23], zero = 2, min = 0, max = 15> : !cmix.packed<10xui8> -> !cmix.packed<10xui4>
  func.return %y : !cmix.packed<10xui4>
}
// CHECK: func.func @shares(%x: !cmix.packed<10xui8>) -> !cmix.packed<10xui4> {
// CHECK-NEXT: %y = cmix.softmax %x multiplier 1717986918 left_shift 22 requant #cmix.fixed_point<multiplier = [1677721600], shift = [-23], zero = 2, min = 0, max = 15> : !cmix.packed<10xui8> -> !cmix.packed<10xui4>
// CHECK-NEXT: func.return %y : !cmix.packed<10xui4>
// CHECK-NEXT: }

// memory filled with a byte
func.func @fill(%m: memref<2x2xi8>) {
  cmix.clear %m to 136 : memref<2x2xi8>
  func.return
}
// CHECK: func.func @fill(%m: memref<2x2xi8>) {
// CHECK-NEXT: cmix.clear %m to 136 : memref<2x2xi8>
// CHECK-NEXT: func.return
// CHECK-NEXT: }
