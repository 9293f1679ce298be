// RUN: cmix-opt %s --split-input-file -p "qnn-assign-bits{flash=2000 ram=12}" | filecheck %s

// While %b is computed, %a waits for the sum: 4 + 4 + 8 bytes. %b, the largest, gets 4 bits. The sum reads
// and writes 4 + 4 + 4.
// CHECK:      func.func @residual(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
// CHECK-NEXT:   %wa = qnn.constant
// CHECK-NEXT:   %a = qnn.fully_connected %x, %wa : {{.*}} -> tensor<4x!quant.uniform<u8:f32, 3.0>>
// CHECK-NEXT:   %wb = qnn.constant
// CHECK-NEXT:   %b = qnn.fully_connected %a, %wb : {{.*}} -> tensor<8x!quant.uniform<u4:f32, 51.0>>
// CHECK-NEXT:   %wc = qnn.constant
// CHECK-NEXT:   %c = qnn.fully_connected %b, %wc : {{.*}} -> tensor<4x!quant.uniform<u8:f32, 3.0>>
// CHECK-NEXT:   %sum = qnn.add %a, %c : tensor<4x!quant.uniform<u8:f32, 3.0>>, tensor<4x!quant.uniform<u8:f32, 3.0>> -> tensor<4x!quant.uniform<u8:f32, 6.0>>
// CHECK-NEXT:   %wy = qnn.constant
// CHECK-NEXT:   %y = qnn.fully_connected %sum, %wy
func.func @residual(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
  %wa = qnn.constant dense<1.0> : tensor<4x2xf32>
  %wb = qnn.constant dense<1.0> : tensor<8x4xf32>
  %wc = qnn.constant dense<1.0> : tensor<4x8xf32>
  %wy = qnn.constant dense<1.0> : tensor<1x4xf32>
  %a = qnn.fully_connected %x, %wa : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<4x2xf32>
     -> tensor<4x!quant.uniform<u8:f32, 3.0>>
  %b = qnn.fully_connected %a, %wb : tensor<4x!quant.uniform<u8:f32, 3.0>>, tensor<8x4xf32>
     -> tensor<8x!quant.uniform<u8:f32, 3.0>>
  %c = qnn.fully_connected %b, %wc : tensor<8x!quant.uniform<u8:f32, 3.0>>, tensor<4x8xf32>
     -> tensor<4x!quant.uniform<u8:f32, 3.0>>
  %sum = qnn.add %a, %c : tensor<4x!quant.uniform<u8:f32, 3.0>>, tensor<4x!quant.uniform<u8:f32, 3.0>>
     -> tensor<4x!quant.uniform<u8:f32, 6.0>>
  %y = qnn.fully_connected %sum, %wy : tensor<4x!quant.uniform<u8:f32, 6.0>>, tensor<1x4xf32>
     -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  return %y : tensor<1x!quant.uniform<u8:f32, 1.0>>
}

// -----

// Both parts and the whole have one quantization, so they are cut together: 6 + 6 + 12 bytes at 8 bits.
// CHECK:      func.func @parts
// CHECK-NEXT:   %wa = qnn.constant
// CHECK-NEXT:   %a = qnn.fully_connected %x, %wa : {{.*}} -> tensor<6x!quant.uniform<u4:f32, 51.0>>
// CHECK-NEXT:   %wa_1 = qnn.constant
// CHECK-NEXT:   %b = qnn.fully_connected %x, %wa_1 : {{.*}} -> tensor<6x!quant.uniform<u4:f32, 51.0>>
// CHECK-NEXT:   %c = qnn.concat %a, %b axis 0 : tensor<6x!quant.uniform<u4:f32, 51.0>>, tensor<6x!quant.uniform<u4:f32, 51.0>> -> tensor<12x!quant.uniform<u4:f32, 51.0>>
func.func @parts(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 1.0>> {
  %wa = qnn.constant dense<1.0> : tensor<6x2xf32>
  %wy = qnn.constant dense<1.0> : tensor<1x12xf32>
  %a = qnn.fully_connected %x, %wa : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<6x2xf32>
     -> tensor<6x!quant.uniform<u8:f32, 3.0>>
  %b = qnn.fully_connected %x, %wa : tensor<2x!quant.uniform<u8:f32, 0.5>>, tensor<6x2xf32>
     -> tensor<6x!quant.uniform<u8:f32, 3.0>>
  %c = qnn.concat %a, %b axis 0 : tensor<6x!quant.uniform<u8:f32, 3.0>>, tensor<6x!quant.uniform<u8:f32, 3.0>>
     -> tensor<12x!quant.uniform<u8:f32, 3.0>>
  %y = qnn.fully_connected %c, %wy : tensor<12x!quant.uniform<u8:f32, 3.0>>, tensor<1x12xf32>
     -> tensor<1x!quant.uniform<u8:f32, 1.0>>
  return %y : tensor<1x!quant.uniform<u8:f32, 1.0>>
}
