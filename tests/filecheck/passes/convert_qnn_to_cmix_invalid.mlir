// RUN: cmix-opt %s --split-input-file --verify-diagnostics -p convert-qnn-to-cmix | filecheck %s

// CHECK: expected argument 0 to be quantized with at most 8 bits and one scale, found tensor<2xf32>: quantize it with qnn.quantize and fold that
func.func @real(%x: tensor<2xf32>) -> tensor<2xf32> {
  %y = qnn.tanh %x : tensor<2xf32> -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// CHECK: layer 'r': expected a quantized result, found %r of f32: insert qnn.quantize behind it, and fold it
func.func @between(%x: tensor<2x!quant.uniform<u4:f32, 0.5>>) -> tensor<2x!quant.uniform<u4:f32, 0.5>> {
  %r = qnn.reshape %x : tensor<2x!quant.uniform<u4:f32, 0.5>> -> tensor<2xf32>
  %y = qnn.reshape %r : tensor<2xf32> -> tensor<2x!quant.uniform<u4:f32, 0.5>>
  return %y : tensor<2x!quant.uniform<u4:f32, 0.5>>
}

// -----

// CHECK: layer 'y': expected constant weights, found ones that are computed
func.func @weights(%x: tensor<2x!quant.uniform<u4:f32, 0.5>>, %w: tensor<1x2x!quant.uniform<u4:f32, 0.5>>)
    -> tensor<1x!quant.uniform<u4:f32, 0.5>> {
  %y = qnn.fully_connected %x, %w
      : tensor<2x!quant.uniform<u4:f32, 0.5>>, tensor<1x2x!quant.uniform<u4:f32, 0.5>>
     -> tensor<1x!quant.uniform<u4:f32, 0.5>>
  return %y : tensor<1x!quant.uniform<u4:f32, 0.5>>
}

// -----

// CHECK: layer 'y': expected weights with scales along axis 0 (output channels), found axis 1
func.func @axis(%x: tensor<2x!quant.uniform<u4:f32, 0.5>>) -> tensor<1x!quant.uniform<u4:f32, 0.5>> {
  %w = qnn.constant dense<[[3, -1]]> : tensor<1x2x!quant.uniform<i4:f32:1, {0.5, 0.25}>>
  %y = qnn.fully_connected %x, %w
      : tensor<2x!quant.uniform<u4:f32, 0.5>>, tensor<1x2x!quant.uniform<i4:f32:1, {0.5, 0.25}>>
     -> tensor<1x!quant.uniform<u4:f32, 0.5>>
  return %y : tensor<1x!quant.uniform<u4:f32, 0.5>>
}

// -----

// CHECK: layer 'y': accumulator shifted left by 27 of output channel 0 can reach [-2013265920, 14092861440], which overflows 32 bits; use smaller scales, fewer bits or requantization=thresholds
func.func @overflow(%x: tensor<2x!quant.uniform<u4:f32, 100000000.0>>) -> tensor<1x!quant.uniform<u4:f32, 0.5>> {
  %w = qnn.constant dense<[[7, -1]]> : tensor<1x2x!quant.uniform<i4:f32, 0.25>>
  %y = qnn.fully_connected %x, %w
      : tensor<2x!quant.uniform<u4:f32, 100000000.0>>, tensor<1x2x!quant.uniform<i4:f32, 0.25>>
     -> tensor<1x!quant.uniform<u4:f32, 0.5>>
  return %y : tensor<1x!quant.uniform<u4:f32, 0.5>>
}

// -----

// Every layer that fails is named, once; what follows it is looked at as far as its types allow.
// CHECK: expected argument 1 to be quantized with at most 8 bits and one scale, found tensor<4xf32>: quantize it with qnn.quantize and fold that
// CHECK-NEXT: layer 'a': expected a quantized result, found %a of f32: insert qnn.quantize behind it, and fold it
// CHECK-NEXT: layer 'b': expected a quantized result, found %b of f32: insert qnn.quantize behind it, and fold it
// CHECK-NEXT: layer 'y': expected weights with scales along axis 0 (output channels), found axis 1
// CHECK-NEXT: expected results that are computed, found a constant
func.func @several(%x: tensor<4x!quant.uniform<u4:f32, 0.5>>, %z: tensor<4xf32>)
    -> (tensor<2x!quant.uniform<u4:f32, 0.5>>, tensor<2x4x!quant.uniform<i4:f32:1, {0.5, 0.25, 0.5, 0.5}>>) {
  %a = qnn.add %x, %x : tensor<4x!quant.uniform<u4:f32, 0.5>>, tensor<4x!quant.uniform<u4:f32, 0.5>> -> tensor<4xf32>
  %b = qnn.add %a, %z : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %c = qnn.add %b, %x : tensor<4xf32>, tensor<4x!quant.uniform<u4:f32, 0.5>> -> tensor<4x!quant.uniform<u4:f32, 0.5>>
  %w = qnn.constant dense<1> : tensor<2x4x!quant.uniform<i4:f32:1, {0.5, 0.25, 0.5, 0.5}>>
  %y = qnn.fully_connected %c, %w
      : tensor<4x!quant.uniform<u4:f32, 0.5>>, tensor<2x4x!quant.uniform<i4:f32:1, {0.5, 0.25, 0.5, 0.5}>>
     -> tensor<2x!quant.uniform<u4:f32, 0.5>>
  return %y, %w : tensor<2x!quant.uniform<u4:f32, 0.5>>, tensor<2x4x!quant.uniform<i4:f32:1, {0.5, 0.25, 0.5, 0.5}>>
}

// -----

// A layer whose numbers do not fit does not hide those behind it, nor another function's.
// CHECK: layer 'v': accumulator shifted left by 27 of output channel 0 can reach [-2013265920, 14092861440], which overflows 32 bits; use smaller scales, fewer bits or requantization=thresholds
// CHECK-NEXT: layer 'y': expected constant weights, found ones that are computed
// CHECK-NEXT: expected operations of qnn only, in a function that has any
func.func @overflows(%x: tensor<2x!quant.uniform<u4:f32, 100000000.0>>) -> tensor<1x!quant.uniform<u4:f32, 0.5>> {
  %w = qnn.constant dense<[[7, -1]]> : tensor<1x2x!quant.uniform<i4:f32, 0.25>>
  %v = qnn.fully_connected %x, %w
      : tensor<2x!quant.uniform<u4:f32, 100000000.0>>, tensor<1x2x!quant.uniform<i4:f32, 0.25>>
     -> tensor<1x!quant.uniform<u4:f32, 0.5>>
  %r = qnn.reshape %v : tensor<1x!quant.uniform<u4:f32, 0.5>> -> tensor<1x1x!quant.uniform<u4:f32, 0.5>>
  %y = qnn.fully_connected %v, %r
      : tensor<1x!quant.uniform<u4:f32, 0.5>>, tensor<1x1x!quant.uniform<u4:f32, 0.5>>
     -> tensor<1x!quant.uniform<u4:f32, 0.5>>
  return %y : tensor<1x!quant.uniform<u4:f32, 0.5>>
}
func.func @foreign(%x: tensor<2x!quant.uniform<u4:f32, 0.5>>) -> tensor<2x!quant.uniform<u4:f32, 0.5>> {
  %c = arith.constant 1 : i32
  %y = qnn.reshape %x : tensor<2x!quant.uniform<u4:f32, 0.5>> -> tensor<2x!quant.uniform<u4:f32, 0.5>>
  return %y : tensor<2x!quant.uniform<u4:f32, 0.5>>
}
