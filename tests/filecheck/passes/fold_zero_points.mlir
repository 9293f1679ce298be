// RUN: cmix-opt %s --split-input-file -p cmix-fold-zero-points | filecheck %s

// The bias takes 5 - 10 * (3 - 1) and 6 - 10 * (2 + 2).
// CHECK:      func.func @fully_connected(%x: !cmix.packed<2xui8>) -> !cmix.packed<2xui8> {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}3, -1], [2, 2]]> : !cmix.packed<2x2xsi4>
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w bias [-15, -34] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : !cmix.packed<2xui8>, !cmix.packed<2x2xsi4> -> !cmix.packed<2xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<2xui8>
// CHECK-NEXT: }
func.func @fully_connected(%x: !cmix.packed<2xui8>) -> !cmix.packed<2xui8> {
  %w = cmix.constant dense<[[3, -1], [2, 2]]> : !cmix.packed<2x2xsi4>
  %y = cmix.fully_connected %x, %w bias [5, 6] input_zero 10
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<2x2xsi4> -> !cmix.packed<2xui8>
  return %y : !cmix.packed<2xui8>
}

// -----

// Zero points of weights count: 5 - 10 * ((3 - 4) + (1 - 4)); padding keeps the zero point.
// CHECK:      func.func @depthwise(%x: !cmix.packed<1x2x1xui8>) -> !cmix.packed<1x2x1xui8> {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}[3], [1]]]> : !cmix.packed<1x2x1xui4>
// CHECK-NEXT:   %y = cmix.depthwise_conv2d %x, %w padding [0, 0, 1, 0] pad_value 10 bias [45] filter_zero [4] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : !cmix.packed<1x2x1xui8>, !cmix.packed<1x2x1xui4> -> !cmix.packed<1x2x1xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<1x2x1xui8>
// CHECK-NEXT: }
func.func @depthwise(%x: !cmix.packed<1x2x1xui8>) -> !cmix.packed<1x2x1xui8> {
  %w = cmix.constant dense<[[[3], [1]]]> : !cmix.packed<1x2x1xui4>
  %y = cmix.depthwise_conv2d %x, %w padding [0, 0, 1, 0] bias [5] input_zero 10 filter_zero [4]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<1x2x1xui8>, !cmix.packed<1x2x1xui4> -> !cmix.packed<1x2x1xui8>
  return %y : !cmix.packed<1x2x1xui8>
}

// -----

// Without a zero point nothing changes.
// CHECK:      func.func @no_zero_point(%x: !cmix.packed<2xui8>) -> !cmix.packed<1xui8> {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}1, 1]]> : !cmix.packed<1x2xsi4>
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : !cmix.packed<2xui8>, !cmix.packed<1x2xsi4> -> !cmix.packed<1xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<1xui8>
// CHECK-NEXT: }
func.func @no_zero_point(%x: !cmix.packed<2xui8>) -> !cmix.packed<1xui8> {
  %w = cmix.constant dense<1> : !cmix.packed<1x2xsi4>
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xsi4> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}
