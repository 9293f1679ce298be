// RUN: cmix-opt %s --split-input-file -p convert-qnn-to-cmix | filecheck %s

// One unit of the accumulator is 1/4 of an output step; the bias is 8 units, half a step 2 more.
// CHECK:      func.func @icn(%x: !cmix.packed<2xui8>) -> !cmix.packed<1xui8> attributes {cmix.input_quantization = [!quant.uniform<u8:f32, 0.5:10>], cmix.output_quantization = [!quant.uniform<u8:f32, 0.5>]} {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}3, -1]]> : !cmix.packed<1x2xsi4>
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w bias [10] input_zero 10 requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : !cmix.packed<2xui8>, !cmix.packed<1x2xsi4> -> !cmix.packed<1xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<1xui8>
// CHECK-NEXT: }
func.func @icn(%x: tensor<2x!quant.uniform<u8:f32, 0.5:10>>)
    -> tensor<1x!quant.uniform<u8:f32, 0.5>> {
  %w = qnn.constant dense<[[3, -1]]> : tensor<1x2x!quant.uniform<i4:f32, 0.25>>
  %b = qnn.constant dense<[1.0]> : tensor<1xf32>
  %y = qnn.fully_connected %x, %w bias %b
      : tensor<2x!quant.uniform<u8:f32, 0.5:10>>, tensor<1x2x!quant.uniform<i4:f32, 0.25>>,
        tensor<1xf32> -> tensor<1x!quant.uniform<u8:f32, 0.5>>
  return %y : tensor<1x!quant.uniform<u8:f32, 0.5>>
}

// -----

// Of 4 bits, with halves that become even: 2.5 steps are 2, 3.5 are 4.
// CHECK:      func.func @halves(%x: !cmix.packed<2xui8>) -> !cmix.packed<1xui4> attributes {cmix.input_quantization = [!quant.uniform<u8:f32, 0.5:10>], cmix.output_quantization = [!quant.uniform<u4:f32, 0.5>]} {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}3, -1]]> : !cmix.packed<1x2xsi4>
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w bias [0] input_zero 10 requant #cmix.thresholds<i16, {{\[\[}}-6, -3, 2, 5, 10, 13, 18, 21, 26, 29, 34, 37, 42, 45, 50]]> : !cmix.packed<2xui8>, !cmix.packed<1x2xsi4> -> !cmix.packed<1xui4>
// CHECK-NEXT:   func.return %y : !cmix.packed<1xui4>
// CHECK-NEXT: }
func.func @halves(%x: tensor<2x!quant.uniform<u8:f32, 0.5:10>>)
    -> tensor<1x!quant.uniform<u4:f32, 0.5>> {
  %w = qnn.constant dense<[[3, -1]]> : tensor<1x2x!quant.uniform<i4:f32, 0.25>>
  %b = qnn.constant dense<[1.0]> : tensor<1xf32>
  %y = qnn.fully_connected %x, %w bias %b
      : tensor<2x!quant.uniform<u8:f32, 0.5:10>>, tensor<1x2x!quant.uniform<i4:f32, 0.25>>,
        tensor<1xf32> -> tensor<1x!quant.uniform<u4:f32, 0.5>>
  return %y : tensor<1x!quant.uniform<u4:f32, 0.5>>
}

// -----

// Scales of channels give multipliers of 1/8 and 1/2; weights of 3 bits go into 4;
// the clamp becomes -128 - 100 and -128 + 6, of which the type holds the second.
// CHECK:      func.func @channels(%x: !cmix.packed<4x4x1xui8>) -> !cmix.packed<4x4x2xsi8> attributes {cmix.input_quantization = [!quant.uniform<u8:f32, 0.5>], cmix.output_quantization = [!quant.uniform<i8:f32, 1.0:-128>]} {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}{{\[\[}}1]]], {{\[\[}}[-4]]]]> : !cmix.packed<2x1x1x1xsi4>
// CHECK-NEXT:   %y = cmix.conv2d %x, %w bias [4, 1] requant #cmix.icn<m0 = [1073741824, 1073741824], n0 = [1, -1], zero = -128, max = -122> : !cmix.packed<4x4x1xui8>, !cmix.packed<2x1x1x1xsi4> -> !cmix.packed<4x4x2xsi8>
// CHECK-NEXT:   func.return %y : !cmix.packed<4x4x2xsi8>
// CHECK-NEXT: }
func.func @channels(%x: tensor<4x4x1x!quant.uniform<u8:f32, 0.5>>)
    -> tensor<4x4x2x!quant.uniform<i8:f32, 1.0:-128>> {
  %w = qnn.constant dense<[[[[1]]], [[[-4]]]]> : tensor<2x1x1x1x!quant.uniform<i3:f32:0, {0.25, 1.0}>>
  %y = qnn.conv2d %x, %w clamp [-100.0, 6.25]
      : tensor<4x4x1x!quant.uniform<u8:f32, 0.5>>, tensor<2x1x1x1x!quant.uniform<i3:f32:0, {0.25, 1.0}>>
     -> tensor<4x4x2x!quant.uniform<i8:f32, 1.0:-128>>
  return %y : tensor<4x4x2x!quant.uniform<i8:f32, 1.0:-128>>
}

// -----

// One unit of the accumulators is 8 and 6 output steps, too coarse for biases of 13 and -7: with half a
// step and the zero point they become offsets of 29.5 and 9.5 steps, of which each has 2^23 parts.
// CHECK:      func.func @coarse(%x: !cmix.packed<3xui2>) -> !cmix.packed<2xui8> attributes {cmix.input_quantization = [!quant.uniform<u2:f32, 0.5>], cmix.output_quantization = [!quant.uniform<u8:f32, 0.03125:16>]} {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}1, -1, 1], [1, 1, 0]]> : !cmix.packed<2x3xsi2>
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w bias [0, 0] requant #cmix.linear<left = [28], high [1073741824, 805306368], offset = [247463936, 79691776], right = [23], min = 0, max = 255> : !cmix.packed<3xui2>, !cmix.packed<2x3xsi2> -> !cmix.packed<2xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<2xui8>
// CHECK-NEXT: }
func.func @coarse(%x: tensor<3x!quant.uniform<u2:f32, 0.5>>) -> tensor<2x!quant.uniform<u8:f32, 0.03125:16>> {
  %w = qnn.constant dense<[[1, -1, 1], [1, 1, 0]]> : tensor<2x3x!quant.uniform<i2:f32:0, {0.5, 0.375}>>
  %b = qnn.constant dense<[0.40625, -0.21875]> : tensor<2xf32>
  %y = qnn.fully_connected %x, %w bias %b
      : tensor<3x!quant.uniform<u2:f32, 0.5>>, tensor<2x3x!quant.uniform<i2:f32:0, {0.5, 0.375}>>,
        tensor<2xf32> -> tensor<2x!quant.uniform<u8:f32, 0.03125:16>>
  return %y : tensor<2x!quant.uniform<u8:f32, 0.03125:16>>
}

// -----

// Padding holds the zero point; asymmetric weights keep theirs.
// CHECK:      func.func @depthwise(%x: !cmix.packed<3x3x2xui4>) -> !cmix.packed<3x3x2xui8> attributes {cmix.input_quantization = [!quant.uniform<u4:f32, 0.5:7>], cmix.output_quantization = [!quant.uniform<u8:f32, 2.0:1>]} {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}[1, 1], [1, 1], [1, 1]], {{\[\[}}1, 1], [1, 1], [1, 1]], {{\[\[}}1, 1], [1, 1], [1, 1]]]> : !cmix.packed<3x3x2xui4>
// CHECK-NEXT:   %y = cmix.depthwise_conv2d %x, %w padding [1, 1, 1, 1] bias [4, 4] input_zero 7 filter_zero [0, 3] requant #cmix.icn<m0 = [1073741824], n0 = [1], zero = 1> : !cmix.packed<3x3x2xui4>, !cmix.packed<3x3x2xui4> -> !cmix.packed<3x3x2xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<3x3x2xui8>
// CHECK-NEXT: }
func.func @depthwise(%x: tensor<3x3x2x!quant.uniform<u4:f32, 0.5:7>>)
    -> tensor<3x3x2x!quant.uniform<u8:f32, 2.0:1>> {
  %w = qnn.constant dense<1> : tensor<3x3x2x!quant.uniform<u4:f32:2, {0.5, 0.5:3}>>
  %y = qnn.depthwise_conv2d %x, %w padding [1, 1, 1, 1]
      : tensor<3x3x2x!quant.uniform<u4:f32, 0.5:7>>, tensor<3x3x2x!quant.uniform<u4:f32:2, {0.5, 0.5:3}>>
     -> tensor<3x3x2x!quant.uniform<u8:f32, 2.0:1>>
  return %y : tensor<3x3x2x!quant.uniform<u8:f32, 2.0:1>>
}

// -----

// Operands are 2 and 0.5 output steps: 4 and 1 of their common unit, which the multiplier halves.
// CHECK:      func.func @add(%a: !cmix.packed<4xsi8>, %b: !cmix.packed<4xui4>) -> !cmix.packed<4xsi8> attributes {cmix.input_quantization = [!quant.uniform<i8:f32, 1.0:3>, !quant.uniform<u4:f32, 0.25>], cmix.output_quantization = [!quant.uniform<i8:f32, 0.5:-4>]} {
// CHECK-NEXT:   %y = cmix.add %a, %b lhs_zero 3 lhs_multiplier 4 requant #cmix.linear<left = [21], high [1073741824], offset = [-3670016], right = [20], min = -4, max = 8> : !cmix.packed<4xsi8>, !cmix.packed<4xui4> -> !cmix.packed<4xsi8>
// CHECK-NEXT:   func.return %y : !cmix.packed<4xsi8>
// CHECK-NEXT: }
func.func @add(%a: tensor<4x!quant.uniform<i8:f32, 1.0:3>>, %b: tensor<4x!quant.uniform<u4:f32, 0.25>>)
    -> tensor<4x!quant.uniform<i8:f32, 0.5:-4>> {
  %y = qnn.add %a, %b clamp [0.0, 6.0]
      : tensor<4x!quant.uniform<i8:f32, 1.0:3>>, tensor<4x!quant.uniform<u4:f32, 0.25>>
     -> tensor<4x!quant.uniform<i8:f32, 0.5:-4>>
  return %y : tensor<4x!quant.uniform<i8:f32, 0.5:-4>>
}

// -----

// CHECK:      func.func @pools(%x: !cmix.packed<4x4x2xui4>) -> !cmix.packed<2xui4> attributes {cmix.input_quantization = [!quant.uniform<u4:f32, 0.5:7>], cmix.output_quantization = [!quant.uniform<u4:f32, 0.5:7>]} {
// CHECK-NEXT:   %m = cmix.max_pool2d %x kernel [2, 2] strides [2, 2] : !cmix.packed<4x4x2xui4> -> !cmix.packed<2x2x2xui4>
// CHECK-NEXT:   %r = cmix.reshape %m : !cmix.packed<2x2x2xui4> -> !cmix.packed<1x4x2xui4>
// CHECK-NEXT:   %y = cmix.avg_pool2d %r kernel [1, 4] input_zero 7 to_even : !cmix.packed<1x4x2xui4> -> !cmix.packed<1x1x2xui4>
// CHECK-NEXT:   %y_flat = cmix.reshape %y : !cmix.packed<1x1x2xui4> -> !cmix.packed<2xui4>
// CHECK-NEXT:   func.return %y_flat : !cmix.packed<2xui4>
// CHECK-NEXT: }
func.func @pools(%x: tensor<4x4x2x!quant.uniform<u4:f32, 0.5:7>>)
    -> tensor<2x!quant.uniform<u4:f32, 0.5:7>> {
  %m = qnn.max_pool2d %x kernel [2, 2] strides [2, 2]
      : tensor<4x4x2x!quant.uniform<u4:f32, 0.5:7>> -> tensor<2x2x2x!quant.uniform<u4:f32, 0.5:7>>
  %r = qnn.reshape %m
      : tensor<2x2x2x!quant.uniform<u4:f32, 0.5:7>> -> tensor<1x4x2x!quant.uniform<u4:f32, 0.5:7>>
  %y = qnn.global_avg_pool2d %r
      : tensor<1x4x2x!quant.uniform<u4:f32, 0.5:7>> -> tensor<2x!quant.uniform<u4:f32, 0.5:7>>
  return %y : tensor<2x!quant.uniform<u4:f32, 0.5:7>>
}

// -----

// Real 0, 1 and 2, of which the clamp leaves 1; a concatenation needs operands of one grid.
// CHECK:      func.func @tables(%x: !cmix.packed<4xui2>, %y: !cmix.packed<4xui4>) -> !cmix.packed<8xui4> attributes {cmix.input_quantization = [!quant.uniform<u2<0:2>:f32, 1.0>, !quant.uniform<u4:f32, 0.5:1>], cmix.output_quantization = [!quant.uniform<u4:f32, 0.5:1>]} {
// CHECK-NEXT:   %c = cmix.lookup %x table [0, 1, 1, 1] : !cmix.packed<4xui2> -> !cmix.packed<4xui2>
// CHECK-NEXT:   %c_z_requantized = cmix.lookup %c table [1, 3, 5, 7] : !cmix.packed<4xui2> -> !cmix.packed<4xui4>
// CHECK-NEXT:   %z = cmix.concat %c_z_requantized, %y axis 0 : !cmix.packed<4xui4>, !cmix.packed<4xui4> -> !cmix.packed<8xui4>
// CHECK-NEXT:   func.return %z : !cmix.packed<8xui4>
// CHECK-NEXT: }
func.func @tables(%x: tensor<4x!quant.uniform<u2<0:2>:f32, 1.0>>, %y: tensor<4x!quant.uniform<u4:f32, 0.5:1>>)
    -> tensor<8x!quant.uniform<u4:f32, 0.5:1>> {
  %c = qnn.clamp %x to [0.0, 1.0]
      : tensor<4x!quant.uniform<u2<0:2>:f32, 1.0>> -> tensor<4x!quant.uniform<u2<0:2>:f32, 1.0>>
  %z = qnn.concat %c, %y axis 0
      : tensor<4x!quant.uniform<u2<0:2>:f32, 1.0>>, tensor<4x!quant.uniform<u4:f32, 0.5:1>> -> tensor<8x!quant.uniform<u4:f32, 0.5:1>>
  return %z : tensor<8x!quant.uniform<u4:f32, 0.5:1>>
}

// -----

// CHECK:      func.func @spread(%x: !cmix.packed<2x3x8xsi4>) -> !cmix.packed<5x6x2xsi4> attributes {cmix.input_quantization = [!quant.uniform<i4:f32, 0.5:1>], cmix.output_quantization = [!quant.uniform<i4:f32, 0.5:1>]} {
// CHECK-NEXT:   %y_blocks = cmix.reshape %x : !cmix.packed<2x3x8xsi4> -> !cmix.packed<2x3x2x2x2xsi4>
// CHECK-NEXT:   %y_spread = cmix.transpose %y_blocks permutation [0, 3, 1, 4, 2] : !cmix.packed<2x3x2x2x2xsi4> -> !cmix.packed<2x2x3x2x2xsi4>
// CHECK-NEXT:   %y = cmix.reshape %y_spread : !cmix.packed<2x2x3x2x2xsi4> -> !cmix.packed<4x6x2xsi4>
// CHECK-NEXT:   %z = cmix.pad %y low [1, 0, 0] high [0, 0, 0] value -1 : !cmix.packed<4x6x2xsi4> -> !cmix.packed<5x6x2xsi4>
// CHECK-NEXT:   func.return %z : !cmix.packed<5x6x2xsi4>
// CHECK-NEXT: }
func.func @spread(%x: tensor<2x3x8x!quant.uniform<i4:f32, 0.5:1>>) -> tensor<5x6x2x!quant.uniform<i4:f32, 0.5:1>> {
  %y = qnn.depth_to_space %x block 2 mode "crd"
      : tensor<2x3x8x!quant.uniform<i4:f32, 0.5:1>> -> tensor<4x6x2x!quant.uniform<i4:f32, 0.5:1>>
  %z = qnn.pad %y low [1, 0, 0] high [0, 0, 0] value -1.0
      : tensor<4x6x2x!quant.uniform<i4:f32, 0.5:1>> -> tensor<5x6x2x!quant.uniform<i4:f32, 0.5:1>>
  return %z : tensor<5x6x2x!quant.uniform<i4:f32, 0.5:1>>
}

// -----

// 0.5 * 0.25 in steps of 0.5; the sum of four elements in quarters of 2 steps, behind a clamp at 3.
// CHECK:      func.func @products(%x: !cmix.packed<2x2x1xsi4>, %y: !cmix.packed<1xui4>) -> !cmix.packed<1x1x1xui4> attributes {cmix.input_quantization = [!quant.uniform<i4:f32, 0.5>, !quant.uniform<u4:f32, 0.25:3>], cmix.output_quantization = [!quant.uniform<u4:f32, 0.25>]} {
// CHECK-NEXT:   %p = cmix.mul %x, %y rhs_zero 3 requant #cmix.linear<left = [24], high [1073741824], offset = [41943040], right = [24], min = -128, max = 127> : !cmix.packed<2x2x1xsi4>, !cmix.packed<1xui4> -> !cmix.packed<2x2x1xsi8>
// CHECK-NEXT:   %a = cmix.avg_pool2d %p kernel [2, 2] input_zero 2 requant #cmix.thresholds<i32, {{\[\[}}1, 2, 5, 6, 9, 10, 13, 14, 17, 18, 21, 22, 2147483647, 2147483647, 2147483647]]> : !cmix.packed<2x2x1xsi8> -> !cmix.packed<1x1x1xui4>
// CHECK-NEXT:   func.return %a : !cmix.packed<1x1x1xui4>
// CHECK-NEXT: }
func.func @products(%x: tensor<2x2x1x!quant.uniform<i4:f32, 0.5>>, %y: tensor<1x!quant.uniform<u4:f32, 0.25:3>>)
    -> tensor<1x1x1x!quant.uniform<u4:f32, 0.25>> {
  %p = qnn.mul %x, %y
      : tensor<2x2x1x!quant.uniform<i4:f32, 0.5>>, tensor<1x!quant.uniform<u4:f32, 0.25:3>> -> tensor<2x2x1x!quant.uniform<i8:f32, 0.5:2>>
  %a = qnn.avg_pool2d %p kernel [2, 2] clamp [-inf, 3.0]
      : tensor<2x2x1x!quant.uniform<i8:f32, 0.5:2>> -> tensor<1x1x1x!quant.uniform<u4:f32, 0.25>>
  return %a : tensor<1x1x1x!quant.uniform<u4:f32, 0.25>>
}

// -----

// A network of no layer.
// CHECK:      func.func @nothing(%x: !cmix.packed<2x2xui4>) -> !cmix.packed<2x2xui4> attributes {cmix.input_quantization = [!quant.uniform<u4:f32, 0.5>], cmix.output_quantization = [!quant.uniform<u4:f32, 0.5>]} {
// CHECK-NEXT:   func.return %x : !cmix.packed<2x2xui4>
// CHECK-NEXT: }
func.func @nothing(%x: tensor<2x2x!quant.uniform<u4:f32, 0.5>>) -> tensor<2x2x!quant.uniform<u4:f32, 0.5>> {
  return %x : tensor<2x2x!quant.uniform<u4:f32, 0.5>>
}

// -----

// Scales of channels become multipliers, offsets with zero point and half a step are 2^-20 of a step.
// CHECK:      func.func @channels(%a: !cmix.packed<2xsi8>, %b: !cmix.packed<2xui4>) -> !cmix.packed<2xsi8> attributes {cmix.input_quantization = [!quant.uniform<i8:f32, 1.0:3>, !quant.uniform<u4:f32, 0.25>], cmix.output_quantization = [!quant.uniform<i8:f32, 0.5:-4>]} {
// CHECK-NEXT:   %y = cmix.add %a, %b lhs_zero 3 lhs_multiplier 4 requant #cmix.linear<left = [21], high [1073741824, -268435456], offset = [-3670016, 524288], right = [20], min = -4, max = 8> : !cmix.packed<2xsi8>, !cmix.packed<2xui4> -> !cmix.packed<2xsi8>
// CHECK-NEXT:   func.return %y : !cmix.packed<2xsi8>
// CHECK-NEXT: }
func.func @channels(%a: tensor<2x!quant.uniform<i8:f32, 1.0:3>>, %b: tensor<2x!quant.uniform<u4:f32, 0.25>>)
    -> tensor<2x!quant.uniform<i8:f32, 0.5:-4>> {
  %y = qnn.add %a, %b scale [1.0, -0.25] offset [0.0, 2.0] clamp [0.0, 6.0]
      : tensor<2x!quant.uniform<i8:f32, 1.0:3>>, tensor<2x!quant.uniform<u4:f32, 0.25>>
     -> tensor<2x!quant.uniform<i8:f32, 0.5:-4>>
  return %y : tensor<2x!quant.uniform<i8:f32, 0.5:-4>>
}
