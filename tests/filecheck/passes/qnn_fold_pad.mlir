// RUN: cmix-opt %s --split-input-file -p qnn-fold-pad | filecheck %s

// Padding of the window and of the pad add up; the pad goes when nothing else reads it.
// CHECK:      func.func @conv2d(%x: tensor<4x4x1xf32>, %w: tensor<2x3x3x1xf32>) -> tensor<4x5x2xf32> {
// CHECK-NEXT:   %y = qnn.conv2d %x, %w padding [1, 1, 2, 1] : tensor<4x4x1xf32>, tensor<2x3x3x1xf32> -> tensor<4x5x2xf32>
// CHECK-NEXT:   func.return %y : tensor<4x5x2xf32>
// CHECK-NEXT: }
func.func @conv2d(%x: tensor<4x4x1xf32>, %w: tensor<2x3x3x1xf32>) -> tensor<4x5x2xf32> {
  %p = qnn.pad %x low [1, 1, 0] high [1, 1, 0] : tensor<4x4x1xf32> -> tensor<6x6x1xf32>
  %y = qnn.conv2d %p, %w padding [0, 0, 1, 0] : tensor<6x6x1xf32>, tensor<2x3x3x1xf32> -> tensor<4x5x2xf32>
  return %y : tensor<4x5x2xf32>
}

// -----

// Strides do not matter; the other user keeps the pad.
// CHECK:      func.func @two_users(%x: tensor<4x4x1x!quant.uniform<u4:f32, 0.5:7>>, %w: tensor<3x3x1xf32>) -> (tensor<2x2x1xf32>, tensor<5x5x1x!quant.uniform<u4:f32, 0.5:7>>) {
// CHECK-NEXT:   %p = qnn.pad %x low [0, 0, 0] high [1, 1, 0] : tensor<4x4x1x!quant.uniform<u4:f32, 0.5:7>> -> tensor<5x5x1x!quant.uniform<u4:f32, 0.5:7>>
// CHECK-NEXT:   %y = qnn.depthwise_conv2d %x, %w strides [2, 2] padding [0, 1, 0, 1] : tensor<4x4x1x!quant.uniform<u4:f32, 0.5:7>>, tensor<3x3x1xf32> -> tensor<2x2x1xf32>
// CHECK-NEXT:   func.return %y, %p : tensor<2x2x1xf32>, tensor<5x5x1x!quant.uniform<u4:f32, 0.5:7>>
// CHECK-NEXT: }
func.func @two_users(%x: tensor<4x4x1x!quant.uniform<u4:f32, 0.5:7>>, %w: tensor<3x3x1xf32>)
    -> (tensor<2x2x1xf32>, tensor<5x5x1x!quant.uniform<u4:f32, 0.5:7>>) {
  %p = qnn.pad %x low [0, 0, 0] high [1, 1, 0]
      : tensor<4x4x1x!quant.uniform<u4:f32, 0.5:7>> -> tensor<5x5x1x!quant.uniform<u4:f32, 0.5:7>>
  %y = qnn.depthwise_conv2d %p, %w strides [2, 2]
      : tensor<5x5x1x!quant.uniform<u4:f32, 0.5:7>>, tensor<3x3x1xf32> -> tensor<2x2x1xf32>
  return %y, %p : tensor<2x2x1xf32>, tensor<5x5x1x!quant.uniform<u4:f32, 0.5:7>>
}

// -----

// Not folded: another value, channels, as wide as the window, quantized anew.
// CHECK:      func.func @kept(%x: tensor<4x4x1xf32>, %w: tensor<1x1x1x1xf32>, %v: tensor<1x1x1x2xf32>) -> tensor<4x4x1xf32> {
// CHECK-NEXT:   %a = qnn.pad %x low [0, 0, 0] high [1, 1, 0] value 1.5 : tensor<4x4x1xf32> -> tensor<5x5x1xf32>
// CHECK-NEXT:   %b = qnn.conv2d %a, %w : tensor<5x5x1xf32>, tensor<1x1x1x1xf32> -> tensor<5x5x1xf32>
// CHECK-NEXT:   %c = qnn.pad %b low [1, 0, 0] high [0, 0, 0] : tensor<5x5x1xf32> -> tensor<6x5x1xf32>
// CHECK-NEXT:   %d = qnn.conv2d %c, %w strides [2, 1] : tensor<6x5x1xf32>, tensor<1x1x1x1xf32> -> tensor<3x5x1xf32>
// CHECK-NEXT:   %e = qnn.pad %d low [0, 0, 0] high [0, 0, 1] : tensor<3x5x1xf32> -> tensor<3x5x2xf32>
// CHECK-NEXT:   %f = qnn.conv2d %e, %v : tensor<3x5x2xf32>, tensor<1x1x1x2xf32> -> tensor<3x5x1xf32>
// CHECK-NEXT:   %g = qnn.pad %f low [0, 0, 0] high [1, 0, 0] : tensor<3x5x1xf32> -> tensor<4x5x1x!quant.uniform<i8:f32, 0.1>>
// CHECK-NEXT:   %y = qnn.conv2d %g, %w : tensor<4x5x1x!quant.uniform<i8:f32, 0.1>>, tensor<1x1x1x1xf32> -> tensor<4x5x1xf32>
// CHECK-NEXT:   %z = qnn.max_pool2d %y kernel [1, 2] : tensor<4x5x1xf32> -> tensor<4x4x1xf32>
// CHECK-NEXT:   func.return %z : tensor<4x4x1xf32>
// CHECK-NEXT: }
func.func @kept(%x: tensor<4x4x1xf32>, %w: tensor<1x1x1x1xf32>, %v: tensor<1x1x1x2xf32>)
    -> tensor<4x4x1xf32> {
  %a = qnn.pad %x low [0, 0, 0] high [1, 1, 0] value 1.5 : tensor<4x4x1xf32> -> tensor<5x5x1xf32>
  %b = qnn.conv2d %a, %w : tensor<5x5x1xf32>, tensor<1x1x1x1xf32> -> tensor<5x5x1xf32>
  %c = qnn.pad %b low [1, 0, 0] high [0, 0, 0] : tensor<5x5x1xf32> -> tensor<6x5x1xf32>
  %d = qnn.conv2d %c, %w strides [2, 1] : tensor<6x5x1xf32>, tensor<1x1x1x1xf32> -> tensor<3x5x1xf32>
  %e = qnn.pad %d low [0, 0, 0] high [0, 0, 1] : tensor<3x5x1xf32> -> tensor<3x5x2xf32>
  %f = qnn.conv2d %e, %v : tensor<3x5x2xf32>, tensor<1x1x1x2xf32> -> tensor<3x5x1xf32>
  %g = qnn.pad %f low [0, 0, 0] high [1, 0, 0] : tensor<3x5x1xf32> -> tensor<4x5x1x!quant.uniform<i8:f32, 0.1>>
  %y = qnn.conv2d %g, %w : tensor<4x5x1x!quant.uniform<i8:f32, 0.1>>, tensor<1x1x1x1xf32> -> tensor<4x5x1xf32>
  %z = qnn.max_pool2d %y kernel [1, 2] : tensor<4x5x1xf32> -> tensor<4x4x1xf32>
  return %z : tensor<4x4x1xf32>
}
