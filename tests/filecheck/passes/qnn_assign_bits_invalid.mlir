// RUN: cmix-opt %s --split-input-file --verify-diagnostics -p "qnn-assign-bits{flash=67 ram=2}" | filecheck %s

// CHECK: layer 'h': x at 8 bits, h at 2 bits need 1 bytes more than the 2 bytes of RAM: make the layer's tensors smaller
func.func @ram(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
  %w = qnn.constant dense<1.0> : tensor<4x2xf32>
  %h = qnn.fully_connected %x, %w : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<4x2xf32>
     -> tensor<4x!quant.uniform<u8:f32, 3.0>>
  %v = qnn.constant dense<1.0> : tensor<1x4xf32>
  %y = qnn.fully_connected %h, %v : tensor<4x!quant.uniform<u8:f32, 3.0>>, tensor<1x4xf32>
     -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  return %y : tensor<1x!quant.uniform<u8:f32, 1.0>>
}

// -----

// CHECK: layer 'h': expected a quantized result, found %h of f32
func.func @real(%x: tensor<1x!quant.uniform<u8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
  %w = qnn.constant dense<1.0> : tensor<1x1xf32>
  %h = qnn.fully_connected %x, %w : tensor<1x!quant.uniform<u8:f32, 0.5>>, tensor<1x1xf32> -> tensor<1xf32>
  %y = qnn.fully_connected %h, %w : tensor<1xf32>, tensor<1x1xf32> -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  return %y : tensor<1x!quant.uniform<u8:f32, 1.0>>
}

// -----

// CHECK: expected tensors quantized with at most 8 bits, found %x of tensor<1xf32>: quantize it with qnn.quantize and fold that
func.func @real_input(%x: tensor<1xf32>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
  %w = qnn.constant dense<1.0> : tensor<1x1xf32>
  %y = qnn.fully_connected %x, %w : tensor<1xf32>, tensor<1x1xf32> -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  return %y : tensor<1x!quant.uniform<u8:f32, 1.0>>
}

// -----

// CHECK: expected tensors as arguments, found %x of i32
func.func @word(%x: i32) {
  return
}
