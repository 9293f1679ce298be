// RUN: cmix-opt %s --split-input-file -p qnn-hoist-clamps | filecheck %s

// A clamp meets the layer whose result it limits, under the layer's name.
// CHECK:      func.func @through(%x: tensor<2x2x8xf32>, %w: tensor<8x1x1x8xf32>) -> tensor<8xf32> {
// CHECK-NEXT:   %conv = qnn.conv2d %x, %w : tensor<2x2x8xf32>, tensor<8x1x1x8xf32> -> tensor<2x2x8xf32>
// CHECK-NEXT:   %d = qnn.clamp %conv to [-1.0, 2.0] : tensor<2x2x8xf32> -> tensor<2x2x8xf32>
// CHECK-NEXT:   %m = qnn.depth_to_space %d block 2 mode "crd" : tensor<2x2x8xf32> -> tensor<4x4x2xf32>
// CHECK-NEXT:   %t = qnn.max_pool2d %m kernel [2, 2] strides [2, 2] : tensor<4x4x2xf32> -> tensor<2x2x2xf32>
// CHECK-NEXT:   %f = qnn.transpose %t permutation [2, 0, 1] : tensor<2x2x2xf32> -> tensor<2x2x2xf32>
// CHECK-NEXT:   %y = qnn.reshape %f : tensor<2x2x2xf32> -> tensor<8xf32>
// CHECK-NEXT:   func.return %y : tensor<8xf32>
// CHECK-NEXT: }
func.func @through(%x: tensor<2x2x8xf32>, %w: tensor<8x1x1x8xf32>) -> tensor<8xf32> {
  %conv = qnn.conv2d %x, %w : tensor<2x2x8xf32>, tensor<8x1x1x8xf32> -> tensor<2x2x8xf32>
  %d = qnn.depth_to_space %conv block 2 mode "crd" : tensor<2x2x8xf32> -> tensor<4x4x2xf32>
  %m = qnn.max_pool2d %d kernel [2, 2] strides [2, 2] : tensor<4x4x2xf32> -> tensor<2x2x2xf32>
  %t = qnn.transpose %m permutation [2, 0, 1] : tensor<2x2x2xf32> -> tensor<2x2x2xf32>
  %f = qnn.reshape %t : tensor<2x2x2xf32> -> tensor<8xf32>
  %y = qnn.clamp %f to [-1.0, 2.0] : tensor<8xf32> -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// -----

// Not moved: quantized numbers, an operand with another user, an average.
// CHECK:      func.func @kept(%x: tensor<4x!quant.uniform<i8:f32, 0.5>>, %z: tensor<2x2x1xf32>) -> (tensor<2x2xf32>, tensor<4xf32>, tensor<4xf32>, tensor<1x1x1xf32>) {
// CHECK-NEXT:   %r = qnn.reshape %x : tensor<4x!quant.uniform<i8:f32, 0.5>> -> tensor<2x2xf32>
// CHECK-NEXT:   %a = qnn.clamp %r to [0.0, inf] : tensor<2x2xf32> -> tensor<2x2xf32>
// CHECK-NEXT:   %s = qnn.reshape %z : tensor<2x2x1xf32> -> tensor<4xf32>
// CHECK-NEXT:   %b = qnn.clamp %s to [0.0, inf] : tensor<4xf32> -> tensor<4xf32>
// CHECK-NEXT:   %p = qnn.avg_pool2d %z kernel [2, 2] : tensor<2x2x1xf32> -> tensor<1x1x1xf32>
// CHECK-NEXT:   %c = qnn.clamp %p to [0.0, inf] : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
// CHECK-NEXT:   func.return %a, %s, %b, %c : tensor<2x2xf32>, tensor<4xf32>, tensor<4xf32>, tensor<1x1x1xf32>
// CHECK-NEXT: }
func.func @kept(%x: tensor<4x!quant.uniform<i8:f32, 0.5>>, %z: tensor<2x2x1xf32>)
    -> (tensor<2x2xf32>, tensor<4xf32>, tensor<4xf32>, tensor<1x1x1xf32>) {
  %r = qnn.reshape %x : tensor<4x!quant.uniform<i8:f32, 0.5>> -> tensor<2x2xf32>
  %a = qnn.clamp %r to [0.0, inf] : tensor<2x2xf32> -> tensor<2x2xf32>
  %s = qnn.reshape %z : tensor<2x2x1xf32> -> tensor<4xf32>
  %b = qnn.clamp %s to [0.0, inf] : tensor<4xf32> -> tensor<4xf32>
  %p = qnn.avg_pool2d %z kernel [2, 2] : tensor<2x2x1xf32> -> tensor<1x1x1xf32>
  %c = qnn.clamp %p to [0.0, inf] : tensor<1x1x1xf32> -> tensor<1x1x1xf32>
  return %a, %s, %b, %c : tensor<2x2xf32>, tensor<4xf32>, tensor<4xf32>, tensor<1x1x1xf32>
}
