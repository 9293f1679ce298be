// RUN: cmix-opt %s --split-input-file -p qnn-fold-constants | filecheck %s

// 0.5 / 0.1 and -0.26 / 0.1, rounded; then moved.
// CHECK:      func.func @weights(%x: tensor<2xf32>) -> tensor<1xf32> {
// CHECK-NEXT:   %w = qnn.constant dense<{{\[\[}}5, -3]]> : tensor<1x2x!quant.uniform<i4:f32, 0.1>>
// CHECK-NEXT:   %y = qnn.fully_connected %x, %w : tensor<2xf32>, tensor<1x2x!quant.uniform<i4:f32, 0.1>> -> tensor<1xf32>
// CHECK-NEXT:   func.return %y : tensor<1xf32>
// CHECK-NEXT: }
func.func @weights(%x: tensor<2xf32>) -> tensor<1xf32> {
  %r = qnn.constant dense<[0.5, -0.26]> : tensor<2xf32>
  %q = qnn.quantize %r : tensor<2xf32> -> tensor<2x!quant.uniform<i4:f32, 0.1>>
  %w = qnn.reshape %q : tensor<2x!quant.uniform<i4:f32, 0.1>> -> tensor<1x2x!quant.uniform<i4:f32, 0.1>>
  %y = qnn.fully_connected %x, %w : tensor<2xf32>, tensor<1x2x!quant.uniform<i4:f32, 0.1>> -> tensor<1xf32>
  return %y : tensor<1xf32>
}

// -----

// Integers say more than the real numbers they stand for.
// CHECK:      func.func @dequantize(%x: tensor<2xf32>) -> tensor<2xf32> {
// CHECK-NEXT:   %q = qnn.constant dense<[5, -3]> : tensor<2x!quant.uniform<i4:f32, 0.5>>
// CHECK-NEXT:   %r = qnn.dequantize %q : tensor<2x!quant.uniform<i4:f32, 0.5>> -> tensor<2xf32>
// CHECK-NEXT:   %y = qnn.mul %x, %r : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
// CHECK-NEXT:   func.return %y : tensor<2xf32>
// CHECK-NEXT: }
func.func @dequantize(%x: tensor<2xf32>) -> tensor<2xf32> {
  %q = qnn.constant dense<[5, -3]> : tensor<2x!quant.uniform<i4:f32, 0.5>>
  %r = qnn.dequantize %q : tensor<2x!quant.uniform<i4:f32, 0.5>> -> tensor<2xf32>
  %y = qnn.mul %x, %r : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// Constants with other users stay.
// CHECK:      func.func @shared(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
// CHECK-NEXT:   %c = qnn.constant dense<{{\[\[}}1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
// CHECK-NEXT:   %t = qnn.constant dense<{{\[\[}}1.0, 3.0], [2.0, 4.0]]> : tensor<2x2xf32>
// CHECK-NEXT:   %h = qnn.add %x, %c : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<2x2xf32>
// CHECK-NEXT:   %y = qnn.mul %h, %t : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<2x2xf32>
// CHECK-NEXT:   func.return %y : tensor<2x2xf32>
// CHECK-NEXT: }
func.func @shared(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %c = qnn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %t = qnn.transpose %c permutation [1, 0] : tensor<2x2xf32> -> tensor<2x2xf32>
  %h = qnn.add %x, %c : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<2x2xf32>
  %y = qnn.mul %h, %t : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}
