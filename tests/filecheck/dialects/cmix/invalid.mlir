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
// CHECK: the bytes of a constant must be pairs of hexadecimal digits

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

// icn (4), order
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.icn<m0 = [1], n0 = [0], zero = 0, min = 5, max = 4> to ui4
  func.return
}
// CHECK: min 5 is greater than max 4

// -----

// icn (4), range
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.icn<m0 = [1], n0 = [0], zero = 0, max = 16> to ui4
  func.return
}
// CHECK: clamp [0, 16] leaves the output's range [0, 15]

// -----

// icn, keys out of order
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.icn<m0 = [1], n0 = [0], zero = 0, max = 5, min = 4> to ui4
  func.return
}
// CHECK: expected min, then max, found min

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

// linear (1)
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.linear<left = [0], upper [1], offset = [0], right = [0], min = 0, max = 15> to ui4
  func.return
}
// CHECK: the product must be one of low, high, rounded, found upper

// -----

// linear (2)
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.linear<left = [0], high [1], offset = [0], right = [32], min = 0, max = 15> to ui4
  func.return
}
// CHECK: linear: shifts must be in [0, 31], found 32

// -----

// linear (3)
func.func @refused(%x: !cmix.packed<2xui8>, %w: !cmix.packed<3x2xsi4>) {
  %y = cmix.fully_connected %x, %w bias [1, 2, 3]
      requant #cmix.linear<left = [0], high [1], offset = [0, 1], right = [0], min = 0, max = 255>
      : !cmix.packed<2xui8>, !cmix.packed<3x2xsi4> -> !cmix.packed<3xui8>
  func.return
}
// CHECK: expected 1 or 3 (output channels) values of offset, found 2

// -----

// linear (4)
func.func @refused(%acc: i32, %o: index) {
  %y = cmix.requantize %acc channel %o by #cmix.linear<left = [0], high [1], offset = [0], right = [3], min = 0, max = 16> to ui4
  func.return
}
// CHECK: clamp [0, 16] leaves the output's range [0, 15]

// -----

// linear (5): 255 * 7 + 1 is the largest accumulator
func.func @refused(%x: !cmix.packed<1xui8>, %w: !cmix.packed<1x1xsi4>) {
  %y = cmix.fully_connected %x, %w bias [1]
      requant #cmix.linear<left = [0], low [1202352], offset = [0], right = [0], min = 0, max = 255>
      : !cmix.packed<1xui8>, !cmix.packed<1x1xsi4> -> !cmix.packed<1xui8>
  func.return
}
// CHECK: linear: product reach

// -----

// schedule (1)
func.func private @refused() attributes {a = #cmix.schedule<expand = tiles, filters = 2, pixels = 2>}
// CHECK: expand must be one of columns, rows, overlap, outer, found tiles

// -----

// schedule (7)
func.func private @refused() attributes {a = #cmix.schedule<expand = overlap, filters = 1, pixels = 2, phases = 0>}
// CHECK: schedule: phases must be in [1, 8], found 0

// -----

// schedule (10)
func.func private @refused() attributes {a = #cmix.schedule<expand = rows, filters = 1, pixels = 2, reuse = 2>}
// CHECK: schedule: reuse must be in [0, 1], found 2

// -----

// schedule (8)
func.func private @refused() attributes {a = #cmix.schedule<expand = outer, filters = 2, pixels = 2, words = 9>}
// CHECK: schedule: words must be in [1, 8], found 9

// -----

// schedule (11)
func.func private @refused() attributes {a = #cmix.schedule<expand = outer, filters = 2, pixels = 2, apart = 0>}
// CHECK: schedule: apart must be in [1, 8], found 0

// -----

// schedule (6)
func.func private @refused() attributes {a = #cmix.schedule<expand = rows, filters = 1, pixels = 2, channels = 9>}
// CHECK: channels must be in [1, 8], found 9

// -----

// schedule (9)
func.func private @refused() attributes {a = #cmix.schedule<expand = rows, filters = 1, pixels = 2, weight_bits = 8>}
// CHECK: weight_bits must be 0 or 16, found 8

// -----

// schedule (12)
func.func private @refused() attributes {a = #cmix.schedule<expand = columns, filters = 2, pixels = 2, joint = 2>}
// CHECK: schedule: joint must be in [0, 1], found 2

// -----

// schedule (12)
func.func private @refused() attributes {a = #cmix.schedule<expand = columns, filters = 3, pixels = 2, joint = 1>}
// CHECK: schedule: joint = 1 needs an even number of filters and weight_bits = 0, found 3 and 0

// -----

// schedule: a key without a meaning
func.func private @refused() attributes {a = #cmix.schedule<expand = columns, filters = 1, pixels = 2, spacing = 8>}
// CHECK: schedule: spacing = 8 has no meaning for columns, only for overlap and outer; leave spacing out

// -----

// schedule: a key without a meaning
func.func private @refused() attributes {a = #cmix.schedule<expand = rows, filters = 1, pixels = 2, columns = 4>}
// CHECK: schedule: columns = 4 has no meaning for rows, only for overlap and outer; leave columns out

// -----

// schedule: a key without a meaning
func.func private @refused() attributes {a = #cmix.schedule<expand = columns, filters = 1, pixels = 2, channels = 2>}
// CHECK: schedule: channels = 2 has no meaning for columns, only for rows and overlap; leave channels out

// -----

// schedule: a key without a meaning
func.func private @refused() attributes {a = #cmix.schedule<expand = rows, filters = 1, pixels = 2, phases = 2>}
// CHECK: schedule: phases = 2 has no meaning for rows, only for overlap; leave phases out

// -----

// schedule: a key without a meaning
func.func private @refused() attributes {a = #cmix.schedule<expand = columns, filters = 1, pixels = 2, words = 2>}
// CHECK: schedule: words = 2 has no meaning for columns, only for overlap and outer; leave words out

// -----

// schedule: a key without a meaning
func.func private @refused() attributes {a = #cmix.schedule<expand = overlap, filters = 1, pixels = 2, weight_bits = 16>}
// CHECK: schedule: weight_bits = 16 has no meaning for overlap, only for columns and rows; leave weight_bits out

// -----

// schedule: a key without a meaning
func.func private @refused() attributes {a = #cmix.schedule<expand = columns, filters = 1, pixels = 2, reuse = 1>}
// CHECK: schedule: reuse = 1 has no meaning for columns, only for rows and overlap; leave reuse out

// -----

// schedule: a key without a meaning
func.func private @refused() attributes {a = #cmix.schedule<expand = overlap, filters = 1, pixels = 2, apart = 2>}
// CHECK: schedule: apart = 2 has no meaning for overlap, only for outer; leave apart out

// -----

// schedule (2)
func.func private @refused() attributes {a = #cmix.schedule<expand = columns, filters = 9, pixels = 2>}
// CHECK: filters must be in [1, 8], found 9
