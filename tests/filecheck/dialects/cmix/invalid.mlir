// RUN: cmix-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

// !cmix.packed (1)
func.func @refused(%x: !cmix.packed<3x0xui4>) {
  func.return
}
// CHECK: packed tensor needs dimensions of at least 1, found [3, 0]

// -----

// !cmix.packed (2), width
func.func @refused(%x: !cmix.packed<3x2xui3>) {
  func.return
}
// CHECK: element type of a packed tensor must be one of ui2, ui4, ui8, si2, si4, si8, found ui3

// -----

// !cmix.packed (2), sign
func.func @refused(%x: !cmix.packed<3x2xi4>) {
  func.return
}
// CHECK: element type of a packed tensor must be one of ui2, ui4, ui8, si2, si4, si8, found i4

// -----

// constant (1)
func.func @refused() {
  %w = cmix.constant dense<"0x0102"> : !cmix.packed<1x5xui4>
  func.return
}
// CHECK: stored in 3 bytes (i8), found 2 of type i8

// -----

// constant (2)
func.func @refused() {
  %w = cmix.constant dense<"0x0102F3"> : !cmix.packed<1x5xui4>
  func.return
}
// CHECK: bits that pad a row to a whole byte must be 0

// -----

// constant, an element out of range
func.func @refused() {
  %w = cmix.constant dense<[1, 2, 16]> : !cmix.packed<3xui4>
  func.return
}
// CHECK: element 16 is outside the range [0, 15] of !cmix.packed<3xui4>

// -----

// constant, wrong number of elements
func.func @refused() {
  %w = cmix.constant dense<[[1, 2], [3, 4]]> : !cmix.packed<2x3xui4>
  func.return
}
// CHECK: constant has shape [2, 2], its type [2, 3]

// -----

// constant, ragged rows
func.func @refused() {
  %w = cmix.constant dense<[[1, 2], [3]]> : !cmix.packed<2x2xui4>
  func.return
}
// CHECK: rows of a constant must have equal length and hold integers of 64 bits

// -----

// constant, no hexadecimal digits
func.func @refused() {
  %w = cmix.constant dense<"0x0G"> : !cmix.packed<2xui4>
  func.return
}
// CHECK: packed bytes must be pairs of hexadecimal digits

// -----

// icn (1), lengths
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.icn<m0 = [1, 2], n0 = [3], zero = 0> to ui4
  func.return
}
// CHECK: m0 has 2 values, n0 has 1; expected equally many

// -----

// icn (1), channels
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) {
  %y = cmix.conv2d %x, %w bias [1, 2, 3] requant #cmix.icn<m0 = [1, 2], n0 = [3, 4], zero = 0>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x3xui8>
  func.return
}
// CHECK: expected 1 or 3 (output channels) values of m0, found 2

// -----

// icn (2)
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.icn<m0 = [1], n0 = [-32], zero = 0> to ui4
  func.return
}
// CHECK: n0 must be in [-31, 31], found -32

// -----

// icn (3)
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.icn<m0 = [1], n0 = [0], zero = 16> to ui4
  func.return
}
// CHECK: zero point 16 is outside the output's range [0, 15]

// -----

// icn, m0 of more than 32 bits
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.icn<m0 = [2147483648], n0 = [0], zero = 0> to ui4
  func.return
}
// CHECK: 2147483648 does not fit in a signed 32-bit integer

// -----

// thresholds (1), storage
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.thresholds<i8, [[1, 2, 3]]> to ui2
  func.return
}
// CHECK: storage must be i16 or i32, found i8

// -----

// thresholds (1), range
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.thresholds<i16, [[1, 2, 32768]]> to ui2
  func.return
}
// CHECK: 32768 does not fit in a signed 16-bit integer

// -----

// thresholds (2)
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.thresholds<i16, [[1, 2, 3]]> to ui4
  func.return
}
// CHECK: an output in [0, 15] needs 15 per channel, found 3

// -----

// thresholds (3)
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.thresholds<i16, [[1, 2, 3], [1, 3, 2]]> to ui2
  func.return
}
// CHECK: thresholds of channel 1 must not descend, found 3 before 2

// -----

// thresholds (4)
func.func @refused(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) {
  %y = cmix.conv2d %x, %w bias [1, 2, 3] requant #cmix.thresholds<i16, [[1, 2, 3], [1, 2, 3]]>
      : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x3xui2>
  func.return
}
// CHECK: expected 1 or 3 (output channels) values of thresholds, found 2

// -----

// fixed_point (1)
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.fixed_point<multiplier = [1, 2], shift = [0], zero = 0, min = 0, max = 15> to ui4
  func.return
}
// CHECK: multiplier has 2 values, shift has 1; expected equally many

// -----

// fixed_point (2), multiplier
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.fixed_point<multiplier = [-1], shift = [0], zero = 0, min = 0, max = 15> to ui4
  func.return
}
// CHECK: multipliers must not be negative

// -----

// fixed_point (2), shift
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.fixed_point<multiplier = [1], shift = [32], zero = 0, min = 0, max = 15> to ui4
  func.return
}
// CHECK: shift must be in [-31, 31], found 32

// -----

// fixed_point (3), order
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.fixed_point<multiplier = [1], shift = [0], zero = 0, min = 5, max = 4> to ui4
  func.return
}
// CHECK: min 5 is greater than max 4

// -----

// fixed_point (3), clamp
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.fixed_point<multiplier = [1], shift = [0], zero = 0, min = 0, max = 16> to ui4
  func.return
}
// CHECK: clamp [0, 16] leaves the output's range [0, 15]

// -----

// fixed_point (3), zero point
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.fixed_point<multiplier = [1], shift = [0], zero = -1, min = 0, max = 15> to ui4
  func.return
}
// CHECK: zero point -1 is outside the output's range [0, 15]

// -----

// schedule (1)
func.func private @refused() attributes {a = #cmix.schedule<expand = tiles, filters = 2, pixels = 2>}
// CHECK: expand must be one of columns, rows, found tiles

// -----

// schedule (2)
func.func private @refused() attributes {a = #cmix.schedule<expand = columns, filters = 9, pixels = 2>}
// CHECK: filters must be in [1, 8], found 9

// -----

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
// CHECK: rhs must have shape [2, 3], found [3, 2]

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
// CHECK: expected 1 value of m0, found 2

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

// -----

// from_memref (1)
func.func @refused(%m: memref<2x3xi8>) {
  %x = cmix.from_memref %m : memref<2x3xi8> as !cmix.packed<2x3xui4>
  func.return
}
// CHECK: source of !cmix.packed<2x3xui4> must be memref<2x2xi8>, found memref<2x3xi8>

// -----

// to_memref (1)
func.func @refused(%x: !cmix.packed<2x3xui4>, %m: memref<2x2xi32>) {
  cmix.to_memref %x, %m : !cmix.packed<2x3xui4> to memref<2x2xi32>
  func.return
}
// CHECK: destination of !cmix.packed<2x3xui4> must be memref<2x2xi8>, found memref<2x2xi32>

// -----

// load_element (1)
func.func @refused(%m: memref<4xi8>, %i: index) {
  %e = cmix.load_element %m[%i, %i] : memref<4xi8> as <2x3xui4>
  func.return
}
// CHECK: memref of !cmix.packed<2x3xui4> must be memref<2x2xi8>, found memref<4xi8>

// -----

// load_element (2)
func.func @refused(%m: memref<2x2xi8>, %i: index) {
  %e = cmix.load_element %m[%i] : memref<2x2xi8> as <2x3xui4>
  func.return
}
// CHECK: expected 2 indices for !cmix.packed<2x3xui4>, found 1

// -----

// store_elements (1)
func.func @refused(%e: i32, %m: memref<4xi8>, %i: index) {
  cmix.store_elements %e to %m[%i, %i] : memref<4xi8> as <2x7xui2>
  func.return
}
// CHECK: memref of !cmix.packed<2x7xui2> must be memref<2x2xi8>, found memref<4xi8>

// -----

// store_elements (2), indices
func.func @refused(%e: i32, %m: memref<2x2xi8>, %i: index) {
  cmix.store_elements %e to %m[%i, %i, %i] : memref<2x2xi8> as <2x3xui4>
  func.return
}
// CHECK: expected 2 indices for !cmix.packed<2x3xui4>, found 3

// -----

// store_elements (2), values
func.func @refused(%m: memref<2x2xi8>, %i: index) {
  cmix.store_elements to %m[%i, %i] : memref<2x2xi8> as <2x3xui4>
  func.return
}
// CHECK: expected at least one value to store

// -----

// iterators (1), names
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, p = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: iterators need different names and extents of at least 1, found [('p', 4), ('p', 3), ('c', 3)]

// -----

// iterators (1), extents
func.func @refused(%m: memref<4x4x4xi8>, %lanes: memref<2x8xi16>) {
  cmix.expand [p = 0, c = 8] input %m (p, c) -> (0, p, c) as <4x4x8xui4>
      lanes %lanes (p, c) -> (p, c) : memref<4x4x4xi8>, memref<2x8xi16>
  func.return
}
// CHECK: iterators need different names and extents of at least 1, found [('p', 0), ('c', 8)]

// -----

// iterators (1), none
func.func @refused(%m: memref<4x4x4xi8>, %lanes: memref<2x8xi16>) {
  cmix.expand [] input %m () -> (0, 0, 0) as <4x4x8xui4>
      lanes %lanes () -> (0, 0) : memref<4x4x4xi8>, memref<2x8xi16>
  func.return
}
// CHECK: iterators need different names and extents of at least 1, found []

// -----

// iterators (2), iterators
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: filter map must map 3 iterators and 0 offsets to 2 positions

// -----

// iterators (2), offsets
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c)[s] -> (0, p + s, o) as <4x4x3xui4>
      bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: output map must map 3 iterators and 0 offsets to 3 positions

// -----

// iterators (2), positions
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: input map must map 3 iterators and 0 offsets to 3 positions

// -----

// contract (3), storage
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x3xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x3xi8>
  func.return
}
// CHECK: output of !cmix.packed<4x4x3xui4> must be memref<4x4x2xi8>, found memref<4x4x3xi8>

// -----

// contract (3), expanded input
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c)
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: input must be packed or a memref of i16, found memref<4x4x3xi8>

// -----

// contract (4), bias
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: 3 output channels need as many values of bias and 1 or as many of filter_zero, found 2 and 1

// -----

// contract (4), filter_zero
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] filter_zero [1, 2] requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: 3 output channels need as many values of bias and 1 or as many of filter_zero, found 3 and 2

// -----

// contract (5)
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] requant #cmix.icn<m0 = [1, 2, 3, 4], n0 = [0, 1, 2, 3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: expected 1 or 3 (output channels) values of m0, found 4

// -----

// contract (6), element type
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>,
                   %s: memref<4xi16>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] sums %s : memref<4xi16> requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: sums must be a memref of i32 with one dimension, found memref<4xi16>

// -----

// contract (6), rank
func.func @refused(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>,
                   %s: memref<1x4xi32>) {
  cmix.contract [p = 4, o = 3, c = 3]
      input %m (p, o, c) -> (0, p, c) as <4x4x3xui8>
      filter %w (p, o, c) -> (o, c)
      output %out (p, o, c) -> (0, p, o) as <4x4x3xui4>
      bias [1, 2, 3] sums %s : memref<1x4xi32> requant #cmix.icn<m0 = [1073741824], n0 = [3], zero = 0>
      : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: sums must be a memref of i32 with one dimension, found memref<1x4xi32>

// -----

// expand (3), storage
func.func @refused(%m: memref<4x4x8xi8>, %lanes: memref<2x8xi16>) {
  cmix.expand [p = 2, c = 8] input %m (p, c) -> (0, p, c) as <4x4x8xui4>
      lanes %lanes (p, c) -> (p, c) : memref<4x4x8xi8>, memref<2x8xi16>
  func.return
}
// CHECK: input of !cmix.packed<4x4x8xui4> must be memref<4x4x4xi8>, found memref<4x4x8xi8>

// -----

// expand (3), lanes
func.func @refused(%m: memref<4x4x4xi8>, %lanes: memref<2x8xi8>) {
  cmix.expand [p = 2, c = 8] input %m (p, c) -> (0, p, c) as <4x4x8xui4>
      lanes %lanes (p, c) -> (p, c) : memref<4x4x4xi8>, memref<2x8xi8>
  func.return
}
// CHECK: lanes must be packed or a memref of i16, found memref<2x8xi8>

// -----

// expand (3), reach
func.func @refused(%m: memref<4x4x4xi8>, %lanes: memref<2x8xi16>) {
  cmix.expand [p = 2, c = 8] input %m (p, c) -> (0, p, c) as <4x4x8xui4>
      lanes %lanes (p, c) -> (p, c + 1) : memref<4x4x4xi8>, memref<2x8xi16>
  func.return
}
// CHECK: lanes of shape [2, 8] do not contain [(0, 1), (1, 8)]

// -----

// expand (4), no permutation
func.func @refused(%m: memref<4x4x4xi8>, %lanes: memref<2x8xi16>) {
  cmix.expand [p = 2, c = 8] input %m (p, c) -> (0, p, c) as <4x4x8xui4>
      lanes %lanes (p, c) -> (p, c) order [0, 2, 2, 3] : memref<4x4x4xi8>, memref<2x8xi16>
  func.return
}
// CHECK: order must permute groups that divide 8, found [0, 2, 2, 3]

// -----

// expand (4), group
func.func @refused(%m: memref<4x4x4xi8>, %lanes: memref<2x8xi16>) {
  cmix.expand [p = 2, c = 8] input %m (p, c) -> (0, p, c) as <4x4x8xui4>
      lanes %lanes (p, c) -> (p, c) order [0, 2, 1] : memref<4x4x4xi8>, memref<2x8xi16>
  func.return
}
// CHECK: order must permute groups that divide 8, found [0, 2, 1]

// -----

// sum_lanes (1), lanes
func.func @refused(%lanes: memref<8xi16>, %sums: memref<8xi32>) {
  cmix.sum_lanes %lanes length 8 to %sums : memref<8xi16>, memref<8xi32>
  func.return
}
// CHECK: expected two-dimensional lanes and a sum of i32 for each of their columns, found memref<8xi16> and memref<8xi32>

// -----

// sum_lanes (1), sums
func.func @refused(%lanes: memref<2x8xi16>, %sums: memref<8xi32>) {
  cmix.sum_lanes %lanes length 8 to %sums : memref<2x8xi16>, memref<8xi32>
  func.return
}
// CHECK: expected two-dimensional lanes and a sum of i32 for each of their columns, found memref<2x8xi16> and memref<8xi32>

// -----

// sum_lanes (2)
func.func @refused(%lanes: memref<2x8xi16>, %sums: memref<2xi32>) {
  cmix.sum_lanes %lanes length 9 to %sums : memref<2x8xi16>, memref<2xi32>
  func.return
}
// CHECK: length must be in [1, 8], found 9

// -----

// requantize (1)
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.icn<m0 = [1], n0 = [0], zero = 0> to ui16
  func.return
}
// CHECK: element type of a packed tensor must be one of ui2, ui4, ui8, si2, si4, si8, found ui16

// -----

// requantize (2)
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.icn<m0 = [1], n0 = [0], zero = 4> to ui2
  func.return
}
// CHECK: zero point 4 is outside the output's range [0, 3]
