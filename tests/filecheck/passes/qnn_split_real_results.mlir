// RUN: cmix-opt %s --split-input-file -p qnn-split-real-results | filecheck %s

// Both are limited and quantized; the clamps come with their quantization.
// CHECK:      func.func @clamps(%x: tensor<4x!quant.uniform<u8:f32, 0.5>>) -> (tensor<1x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<i4:f32, 2.0>>) {
// CHECK-NEXT:   %w = qnn.constant dense<{{\[\[}}3, -1, 2, 0]]> : tensor<1x4x!quant.uniform<i4:f32, 0.25>>
// CHECK-NEXT:   %y = qnn.fully_connected %x, %w : tensor<4x!quant.uniform<u8:f32, 0.5>>, tensor<1x4x!quant.uniform<i4:f32, 0.25>> -> tensor<1xf32>
// CHECK-NEXT:   %y_1 = qnn.fully_connected %x, %w : tensor<4x!quant.uniform<u8:f32, 0.5>>, tensor<1x4x!quant.uniform<i4:f32, 0.25>> -> tensor<1xf32>
// CHECK-NEXT:   %r = qnn.clamp %y to [0.0, inf] : tensor<1xf32> -> tensor<1xf32>
// CHECK-NEXT:   %r_1 = qnn.clamp %y_1 to [0.0, inf] : tensor<1xf32> -> tensor<1xf32>
// CHECK-NEXT:   %a = qnn.quantize %r : tensor<1xf32> -> tensor<1x!quant.uniform<u8:f32, 1.0>>
// CHECK-NEXT:   %b = qnn.quantize %r_1 : tensor<1xf32> -> tensor<1x!quant.uniform<i4:f32, 2.0>>
// CHECK-NEXT:   func.return %a, %b : tensor<1x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<i4:f32, 2.0>>
// CHECK-NEXT: }
func.func @clamps(%x: tensor<4x!quant.uniform<u8:f32, 0.5>>)
    -> (tensor<1x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<i4:f32, 2.0>>) {
  %w = qnn.constant dense<[[3, -1, 2, 0]]> : tensor<1x4x!quant.uniform<i4:f32, 0.25>>
  %y = qnn.fully_connected %x, %w
      : tensor<4x!quant.uniform<u8:f32, 0.5>>, tensor<1x4x!quant.uniform<i4:f32, 0.25>> -> tensor<1xf32>
  %r = qnn.clamp %y to [0.0, inf] : tensor<1xf32> -> tensor<1xf32>
  %a = qnn.quantize %r : tensor<1xf32> -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  %b = qnn.quantize %r : tensor<1xf32> -> tensor<1x!quant.uniform<i4:f32, 2.0>>
  return %a, %b : tensor<1x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<i4:f32, 2.0>>
}

// -----

// Quantized alike, and moved only: nothing is computed twice.
// CHECK:      func.func @alike(%x: tensor<2x2x1x!quant.uniform<u8:f32, 0.5>>, %v: tensor<4xf32>) -> (tensor<4x!quant.uniform<u8:f32, 1.0>>, tensor<4x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<u8:f32, 0.5>>, tensor<4x!quant.uniform<u8:f32, 0.5>>) {
// CHECK-NEXT:   %s = qnn.add %v, %v : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
// CHECK-NEXT:   %a = qnn.quantize %s : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 1.0>>
// CHECK-NEXT:   %b = qnn.quantize %s : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 1.0>>
// CHECK-NEXT:   %m = qnn.max_pool2d %x kernel [1, 1] : tensor<2x2x1x!quant.uniform<u8:f32, 0.5>> -> tensor<2x2x1xf32>
// CHECK-NEXT:   %g = qnn.global_avg_pool2d %m : tensor<2x2x1xf32> -> tensor<1x!quant.uniform<u8:f32, 0.5>>
// CHECK-NEXT:   %h = qnn.reshape %m : tensor<2x2x1xf32> -> tensor<4x!quant.uniform<u8:f32, 0.5>>
// CHECK-NEXT:   func.return %a, %b, %g, %h : tensor<4x!quant.uniform<u8:f32, 1.0>>, tensor<4x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<u8:f32, 0.5>>, tensor<4x!quant.uniform<u8:f32, 0.5>>
// CHECK-NEXT: }
func.func @alike(%x: tensor<2x2x1x!quant.uniform<u8:f32, 0.5>>, %v: tensor<4xf32>)
    -> (tensor<4x!quant.uniform<u8:f32, 1.0>>, tensor<4x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<u8:f32, 0.5>>, tensor<4x!quant.uniform<u8:f32, 0.5>>) {
  %s = qnn.add %v, %v : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %a = qnn.quantize %s : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 1.0>>
  %b = qnn.quantize %s : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 1.0>>
  %m = qnn.max_pool2d %x kernel [1, 1] : tensor<2x2x1x!quant.uniform<u8:f32, 0.5>> -> tensor<2x2x1xf32>
  %g = qnn.global_avg_pool2d %m : tensor<2x2x1xf32> -> tensor<1x!quant.uniform<u8:f32, 0.5>>
  %h = qnn.reshape %m : tensor<2x2x1xf32> -> tensor<4x!quant.uniform<u8:f32, 0.5>>
  return %a, %b, %g, %h : tensor<4x!quant.uniform<u8:f32, 1.0>>, tensor<4x!quant.uniform<u8:f32, 1.0>>, tensor<1x!quant.uniform<u8:f32, 0.5>>, tensor<4x!quant.uniform<u8:f32, 0.5>>
}
