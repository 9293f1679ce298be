// RUN: cmix-opt %s --split-input-file --verify-diagnostics -p convert-cmix-to-contract | filecheck %s

// The input's zero point is not folded.
func.func private @refused(%x_bytes: memref<2xi8>, %y_bytes: memref<1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2xi8> as !cmix.packed<2xui8>
  %w = cmix.constant dense<1> : !cmix.packed<1x2xui4>
  %y = cmix.fully_connected %x, %w bias [5] input_zero 3
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 1>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xui4> -> !cmix.packed<1xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1xui8> to memref<1xi8>
  return
}
// CHECK: cmix.fully_connected: the input's zero point must be folded before; run cmix-fold-zero-points first

// -----

// Weights come at run time.
func.func private @refused(%x_bytes: memref<2xi8>, %w_bytes: memref<1x1xi8>, %y_bytes: memref<1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2xi8> as !cmix.packed<2xui8>
  %w = cmix.from_memref %w_bytes : memref<1x1xi8> as !cmix.packed<1x2xui4>
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 1>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xui4> -> !cmix.packed<1xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1xui8> to memref<1xi8>
  return
}
// CHECK: cmix.fully_connected: weights must be a cmix.constant to be compiled, found a value of type !cmix.packed<1x2xui4> that is only known at run time

// -----

// The input is no memory yet.
func.func private @refused(%x: !cmix.packed<2xui8>, %y_bytes: memref<1xi8>) {
  %w = cmix.constant dense<1> : !cmix.packed<1x2xui4>
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 1>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xui4> -> !cmix.packed<1xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1xui8> to memref<1xi8>
  return
}
// CHECK: cmix.fully_connected: inputs must come from cmix.from_memref; run cmix-outline-layers and cmix-bufferize first

// -----

// Nor is the output.
func.func private @refused(%x_bytes: memref<2xi8>) -> !cmix.packed<1xui8> {
  %x = cmix.from_memref %x_bytes : memref<2xi8> as !cmix.packed<2xui8>
  %w = cmix.constant dense<1> : !cmix.packed<1x2xui4>
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 1>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xui4> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}
// CHECK: cmix.fully_connected: the result must be written by one cmix.to_memref; run cmix-outline-layers and cmix-bufferize first

// -----

// Schedule (1): rows of a layer that is not depthwise.
func.func private @refused(%x_bytes: memref<2xi8>, %y_bytes: memref<1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2xi8> as !cmix.packed<2xui8>
  %w = cmix.constant dense<1> : !cmix.packed<1x2xui4>
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = rows, filters = 1, pixels = 1>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xui4> -> !cmix.packed<1xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1xui8> to memref<1xi8>
  return
}
// CHECK: cmix.fully_connected: the schedule expands rows, which only depthwise layers without dilation along the row can; write expand = columns

// -----

// Schedule (1): rows of a dilated kernel.
func.func private @refused(%x_bytes: memref<1x3x1xi8>, %y_bytes: memref<1x1x1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<1x3x1xi8> as !cmix.packed<1x3x1xui8>
  %w = cmix.constant dense<1> : !cmix.packed<1x2x1xui4>
  %y = cmix.depthwise_conv2d %x, %w dilation [1, 2] bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = rows, filters = 1, pixels = 1>
      : !cmix.packed<1x3x1xui8>, !cmix.packed<1x2x1xui4> -> !cmix.packed<1x1x1xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1x1x1xui8> to memref<1x1x1xi8>
  return
}
// CHECK: cmix.depthwise_conv2d: the schedule expands rows, which only depthwise layers without dilation along the row can; write expand = columns

// -----

// Schedule (2): two filters at once of three per channel.
func.func private @refused(%x_bytes: memref<1x2x1xi8>, %y_bytes: memref<1x1x3xi8>) {
  %x = cmix.from_memref %x_bytes : memref<1x2x1xi8> as !cmix.packed<1x2x1xui8>
  %w = cmix.constant dense<1> : !cmix.packed<1x2x3xui4>
  %y = cmix.depthwise_conv2d %x, %w bias [5, 6, 7]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = rows, filters = 2, pixels = 1>
      : !cmix.packed<1x2x1xui8>, !cmix.packed<1x2x3xui4> -> !cmix.packed<1x1x3xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1x1x3xui8> to memref<1x1x3xi8>
  return
}
// CHECK: cmix.depthwise_conv2d: the schedule's filters must divide the depth multiplier 3, found 2

// -----

// Schedule (3): channels unrolled where each has two filters.
func.func private @refused(%x_bytes: memref<1x2x1xi8>, %y_bytes: memref<1x1x4xi8>) {
  %x = cmix.from_memref %x_bytes : memref<1x2x1xi8> as !cmix.packed<1x2x2xui4>
  %w = cmix.constant dense<1> : !cmix.packed<1x2x4xui4>
  %y = cmix.depthwise_conv2d %x, %w bias [5, 6, 7, 8]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = rows, filters = 1, pixels = 1, channels = 2>
      : !cmix.packed<1x2x2xui4>, !cmix.packed<1x2x4xui4> -> !cmix.packed<1x1x4xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1x1x4xui8> to memref<1x1x4xi8>
  return
}
// CHECK: cmix.depthwise_conv2d: the schedule unrolls 2 channels, which is for a depth multiplier of 1, found 2; leave channels out

// -----

// Schedule (3): channels of a convolution.
func.func private @refused(%x_bytes: memref<1x4x1xi8>, %y_bytes: memref<1x2x1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<1x4x1xi8> as !cmix.packed<1x4x1xui4>
  %w = cmix.constant dense<1> : !cmix.packed<1x1x3x1xui4>
  %y = cmix.conv2d %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = overlap, filters = 1, pixels = 2, channels = 2>
      : !cmix.packed<1x4x1xui4>, !cmix.packed<1x1x3x1xui4> -> !cmix.packed<1x2x1xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1x2x1xui8> to memref<1x2x1xi8>
  return
}
// CHECK: cmix.conv2d: the schedule's channels = 2 is for depthwise layers; leave channels out

// -----

// Schedule (3): phases of a convolution.
func.func private @refused(%x_bytes: memref<1x4x1xi8>, %y_bytes: memref<1x2x1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<1x4x1xi8> as !cmix.packed<1x4x1xui4>
  %w = cmix.constant dense<1> : !cmix.packed<1x1x3x1xui4>
  %y = cmix.conv2d %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = overlap, filters = 1, pixels = 2, phases = 2>
      : !cmix.packed<1x4x1xui4>, !cmix.packed<1x1x3x1xui4> -> !cmix.packed<1x2x1xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1x2x1xui8> to memref<1x2x1xi8>
  return
}
// CHECK: cmix.conv2d: the schedule's phases = 2 is for depthwise layers; leave phases out

// -----

// Schedule (3): reuse of a convolution.
func.func private @refused(%x_bytes: memref<1x4x1xi8>, %y_bytes: memref<1x2x1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<1x4x1xi8> as !cmix.packed<1x4x1xui4>
  %w = cmix.constant dense<1> : !cmix.packed<1x1x3x1xui4>
  %y = cmix.conv2d %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = overlap, filters = 1, pixels = 2, reuse = 1>
      : !cmix.packed<1x4x1xui4>, !cmix.packed<1x1x3x1xui4> -> !cmix.packed<1x2x1xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1x2x1xui8> to memref<1x2x1xi8>
  return
}
// CHECK: cmix.conv2d: the schedule's reuse = 1 is for depthwise layers; leave reuse out

// -----

// Schedule (3): rows of a convolution.
func.func private @refused(%x_bytes: memref<1x4x1xi8>, %y_bytes: memref<1x2x1xi8>) {
  %x = cmix.from_memref %x_bytes : memref<1x4x1xi8> as !cmix.packed<1x4x1xui4>
  %w = cmix.constant dense<1> : !cmix.packed<1x1x3x1xui4>
  %y = cmix.conv2d %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = overlap, filters = 1, pixels = 2, rows = 2>
      : !cmix.packed<1x4x1xui4>, !cmix.packed<1x1x3x1xui4> -> !cmix.packed<1x2x1xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1x2x1xui8> to memref<1x2x1xi8>
  return
}
// CHECK: cmix.conv2d: the schedule's rows = 2 is for depthwise layers; leave rows out

// -----

// Schedule (3): words of a depthwise layer.
func.func private @refused(%x_bytes: memref<1x2x1xi8>, %y_bytes: memref<1x1x2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<1x2x1xi8> as !cmix.packed<1x2x2xui4>
  %w = cmix.constant dense<1> : !cmix.packed<1x2x2xui4>
  %y = cmix.depthwise_conv2d %x, %w bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = overlap, filters = 1, pixels = 2, words = 2>
      : !cmix.packed<1x2x2xui4>, !cmix.packed<1x2x2xui4> -> !cmix.packed<1x1x2xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<1x1x2xui8> to memref<1x1x2xi8>
  return
}
// CHECK: cmix.depthwise_conv2d: the schedule multiplies 2 words of weights together, which a depthwise layer has no use for; leave words out

// -----

// Schedule (4): joint weights of fewer than 8 bits.
func.func private @refused(%x_bytes: memref<2xi8>, %y_bytes: memref<2xi8>) {
  %x = cmix.from_memref %x_bytes : memref<2xi8> as !cmix.packed<2xui8>
  %w = cmix.constant dense<1> : !cmix.packed<2x2xui4>
  %y = cmix.fully_connected %x, %w bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 2, pixels = 1, joint = 1>
      : !cmix.packed<2xui8>, !cmix.packed<2x2xui4> -> !cmix.packed<2xui8>
  cmix.to_memref %y, %y_bytes : !cmix.packed<2xui8> to memref<2xi8>
  return
}
// CHECK: cmix.fully_connected: weights cannot be joint: two weights of 4 bits do not fill a lane of 16; leave joint out
