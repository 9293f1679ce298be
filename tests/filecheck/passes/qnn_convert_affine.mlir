// RUN: cmix-opt %s --split-input-file -p qnn-convert-affine | filecheck %s

// A number for each channel, or one for all; a limit follows as a clamp.
// CHECK:      func.func @affine(%x: tensor<4x2xf32>) -> tensor<4x2x!quant.uniform<u8:f32, 0.5>> {
// CHECK-NEXT:   %a = qnn.batch_norm %x scale [0.5, -2.0] offset [0.0, 0.0] mean [0.0, 0.0] variance [1.0, 1.0] epsilon 0.0 : tensor<4x2xf32> -> tensor<4x2xf32>
// CHECK-NEXT:   %b = qnn.batch_norm %a scale [1.0, 1.0] offset [3.0, 3.0] mean [0.0, 0.0] variance [1.0, 1.0] epsilon 0.0 : tensor<4x2xf32> -> tensor<4x2xf32>
// CHECK-NEXT:   %y = qnn.batch_norm %b scale [1.0, 1.0] offset [-0.5, 2.0] mean [0.0, 0.0] variance [1.0, 1.0] epsilon 0.0 : tensor<4x2xf32> -> tensor<4x2xf32>
// CHECK-NEXT:   %y_1 = qnn.clamp %y to [0.0, 6.0] : tensor<4x2xf32> -> tensor<4x2x!quant.uniform<u8:f32, 0.5>>
// CHECK-NEXT:   func.return %y_1 : tensor<4x2x!quant.uniform<u8:f32, 0.5>>
// CHECK-NEXT: }
func.func @affine(%x: tensor<4x2xf32>) -> tensor<4x2x!quant.uniform<u8:f32, 0.5>> {
  %c = qnn.constant dense<[[0.5, -2.0]]> : tensor<1x2xf32>
  %three = qnn.constant dense<[3.0]> : tensor<1xf32>
  %a = qnn.mul %x, %c : tensor<4x2xf32>, tensor<1x2xf32> -> tensor<4x2xf32>
  %b = qnn.add %a, %three : tensor<4x2xf32>, tensor<1xf32> -> tensor<4x2xf32>
  %y = qnn.sub %b, %c clamp [0.0, 6.0] : tensor<4x2xf32>, tensor<1x2xf32> -> tensor<4x2x!quant.uniform<u8:f32, 0.5>>
  return %y : tensor<4x2x!quant.uniform<u8:f32, 0.5>>
}

// -----

// A number for each element, integers, and what is computed stay.
// CHECK:      func.func @stays(%x: tensor<2x2xf32>, %z: tensor<2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) {
// CHECK-NEXT:   %c = qnn.constant dense<{{\[\[}}0.5], [2.0]]> : tensor<2x1xf32>
// CHECK-NEXT:   %q = qnn.constant dense<[1, 2]> : tensor<2x!quant.uniform<i4:f32, 0.5>>
// CHECK-NEXT:   %a = qnn.mul %x, %c : tensor<2x2xf32>, tensor<2x1xf32> -> tensor<2x2xf32>
// CHECK-NEXT:   %b = qnn.add %x, %q : tensor<2x2xf32>, tensor<2x!quant.uniform<i4:f32, 0.5>> -> tensor<2x2xf32>
// CHECK-NEXT:   %d = qnn.sub %x, %z : tensor<2x2xf32>, tensor<2xf32> -> tensor<2x2xf32>
func.func @stays(%x: tensor<2x2xf32>, %z: tensor<2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) {
  %c = qnn.constant dense<[[0.5], [2.0]]> : tensor<2x1xf32>
  %q = qnn.constant dense<[1, 2]> : tensor<2x!quant.uniform<i4:f32, 0.5>>
  %a = qnn.mul %x, %c : tensor<2x2xf32>, tensor<2x1xf32> -> tensor<2x2xf32>
  %b = qnn.add %x, %q : tensor<2x2xf32>, tensor<2x!quant.uniform<i4:f32, 0.5>> -> tensor<2x2xf32>
  %d = qnn.sub %x, %z : tensor<2x2xf32>, tensor<2xf32> -> tensor<2x2xf32>
  return %a, %b, %d : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>
}
