// RUN: cmix-opt %s --split-input-file -p 'cmix-schedule{filters=3 pixels=2}' | filecheck %s

// A convolution takes the block of the options.
// CHECK:      func.func @conv2d(%x: !cmix.packed<2x2x1xui8>, %w: !cmix.packed<1x1x1x1xsi8>) -> !cmix.packed<2x2x1xui8> {
// CHECK-NEXT:   %y = cmix.conv2d %x, %w bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 3, pixels = 2> : !cmix.packed<2x2x1xui8>, !cmix.packed<1x1x1x1xsi8> -> !cmix.packed<2x2x1xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<2x2x1xui8>
// CHECK-NEXT: }
func.func @conv2d(%x: !cmix.packed<2x2x1xui8>, %w: !cmix.packed<1x1x1x1xsi8>) -> !cmix.packed<2x2x1xui8> {
  %y = cmix.conv2d %x, %w bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2x2x1xui8>, !cmix.packed<1x1x1x1xsi8> -> !cmix.packed<2x2x1xui8>
  return %y : !cmix.packed<2x2x1xui8>
}

// -----

// A depthwise one sweeps rows.
// CHECK:      func.func @depthwise(%x: !cmix.packed<2x2x1xui8>, %w: !cmix.packed<1x2x1xsi8>) -> !cmix.packed<2x1x1xui8> {
// CHECK-NEXT:   %y = cmix.depthwise_conv2d %x, %w bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2, rows = 2> : !cmix.packed<2x2x1xui8>, !cmix.packed<1x2x1xsi8> -> !cmix.packed<2x1x1xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<2x1x1xui8>
// CHECK-NEXT: }
func.func @depthwise(%x: !cmix.packed<2x2x1xui8>, %w: !cmix.packed<1x2x1xsi8>) -> !cmix.packed<2x1x1xui8> {
  %y = cmix.depthwise_conv2d %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2x2x1xui8>, !cmix.packed<1x2x1xsi8> -> !cmix.packed<2x1x1xui8>
  return %y : !cmix.packed<2x1x1xui8>
}

// -----

// With dilation along the row its taps are no neighbours, so it gathers columns.
// CHECK:      func.func @dilated(%x: !cmix.packed<1x3x1xui8>, %w: !cmix.packed<1x2x1xsi8>) -> !cmix.packed<1x1x1xui8> {
// CHECK-NEXT:   %y = cmix.depthwise_conv2d %x, %w dilation [1, 2] bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 1, pixels = 2> : !cmix.packed<1x3x1xui8>, !cmix.packed<1x2x1xsi8> -> !cmix.packed<1x1x1xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<1x1x1xui8>
// CHECK-NEXT: }
func.func @dilated(%x: !cmix.packed<1x3x1xui8>, %w: !cmix.packed<1x2x1xsi8>) -> !cmix.packed<1x1x1xui8> {
  %y = cmix.depthwise_conv2d %x, %w dilation [1, 2] bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<1x3x1xui8>, !cmix.packed<1x2x1xsi8> -> !cmix.packed<1x1x1xui8>
  return %y : !cmix.packed<1x1x1xui8>
}

// -----

// A fully connected layer has one pixel and takes twice the filters.
// CHECK:      func.func @fully_connected(%x: !cmix.packed<2xui8>, %w: !cmix.packed<1x2xsi8>) -> !cmix.packed<1xui8> {
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 6, pixels = 1> : !cmix.packed<2xui8>, !cmix.packed<1x2xsi8> -> !cmix.packed<1xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<1xui8>
// CHECK-NEXT: }
func.func @fully_connected(%x: !cmix.packed<2xui8>, %w: !cmix.packed<1x2xsi8>) -> !cmix.packed<1xui8> {
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xsi8> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}

// -----

// A schedule that is there stays.
// CHECK:      func.func @by_hand(%x: !cmix.packed<2xui8>, %w: !cmix.packed<1x2xsi8>) -> !cmix.packed<1xui8> {
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 1, pixels = 1> : !cmix.packed<2xui8>, !cmix.packed<1x2xsi8> -> !cmix.packed<1xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<1xui8>
// CHECK-NEXT: }
func.func @by_hand(%x: !cmix.packed<2xui8>, %w: !cmix.packed<1x2xsi8>) -> !cmix.packed<1xui8> {
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 1>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xsi8> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}

// -----

// With many outputs weights are worth being shifted for the requantization.
// CHECK:      func.func @shifted(%x: !cmix.packed<8x9x1xsi8>, %w: !cmix.packed<1x2x1xsi8>) -> !cmix.packed<8x8x1xsi8> {
// CHECK-NEXT:   %y = cmix.depthwise_conv2d %x, %w bias [5] requant #cmix.linear<left = [1], rounded [1518500250], offset = [40], right = [3], min = -128, max = 127> schedule <expand = rows, filters = 1, pixels = 2, rows = 8, weight_bits = 16> : !cmix.packed<8x9x1xsi8>, !cmix.packed<1x2x1xsi8> -> !cmix.packed<8x8x1xsi8>
// CHECK-NEXT:   func.return %y : !cmix.packed<8x8x1xsi8>
// CHECK-NEXT: }
func.func @shifted(%x: !cmix.packed<8x9x1xsi8>, %w: !cmix.packed<1x2x1xsi8>) -> !cmix.packed<8x8x1xsi8> {
  %y = cmix.depthwise_conv2d %x, %w bias [5]
      requant #cmix.linear<left = [1], rounded [1518500250], offset = [40], right = [3], min = -128, max = 127>
      : !cmix.packed<8x9x1xsi8>, !cmix.packed<1x2x1xsi8> -> !cmix.packed<8x8x1xsi8>
  return %y : !cmix.packed<8x8x1xsi8>
}

// -----

// With few they stay small.
// CHECK:      func.func @few(%x: !cmix.packed<7x8x1xsi8>, %w: !cmix.packed<1x2x1xsi8>) -> !cmix.packed<7x7x1xsi8> {
// CHECK-NEXT:   %y = cmix.depthwise_conv2d %x, %w bias [5] requant #cmix.linear<left = [1], rounded [1518500250], offset = [40], right = [3], min = -128, max = 127> schedule <expand = rows, filters = 1, pixels = 2, rows = 7> : !cmix.packed<7x8x1xsi8>, !cmix.packed<1x2x1xsi8> -> !cmix.packed<7x7x1xsi8>
// CHECK-NEXT:   func.return %y : !cmix.packed<7x7x1xsi8>
// CHECK-NEXT: }
func.func @few(%x: !cmix.packed<7x8x1xsi8>, %w: !cmix.packed<1x2x1xsi8>) -> !cmix.packed<7x7x1xsi8> {
  %y = cmix.depthwise_conv2d %x, %w bias [5]
      requant #cmix.linear<left = [1], rounded [1518500250], offset = [40], right = [3], min = -128, max = 127>
      : !cmix.packed<7x8x1xsi8>, !cmix.packed<1x2x1xsi8> -> !cmix.packed<7x7x1xsi8>
  return %y : !cmix.packed<7x7x1xsi8>
}
