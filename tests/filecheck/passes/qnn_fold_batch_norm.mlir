// RUN: cmix-opt %s --split-input-file -p qnn-fold-batch-norm | filecheck %s

// Gains 2 and -1/2 go into the scales; weights of the second channel are turned around in [-7, 7].
// CHECK:      func.func @scales(%x: tensor<2xf32>) -> tensor<2xf32> {
// CHECK-NEXT:   %w = qnn.constant dense<{{\[\[}}3, -1], [-2, -2]]> : tensor<2x2x!quant.uniform<i4<-7:7>:f32:0, {1.0, 0.25}>>
// CHECK-NEXT:   %b = qnn.constant dense<[-0.5, 1.5]> : tensor<2xf32>
// CHECK-NEXT:   %y = qnn.fully_connected %x, %w bias %b : tensor<2xf32>, tensor<2x2x!quant.uniform<i4<-7:7>:f32:0, {1.0, 0.25}>>, tensor<2xf32> -> tensor<2xf32>
// CHECK-NEXT:   func.return %y : tensor<2xf32>
// CHECK-NEXT: }
func.func @scales(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w = qnn.constant dense<[[3, -1], [2, 2]]> : tensor<2x2x!quant.uniform<i4<-7:7>:f32, 0.5>>
  %b = qnn.constant dense<[0.25, -1.0]> : tensor<2xf32>
  %h = qnn.fully_connected %x, %w bias %b
      : tensor<2xf32>, tensor<2x2x!quant.uniform<i4<-7:7>:f32, 0.5>>, tensor<2xf32> -> tensor<2xf32>
  %y = qnn.batch_norm %h scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0
      : tensor<2xf32> -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// Unsigned weights: 15 - q, around 15 - 8. A gain of 0 leaves what stands for 0.
// CHECK:      func.func @zero_points(%x: tensor<2x2x3xf32>) -> tensor<2x2x3x!quant.uniform<u8:f32, 0.1>> {
// CHECK-NEXT:   %w = qnn.constant dense<{{\[\[}}[14, 2, 4]]]> : tensor<1x1x3x!quant.uniform<u4:f32:2, {0.5:7, 1.0:8, 1.0:4}>>
// CHECK-NEXT:   %bias = qnn.constant dense<[0.0, 0.0, 2.0]> : tensor<3xf32>
// CHECK-NEXT:   %y = qnn.depthwise_conv2d %x, %w bias %bias : tensor<2x2x3xf32>, tensor<1x1x3x!quant.uniform<u4:f32:2, {0.5:7, 1.0:8, 1.0:4}>>, tensor<3xf32> -> tensor<2x2x3x!quant.uniform<u8:f32, 0.1>>
// CHECK-NEXT:   func.return %y : tensor<2x2x3x!quant.uniform<u8:f32, 0.1>>
// CHECK-NEXT: }
func.func @zero_points(%x: tensor<2x2x3xf32>) -> tensor<2x2x3x!quant.uniform<u8:f32, 0.1>> {
  %w = qnn.constant dense<[[[1, 2, 3]]]> : tensor<1x1x3x!quant.uniform<u4:f32:2, {0.5:8, 0.25:8, 1.0:4}>>
  %h = qnn.depthwise_conv2d %x, %w
      : tensor<2x2x3xf32>, tensor<1x1x3x!quant.uniform<u4:f32:2, {0.5:8, 0.25:8, 1.0:4}>> -> tensor<2x2x3xf32>
  %y = qnn.batch_norm %h scale [-1.0, 4.0, 0.0] offset [0.0, 0.0, 2.0] mean [0.0, 0.0, 1.0]
      variance [0.75, 0.75, 0.75] epsilon 0.25 : tensor<2x2x3xf32> -> tensor<2x2x3x!quant.uniform<u8:f32, 0.1>>
  return %y : tensor<2x2x3x!quant.uniform<u8:f32, 0.1>>
}

// -----

// Real weights are multiplied.
// CHECK:      func.func @real(%x: tensor<2xf32>) -> tensor<2xf32> {
// CHECK-NEXT:   %w = qnn.constant dense<{{\[\[}}6.0, -2.0], [-1.0, -1.0]]> : tensor<2x2xf32>
// CHECK-NEXT:   %bias = qnn.constant dense<[-1.0, 1.0]> : tensor<2xf32>
// CHECK-NEXT:   %y = qnn.fully_connected %x, %w bias %bias : tensor<2xf32>, tensor<2x2xf32>, tensor<2xf32> -> tensor<2xf32>
// CHECK-NEXT:   func.return %y : tensor<2xf32>
// CHECK-NEXT: }
func.func @real(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w = qnn.constant dense<[[3.0, -1.0], [2.0, 2.0]]> : tensor<2x2xf32>
  %h = qnn.fully_connected %x, %w : tensor<2xf32>, tensor<2x2xf32> -> tensor<2xf32>
  %y = qnn.batch_norm %h scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0
      : tensor<2xf32> -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// Not folded: behind a clamp, or a result that something else reads.
// CHECK:      func.func @kept(%x: tensor<2xf32>) -> (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) {
// CHECK-NEXT:   %w = qnn.constant dense<{{\[\[}}3.0, -1.0]]> : tensor<1x2xf32>
// CHECK-NEXT:   %a = qnn.fully_connected %x, %w clamp [0.0, 6.0] : tensor<2xf32>, tensor<1x2xf32> -> tensor<1xf32>
// CHECK-NEXT:   %b = qnn.batch_norm %a scale [2.0] offset [0.0] mean [0.5] variance [1.0] epsilon 0.0 : tensor<1xf32> -> tensor<1xf32>
// CHECK-NEXT:   %c = qnn.fully_connected %x, %w : tensor<2xf32>, tensor<1x2xf32> -> tensor<1xf32>
// CHECK-NEXT:   %d = qnn.batch_norm %c scale [2.0] offset [0.0] mean [0.5] variance [1.0] epsilon 0.0 : tensor<1xf32> -> tensor<1xf32>
// CHECK-NEXT:   func.return %b, %c, %d : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
// CHECK-NEXT: }
func.func @kept(%x: tensor<2xf32>) -> (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) {
  %w = qnn.constant dense<[[3.0, -1.0]]> : tensor<1x2xf32>
  %a = qnn.fully_connected %x, %w clamp [0.0, 6.0] : tensor<2xf32>, tensor<1x2xf32> -> tensor<1xf32>
  %b = qnn.batch_norm %a scale [2.0] offset [0.0] mean [0.5] variance [1.0] epsilon 0.0 : tensor<1xf32> -> tensor<1xf32>
  %c = qnn.fully_connected %x, %w : tensor<2xf32>, tensor<1x2xf32> -> tensor<1xf32>
  %d = qnn.batch_norm %c scale [2.0] offset [0.0] mean [0.5] variance [1.0] epsilon 0.0 : tensor<1xf32> -> tensor<1xf32>
  return %b, %c, %d : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
}

// -----

// Arithmetic takes any number of them in; what another operation reads stays.
// CHECK:      func.func @arithmetic(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
// CHECK-NEXT:   %y = qnn.sub %x, %x scale [-4.0, -2.0] offset [3.0, 3.0] : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
// CHECK-NEXT:   %m = qnn.mul %x, %y : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
// CHECK-NEXT:   %z = qnn.batch_norm %m scale [1.0, 2.0] offset [0.0, 0.0] mean [0.0, 0.0] variance [1.0, 1.0] epsilon 0.0 : tensor<2xf32> -> tensor<2xf32>
// CHECK-NEXT:   func.return %z, %m : tensor<2xf32>, tensor<2xf32>
// CHECK-NEXT: }
func.func @arithmetic(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %d = qnn.sub %x, %x : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  %n = qnn.batch_norm %d scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 1.0] epsilon 0.0
      : tensor<2xf32> -> tensor<2xf32>
  %y = qnn.batch_norm %n scale [-2.0, 2.0] offset [1.0, 1.0] mean [0.0, 0.0] variance [1.0, 1.0] epsilon 0.0
      : tensor<2xf32> -> tensor<2xf32>
  %m = qnn.mul %x, %y : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  %z = qnn.batch_norm %m scale [1.0, 2.0] offset [0.0, 0.0] mean [0.0, 0.0] variance [1.0, 1.0] epsilon 0.0
      : tensor<2xf32> -> tensor<2xf32>
  return %z, %m : tensor<2xf32>, tensor<2xf32>
}
