// RUN: cmix-opt %s --split-input-file -p qnn-fold-activations | filecheck %s

// Ranges intersect: what is limited to [-1, 4] and then to [0, 6] is in [0, 4].
// CHECK:      func.func @layer(%x: tensor<4xf32>, %w: tensor<2x4xf32>) -> tensor<2x!quant.uniform<u4:f32, 0.4>> {
// CHECK-NEXT:   %y = qnn.fully_connected %x, %w clamp [0.0, 4.0] : tensor<4xf32>, tensor<2x4xf32> -> tensor<2x!quant.uniform<u4:f32, 0.4>>
// CHECK-NEXT:   func.return %y : tensor<2x!quant.uniform<u4:f32, 0.4>>
// CHECK-NEXT: }
func.func @layer(%x: tensor<4xf32>, %w: tensor<2x4xf32>) -> tensor<2x!quant.uniform<u4:f32, 0.4>> {
  %h = qnn.fully_connected %x, %w clamp [-1.0, 4.0] : tensor<4xf32>, tensor<2x4xf32> -> tensor<2xf32>
  %y = qnn.clamp %h to [0.0, 6.0] : tensor<2xf32> -> tensor<2x!quant.uniform<u4:f32, 0.4>>
  return %y : tensor<2x!quant.uniform<u4:f32, 0.4>>
}

// -----

// A quantized result is clamped on the same grid.
// CHECK:      func.func @quantized(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4x!quant.uniform<i4:f32, 0.5>> {
// CHECK-NEXT:   %y = qnn.add %a, %b clamp [0.3, inf] : tensor<4xf32>, tensor<4xf32> -> tensor<4x!quant.uniform<i4:f32, 0.5>>
// CHECK-NEXT:   func.return %y : tensor<4x!quant.uniform<i4:f32, 0.5>>
// CHECK-NEXT: }
func.func @quantized(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4x!quant.uniform<i4:f32, 0.5>> {
  %h = qnn.add %a, %b : tensor<4xf32>, tensor<4xf32> -> tensor<4x!quant.uniform<i4:f32, 0.5>>
  %y = qnn.clamp %h to [0.3, inf]
      : tensor<4x!quant.uniform<i4:f32, 0.5>> -> tensor<4x!quant.uniform<i4:f32, 0.5>>
  return %y : tensor<4x!quant.uniform<i4:f32, 0.5>>
}

// -----

// Not folded: another grid, another user, and a producer that cannot limit.
// CHECK:      func.func @kept(%a: tensor<4xf32>, %b: tensor<4xf32>) -> (tensor<4x!quant.uniform<u4:f32, 0.4>>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
// CHECK-NEXT:   %h = qnn.add %a, %b : tensor<4xf32>, tensor<4xf32> -> tensor<4x!quant.uniform<i4:f32, 0.5>>
// CHECK-NEXT:   %x = qnn.clamp %h to [0.0, inf] : tensor<4x!quant.uniform<i4:f32, 0.5>> -> tensor<4x!quant.uniform<u4:f32, 0.4>>
// CHECK-NEXT:   %m = qnn.mul %a, %b : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
// CHECK-NEXT:   %y = qnn.clamp %m to [0.0, inf] : tensor<4xf32> -> tensor<4xf32>
// CHECK-NEXT:   %t = qnn.tanh %a : tensor<4xf32> -> tensor<4xf32>
// CHECK-NEXT:   %z = qnn.clamp %t to [0.0, inf] : tensor<4xf32> -> tensor<4xf32>
// CHECK-NEXT:   func.return %x, %m, %y, %z : tensor<4x!quant.uniform<u4:f32, 0.4>>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
// CHECK-NEXT: }
func.func @kept(%a: tensor<4xf32>, %b: tensor<4xf32>)
    -> (tensor<4x!quant.uniform<u4:f32, 0.4>>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %h = qnn.add %a, %b : tensor<4xf32>, tensor<4xf32> -> tensor<4x!quant.uniform<i4:f32, 0.5>>
  %x = qnn.clamp %h to [0.0, inf]
      : tensor<4x!quant.uniform<i4:f32, 0.5>> -> tensor<4x!quant.uniform<u4:f32, 0.4>>
  %m = qnn.mul %a, %b : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %y = qnn.clamp %m to [0.0, inf] : tensor<4xf32> -> tensor<4xf32>
  %t = qnn.tanh %a : tensor<4xf32> -> tensor<4xf32>
  %z = qnn.clamp %t to [0.0, inf] : tensor<4xf32> -> tensor<4xf32>
  return %x, %m, %y, %z : tensor<4x!quant.uniform<u4:f32, 0.4>>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
