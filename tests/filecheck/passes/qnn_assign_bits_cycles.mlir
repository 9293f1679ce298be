// RUN: cmix-opt %s -p "qnn-assign-bits{flash=69 strategy=cycles}" | filecheck %s

// 2 bytes of 71 are too many. The paper's procedure halves the convolution's weights, 8 bytes; here the
// fully connected layer's get 4 bits, as 4 bits make its multiplications cheaper, the convolution's not.
// CHECK:      func.func @cycles(%x: tensor<1x1x2x!quant.uniform<u8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
// CHECK-NEXT:   %w = qnn.constant dense<{{\[\[\[\[}}255, 0]]], {{\[\[\[}}255, 0]]], {{\[\[\[}}0, 255]]], {{\[\[\[}}0, 0]]]]> : tensor<4x1x1x2x!quant.uniform<u8:f32:0, {1.0:100, 0.2, 0.4, 1.0}>>
// CHECK-NEXT:   %h = qnn.conv2d %x, %w : tensor<1x1x2x!quant.uniform<u8:f32, 0.5>>, tensor<4x1x1x2x!quant.uniform<u8:f32:0, {1.0:100, 0.2, 0.4, 1.0}>> -> tensor<1x1x4x!quant.uniform<u8:f32, 3.0>>
// CHECK-NEXT:   %r = qnn.reshape %h : tensor<1x1x4x!quant.uniform<u8:f32, 3.0>> -> tensor<4x!quant.uniform<u8:f32, 3.0>>
// CHECK-NEXT:   %v = qnn.constant dense<{{\[\[}}15, 0, 0, 1]]> : tensor<1x4x!quant.uniform<u4:f32:0, {17.0}>>
// CHECK-NEXT:   %y = qnn.fully_connected %r, %v : tensor<4x!quant.uniform<u8:f32, 3.0>>, tensor<1x4x!quant.uniform<u4:f32:0, {17.0}>> -> tensor<1x!quant.uniform<u8:f32, 1.0>>
// CHECK-NEXT:   func.return %y : tensor<1x!quant.uniform<u8:f32, 1.0>>
// CHECK-NEXT: }
func.func @cycles(%x: tensor<1x1x2x!quant.uniform<u8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
  %w = qnn.constant dense<[[[[155.0, -100.0]]], [[[51.0, 0.0]]], [[[0.0, 102.0]]], [[[0.0, 0.0]]]]> : tensor<4x1x1x2xf32>
  %v = qnn.constant dense<[[255.0, 0.0, 0.0, 17.0]]> : tensor<1x4xf32>
  %h = qnn.conv2d %x, %w : tensor<1x1x2x!quant.uniform<u8:f32, 0.5>>, tensor<4x1x1x2xf32>
     -> tensor<1x1x4x!quant.uniform<u8:f32, 3.0>>
  %r = qnn.reshape %h : tensor<1x1x4x!quant.uniform<u8:f32, 3.0>> -> tensor<4x!quant.uniform<u8:f32, 3.0>>
  %y = qnn.fully_connected %r, %v : tensor<4x!quant.uniform<u8:f32, 3.0>>, tensor<1x4xf32>
     -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  return %y : tensor<1x!quant.uniform<u8:f32, 1.0>>
}
