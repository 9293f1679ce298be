// RUN: cmix-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

// layers with weights (1), input
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) {
  %y = cmix.conv2d %x, %w bias [1, 2, 3] input_zero 256 requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x3xui8>
  func.return
}
// CHECK: input zero point 256 is outside the range [0, 255] of !cmix.packed<5x5x2xui8>

// -----

// layers with weights (1), filter
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) {
  %y = cmix.conv2d %x, %w bias [1, 2, 3] filter_zero [0, 16, 0] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x3xui8>
  func.return
}
// CHECK: filter zero point 16 is outside the range [0, 15] of !cmix.packed<3x3x3x2xui4>

// -----

// layers with weights (1), number of filter zero points
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) {
  %y = cmix.conv2d %x, %w bias [1, 2, 3] filter_zero [0, 1] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x3xui8>
  func.return
}
// CHECK: filter_zero must have 1 or 3 (output channels) values, found 2

// -----

// layers with weights (2)
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) {
  %y = cmix.conv2d %x, %w bias [1, 2] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x3xui8>
  func.return
}
// CHECK: bias must have 3 (output channels) values, found 2

// -----

// layers with weights (3)
func.func @refused(%x: !cmix.packed<7xui4>, %w: !cmix.packed<2x7xsi2>) {
  %y = cmix.fully_connected %x, %w bias [5, -3] requant #cmix.icn<m0 = [1], n0 = [0], zero = 128>
      : !cmix.packed<7xui4>, !cmix.packed<2x7xsi2> -> !cmix.packed<2xsi8>
  func.return
}
// CHECK: zero point 128 is outside the output's range [-128, 127]

// -----

// layers with weights (4), accumulator
func.func @refused(%x: !cmix.packed<7xui4>, %w: !cmix.packed<2x7xsi2>) {
  %y = cmix.fully_connected %x, %w bias [5, 2147483600] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<7xui4>, !cmix.packed<2x7xsi2> -> !cmix.packed<2xsi8>
  func.return
}
// CHECK: accumulator of output channel 1 can reach [2147483390, 2147483705], which overflows 32 bits

// -----

// layers with weights (4), left shift
func.func @refused(%x: !cmix.packed<7xui4>, %w: !cmix.packed<2x7xsi2>) {
  %y = cmix.fully_connected %x, %w bias [5, -3] requant #cmix.icn<m0 = [1], n0 = [-24], zero = 0>
      : !cmix.packed<7xui4>, !cmix.packed<2x7xsi2> -> !cmix.packed<2xsi8>
  func.return
}
// CHECK: accumulator shifted left by 24 of output channel 0 can reach [-3439329280, 1845493760], which overflows 32 bits

// -----

// layers with weights (4), constant weights
func.func @refused(%x: !cmix.packed<2xui4>) {
  %w = cmix.constant dense<[[7, -8]]> : !cmix.packed<1x2xsi4>
  %y = cmix.fully_connected %x, %w bias [0]
      requant #cmix.icn<m0 = [1], n0 = [-25], zero = 0>
      : !cmix.packed<2xui4>, !cmix.packed<1x2xsi4> -> !cmix.packed<1xui8>
  func.return
}
// CHECK: accumulator shifted left by 25 of output channel 0 can reach [-4026531840, 3523215360], which overflows 32 bits

// -----

// conv2d (5), rank of the input
func.func @refused(%x: !cmix.packed<5x5xui8>, %w: !cmix.packed<3x3x3x2xui4>) {
  %y = cmix.conv2d %x, %w bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x3xui8>
  func.return
}
// CHECK: input must have 3 dimensions (height, width, channels), found !cmix.packed<5x5xui8>

// -----

// conv2d (5), rank of the filter
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x2xui4>) {
  %y = cmix.conv2d %x, %w bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x2xui4> -> !cmix.packed<3x3x3xui8>
  func.return
}
// CHECK: filter must have 4 dimensions (filters, height, width, channels), found !cmix.packed<3x3x2xui4>

// -----

// conv2d (5), channels
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x1xui4>) {
  %y = cmix.conv2d %x, %w bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x1xui4> -> !cmix.packed<3x3x3xui8>
  func.return
}
// CHECK: filter must have the input's 2 channels, found 1

// -----

// conv2d (6), size
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) {
  %y = cmix.conv2d %x, %w bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<5x5x3xui8>
  func.return
}
// CHECK: output must have shape [3, 3, 3], found [5, 5, 3]

// -----

// conv2d (6), channels
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) {
  %y = cmix.conv2d %x, %w bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x4xui8>
  func.return
}
// CHECK: output must have shape [3, 3, 3], found [3, 3, 4]

// -----

// conv2d (7)
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) {
  %y = cmix.conv2d %x, %w pad_value -1 bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x3xui8>
  func.return
}
// CHECK: pad value -1 is outside the range [0, 255] of !cmix.packed<5x5x2xui8>

// -----

// conv2d, strides
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) {
  %y = cmix.conv2d %x, %w strides [1, 0] bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x3xui8>
  func.return
}
// CHECK: strides must be 2 integers of at least 1, found [1, 0]

// -----

// conv2d, dilation
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) {
  %y = cmix.conv2d %x, %w dilation [1] bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x3xui8>
  func.return
}
// CHECK: dilation must be 2 integers of at least 1, found [1]

// -----

// conv2d, padding as large as the kernel
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) {
  %y = cmix.conv2d %x, %w padding [0, 3, 0, 0] bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x3xui8>
  func.return
}
// CHECK: bottom padding must be less than the dilated kernel (3), found 3

// -----

// conv2d, negative padding
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) {
  %y = cmix.conv2d %x, %w padding [0, 0, -1, 0] bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x3xui8>
  func.return
}
// CHECK: padding must be 4 integers of at least 0, found [0, 0, -1, 0]

// -----

// conv2d, a window beyond the input
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) {
  %y = cmix.conv2d %x, %w dilation [3, 1] bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x3xui8>
  func.return
}
// CHECK: a window of 7x3 does not fit in the padded input of 5x5

// -----

// depthwise_conv2d (5), rank
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<1x3x3x4xui4>) {
  %y = cmix.depthwise_conv2d %x, %w bias [1, 2, 3, 4] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<1x3x3x4xui4> -> !cmix.packed<3x3x4xui8>
  func.return
}
// CHECK: filter must have 3 dimensions (height, width, channels), found !cmix.packed<1x3x3x4xui4>

// -----

// depthwise_conv2d (5), channels
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x5xui4>) {
  %y = cmix.depthwise_conv2d %x, %w bias [1, 2, 3, 4] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x5xui4> -> !cmix.packed<3x3x4xui8>
  func.return
}
// CHECK: filter channels must be a multiple of the input's 2, found 5

// -----

// depthwise_conv2d (6)
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x4xui4>) {
  %y = cmix.depthwise_conv2d %x, %w bias [1, 2, 3, 4] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x4xui4> -> !cmix.packed<3x3x2xui8>
  func.return
}
// CHECK: output must have shape [3, 3, 4], found [3, 3, 2]

// -----

// depthwise_conv2d (7)
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x4xui4>) {
  %y = cmix.depthwise_conv2d %x, %w pad_value 256 bias [1, 2, 3, 4] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x4xui4> -> !cmix.packed<3x3x4xui8>
  func.return
}
// CHECK: pad value 256 is outside the range [0, 255]

// -----

// fully_connected (5), rank
func.func @refused(%x: !cmix.packed<1x7xui4>, %w: !cmix.packed<2x7xsi2>) {
  %y = cmix.fully_connected %x, %w bias [5, -3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<1x7xui4>, !cmix.packed<2x7xsi2> -> !cmix.packed<2xsi8>
  func.return
}
// CHECK: input must have 1 dimensions (inputs; use cmix.reshape before), found !cmix.packed<1x7xui4>

// -----

// fully_connected (5), inputs
func.func @refused(%x: !cmix.packed<8xui4>, %w: !cmix.packed<2x7xsi2>) {
  %y = cmix.fully_connected %x, %w bias [5, -3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<8xui4>, !cmix.packed<2x7xsi2> -> !cmix.packed<2xsi8>
  func.return
}
// CHECK: input must have shape [7], found [8]

// -----

// fully_connected (5), outputs
func.func @refused(%x: !cmix.packed<7xui4>, %w: !cmix.packed<2x7xsi2>) {
  %y = cmix.fully_connected %x, %w bias [5, -3, 1] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<7xui4>, !cmix.packed<2x7xsi2> -> !cmix.packed<3xsi8>
  func.return
}
// CHECK: output must have shape [2], found [3]

// -----

// pooling (1)
func.func @refused(%x: !cmix.packed<4x4xui4>) {
  %y = cmix.max_pool2d %x kernel [2, 2] strides [2, 2] : !cmix.packed<4x4xui4> -> !cmix.packed<2x2x3xui4>
  func.return
}
// CHECK: input must have 3 dimensions (height, width, channels), found !cmix.packed<4x4xui4>

// -----

// pooling (2), shape
func.func @refused(%x: !cmix.packed<4x4x3xui4>) {
  %y = cmix.max_pool2d %x kernel [2, 2] strides [2, 2] : !cmix.packed<4x4x3xui4> -> !cmix.packed<2x2x4xui4>
  func.return
}
// CHECK: output must have shape [2, 2, 3], found [2, 2, 4]

// -----

// pooling (2), element type
func.func @refused(%x: !cmix.packed<4x4x3xui4>) {
  %y = cmix.max_pool2d %x kernel [2, 2] strides [2, 2] : !cmix.packed<4x4x3xui4> -> !cmix.packed<2x2x3xui8>
  func.return
}
// CHECK: output must have the input's element type ui4, found ui8

// -----

// pooling, kernel
func.func @refused(%x: !cmix.packed<4x4x3xui4>) {
  %y = cmix.max_pool2d %x kernel [2, 0] : !cmix.packed<4x4x3xui4> -> !cmix.packed<2x2x3xui4>
  func.return
}
// CHECK: kernel must be 2 integers of at least 1, found [2, 0]

// -----

// add (1)
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<3x2xui8>) {
  %y = cmix.add %a, %b requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<2x3xui4>, !cmix.packed<3x2xui8> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: rhs must have shape [2, 3], [3] or [1], found [3, 2]

// -----

// add (2)
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui8>) {
  %y = cmix.add %a, %b lhs_zero 16 requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui8> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: lhs zero point 16 is outside the range [0, 15] of !cmix.packed<2x3xui4>

// -----

// add (3)
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui8>) {
  %y = cmix.add %a, %b requant #cmix.icn<m0 = [1, 2], n0 = [0, 1], zero = 0>
      : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui8> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: expected 1 or 3 (output channels) values of m0, found 2

// -----

// add (4), accumulator
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui8>) {
  %y = cmix.add %a, %b rhs_multiplier 16777216 requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui8> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: accumulator of output channel 0 can reach [0, 4278190095], which overflows 32 bits

// -----

// add (4), left shift
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui8>) {
  %y = cmix.add %a, %b requant #cmix.icn<m0 = [1], n0 = [-23], zero = 0>
      : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui8> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: accumulator shifted left by 23 of output channel 0 can reach [0, 2264924160], which overflows 32 bits

// -----

// reshape (1), number of elements
func.func @refused(%x: !cmix.packed<2x3xui4>) {
  %y = cmix.reshape %x : !cmix.packed<2x3xui4> -> !cmix.packed<5xui4>
  func.return
}
// CHECK: output must have the input's 6 elements of ui4, found !cmix.packed<5xui4>

// -----

// reshape (1), element type
func.func @refused(%x: !cmix.packed<2x3xui4>) {
  %y = cmix.reshape %x : !cmix.packed<2x3xui4> -> !cmix.packed<6xsi4>
  func.return
}
// CHECK: output must have the input's 6 elements of ui4, found !cmix.packed<6xsi4>
