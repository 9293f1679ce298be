// RUN: cmix-opt %s --split-input-file -p cmix-unsign-filters | filecheck %s

// 2 bits: weights and their zero points go up by 2.
// CHECK:      func.func @two_bits(%x: !cmix.packed<4xui8>) -> !cmix.packed<1xui8> {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}-2, -1, 0, 1]]> : !cmix.packed<1x4xsi2>
// CHECK-NEXT:   %w_1 = cmix.constant dense<{{\[\[}}0, 1, 2, 3]]> : !cmix.packed<1x4xui2>
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w_1 bias [5] filter_zero [1] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : !cmix.packed<4xui8>, !cmix.packed<1x4xui2> -> !cmix.packed<1xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<1xui8>
// CHECK-NEXT: }
func.func @two_bits(%x: !cmix.packed<4xui8>) -> !cmix.packed<1xui8> {
  %w = cmix.constant dense<[[-2, -1, 0, 1]]> : !cmix.packed<1x4xsi2>
  %y = cmix.fully_connected %x, %w bias [5] filter_zero [-1]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<4xui8>, !cmix.packed<1x4xsi2> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}

// -----

// 4 bits, a zero point per filter: up by 8.
// CHECK:      func.func @four_bits(%x: !cmix.packed<2xui8>) -> !cmix.packed<2xui8> {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}-8, 7], [0, 1]]> : !cmix.packed<2x2xsi4>
// CHECK-NEXT:   %w_1 = cmix.constant dense<{{\[\[}}0, 15], [8, 9]]> : !cmix.packed<2x2xui4>
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w_1 bias [5, 6] filter_zero [9, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : !cmix.packed<2xui8>, !cmix.packed<2x2xui4> -> !cmix.packed<2xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<2xui8>
// CHECK-NEXT: }
func.func @four_bits(%x: !cmix.packed<2xui8>) -> !cmix.packed<2xui8> {
  %w = cmix.constant dense<[[-8, 7], [0, 1]]> : !cmix.packed<2x2xsi4>
  %y = cmix.fully_connected %x, %w bias [5, 6] filter_zero [1, -2]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<2x2xsi4> -> !cmix.packed<2xui8>
  return %y : !cmix.packed<2xui8>
}

// -----

// 8 bits stay signed.
// CHECK:      func.func @eight_bits(%x: !cmix.packed<2xui8>) -> !cmix.packed<1xui8> {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}-1, -1]]> : !cmix.packed<1x2xsi8>
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : !cmix.packed<2xui8>, !cmix.packed<1x2xsi8> -> !cmix.packed<1xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<1xui8>
// CHECK-NEXT: }
func.func @eight_bits(%x: !cmix.packed<2xui8>) -> !cmix.packed<1xui8> {
  %w = cmix.constant dense<-1> : !cmix.packed<1x2xsi8>
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xsi8> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}

// -----

// Unsigned weights stay as they are.
// CHECK:      func.func @unsigned(%x: !cmix.packed<2xui8>) -> !cmix.packed<1xui8> {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}1, 1]]> : !cmix.packed<1x2xui4>
// CHECK-NEXT:   %y = cmix.fully_connected %x, %w bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : !cmix.packed<2xui8>, !cmix.packed<1x2xui4> -> !cmix.packed<1xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<1xui8>
// CHECK-NEXT: }
func.func @unsigned(%x: !cmix.packed<2xui8>) -> !cmix.packed<1xui8> {
  %w = cmix.constant dense<1> : !cmix.packed<1x2xui4>
  %y = cmix.fully_connected %x, %w bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xui4> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}
