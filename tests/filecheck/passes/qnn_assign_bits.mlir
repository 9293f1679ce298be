// RUN: cmix-opt %s --split-input-file -p "qnn-assign-bits{flash=67 ram=5}" | filecheck %s

// 2 and 4 bytes do not fit 5: the first result gets 4 bits, in steps of 3 * 255 / 15. Flash: 59 bytes
// of parameters and 12 of weights do not fit 67: the first layer, with the most, gets 4 bits.
// CHECK:      func.func @activations(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
// CHECK-NEXT:   %w = qnn.constant dense<{{\[\[}}15, 0], [15, 0], [0, 15], [0, 0]]> : tensor<4x2x!quant.uniform<u4:f32:0, {17.0:6, 3.4, 6.8, 1.0}>>
// CHECK-NEXT:   %h = qnn.fully_connected %x, %w : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<4x2x!quant.uniform<u4:f32:0, {17.0:6, 3.4, 6.8, 1.0}>> -> tensor<4x!quant.uniform<u4:f32, 51.0>>
// CHECK-NEXT:   %r = qnn.reshape %h : tensor<4x!quant.uniform<u4:f32, 51.0>> -> tensor<4x!quant.uniform<u4:f32, 51.0>>
// CHECK-NEXT:   %v = qnn.constant dense<{{\[\[}}255, 0, 0, 1]]> : tensor<1x4x!quant.uniform<u8:f32:0, {1.0}>>
// CHECK-NEXT:   %y = qnn.fully_connected %r, %v : tensor<4x!quant.uniform<u4:f32, 51.0>>, tensor<1x4x!quant.uniform<u8:f32:0, {1.0}>> -> tensor<1x!quant.uniform<u8:f32, 1.0>>
// CHECK-NEXT:   func.return %y : tensor<1x!quant.uniform<u8:f32, 1.0>>
// CHECK-NEXT: }
func.func @activations(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
  %w = qnn.constant dense<[[155.0, -100.0], [51.0, 0.0], [0.0, 102.0], [0.0, 0.0]]> : tensor<4x2xf32>
  %v = qnn.constant dense<[[255.0, 0.0, 0.0, 1.0]]> : tensor<1x4xf32>
  %h = qnn.fully_connected %x, %w : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<4x2xf32>
     -> tensor<4x!quant.uniform<u8:f32, 3.0>>
  %r = qnn.reshape %h : tensor<4x!quant.uniform<u8:f32, 3.0>> -> tensor<4x!quant.uniform<u8:f32, 3.0>>
  %y = qnn.fully_connected %r, %v : tensor<4x!quant.uniform<u8:f32, 3.0>>, tensor<1x4xf32>
     -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  return %y : tensor<1x!quant.uniform<u8:f32, 1.0>>
}

// -----

// Everything fits: weights that are quantized stay, real ones get 8 bits.
// CHECK:      func.func @weights(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
// CHECK-NEXT:   %w = qnn.constant dense<{{\[\[}}21, 17], [1, 4]]> : tensor<2x2x!quant.uniform<i8:f32, 0.5>>
// CHECK-NEXT:   %h = qnn.fully_connected %x, %w : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<2x2x!quant.uniform<i8:f32, 0.5>> -> tensor<2x!quant.uniform<u8:f32, 3.0>>
// CHECK-NEXT:   %v = qnn.constant dense<{{\[\[}}255, 0]]> : tensor<1x2x!quant.uniform<u8:f32:0, {0.011764705882352941:128}>>
// CHECK-NEXT:   %y = qnn.fully_connected %h, %v : tensor<2x!quant.uniform<u8:f32, 3.0>>, tensor<1x2x!quant.uniform<u8:f32:0, {0.011764705882352941:128}>> -> tensor<1x!quant.uniform<u8:f32, 1.0>>
// CHECK-NEXT:   func.return %y : tensor<1x!quant.uniform<u8:f32, 1.0>>
// CHECK-NEXT: }
func.func @weights(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
  %w = qnn.constant dense<[[21, 17], [1, 4]]> : tensor<2x2x!quant.uniform<i8:f32, 0.5>>
  %h = qnn.fully_connected %x, %w : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<2x2x!quant.uniform<i8:f32, 0.5>>
     -> tensor<2x!quant.uniform<u8:f32, 3.0>>
  %v = qnn.constant dense<[[1.5, -1.5]]> : tensor<1x2xf32>
  %y = qnn.fully_connected %h, %v : tensor<2x!quant.uniform<u8:f32, 3.0>>, tensor<1x2xf32>
     -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  return %y : tensor<1x!quant.uniform<u8:f32, 1.0>>
}
