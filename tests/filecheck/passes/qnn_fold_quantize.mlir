// RUN: cmix-opt %s --split-input-file -p qnn-fold-quantize | filecheck %s

// Both ends of the network become quantized; the layer reads and writes integers.
// CHECK:      func.func @layer(%x: tensor<4x!quant.uniform<u8:f32, 0.5:128>>, %w: tensor<2x4x!quant.uniform<i4:f32, 0.1>>) -> tensor<2x!quant.uniform<u4:f32, 0.4>> {
// CHECK-NEXT:   %y = qnn.fully_connected %x, %w : tensor<4x!quant.uniform<u8:f32, 0.5:128>>, tensor<2x4x!quant.uniform<i4:f32, 0.1>> -> tensor<2x!quant.uniform<u4:f32, 0.4>>
// CHECK-NEXT:   func.return %y : tensor<2x!quant.uniform<u4:f32, 0.4>>
// CHECK-NEXT: }
func.func @layer(%x: tensor<4xf32>, %w: tensor<2x4x!quant.uniform<i4:f32, 0.1>>) -> tensor<2xf32> {
  %q = qnn.quantize %x : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 0.5:128>>
  %r = qnn.dequantize %q : tensor<4x!quant.uniform<u8:f32, 0.5:128>> -> tensor<4xf32>
  %v = qnn.dequantize %w : tensor<2x4x!quant.uniform<i4:f32, 0.1>> -> tensor<2x4xf32>
  %h = qnn.fully_connected %r, %v : tensor<4xf32>, tensor<2x4xf32> -> tensor<2xf32>
  %y = qnn.quantize %h : tensor<2xf32> -> tensor<2x!quant.uniform<u4:f32, 0.4>>
  %z = qnn.dequantize %y : tensor<2x!quant.uniform<u4:f32, 0.4>> -> tensor<2xf32>
  return %z : tensor<2xf32>
}

// -----

// The largest of quantized numbers is the largest number quantized: the sum quantizes.
// CHECK:      func.func @earlier(%a: tensor<2x2x1x!quant.uniform<u8:f32, 0.5>>, %b: tensor<2x2x1x!quant.uniform<u8:f32, 0.3>>) -> tensor<1x!quant.uniform<u8:f32, 0.7:3>> {
// CHECK-NEXT:   %s = qnn.add %a, %b : tensor<2x2x1x!quant.uniform<u8:f32, 0.5>>, tensor<2x2x1x!quant.uniform<u8:f32, 0.3>> -> tensor<2x2x1x!quant.uniform<u8:f32, 0.7:3>>
// CHECK-NEXT:   %m = qnn.max_pool2d %s kernel [2, 2] : tensor<2x2x1x!quant.uniform<u8:f32, 0.7:3>> -> tensor<1x1x1x!quant.uniform<u8:f32, 0.7:3>>
// CHECK-NEXT:   %y = qnn.reshape %m : tensor<1x1x1x!quant.uniform<u8:f32, 0.7:3>> -> tensor<1x!quant.uniform<u8:f32, 0.7:3>>
// CHECK-NEXT:   func.return %y : tensor<1x!quant.uniform<u8:f32, 0.7:3>>
// CHECK-NEXT: }
func.func @earlier(%a: tensor<2x2x1x!quant.uniform<u8:f32, 0.5>>, %b: tensor<2x2x1x!quant.uniform<u8:f32, 0.3>>)
    -> tensor<1x!quant.uniform<u8:f32, 0.7:3>> {
  %s = qnn.add %a, %b
      : tensor<2x2x1x!quant.uniform<u8:f32, 0.5>>, tensor<2x2x1x!quant.uniform<u8:f32, 0.3>> -> tensor<2x2x1xf32>
  %m = qnn.max_pool2d %s kernel [2, 2] : tensor<2x2x1xf32> -> tensor<1x1x1xf32>
  %r = qnn.reshape %m : tensor<1x1x1xf32> -> tensor<1xf32>
  %y = qnn.quantize %r : tensor<1xf32> -> tensor<1x!quant.uniform<u8:f32, 0.7:3>>
  return %y : tensor<1x!quant.uniform<u8:f32, 0.7:3>>
}

// -----

// Not folded: two ways to quantize one value, and a change of grid.
// CHECK:      func.func @kept(%x: tensor<2xf32>) -> (tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<2x!quant.uniform<u8:f32, 0.25>>, tensor<2x!quant.uniform<u4:f32, 0.25>>) {
// CHECK-NEXT:   %t = qnn.tanh %x : tensor<2xf32> -> tensor<2xf32>
// CHECK-NEXT:   %a = qnn.quantize %t : tensor<2xf32> -> tensor<2x!quant.uniform<u8:f32, 0.5>>
// CHECK-NEXT:   %b = qnn.quantize %t : tensor<2xf32> -> tensor<2x!quant.uniform<u8:f32, 0.25>>
// CHECK-NEXT:   %c = qnn.quantize %b : tensor<2x!quant.uniform<u8:f32, 0.25>> -> tensor<2x!quant.uniform<u4:f32, 0.25>>
// CHECK-NEXT:   func.return %a, %b, %c : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<2x!quant.uniform<u8:f32, 0.25>>, tensor<2x!quant.uniform<u4:f32, 0.25>>
// CHECK-NEXT: }
func.func @kept(%x: tensor<2xf32>)
    -> (tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<2x!quant.uniform<u8:f32, 0.25>>, tensor<2x!quant.uniform<u4:f32, 0.25>>) {
  %t = qnn.tanh %x : tensor<2xf32> -> tensor<2xf32>
  %a = qnn.quantize %t : tensor<2xf32> -> tensor<2x!quant.uniform<u8:f32, 0.5>>
  %b = qnn.quantize %t : tensor<2xf32> -> tensor<2x!quant.uniform<u8:f32, 0.25>>
  %c = qnn.quantize %b : tensor<2x!quant.uniform<u8:f32, 0.25>> -> tensor<2x!quant.uniform<u4:f32, 0.25>>
  return %a, %b, %c : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<2x!quant.uniform<u8:f32, 0.25>>, tensor<2x!quant.uniform<u4:f32, 0.25>>
}

// -----

// What is only moved stays on its grid; a limit is perhaps not on it, nor is what others quantize.
// CHECK:      func.func @moved(%x: tensor<2x2x2x!quant.uniform<u8:f32, 0.5:3>>) -> (tensor<4x!quant.uniform<u8:f32, 0.7>>, tensor<1x1x2xf32>, tensor<2x!quant.uniform<u8:f32, 0.7>>) {
// CHECK-NEXT:   %m = qnn.max_pool2d %x kernel [2, 1] : tensor<2x2x2x!quant.uniform<u8:f32, 0.5:3>> -> tensor<1x2x2x!quant.uniform<u8:f32, 0.5:3>>
// CHECK-NEXT:   %r = qnn.reshape %m : tensor<1x2x2x!quant.uniform<u8:f32, 0.5:3>> -> tensor<4x!quant.uniform<u8:f32, 0.5:3>>
// CHECK-NEXT:   %y = qnn.tanh %r : tensor<4x!quant.uniform<u8:f32, 0.5:3>> -> tensor<4x!quant.uniform<u8:f32, 0.7>>
// CHECK-NEXT:   %c = qnn.max_pool2d %x kernel [2, 2] clamp [0.0, 0.25] : tensor<2x2x2x!quant.uniform<u8:f32, 0.5:3>> -> tensor<1x1x2xf32>
// CHECK-NEXT:   %l = qnn.tanh %c : tensor<1x1x2xf32> -> tensor<1x1x2xf32>
// CHECK-NEXT:   %n = qnn.max_pool2d %x kernel [2, 2] : tensor<2x2x2x!quant.uniform<u8:f32, 0.5:3>> -> tensor<1x1x2x!quant.uniform<u8:f32, 0.7>>
// CHECK-NEXT:   %z = qnn.reshape %n : tensor<1x1x2x!quant.uniform<u8:f32, 0.7>> -> tensor<2x!quant.uniform<u8:f32, 0.7>>
func.func @moved(%x: tensor<2x2x2x!quant.uniform<u8:f32, 0.5:3>>)
    -> (tensor<4x!quant.uniform<u8:f32, 0.7>>, tensor<1x1x2xf32>, tensor<2x!quant.uniform<u8:f32, 0.7>>) {
  %m = qnn.max_pool2d %x kernel [2, 1] : tensor<2x2x2x!quant.uniform<u8:f32, 0.5:3>> -> tensor<1x2x2xf32>
  %r = qnn.reshape %m : tensor<1x2x2xf32> -> tensor<4xf32>
  %y = qnn.tanh %r : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32, 0.7>>
  %c = qnn.max_pool2d %x kernel [2, 2] clamp [0.0, 0.25] : tensor<2x2x2x!quant.uniform<u8:f32, 0.5:3>> -> tensor<1x1x2xf32>
  %l = qnn.tanh %c : tensor<1x1x2xf32> -> tensor<1x1x2xf32>
  %n = qnn.max_pool2d %x kernel [2, 2] : tensor<2x2x2x!quant.uniform<u8:f32, 0.5:3>> -> tensor<1x1x2xf32>
  %o = qnn.reshape %n : tensor<1x1x2xf32> -> tensor<2xf32>
  %z = qnn.quantize %o : tensor<2xf32> -> tensor<2x!quant.uniform<u8:f32, 0.7>>
  return %y, %l, %z
      : tensor<4x!quant.uniform<u8:f32, 0.7>>, tensor<1x1x2xf32>, tensor<2x!quant.uniform<u8:f32, 0.7>>
}

// -----

// A clamp to numbers of the type keeps it; 0.3 is none of steps of 0.5, and 200 is out of its range.
// CHECK:      func.func @clamped(%x: tensor<4x!quant.uniform<u8:f32, 0.5:3>>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
// CHECK-NEXT:   %a = qnn.clamp %x to [0.0, inf] : tensor<4x!quant.uniform<u8:f32, 0.5:3>> -> tensor<4x!quant.uniform<u8:f32, 0.5:3>>
// CHECK-NEXT:   %b = qnn.tanh %a : tensor<4x!quant.uniform<u8:f32, 0.5:3>> -> tensor<4xf32>
// CHECK-NEXT:   %c = qnn.clamp %x to [0.0, 0.3] : tensor<4x!quant.uniform<u8:f32, 0.5:3>> -> tensor<4xf32>
// CHECK-NEXT:   %d = qnn.tanh %c : tensor<4xf32> -> tensor<4xf32>
// CHECK-NEXT:   %e = qnn.clamp %x to [0.0, 200.0] : tensor<4x!quant.uniform<u8:f32, 0.5:3>> -> tensor<4xf32>
// CHECK-NEXT:   %f = qnn.tanh %e : tensor<4xf32> -> tensor<4xf32>
func.func @clamped(%x: tensor<4x!quant.uniform<u8:f32, 0.5:3>>)
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %a = qnn.clamp %x to [0.0, inf] : tensor<4x!quant.uniform<u8:f32, 0.5:3>> -> tensor<4xf32>
  %b = qnn.tanh %a : tensor<4xf32> -> tensor<4xf32>
  %c = qnn.clamp %x to [0.0, 0.3] : tensor<4x!quant.uniform<u8:f32, 0.5:3>> -> tensor<4xf32>
  %d = qnn.tanh %c : tensor<4xf32> -> tensor<4xf32>
  %e = qnn.clamp %x to [0.0, 200.0] : tensor<4x!quant.uniform<u8:f32, 0.5:3>> -> tensor<4xf32>
  %f = qnn.tanh %e : tensor<4xf32> -> tensor<4xf32>
  return %b, %d, %f : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
