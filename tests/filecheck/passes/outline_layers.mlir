// RUN: cmix-opt %s --split-input-file -p cmix-outline-layers | filecheck %s

// A call per layer, in order; weights move along, what was computed twice from one value is passed once.
// CHECK:      func.func @net(%x: !cmix.packed<2x2x1xui4>) -> !cmix.packed<2x2x1xui4> {
// CHECK-NEXT:   %conv = func.call @net_conv_conv2d(%x) : (!cmix.packed<2x2x1xui4>) -> !cmix.packed<2x2x1xui4>
// CHECK-NEXT:   %sum = func.call @net_sum_add(%conv) : (!cmix.packed<2x2x1xui4>) -> !cmix.packed<2x2x1xui4>
// CHECK-NEXT:   func.return %sum : !cmix.packed<2x2x1xui4>
// CHECK-NEXT: }
// CHECK-NEXT: func.func private @net_conv_conv2d(%x: !cmix.packed<2x2x1xui4>) -> !cmix.packed<2x2x1xui4> attributes {cmix.layer = {name = "conv", op = "cmix.conv2d", shape = "2x2x1 -> 2x2x1", activation_bytes = 8 : i64, macs = 4 : i64, weight_bytes = 1 : i64, bits = "u4_u4_s2"}} {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}{{\[\[}}1]]]]> : !cmix.packed<1x1x1x1xsi2>
// CHECK-NEXT:   %conv = cmix.conv2d %x, %w bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : !cmix.packed<2x2x1xui4>, !cmix.packed<1x1x1x1xsi2> -> !cmix.packed<2x2x1xui4>
// CHECK-NEXT:   func.return %conv : !cmix.packed<2x2x1xui4>
// CHECK-NEXT: }
// CHECK-NEXT: func.func private @net_sum_add(%conv: !cmix.packed<2x2x1xui4>) -> !cmix.packed<2x2x1xui4> attributes {cmix.layer = {name = "sum", op = "cmix.add", shape = "2x2x1 -> 2x2x1", activation_bytes = 8 : i64, bits = "u4_u4"}} {
// CHECK-NEXT:   %sum = cmix.add %conv, %conv requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : !cmix.packed<2x2x1xui4>, !cmix.packed<2x2x1xui4> -> !cmix.packed<2x2x1xui4>
// CHECK-NEXT:   func.return %sum : !cmix.packed<2x2x1xui4>
// CHECK-NEXT: }
func.func @net(%x: !cmix.packed<2x2x1xui4>) -> !cmix.packed<2x2x1xui4> {
  %w = cmix.constant dense<1> : !cmix.packed<1x1x1x1xsi2>
  %conv = cmix.conv2d %x, %w bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2x2x1xui4>, !cmix.packed<1x1x1x1xsi2> -> !cmix.packed<2x2x1xui4>
  %sum = cmix.add %conv, %conv
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2x2x1xui4>, !cmix.packed<2x2x1xui4> -> !cmix.packed<2x2x1xui4>
  return %sum : !cmix.packed<2x2x1xui4>
}

// -----

// Layers of one name get numbers.
// CHECK:      func.func @same_names(%x: !cmix.packed<4x4x1xui4>) -> !cmix.packed<2x2x1xui4> {
// CHECK-NEXT:   %pool = func.call @same_names_pool_max_pool2d(%x) : (!cmix.packed<4x4x1xui4>) -> !cmix.packed<3x3x1xui4>
// CHECK-NEXT:   %pool_1 = func.call @same_names_pool_1_max_pool2d(%pool) : (!cmix.packed<3x3x1xui4>) -> !cmix.packed<2x2x1xui4>
// CHECK-NEXT:   func.return %pool_1 : !cmix.packed<2x2x1xui4>
// CHECK-NEXT: }
// CHECK-NEXT: func.func private @same_names_pool_max_pool2d(%x: !cmix.packed<4x4x1xui4>) -> !cmix.packed<3x3x1xui4> attributes {cmix.layer = {name = "pool", op = "cmix.max_pool2d", shape = "4x4x1 -> 3x3x1", activation_bytes = 25 : i64, bits = "u4_u4"}} {
// CHECK-NEXT:   %pool = cmix.max_pool2d %x kernel [2, 2] : !cmix.packed<4x4x1xui4> -> !cmix.packed<3x3x1xui4>
// CHECK-NEXT:   func.return %pool : !cmix.packed<3x3x1xui4>
// CHECK-NEXT: }
// CHECK-NEXT: func.func private @same_names_pool_1_max_pool2d(%pool: !cmix.packed<3x3x1xui4>) -> !cmix.packed<2x2x1xui4> attributes {cmix.layer = {name = "pool_1", op = "cmix.max_pool2d", shape = "3x3x1 -> 2x2x1", activation_bytes = 13 : i64, bits = "u4_u4"}} {
// CHECK-NEXT:   %pool_1 = cmix.max_pool2d %pool kernel [2, 2] : !cmix.packed<3x3x1xui4> -> !cmix.packed<2x2x1xui4>
// CHECK-NEXT:   func.return %pool_1 : !cmix.packed<2x2x1xui4>
// CHECK-NEXT: }
func.func @same_names(%x: !cmix.packed<4x4x1xui4>) -> !cmix.packed<2x2x1xui4> {
  %pool = cmix.max_pool2d %x kernel [2, 2] strides [1, 1]
      : !cmix.packed<4x4x1xui4> -> !cmix.packed<3x3x1xui4>
  %pool_1 = cmix.max_pool2d %pool kernel [2, 2] strides [1, 1]
      : !cmix.packed<3x3x1xui4> -> !cmix.packed<2x2x1xui4>
  return %pool_1 : !cmix.packed<2x2x1xui4>
}

// -----

// What keeps all bytes in place stays; two rows of half a byte that become one do not.
// CHECK:      func.func @reshapes(%x: !cmix.packed<2x1x4xui4>) -> !cmix.packed<8xui4> {
// CHECK-NEXT:   %a = cmix.transpose %x permutation [1, 0, 2] : !cmix.packed<2x1x4xui4> -> !cmix.packed<1x2x4xui4>
// CHECK-NEXT:   %b = cmix.reshape %a : !cmix.packed<1x2x4xui4> -> !cmix.packed<1x8xui4>
// CHECK-NEXT:   %c = func.call @reshapes_c_transpose(%b) : (!cmix.packed<1x8xui4>) -> !cmix.packed<8x1xui4>
// CHECK-NEXT:   %y = func.call @reshapes_y_reshape(%c) : (!cmix.packed<8x1xui4>) -> !cmix.packed<8xui4>
// CHECK-NEXT:   func.return %y : !cmix.packed<8xui4>
// CHECK-NEXT: }
func.func @reshapes(%x: !cmix.packed<2x1x4xui4>) -> !cmix.packed<8xui4> {
  %a = cmix.transpose %x permutation [1, 0, 2] : !cmix.packed<2x1x4xui4> -> !cmix.packed<1x2x4xui4>
  %b = cmix.reshape %a : !cmix.packed<1x2x4xui4> -> !cmix.packed<1x8xui4>
  %c = cmix.transpose %b permutation [1, 0] : !cmix.packed<1x8xui4> -> !cmix.packed<8x1xui4>
  %y = cmix.reshape %c : !cmix.packed<8x1xui4> -> !cmix.packed<8xui4>
  return %y : !cmix.packed<8xui4>
}

// -----

// A function that is a layer already, and a declaration, stay.
// CHECK:      func.func private @layer(%x: !cmix.packed<2x1xui8>) -> !cmix.packed<2xui8> attributes {cmix.layer = {name = "reshape", op = "cmix.reshape", bits = "u8_u8"}} {
// CHECK-NEXT:   %y = cmix.reshape %x : !cmix.packed<2x1xui8> -> !cmix.packed<2xui8>
// CHECK-NEXT:   func.return %y : !cmix.packed<2xui8>
// CHECK-NEXT: }
// CHECK-NEXT: func.func private @elsewhere(!cmix.packed<2x1xui8>) -> !cmix.packed<2xui8>
func.func private @layer(%x: !cmix.packed<2x1xui8>) -> !cmix.packed<2xui8>
    attributes {cmix.layer = {name = "reshape", op = "cmix.reshape", bits = "u8_u8"}} {
  %y = cmix.reshape %x : !cmix.packed<2x1xui8> -> !cmix.packed<2xui8>
  return %y : !cmix.packed<2xui8>
}
func.func private @elsewhere(!cmix.packed<2x1xui8>) -> !cmix.packed<2xui8>
