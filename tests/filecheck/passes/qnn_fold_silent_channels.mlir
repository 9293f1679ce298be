// RUN: cmix-opt %s --split-input-file -p qnn-fold-silent-channels | filecheck %s

// The second filter reaches 0.5 * 255 * 12e-12, far below 0.25: zero, at the scale of the first.
// CHECK:      func.func @fully_connected(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<2x!quant.uniform<u8:f32, 0.25>> {
// CHECK-NEXT:   %b = qnn.constant dense<[0.5, 1.5]> : tensor<2xf32>
// CHECK-NEXT:   %w = qnn.constant dense<{{\[\[}}3, -1], [-2, -2]]> : tensor<2x2x!quant.uniform<i4:f32:0, {0.5, 0.5:-2}>>
// CHECK-NEXT:   %y = qnn.fully_connected %x, %w bias %b : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<2x2x!quant.uniform<i4:f32:0, {0.5, 0.5:-2}>>, tensor<2xf32> -> tensor<2x!quant.uniform<u8:f32, 0.25>>
// CHECK-NEXT:   func.return %y : tensor<2x!quant.uniform<u8:f32, 0.25>>
// CHECK-NEXT: }
func.func @fully_connected(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<2x!quant.uniform<u8:f32, 0.25>> {
  %w = qnn.constant dense<[[3, -1], [5, 7]]> : tensor<2x2x!quant.uniform<i4:f32:0, {0.5, 1.0e-12:-2}>>
  %b = qnn.constant dense<[0.5, 1.5]> : tensor<2xf32>
  %y = qnn.fully_connected %x, %w bias %b
      : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<2x2x!quant.uniform<i4:f32:0, {0.5, 1.0e-12:-2}>>,
        tensor<2xf32> -> tensor<2x!quant.uniform<u8:f32, 0.25>>
  return %y : tensor<2x!quant.uniform<u8:f32, 0.25>>
}

// -----

// Depthwise filters have their channels last.
// CHECK:      func.func @depthwise(%x: tensor<3x3x2x!quant.uniform<i4:f32, 0.5:-8>>) -> tensor<3x2x2x!quant.uniform<u4:f32, 0.25>> {
// CHECK-NEXT:   %w = qnn.constant dense<{{\[\[}}[0, 2], [0, 4]]]> : tensor<1x2x2x!quant.uniform<i4:f32:2, {0.125, 0.125}>>
// CHECK-NEXT:   %y = qnn.depthwise_conv2d %x, %w : tensor<3x3x2x!quant.uniform<i4:f32, 0.5:-8>>, tensor<1x2x2x!quant.uniform<i4:f32:2, {0.125, 0.125}>> -> tensor<3x2x2x!quant.uniform<u4:f32, 0.25>>
// CHECK-NEXT:   func.return %y : tensor<3x2x2x!quant.uniform<u4:f32, 0.25>>
// CHECK-NEXT: }
func.func @depthwise(%x: tensor<3x3x2x!quant.uniform<i4:f32, 0.5:-8>>) -> tensor<3x2x2x!quant.uniform<u4:f32, 0.25>> {
  %w = qnn.constant dense<[[[1, 2], [3, 4]]]> : tensor<1x2x2x!quant.uniform<i4:f32:2, {1.0e-09, 0.125}>>
  %y = qnn.depthwise_conv2d %x, %w
      : tensor<3x3x2x!quant.uniform<i4:f32, 0.5:-8>>, tensor<1x2x2x!quant.uniform<i4:f32:2, {1.0e-09, 0.125}>>
     -> tensor<3x2x2x!quant.uniform<u4:f32, 0.25>>
  return %y : tensor<3x2x2x!quant.uniform<u4:f32, 0.25>>
}

// -----

// Kept: a filter that can be heard, and one scale for all.
// CHECK:      func.func @kept(%x: tensor<1x!quant.uniform<u8:f32, 1.0>>) -> (tensor<2x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<u8:f32, 1.0>>) {
// CHECK-NEXT:   %w = qnn.constant dense<{{\[\[}}1], [1]]> : tensor<2x1x!quant.uniform<i4:f32:0, {1.0, 4.0e-06}>>
// CHECK-NEXT:   %a = qnn.fully_connected %x, %w : tensor<1x!quant.uniform<u8:f32, 1.0>>, tensor<2x1x!quant.uniform<i4:f32:0, {1.0, 4.0e-06}>> -> tensor<2x!quant.uniform<u8:f32, 1.0>>
// CHECK-NEXT:   %v = qnn.constant dense<{{\[\[}}1]]> : tensor<1x1x!quant.uniform<i4:f32, 1.0e-09>>
// CHECK-NEXT:   %b = qnn.fully_connected %x, %v : tensor<1x!quant.uniform<u8:f32, 1.0>>, tensor<1x1x!quant.uniform<i4:f32, 1.0e-09>> -> tensor<1x!quant.uniform<u8:f32, 1.0>>
// CHECK-NEXT:   func.return %a, %b : tensor<2x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<u8:f32, 1.0>>
// CHECK-NEXT: }
func.func @kept(%x: tensor<1x!quant.uniform<u8:f32, 1.0>>) -> (tensor<2x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<u8:f32, 1.0>>) {
  %w = qnn.constant dense<[[1], [1]]> : tensor<2x1x!quant.uniform<i4:f32:0, {1.0, 4.0e-06}>>
  %a = qnn.fully_connected %x, %w
      : tensor<1x!quant.uniform<u8:f32, 1.0>>, tensor<2x1x!quant.uniform<i4:f32:0, {1.0, 4.0e-06}>>
     -> tensor<2x!quant.uniform<u8:f32, 1.0>>
  %v = qnn.constant dense<[[1]]> : tensor<1x1x!quant.uniform<i4:f32, 1.0e-09>>
  %b = qnn.fully_connected %x, %v
      : tensor<1x!quant.uniform<u8:f32, 1.0>>, tensor<1x1x!quant.uniform<i4:f32, 1.0e-09>>
     -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  return %a, %b : tensor<2x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<u8:f32, 1.0>>
}
