// RUN: cmix-opt %s --split-input-file --verify-diagnostics -p "qnn-assign-bits{flash=67 ram=2}" | filecheck %s

// CHECK: layer 'h': input at 8 bits and output at 2 bits need 1 bytes more than the 2 bytes of RAM: make the layer's tensors smaller
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

// CHECK: layer 'z': expected a chain, each layer reading the one before: set its bits by hand
func.func @branches(%x: tensor<1x!quant.uniform<u8:f32, 0.5>>) -> (tensor<1xf32>, tensor<1xf32>) {
  %w = qnn.constant dense<1.0> : tensor<1x1xf32>
  %y = qnn.fully_connected %x, %w : tensor<1x!quant.uniform<u8:f32, 0.5>>, tensor<1x1xf32> -> tensor<1xf32>
  %z = qnn.fully_connected %x, %w : tensor<1x!quant.uniform<u8:f32, 0.5>>, tensor<1x1xf32> -> tensor<1xf32>
  return %y, %z : tensor<1xf32>, tensor<1xf32>
}
