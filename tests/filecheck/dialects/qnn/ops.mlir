// RUN: ROUNDTRIP
// RUN: GENERIC_ROUNDTRIP

// constants: stored integers, real numbers, a splat, bytes
func.func @constants() {
  %w = qnn.constant dense<[[1, -2], [7, -7]]> : tensor<2x2x!quant.uniform<i4<-7:7>:f32:0, {0.5, 0.25}>>
  %u = qnn.constant dense<[0, 255]> {origin = "here"} : tensor<2x!quant.uniform<u8:f32, 0.5:128>>
  %q = qnn.constant dense<[-2147483648, 2147483647]> : tensor<2x!quant.uniform<i32:f32, 1.0e-05>>
  %v = qnn.constant dense<[4294967295]> : tensor<1x!quant.uniform<u32:f32, 1.0e-05>>
  %b = qnn.constant dense<[0.1, -1.0, 1.0e-10, 1234567.0, 3]> : tensor<5xf32>
  %s = qnn.constant dense<0.5> : tensor<3xf32>
  %h = qnn.constant dense<"0xFFFE000102"> : tensor<5x!quant.uniform<i4:f32, 0.5>>
  %l = qnn.constant dense<1> : tensor<65x!quant.uniform<i16:f32, 0.5>>
  func.return
}
// CHECK: func.func @constants() {
// CHECK-NEXT: %w = qnn.constant dense<[[1, -2], [7, -7]]> : tensor<2x2x!quant.uniform<i4<-7:7>:f32:0, {0.5, 0.25}>>
// CHECK-NEXT: %u = qnn.constant dense<[0, 255]> {origin = "here"} : tensor<2x!quant.uniform<u8:f32, 0.5:128>>
// CHECK-NEXT: %q = qnn.constant dense<[-2147483648, 2147483647]> : tensor<2x!quant.uniform<i32:f32, 1.0e-05>>
// CHECK-NEXT: %v = qnn.constant dense<[4294967295]> : tensor<1x!quant.uniform<u32:f32, 1.0e-05>>
// CHECK-NEXT: %b = qnn.constant dense<[0.1, -1.0, 1.0e-10, 1.234567e+06, 3.0]> : tensor<5xf32>
// CHECK-NEXT: %s = qnn.constant dense<[0.5, 0.5, 0.5]> : tensor<3xf32>
// CHECK-NEXT: %h = qnn.constant dense<[-1, -2, 0, 1, 2]> : tensor<5x!quant.uniform<i4:f32, 0.5>>
// CHECK-NEXT: %l = qnn.constant dense<"0x01000100010001000100010001000100010001000100010001000100010001000100010001000100010001000100010001000100010001000100010001000100010001000100010001000100010001000100010001000100010001000100010001000100010001000100010001000100010001000100010001000100010001000100"> : tensor<65x!quant.uniform<i16:f32, 0.5>>
// CHECK-NEXT: func.return
// CHECK-NEXT: }

// every property of a convolution
func.func @conv2d(%x: tensor<5x5x2x!quant.uniform<u8:f32, 0.5:128>>, %w: tensor<3x3x3x2x!quant.uniform<i4:f32:0, {0.1, 0.2, 0.3}>>, %b: tensor<3x!quant.uniform<i32:f32, 0.05>>) -> tensor<3x3x3x!quant.uniform<u4:f32, 0.4>> {
  %y = qnn.conv2d %x, %w bias %b strides [2, 1] padding [1, 2, 1, 1] dilation [1, 2] clamp [0.0, 6.0] : tensor<5x5x2x!quant.uniform<u8:f32, 0.5:128>>, tensor<3x3x3x2x!quant.uniform<i4:f32:0, {0.1, 0.2, 0.3}>>, tensor<3x!quant.uniform<i32:f32, 0.05>> -> tensor<3x3x3x!quant.uniform<u4:f32, 0.4>>
  func.return %y : tensor<3x3x3x!quant.uniform<u4:f32, 0.4>>
}
// CHECK: func.func @conv2d(%x: tensor<5x5x2x!quant.uniform<u8:f32, 0.5:128>>, %w: tensor<3x3x3x2x!quant.uniform<i4:f32:0, {0.1, 0.2, 0.3}>>, %b: tensor<3x!quant.uniform<i32:f32, 0.05>>) -> tensor<3x3x3x!quant.uniform<u4:f32, 0.4>> {
// CHECK-NEXT: %y = qnn.conv2d %x, %w bias %b strides [2, 1] padding [1, 2, 1, 1] dilation [1, 2] clamp [0.0, 6.0] : tensor<5x5x2x!quant.uniform<u8:f32, 0.5:128>>, tensor<3x3x3x2x!quant.uniform<i4:f32:0, {0.1, 0.2, 0.3}>>, tensor<3x!quant.uniform<i32:f32, 0.05>> -> tensor<3x3x3x!quant.uniform<u4:f32, 0.4>>
// CHECK-NEXT: func.return %y : tensor<3x3x3x!quant.uniform<u4:f32, 0.4>>
// CHECK-NEXT: }

// defaults are not printed
func.func @pointwise(%x: tensor<5x5x2xf32>, %w: tensor<3x1x1x2xf32>) -> tensor<5x5x3xf32> {
  %y = qnn.conv2d %x, %w strides [1, 1] padding [0, 0, 0, 0] dilation [1, 1] : tensor<5x5x2xf32>, tensor<3x1x1x2xf32> -> tensor<5x5x3xf32>
  func.return %y : tensor<5x5x3xf32>
}
// CHECK: func.func @pointwise(%x: tensor<5x5x2xf32>, %w: tensor<3x1x1x2xf32>) -> tensor<5x5x3xf32> {
// CHECK-NEXT: %y = qnn.conv2d %x, %w : tensor<5x5x2xf32>, tensor<3x1x1x2xf32> -> tensor<5x5x3xf32>
// CHECK-NEXT: func.return %y : tensor<5x5x3xf32>
// CHECK-NEXT: }

// two filters per channel
func.func @depthwise_conv2d(%x: tensor<5x5x2xf32>, %w: tensor<3x3x4xf32>, %b: tensor<4xf32>) -> tensor<5x5x4xf32> {
  %y = qnn.depthwise_conv2d %x, %w bias %b padding [1, 1, 1, 1] clamp [0.0, inf] : tensor<5x5x2xf32>, tensor<3x3x4xf32>, tensor<4xf32> -> tensor<5x5x4xf32>
  func.return %y : tensor<5x5x4xf32>
}
// CHECK: func.func @depthwise_conv2d(%x: tensor<5x5x2xf32>, %w: tensor<3x3x4xf32>, %b: tensor<4xf32>) -> tensor<5x5x4xf32> {
// CHECK-NEXT: %y = qnn.depthwise_conv2d %x, %w bias %b padding [1, 1, 1, 1] clamp [0.0, inf] : tensor<5x5x2xf32>, tensor<3x3x4xf32>, tensor<4xf32> -> tensor<5x5x4xf32>
// CHECK-NEXT: func.return %y : tensor<5x5x4xf32>
// CHECK-NEXT: }

// fully connected
func.func @fully_connected(%x: tensor<7xf32>, %w: tensor<2x7xf32>, %b: tensor<2xf32>) -> tensor<2xf32> {
  %h = qnn.fully_connected %x, %w bias %b clamp [-inf, 0.1] : tensor<7xf32>, tensor<2x7xf32>, tensor<2xf32> -> tensor<2xf32>
  %y = qnn.fully_connected %x, %w : tensor<7xf32>, tensor<2x7xf32> -> tensor<2xf32>
  func.return %y : tensor<2xf32>
}
// CHECK: func.func @fully_connected(%x: tensor<7xf32>, %w: tensor<2x7xf32>, %b: tensor<2xf32>) -> tensor<2xf32> {
// CHECK-NEXT: %h = qnn.fully_connected %x, %w bias %b clamp [-inf, 0.1] : tensor<7xf32>, tensor<2x7xf32>, tensor<2xf32> -> tensor<2xf32>
// CHECK-NEXT: %y = qnn.fully_connected %x, %w : tensor<7xf32>, tensor<2x7xf32> -> tensor<2xf32>
// CHECK-NEXT: func.return %y : tensor<2xf32>
// CHECK-NEXT: }

// arithmetic of two tensors
func.func @arithmetic(%a: tensor<2x2x3x!quant.uniform<u4:f32, 0.1:8>>, %b: tensor<3xf32>) -> tensor<2x2x3xf32> {
  %s = qnn.add %a, %b clamp [0.0, 1.0] : tensor<2x2x3x!quant.uniform<u4:f32, 0.1:8>>, tensor<3xf32> -> tensor<2x2x3xf32>
  %d = qnn.sub %s, %a scale [1.0, -2.5, 0.0] offset [0.25, 0.0, 0.001] : tensor<2x2x3xf32>, tensor<2x2x3x!quant.uniform<u4:f32, 0.1:8>> -> tensor<2x2x3xf32>
  %e = qnn.sub %b, %d : tensor<3xf32>, tensor<2x2x3xf32> -> tensor<2x2x3xf32>
  %y = qnn.mul %e, %b scale [1.0, 2.0, 3.0] offset [0.0, 0.0, 0.5] clamp [0.0, inf] : tensor<2x2x3xf32>, tensor<3xf32> -> tensor<2x2x3xf32>
  func.return %y : tensor<2x2x3xf32>
}
// CHECK: func.func @arithmetic(%a: tensor<2x2x3x!quant.uniform<u4:f32, 0.1:8>>, %b: tensor<3xf32>) -> tensor<2x2x3xf32> {
// CHECK-NEXT: %s = qnn.add %a, %b clamp [0.0, 1.0] : tensor<2x2x3x!quant.uniform<u4:f32, 0.1:8>>, tensor<3xf32> -> tensor<2x2x3xf32>
// CHECK-NEXT: %d = qnn.sub %s, %a scale [1.0, -2.5, 0.0] offset [0.25, 0.0, 0.001] : tensor<2x2x3xf32>, tensor<2x2x3x!quant.uniform<u4:f32, 0.1:8>> -> tensor<2x2x3xf32>
// CHECK-NEXT: %e = qnn.sub %b, %d : tensor<3xf32>, tensor<2x2x3xf32> -> tensor<2x2x3xf32>
// CHECK-NEXT: %y = qnn.mul %e, %b scale [1.0, 2.0, 3.0] offset [0.0, 0.0, 0.5] clamp [0.0, inf] : tensor<2x2x3xf32>, tensor<3xf32> -> tensor<2x2x3xf32>
// CHECK-NEXT: func.return %y : tensor<2x2x3xf32>
// CHECK-NEXT: }

// poolings
func.func @pools(%x: tensor<4x4x3xf32>) -> tensor<3xf32> {
  %a = qnn.max_pool2d %x kernel [2, 2] strides [1, 1] padding [0, 1, 1, 0] clamp [-1.0, 1.0] : tensor<4x4x3xf32> -> tensor<4x4x3xf32>
  %b = qnn.avg_pool2d %a kernel [2, 2] strides [2, 2] : tensor<4x4x3xf32> -> tensor<2x2x3x!quant.uniform<i8:f32, 0.1>>
  %y = qnn.global_avg_pool2d %b clamp [0.0, 6.0] : tensor<2x2x3x!quant.uniform<i8:f32, 0.1>> -> tensor<3xf32>
  func.return %y : tensor<3xf32>
}
// CHECK: func.func @pools(%x: tensor<4x4x3xf32>) -> tensor<3xf32> {
// CHECK-NEXT: %a = qnn.max_pool2d %x kernel [2, 2] padding [0, 1, 1, 0] clamp [-1.0, 1.0] : tensor<4x4x3xf32> -> tensor<4x4x3xf32>
// CHECK-NEXT: %b = qnn.avg_pool2d %a kernel [2, 2] strides [2, 2] : tensor<4x4x3xf32> -> tensor<2x2x3x!quant.uniform<i8:f32, 0.1>>
// CHECK-NEXT: %y = qnn.global_avg_pool2d %b clamp [0.0, 6.0] : tensor<2x2x3x!quant.uniform<i8:f32, 0.1>> -> tensor<3xf32>
// CHECK-NEXT: func.return %y : tensor<3xf32>
// CHECK-NEXT: }

// functions of one tensor
func.func @functions(%x: tensor<4xf32>) -> tensor<4xf32> {
  %q = qnn.quantize %x : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 0.5:128>>
  %r = qnn.quantize %q : tensor<4x!quant.uniform<u8:f32, 0.5:128>> -> tensor<4x!quant.uniform<i4:f32, 0.5>>
  %d = qnn.dequantize %r : tensor<4x!quant.uniform<i4:f32, 0.5>> -> tensor<4xf32>
  %c = qnn.clamp %d to [-inf, 0.3333333333333333] : tensor<4xf32> -> tensor<4xf32>
  %n = qnn.batch_norm %c scale [1.0, 2.0, 3.0, 1234567.0] offset [0.0, 0.5, -0.5, 1.0e-20] mean [0.1, -0.1, 0.0, 0.0] variance [1.0, 4.0, 0.0, 123456789.0] epsilon 0.001 : tensor<4xf32> -> tensor<4xf32>
  %s = qnn.sigmoid %n : tensor<4xf32> -> tensor<4xf32>
  %t = qnn.tanh %s : tensor<4xf32> -> tensor<4xf32>
  %e = qnn.softmax %t beta 1.0 : tensor<4xf32> -> tensor<4xf32>
  %y = qnn.softmax %e beta 0.5 : tensor<4xf32> -> tensor<4xf32>
  func.return %y : tensor<4xf32>
}
// CHECK: func.func @functions(%x: tensor<4xf32>) -> tensor<4xf32> {
// CHECK-NEXT: %q = qnn.quantize %x : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 0.5:128>>
// CHECK-NEXT: %r = qnn.quantize %q : tensor<4x!quant.uniform<u8:f32, 0.5:128>> -> tensor<4x!quant.uniform<i4:f32, 0.5>>
// CHECK-NEXT: %d = qnn.dequantize %r : tensor<4x!quant.uniform<i4:f32, 0.5>> -> tensor<4xf32>
// CHECK-NEXT: %c = qnn.clamp %d to [-inf, 0.3333333333333333] : tensor<4xf32> -> tensor<4xf32>
// CHECK-NEXT: %n = qnn.batch_norm %c scale [1.0, 2.0, 3.0, 1234567.0] offset [0.0, 0.5, -0.5, 1.0e-20] mean [0.1, -0.1, 0.0, 0.0] variance [1.0, 4.0, 0.0, 123456789.0] epsilon 0.001 : tensor<4xf32> -> tensor<4xf32>
// CHECK-NEXT: %s = qnn.sigmoid %n : tensor<4xf32> -> tensor<4xf32>
// CHECK-NEXT: %t = qnn.tanh %s : tensor<4xf32> -> tensor<4xf32>
// CHECK-NEXT: %e = qnn.softmax %t : tensor<4xf32> -> tensor<4xf32>
// CHECK-NEXT: %y = qnn.softmax %e beta 0.5 : tensor<4xf32> -> tensor<4xf32>
// CHECK-NEXT: func.return %y : tensor<4xf32>
// CHECK-NEXT: }

// moving elements
func.func @shapes(%x: tensor<2x2x8xf32>) -> tensor<4x12x2xf32> {
  %p = qnn.pad %x low [0, 0, 0] high [0, 1, 0] : tensor<2x2x8xf32> -> tensor<2x3x8xf32>
  %q = qnn.pad %x low [0, 1, 0] high [0, 0, 0] value -1.5 : tensor<2x2x8xf32> -> tensor<2x3x8xf32>
  %c = qnn.concat %p, %q axis 1 : tensor<2x3x8xf32>, tensor<2x3x8xf32> -> tensor<2x6x8xf32>
  %t = qnn.transpose %c permutation [1, 0, 2] : tensor<2x6x8xf32> -> tensor<6x2x8xf32>
  %r = qnn.reshape %t : tensor<6x2x8xf32> -> tensor<2x6x8xf32>
  %y = qnn.depth_to_space %r block 2 mode "crd" : tensor<2x6x8xf32> -> tensor<4x12x2xf32>
  func.return %y : tensor<4x12x2xf32>
}
// CHECK: func.func @shapes(%x: tensor<2x2x8xf32>) -> tensor<4x12x2xf32> {
// CHECK-NEXT: %p = qnn.pad %x low [0, 0, 0] high [0, 1, 0] : tensor<2x2x8xf32> -> tensor<2x3x8xf32>
// CHECK-NEXT: %q = qnn.pad %x low [0, 1, 0] high [0, 0, 0] value -1.5 : tensor<2x2x8xf32> -> tensor<2x3x8xf32>
// CHECK-NEXT: %c = qnn.concat %p, %q axis 1 : tensor<2x3x8xf32>, tensor<2x3x8xf32> -> tensor<2x6x8xf32>
// CHECK-NEXT: %t = qnn.transpose %c permutation [1, 0, 2] : tensor<2x6x8xf32> -> tensor<6x2x8xf32>
// CHECK-NEXT: %r = qnn.reshape %t : tensor<6x2x8xf32> -> tensor<2x6x8xf32>
// CHECK-NEXT: %y = qnn.depth_to_space %r block 2 mode "crd" : tensor<2x6x8xf32> -> tensor<4x12x2xf32>
// CHECK-NEXT: func.return %y : tensor<4x12x2xf32>
// CHECK-NEXT: }
