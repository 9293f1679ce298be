// RUN: cmix-opt %s --split-input-file -p qnn-prepare-batch-norm | filecheck %s

// An image gets a layer of one tap.
// CHECK:      func.func @image(%x: tensor<4x4x2x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<4x4x2x!quant.uniform<i8:f32, 0.25>> {
// CHECK-NEXT:   %y_ones = qnn.constant dense<{{\[\[}}[1, 1]]]> : tensor<1x1x2x!quant.uniform<i2<-1:1>:f32, 1.0>>
// CHECK-NEXT:   %y_depthwise = qnn.depthwise_conv2d %x, %y_ones : tensor<4x4x2x!quant.uniform<u8:f32, 0.5:3>>, tensor<1x1x2x!quant.uniform<i2<-1:1>:f32, 1.0>> -> tensor<4x4x2xf32>
// CHECK-NEXT:   %y = qnn.batch_norm %y_depthwise scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0 : tensor<4x4x2xf32> -> tensor<4x4x2x!quant.uniform<i8:f32, 0.25>>
// CHECK-NEXT:   func.return %y : tensor<4x4x2x!quant.uniform<i8:f32, 0.25>>
// CHECK-NEXT: }
func.func @image(%x: tensor<4x4x2x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<4x4x2x!quant.uniform<i8:f32, 0.25>> {
  %y = qnn.batch_norm %x scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0
      : tensor<4x4x2x!quant.uniform<u8:f32, 0.5:3>> -> tensor<4x4x2x!quant.uniform<i8:f32, 0.25>>
  return %y : tensor<4x4x2x!quant.uniform<i8:f32, 0.25>>
}

// -----

// Fewer dimensions are an image of one row; so is what a clamp makes of the result.
// CHECK:      func.func @row(%x: tensor<2x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<2x!quant.uniform<i8:f32, 0.25>> {
// CHECK-NEXT:   %n_image = qnn.reshape %x : tensor<2x!quant.uniform<u8:f32, 0.5:3>> -> tensor<1x1x2x!quant.uniform<u8:f32, 0.5:3>>
// CHECK-NEXT:   %n_ones = qnn.constant dense<{{\[\[}}[1, 1]]]> : tensor<1x1x2x!quant.uniform<i2<-1:1>:f32, 1.0>>
// CHECK-NEXT:   %n_depthwise = qnn.depthwise_conv2d %n_image, %n_ones : tensor<1x1x2x!quant.uniform<u8:f32, 0.5:3>>, tensor<1x1x2x!quant.uniform<i2<-1:1>:f32, 1.0>> -> tensor<1x1x2xf32>
// CHECK-NEXT:   %n = qnn.batch_norm %n_depthwise scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0 : tensor<1x1x2xf32> -> tensor<1x1x2xf32>
// CHECK-NEXT:   %y = qnn.clamp %n to [0.0, inf] : tensor<1x1x2xf32> -> tensor<1x1x2x!quant.uniform<i8:f32, 0.25>>
// CHECK-NEXT:   %y_1 = qnn.reshape %y : tensor<1x1x2x!quant.uniform<i8:f32, 0.25>> -> tensor<2x!quant.uniform<i8:f32, 0.25>>
// CHECK-NEXT:   func.return %y_1 : tensor<2x!quant.uniform<i8:f32, 0.25>>
// CHECK-NEXT: }
func.func @row(%x: tensor<2x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<2x!quant.uniform<i8:f32, 0.25>> {
  %n = qnn.batch_norm %x scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0
      : tensor<2x!quant.uniform<u8:f32, 0.5:3>> -> tensor<2xf32>
  %y = qnn.clamp %n to [0.0, inf] : tensor<2xf32> -> tensor<2x!quant.uniform<i8:f32, 0.25>>
  return %y : tensor<2x!quant.uniform<i8:f32, 0.25>>
}

// -----

// An average becomes the layer: one fourth and one sixteenth of ones.
// CHECK:      func.func @averages(%x: tensor<4x4x2x!quant.uniform<u8:f32, 0.5:3>>) -> (tensor<2x2x2xf32>, tensor<2xf32>) {
// CHECK-NEXT:   %y_ones = qnn.constant dense<{{\[\[}}[1, 1], [1, 1]], {{\[\[}}1, 1], [1, 1]]]> : tensor<2x2x2x!quant.uniform<i2<-1:1>:f32, 0.25>>
// CHECK-NEXT:   %y_depthwise = qnn.depthwise_conv2d %x, %y_ones strides [2, 2] : tensor<4x4x2x!quant.uniform<u8:f32, 0.5:3>>, tensor<2x2x2x!quant.uniform<i2<-1:1>:f32, 0.25>> -> tensor<2x2x2xf32>
// CHECK-NEXT:   %y = qnn.batch_norm %y_depthwise scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0 : tensor<2x2x2xf32> -> tensor<2x2x2xf32>
// CHECK-NEXT:   %z_ones = qnn.constant dense<{{\[\[}}[1, 1], [1, 1], [1, 1], [1, 1]], {{\[\[}}1, 1], [1, 1], [1, 1], [1, 1]], {{\[\[}}1, 1], [1, 1], [1, 1], [1, 1]], {{\[\[}}1, 1], [1, 1], [1, 1], [1, 1]]]> : tensor<4x4x2x!quant.uniform<i2<-1:1>:f32, 0.0625>>
// CHECK-NEXT:   %z_depthwise = qnn.depthwise_conv2d %x, %z_ones : tensor<4x4x2x!quant.uniform<u8:f32, 0.5:3>>, tensor<4x4x2x!quant.uniform<i2<-1:1>:f32, 0.0625>> -> tensor<1x1x2xf32>
// CHECK-NEXT:   %z = qnn.batch_norm %z_depthwise scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0 : tensor<1x1x2xf32> -> tensor<1x1x2xf32>
// CHECK-NEXT:   %z_1 = qnn.reshape %z : tensor<1x1x2xf32> -> tensor<2xf32>
// CHECK-NEXT:   func.return %y, %z_1 : tensor<2x2x2xf32>, tensor<2xf32>
// CHECK-NEXT: }
func.func @averages(%x: tensor<4x4x2x!quant.uniform<u8:f32, 0.5:3>>) -> (tensor<2x2x2xf32>, tensor<2xf32>) {
  %a = qnn.avg_pool2d %x kernel [2, 2] strides [2, 2]
      : tensor<4x4x2x!quant.uniform<u8:f32, 0.5:3>> -> tensor<2x2x2xf32>
  %y = qnn.batch_norm %a scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0
      : tensor<2x2x2xf32> -> tensor<2x2x2xf32>
  %g = qnn.global_avg_pool2d %x : tensor<4x4x2x!quant.uniform<u8:f32, 0.5:3>> -> tensor<2xf32>
  %r = qnn.reshape %g : tensor<2xf32> -> tensor<1x2xf32>
  %s = qnn.reshape %r : tensor<1x2xf32> -> tensor<2xf32>
  %z = qnn.batch_norm %s scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0
      : tensor<2xf32> -> tensor<2xf32>
  return %y, %z : tensor<2x2x2xf32>, tensor<2xf32>
}

// -----

// Real numbers, averages of fewer elements at a border, limited ones and ones that others need stay.
// CHECK:      func.func @stays(%x: tensor<2x2x2x!quant.uniform<u8:f32, 0.5>>, %r: tensor<2x2x2xf32>) -> (tensor<2x2x2xf32>, tensor<2x2x2xf32>, tensor<2x2x2xf32>, tensor<2x2x2xf32>) {
// CHECK-NEXT:   %n = qnn.batch_norm %r scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0 : tensor<2x2x2xf32> -> tensor<2x2x2xf32>
// CHECK-NEXT:   %p = qnn.avg_pool2d %x kernel [2, 2] padding [1, 0, 0, 1] : tensor<2x2x2x!quant.uniform<u8:f32, 0.5>> -> tensor<2x2x2xf32>
// CHECK-NEXT:   %a = qnn.batch_norm %p scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0 : tensor<2x2x2xf32> -> tensor<2x2x2xf32>
// CHECK-NEXT:   %q = qnn.avg_pool2d %x kernel [1, 1] clamp [0.0, 6.0] : tensor<2x2x2x!quant.uniform<u8:f32, 0.5>> -> tensor<2x2x2xf32>
// CHECK-NEXT:   %b = qnn.batch_norm %q scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0 : tensor<2x2x2xf32> -> tensor<2x2x2xf32>
// CHECK-NEXT:   %s = qnn.avg_pool2d %x kernel [1, 1] : tensor<2x2x2x!quant.uniform<u8:f32, 0.5>> -> tensor<2x2x2xf32>
// CHECK-NEXT:   %c = qnn.batch_norm %s scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0 : tensor<2x2x2xf32> -> tensor<2x2x2xf32>
// CHECK-NEXT:   func.return %n, %a, %b, %s : tensor<2x2x2xf32>, tensor<2x2x2xf32>, tensor<2x2x2xf32>, tensor<2x2x2xf32>
// CHECK-NEXT: }
func.func @stays(%x: tensor<2x2x2x!quant.uniform<u8:f32, 0.5>>, %r: tensor<2x2x2xf32>) -> (tensor<2x2x2xf32>, tensor<2x2x2xf32>, tensor<2x2x2xf32>, tensor<2x2x2xf32>) {
  %n = qnn.batch_norm %r scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0
      : tensor<2x2x2xf32> -> tensor<2x2x2xf32>
  %p = qnn.avg_pool2d %x kernel [2, 2] padding [1, 0, 0, 1] : tensor<2x2x2x!quant.uniform<u8:f32, 0.5>> -> tensor<2x2x2xf32>
  %a = qnn.batch_norm %p scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0
      : tensor<2x2x2xf32> -> tensor<2x2x2xf32>
  %q = qnn.avg_pool2d %x kernel [1, 1] clamp [0.0, 6.0] : tensor<2x2x2x!quant.uniform<u8:f32, 0.5>> -> tensor<2x2x2xf32>
  %b = qnn.batch_norm %q scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0
      : tensor<2x2x2xf32> -> tensor<2x2x2xf32>
  %s = qnn.avg_pool2d %x kernel [1, 1] : tensor<2x2x2x!quant.uniform<u8:f32, 0.5>> -> tensor<2x2x2xf32>
  %c = qnn.batch_norm %s scale [2.0, -1.0] offset [0.0, 1.0] mean [0.5, 0.0] variance [1.0, 4.0] epsilon 0.0
      : tensor<2x2x2xf32> -> tensor<2x2x2xf32>
  return %n, %a, %b, %s : tensor<2x2x2xf32>, tensor<2x2x2xf32>, tensor<2x2x2xf32>, tensor<2x2x2xf32>
}
