// RUN: cmix-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

// mul (1), shape of the output
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.mul %a, %b requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<3x2xui4>
  func.return
}
// CHECK: lhs must have shape [3, 2], found [2, 3]

// -----

// mul (1), broadcast
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x1xui4>) {
  %y = cmix.mul %a, %b requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<2x1xui4> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: rhs must have shape [2, 3], [3] or [1], found [2, 1]

// -----

// mul (2)
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.mul %a, %b rhs_zero -1 requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: rhs zero point -1 is outside the range [0, 15]

// -----

// mul (3)
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.mul %a, %b requant #cmix.icn<m0 = [1, 2], n0 = [0, 0], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: expected 1 or 3 (output channels) values of m0, found 2

// -----

// mul (4)
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.mul %a, %b requant #cmix.icn<m0 = [1], n0 = [-24], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: accumulator shifted left by 24 of output channel 0 can reach [0, 3774873600], which overflows 32 bits

// -----

// add (5)
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.add %a, %b rhs_multiplier 2 rhs_rescale <multiplier = 5, shift = 0, left_shift = 20> requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: rhs must have a multiplier or be rescaled, found both

// -----

// rescale (1)
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.add %a, %b rhs_rescale <multiplier = 2147483648, shift = 0, left_shift = 20> requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: rescale: multiplier must be in [-2147483647, 2147483647], found 2147483648

// -----

// rescale (2), shift
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.add %a, %b rhs_rescale <multiplier = 5, shift = 1, left_shift = 20> requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: rescale: shift must be in [-31, 0], found 1

// -----

// rescale (2), left_shift
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.add %a, %b rhs_rescale <multiplier = 5, shift = 0, left_shift = 23> requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: rescale: left_shift must be in [0, 22], found 23

// -----

// lookup (1)
func.func @refused(%x: !cmix.packed<2x3xui2>) {
  %y = cmix.lookup %x table [1, 2, 3, 4] : !cmix.packed<2x3xui2> -> !cmix.packed<6xui4>
  func.return
}
// CHECK: output must have shape [2, 3], found [6]

// -----

// lookup (2)
func.func @refused(%x: !cmix.packed<2x3xui2>) {
  %y = cmix.lookup %x table [1, 2, 3] : !cmix.packed<2x3xui2> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: table must have 4 entries for ui2, found 3

// -----

// lookup (3)
func.func @refused(%x: !cmix.packed<2x3xui2>) {
  %y = cmix.lookup %x table [1, 2, 16, 4] : !cmix.packed<2x3xui2> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: entry 2 of the table must be in [0, 15], the range of ui4, found 16

// -----

// concat (1)
func.func @refused() {
  %y = "cmix.concat"() <{axis = 0 : i64}> : () -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: expected at least one input

// -----

// concat (2)
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.concat %a, %b axis 2 : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<2x6xui4>
  func.return
}
// CHECK: axis must be in [0, 1], found 2

// -----

// concat (3), other dimensions
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.concat %a, %b axis 0 : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<4x4xui4>
  func.return
}
// CHECK: input 0 must have shape [2, 4], found [2, 3]

// -----

// concat (3), the axis
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.concat %a, %b axis 0 : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<5x3xui4>
  func.return
}
// CHECK: output must have size 4 along axis 0, found 5

// -----

// concat (4)
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.concat %a, %b axis 0 : !cmix.packed<2x3xui4>, !cmix.packed<2x3xui4> -> !cmix.packed<4x3xui8>
  func.return
}
// CHECK: output must have the input's element type ui4, found ui8

// -----

// pad (1), entries
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.pad %a low [1] high [0, 0] value 0 : !cmix.packed<2x3xui4> -> !cmix.packed<3x3xui4>
  func.return
}
// CHECK: low must be 2 integers of at least 0, found [1]

// -----

// pad (1), sign
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.pad %a low [1, 0] high [0, -1] value 0 : !cmix.packed<2x3xui4> -> !cmix.packed<3x2xui4>
  func.return
}
// CHECK: high must be 2 integers of at least 0, found [0, -1]

// -----

// pad (2), shape
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.pad %a low [1, 0] high [0, 1] value 0 : !cmix.packed<2x3xui4> -> !cmix.packed<3x3xui4>
  func.return
}
// CHECK: output must have shape [3, 4], found [3, 3]

// -----

// pad (2), element type
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.pad %a low [1, 0] high [0, 1] value 0 : !cmix.packed<2x3xui4> -> !cmix.packed<3x4xsi4>
  func.return
}
// CHECK: output must have the input's element type ui4, found si4

// -----

// pad (3)
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.pad %a low [1, 0] high [0, 1] value -1 : !cmix.packed<2x3xui4> -> !cmix.packed<3x4xui4>
  func.return
}
// CHECK: pad value -1 is outside the range [0, 15]

// -----

// transpose (1)
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.transpose %a permutation [1, 1] : !cmix.packed<2x3xui4> -> !cmix.packed<3x3xui4>
  func.return
}
// CHECK: permutation must hold each of 0 to 1 once, found [1, 1]

// -----

// transpose (2), shape
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.transpose %a permutation [1, 0] : !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: output must have shape [3, 2], found [2, 3]

// -----

// transpose (2), element type
func.func @refused(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xui4>) {
  %y = cmix.transpose %a permutation [1, 0] : !cmix.packed<2x3xui4> -> !cmix.packed<3x2xui8>
  func.return
}
// CHECK: output must have the input's element type ui4, found ui8

// -----

// avg_pool2d (3), range
func.func @refused(%x: !cmix.packed<2x2x3xui4>) {
  %y = cmix.avg_pool2d %x kernel [2, 2] input_zero 16 requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x2x3xui4> -> !cmix.packed<1x1x3xui4>
  func.return
}
// CHECK: input zero point 16 is outside the range [0, 15]

// -----

// avg_pool2d (3), without a requantization
func.func @refused(%x: !cmix.packed<2x2x3xui4>) {
  %y = cmix.avg_pool2d %x kernel [2, 2] input_zero 1 : !cmix.packed<2x2x3xui4> -> !cmix.packed<1x1x3xui4>
  func.return
}
// CHECK: an average that is not requantized must have input_zero 0, found 1

// -----

// avg_pool2d (4)
func.func @refused(%x: !cmix.packed<2x2x3xui4>) {
  %y = cmix.avg_pool2d %x kernel [2, 2] requant #cmix.icn<m0 = [1, 2], n0 = [0, 0], zero = 8> : !cmix.packed<2x2x3xui4> -> !cmix.packed<1x1x3xui4>
  func.return
}
// CHECK: expected 1 or 3 (output channels) values of m0, found 2

// -----

// avg_pool2d (5)
func.func @refused(%x: !cmix.packed<2x2x3xui4>) {
  %y = cmix.avg_pool2d %x kernel [2, 2] requant #cmix.icn<m0 = [1], n0 = [-26], zero = 8> : !cmix.packed<2x2x3xui4> -> !cmix.packed<1x1x3xui4>
  func.return
}
// CHECK: accumulator shifted left by 26 of output channel 0 can reach [0, 4026531840], which overflows 32 bits

// -----

// avg_pool2d (5), terms
func.func @refused(%x: !cmix.packed<2x2x3xui4>) {
  %y = cmix.avg_pool2d %x kernel [2, 2] terms 400000000 requant #cmix.icn<m0 = [1], n0 = [0], zero = 8> : !cmix.packed<2x2x3xui4> -> !cmix.packed<1x1x3xui4>
  func.return
}
// CHECK: of output channel 0 can reach [0, 6000000000], which overflows 32 bits

// -----

// avg_pool2d (6), no multiple
func.func @refused(%x: !cmix.packed<4x4x3xsi8>) {
  %y = cmix.avg_pool2d %x kernel [3, 3] padding [1, 1, 1, 1] input_zero 3 terms 18 requant #cmix.icn<m0 = [1349778000], n0 = [5], zero = 8> : !cmix.packed<4x4x3xsi8> -> !cmix.packed<4x4x3xui4>
  func.return
}
// CHECK: terms must be a multiple of 4, 6, 9, found 18

// -----

// avg_pool2d (6), without a requantization
func.func @refused(%x: !cmix.packed<2x2x3xui4>) {
  %y = cmix.avg_pool2d %x kernel [2, 2] terms 4 : !cmix.packed<2x2x3xui4> -> !cmix.packed<1x1x3xui4>
  func.return
}
// CHECK: an average that is not requantized must have no terms

// -----

// avg_pool2d (3), with halves to even
func.func @refused(%x: !cmix.packed<2x2x3xui4>) {
  %y = cmix.avg_pool2d %x kernel [2, 2] input_zero 16 to_even : !cmix.packed<2x2x3xui4> -> !cmix.packed<1x1x3xui4>
  func.return
}
// CHECK: input zero point 16 is outside the range [0, 15]

// -----

// avg_pool2d (7)
func.func @refused(%x: !cmix.packed<3x2x3xui4>) {
  %y = cmix.avg_pool2d %x kernel [3, 2] to_even : !cmix.packed<3x2x3xui4> -> !cmix.packed<1x1x3xui4>
  func.return
}
// CHECK: to_even must go with a kernel of 2^k positions, without padding and requantization, found a kernel of 6

// -----

// softmax (1), shape
func.func @refused(%x: !cmix.packed<2x3xui4>) {
  %y = cmix.softmax %x multiplier 5 left_shift 22 : !cmix.packed<2x3xui4> -> !cmix.packed<6xui4>
  func.return
}
// CHECK: output must have shape [2, 3], found [6]

// -----

// softmax (1), length
func.func @refused(%x: !cmix.packed<4096xui4>) {
  %y = cmix.softmax %x multiplier 5 left_shift 22 : !cmix.packed<4096xui4> -> !cmix.packed<4096xui4>
  func.return
}
// CHECK: input must have at most 4095 elements in its last dimension, found 4096

// -----

// softmax (2), multiplier
func.func @refused(%x: !cmix.packed<2x3xui4>) {
  %y = cmix.softmax %x multiplier -1 left_shift 22 : !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: multiplier must be in [0, 2147483647], found -1

// -----

// softmax (2), left_shift
func.func @refused(%x: !cmix.packed<2x3xui4>) {
  %y = cmix.softmax %x multiplier 1 left_shift 32 : !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: left_shift must be in [0, 31], found 32

// -----

// softmax (3), channels
func.func @refused(%x: !cmix.packed<2x3xui4>) {
  %y = cmix.softmax %x multiplier 1 left_shift 22 requant #cmix.fixed_point<multiplier = [1, 2, 3], shift = [-1, -1, -1], zero = 2, min = 0, max = 15> : !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: expected 1 value of multiplier, found 3

// -----

// softmax (3), range
func.func @refused(%x: !cmix.packed<2x3xui4>) {
  %y = cmix.softmax %x multiplier 1 left_shift 22 requant #cmix.fixed_point<multiplier = [1], shift = [-1], zero = 2, min = 0, max = 16> : !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: clamp [0, 16] leaves the output's range [0, 15]

// -----

// softmax (3), overflow
func.func @refused(%x: !cmix.packed<2x3xui4>) {
  %y = cmix.softmax %x multiplier 1 left_shift 22 requant #cmix.fixed_point<multiplier = [1], shift = [1], zero = 2, min = 0, max = 15> : !cmix.packed<2x3xui4> -> !cmix.packed<2x3xui4>
  func.return
}
// CHECK: accumulator shifted left by 1 of output channel 0 can reach [0, 4294967294], which overflows 32 bits

// -----

// clear (2)
func.func @refused(%m: memref<2xi8>) {
  cmix.clear %m to 256 : memref<2xi8>
  func.return
}
// CHECK: byte must be in [0, 255], found 256
