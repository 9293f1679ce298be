// RUN: cmix-opt %s --split-input-file -p convert-cmix-to-contract | filecheck %s

// Convolution: the reduction runs over rows, columns and channels of the window.
// CHECK:      func.func private @conv2d(%x_bytes: memref<5x5x2xi8>, %y_bytes: memref<3x1x2xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{.*}}> : !cmix.packed<4x3x2x2xui2>
// CHECK-NEXT:   cmix.contract [y = 3, f = 4, i = 3, j = 2, c = 2] input %x_bytes (y, f, i, j, c) -> ((((y * 2) + i) + -1), (j * 2), c) as <5x5x2xui8> filter %w (y, f, i, j, c) -> (f, i, j, c) output %y_bytes (y, f, i, j, c) -> (y, 0, f) as <3x1x4xui4> bias [1, 2, 3, 4] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 2, pixels = 2> : memref<5x5x2xi8>, !cmix.packed<4x3x2x2xui2>, memref<3x1x2xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @conv2d(%x_bytes: memref<5x5x2xi8>, %y_bytes: memref<3x1x2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<5x5x2xi8> as !cmix.packed<5x5x2xui8>
  %w = cmix.constant dense<1> : !cmix.packed<4x3x2x2xui2>
  %y = cmix.conv2d %x, %w strides [2, 3] padding [1, 1, 0, 0] dilation [1, 2]
      bias [1, 2, 3, 4] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 2>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<4x3x2x2xui2> -> !cmix.packed<3x1x4xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<3x1x4xui4> to memref<3x1x2xi8>
  return
}

// -----

// Depthwise, two filters per input channel: the output channel is 2 c + f.
// CHECK:      func.func private @depthwise(%x_bytes: memref<5x5x2xi8>, %y_bytes: memref<3x4x4xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{.*}}> : !cmix.packed<3x2x4xui2>
// CHECK-NEXT:   cmix.contract [c = 2, f = 2, y = 3, x = 4, i = 3, j = 2] input %x_bytes (c, f, y, x, i, j) -> ((y + i), (x + j), c) as <5x5x2xui8> filter %w (c, f, y, x, i, j) -> (i, j, ((c * 2) + f)) output %y_bytes (c, f, y, x, i, j) -> (y, x, ((c * 2) + f)) as <3x4x4xui8> bias [1, 2, 3, 4] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 2, pixels = 2> : memref<5x5x2xi8>, !cmix.packed<3x2x4xui2>, memref<3x4x4xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @depthwise(%x_bytes: memref<5x5x2xi8>, %y_bytes: memref<3x4x4xi8>) {
  %x = cmix.from_memref %x_bytes : memref<5x5x2xi8> as !cmix.packed<5x5x2xui8>
  %w = cmix.constant dense<1> : !cmix.packed<3x2x4xui2>
  %y = cmix.depthwise_conv2d %x, %w bias [1, 2, 3, 4]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 2>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x2x4xui2> -> !cmix.packed<3x4x4xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<3x4x4xui8> to memref<3x4x4xi8>
  return
}

// -----

// Fully connected: zero points of weights stay with the contraction.
// CHECK:      func.func private @fully_connected(%x_bytes: memref<8xi8>, %y_bytes: memref<2xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}3, 3, 3, 3, 3, 3, 3, 3], [3, 3, 3, 3, 3, 3, 3, 3]]> : !cmix.packed<2x8xui4>
// CHECK-NEXT:   cmix.contract [f = 2, k = 8] input %x_bytes (f, k) -> (k) as <8xui8> filter %w (f, k) -> (f, k) output %y_bytes (f, k) -> (f) as <2xui8> bias [5, 6] filter_zero [7] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 2, pixels = 2> : memref<8xi8>, !cmix.packed<2x8xui4>, memref<2xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @fully_connected(%x_bytes: memref<8xi8>, %y_bytes: memref<2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<8xi8> as !cmix.packed<8xui8>
  %w = cmix.constant dense<3> : !cmix.packed<2x8xui4>
  %y = cmix.fully_connected %x, %w bias [5, 6] filter_zero [7]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 2>
      : !cmix.packed<8xui8>, !cmix.packed<2x8xui4> -> !cmix.packed<2xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2xui8> to memref<2xi8>
  return
}

// -----

// Rows of outputs with padding bits are cleared before.
// CHECK:      func.func private @padding_bits(%x_bytes: memref<8xi8>, %y_bytes: memref<2xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}3, 3, 3, 3, 3, 3, 3, 3], [3, 3, 3, 3, 3, 3, 3, 3], [3, 3, 3, 3, 3, 3, 3, 3]]> : !cmix.packed<3x8xui4>
// CHECK-NEXT:   cmix.contract [f = 3, k = 8] input %x_bytes (f, k) -> (k) as <8xui8> filter %w (f, k) -> (f, k) output %y_bytes (f, k) -> (f) as <3xui4> bias [5, 6, 7] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 2, pixels = 2> : memref<8xi8>, !cmix.packed<3x8xui4>, memref<2xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @padding_bits(%x_bytes: memref<8xi8>, %y_bytes: memref<2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<8xi8> as !cmix.packed<8xui8>
  %w = cmix.constant dense<3> : !cmix.packed<3x8xui4>
  %y = cmix.fully_connected %x, %w bias [5, 6, 7]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 2>
      : !cmix.packed<8xui8>, !cmix.packed<3x8xui4> -> !cmix.packed<3xui4>
  cmix.to_memref %y, %y_bytes : !cmix.packed<3xui4> to memref<2xi8>
  return
}
