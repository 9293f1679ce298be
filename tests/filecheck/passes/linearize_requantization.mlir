// RUN: cmix-opt %s --split-input-file -p cmix-linearize-requantization | filecheck %s

// Few accumulators: the product fits one word, the zero point lies in the offset.
// CHECK:      func.func @low(%x: !cmix.packed<2xui2>) -> !cmix.packed<1xui2> {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}1, 1]]> : !cmix.packed<1x2xui2>
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w bias [5] requant #cmix.linear<left = [0], low [67108864], offset = [1073741824], right = [27], min = 0, max = 3> : !cmix.packed<2xui2>, !cmix.packed<1x2xui2> -> !cmix.packed<1xui2>
// CHECK-NEXT:   func.return %y : !cmix.packed<1xui2>
// CHECK-NEXT: }
func.func @low(%x: !cmix.packed<2xui2>) -> !cmix.packed<1xui2> {
  %w = cmix.constant dense<[[1, 1]]> : !cmix.packed<1x2xui2>
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [-1], zero = 1>
      : !cmix.packed<2xui2>, !cmix.packed<1x2xui2> -> !cmix.packed<1xui2>
  return %y : !cmix.packed<1xui2>
}

// -----

// One right shift for both channels, which keeps the multiplier of the second.
// CHECK:      func.func @high(%x: !cmix.packed<2xui8>) -> !cmix.packed<2xui8> {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}3, -1], [2, 5]]> : !cmix.packed<2x2xsi4>
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w bias [5, 6] requant #cmix.linear<left = [0], high [536870912, 1518500250], offset = [36], right = [2], min = 0, max = 255> : !cmix.packed<2xui8>, !cmix.packed<2x2xsi4> -> !cmix.packed<2xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<2xui8>
// CHECK-NEXT: }
func.func @high(%x: !cmix.packed<2xui8>) -> !cmix.packed<2xui8> {
  %w = cmix.constant dense<[[3, -1], [2, 5]]> : !cmix.packed<2x2xsi4>
  %y = cmix.fully_connected %x, %w bias [5, 6]
      requant #cmix.icn<m0 = [1073741824, 1518500250], n0 = [3, 2], zero = 9>
      : !cmix.packed<2xui8>, !cmix.packed<2x2xsi4> -> !cmix.packed<2xui8>
  return %y : !cmix.packed<2xui8>
}

// -----

// Multipliers are not positive: shifts stay those of each channel.
// CHECK:      func.func @separate(%x: !cmix.packed<2xui8>) -> !cmix.packed<2xui8> {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}3, -1], [2, 5]]> : !cmix.packed<2x2xsi4>
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w bias [5, 6] requant #cmix.linear<left = [0, 2], high [-1073741824, 1518500250], offset = [72, 9], right = [3, 0], min = 0, max = 255> : !cmix.packed<2xui8>, !cmix.packed<2x2xsi4> -> !cmix.packed<2xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<2xui8>
// CHECK-NEXT: }
func.func @separate(%x: !cmix.packed<2xui8>) -> !cmix.packed<2xui8> {
  %w = cmix.constant dense<[[3, -1], [2, 5]]> : !cmix.packed<2x2xsi4>
  %y = cmix.fully_connected %x, %w bias [5, 6]
      requant #cmix.icn<m0 = [-1073741824, 1518500250], n0 = [3, -2], zero = 9>
      : !cmix.packed<2xui8>, !cmix.packed<2x2xsi4> -> !cmix.packed<2xui8>
  return %y : !cmix.packed<2xui8>
}

// -----

// TensorFlow Lite's two roundings, for outputs on both sides of the zero point.
// CHECK:      func.func @fixed_point(%x: !cmix.packed<2xsi8>) -> !cmix.packed<2xsi8> {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}3, -1], [2, 5]]> : !cmix.packed<2x2xsi8>
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w bias [5, 6] requant #cmix.linear<left = [1], rounded [1073741824, 1518500250], offset = [76, 38], right = [3, 2], min = -128, max = 127> : !cmix.packed<2xsi8>, !cmix.packed<2x2xsi8> -> !cmix.packed<2xsi8>
// CHECK-NEXT:   func.return %y : !cmix.packed<2xsi8>
// CHECK-NEXT: }
func.func @fixed_point(%x: !cmix.packed<2xsi8>) -> !cmix.packed<2xsi8> {
  %w = cmix.constant dense<[[3, -1], [2, 5]]> : !cmix.packed<2x2xsi8>
  %y = cmix.fully_connected %x, %w bias [5, 6]
      requant #cmix.fixed_point<multiplier = [1073741824, 1518500250], shift = [-3, -2], zero = 9, min = -128, max = 127>
      : !cmix.packed<2xsi8>, !cmix.packed<2x2xsi8> -> !cmix.packed<2xsi8>
  return %y : !cmix.packed<2xsi8>
}

// -----

// After a ReLU no output is below the zero point: one rounding does for two. The clamp stays.
// CHECK:      func.func @clamped(%x: !cmix.packed<2xsi8>) -> !cmix.packed<1xsi8> {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}3, -1]]> : !cmix.packed<1x2xsi8>
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w bias [5] requant #cmix.linear<left = [0], low [524288], offset = [80216064], right = [23], min = 9, max = 127> : !cmix.packed<2xsi8>, !cmix.packed<1x2xsi8> -> !cmix.packed<1xsi8>
// CHECK-NEXT:   func.return %y : !cmix.packed<1xsi8>
// CHECK-NEXT: }
func.func @clamped(%x: !cmix.packed<2xsi8>) -> !cmix.packed<1xsi8> {
  %w = cmix.constant dense<[[3, -1]]> : !cmix.packed<1x2xsi8>
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.fixed_point<multiplier = [1073741824], shift = [-3], zero = 9, min = 9, max = 127>
      : !cmix.packed<2xsi8>, !cmix.packed<1x2xsi8> -> !cmix.packed<1xsi8>
  return %y : !cmix.packed<1xsi8>
}

// -----

// Sums of rescaled operands know how far they reach, too.
// CHECK:      func.func @add(%a: !cmix.packed<2xsi8>, %b: !cmix.packed<2xsi8>) -> !cmix.packed<2xsi8> {
// CHECK-NEXT:   %y = cmix.add %a, %b lhs_rescale <multiplier = 1073741824, shift = 0, left_shift = 20> rhs_rescale <multiplier = 1518500250, shift = -3, left_shift = 20> requant #cmix.linear<left = [1], rounded [1518500250], offset = [2490368], right = [18], min = -128, max = 127> : !cmix.packed<2xsi8>, !cmix.packed<2xsi8> -> !cmix.packed<2xsi8>
// CHECK-NEXT:   func.return %y : !cmix.packed<2xsi8>
// CHECK-NEXT: }
func.func @add(%a: !cmix.packed<2xsi8>, %b: !cmix.packed<2xsi8>) -> !cmix.packed<2xsi8> {
  %y = cmix.add %a, %b lhs_rescale <multiplier = 1073741824, shift = 0, left_shift = 20>
      rhs_rescale <multiplier = 1518500250, shift = -3, left_shift = 20>
      requant #cmix.fixed_point<multiplier = [1518500250], shift = [-18], zero = 9, min = -128, max = 127>
      : !cmix.packed<2xsi8>, !cmix.packed<2xsi8> -> !cmix.packed<2xsi8>
  return %y : !cmix.packed<2xsi8>
}

// -----

// And so do sums of windows.
// CHECK:      func.func @mean(%x: !cmix.packed<2x2x3xui8>) -> !cmix.packed<1x1x3xui4> {
// CHECK-NEXT:   %y = cmix.avg_pool2d %x kernel [2, 2] input_zero 7 requant #cmix.linear<left = [0], high [1518500250, 536870912, 1600000000], offset = [32], right = [5], min = 0, max = 15> : !cmix.packed<2x2x3xui8> -> !cmix.packed<1x1x3xui4>
// CHECK-NEXT:   func.return %y : !cmix.packed<1x1x3xui4>
// CHECK-NEXT: }
func.func @mean(%x: !cmix.packed<2x2x3xui8>) -> !cmix.packed<1x1x3xui4> {
  %y = cmix.avg_pool2d %x kernel [2, 2] input_zero 7
      requant #cmix.icn<m0 = [1518500250, 1073741824, 1600000000], n0 = [5, 6, 5], zero = 1>
      : !cmix.packed<2x2x3xui8> -> !cmix.packed<1x1x3xui4>
  return %y : !cmix.packed<1x1x3xui4>
}

// -----

// No shift to the left is needed.
// CHECK:      func.func @left(%x: !cmix.packed<3xui2>) -> !cmix.packed<2xui8> {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}1, -1, 1], [1, 1, 0]]> : !cmix.packed<2x3xsi2>
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w bias [0, 0] requant #cmix.linear<left = [0], low [33554432, 25165824], offset = [123731967, 39845887], right = [22], min = 0, max = 255> : !cmix.packed<3xui2>, !cmix.packed<2x3xsi2> -> !cmix.packed<2xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<2xui8>
// CHECK-NEXT: }
func.func @left(%x: !cmix.packed<3xui2>) -> !cmix.packed<2xui8> {
  %w = cmix.constant dense<[[1, -1, 1], [1, 1, 0]]> : !cmix.packed<2x3xsi2>
  %y = cmix.fully_connected %x, %w bias [0, 0]
      requant #cmix.linear<left = [28], high [1073741824, 805306368], offset = [247463936, 79691776], right = [23], min = 0, max = 255>
      : !cmix.packed<3xui2>, !cmix.packed<2x3xsi2> -> !cmix.packed<2xui8>
  return %y : !cmix.packed<2xui8>
}
