// RUN: cmix-opt %s -p "qnn-assign-bits{ram=220 memory=planned}" | filecheck %s
// RUN: cmix-opt %s -p "qnn-assign-bits{ram=220}" | filecheck %s --check-prefix PUBLISHED
// RUN: cmix-opt %s --verify-diagnostics -p "qnn-assign-bits{ram=100 memory=planned}" | filecheck %s --check-prefix RAM
// RUN: cmix-opt %s --verify-diagnostics -p "qnn-assign-bits{flash=1000 memory=planned}" | filecheck %s --check-prefix FLASH

// While %h is computed there are 64 bytes of the image, 32 of %h, the 4 that the caller keeps for %y and 128
// of lanes, to which the layer expands its input: 228. The paper's sum has the first two.
// CHECK:      func.func @planned(%x: tensor<64x!quant.uniform<u8:f32, 0.5>>) -> tensor<4x!quant.uniform<u8:f32, 1.0>> {
// CHECK-NEXT:   %w = qnn.constant
// CHECK-NEXT:   %h = qnn.fully_connected %x, %w : {{.*}} -> tensor<32x!quant.uniform<u4:f32, 51.0>>
// CHECK-NEXT:   %v = qnn.constant
// CHECK-NEXT:   %y = qnn.fully_connected %h, %v : {{.*}} -> tensor<4x!quant.uniform<u8:f32, 1.0>>
// CHECK-NEXT:   func.return %y : tensor<4x!quant.uniform<u8:f32, 1.0>>
// CHECK-NEXT: }
// PUBLISHED:  %h = qnn.fully_connected %x, %w : {{.*}} -> tensor<32x!quant.uniform<u8:f32, 3.0>>
// RAM:        layer 'h': x at 8 bits, h at 2 bits, and 132 bytes of scratch and of inputs and outputs that stay, need 104 bytes more than the 100 bytes of RAM: make the layer's tensors smaller
// FLASH:      weights of the fewest bits need {{[0-9,]+}} bytes more than the 1,000 bytes of flash; layer 'h' has the most
func.func @planned(%x: tensor<64x!quant.uniform<u8:f32, 0.5>>) -> tensor<4x!quant.uniform<u8:f32, 1.0>> {
  %w = qnn.constant dense<0.5> : tensor<32x64xf32>
  %v = qnn.constant dense<0.5> : tensor<4x32xf32>
  %h = qnn.fully_connected %x, %w : tensor<64x!quant.uniform<u8:f32, 0.5>>, tensor<32x64xf32>
     -> tensor<32x!quant.uniform<u8:f32, 3.0>>
  %y = qnn.fully_connected %h, %v : tensor<32x!quant.uniform<u8:f32, 3.0>>, tensor<4x32xf32>
     -> tensor<4x!quant.uniform<u8:f32, 1.0>>
  return %y : tensor<4x!quant.uniform<u8:f32, 1.0>>
}
