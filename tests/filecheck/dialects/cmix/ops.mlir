// RUN: ROUNDTRIP
// RUN: GENERIC_ROUNDTRIP

// constants, as lists and as bytes
func.func @constants() {
  %w = cmix.constant dense<[[1, 2, 3], [-4, -5, -6]]> : !cmix.packed<2x3xsi4>
  %b = cmix.constant dense<[[0, 3, 1, 2, 3]]> {origin = "here"} : !cmix.packed<1x5xui2>
  %longer = cmix.constant dense<"0xFF02030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F404142"> : !cmix.packed<2x33xsi8>
  func.return
}
// CHECK: func.func @constants() {
// CHECK-NEXT: %w = cmix.constant dense<[[1, 2, 3], [-4, -5, -6]]> : !cmix.packed<2x3xsi4>
// CHECK-NEXT: %b = cmix.constant dense<[[0, 3, 1, 2, 3]]> {origin = "here"} : !cmix.packed<1x5xui2>
// CHECK-NEXT: %longer = cmix.constant dense<"0xFF02030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F404142"> : !cmix.packed<2x33xsi8>
// CHECK-NEXT: func.return
// CHECK-NEXT: }

// a splat is spelled out
func.func @splat() {
  %w = cmix.constant dense<-2> : !cmix.packed<3xsi2>
  func.return
}
// CHECK: func.func @splat() {
// CHECK-NEXT: %w = cmix.constant dense<[-2, -2, -2]> : !cmix.packed<3xsi2>
// CHECK-NEXT: func.return
// CHECK-NEXT: }

// every property of a convolution
func.func @conv2d(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) -> !cmix.packed<3x3x3xui8> {
  %y = cmix.conv2d %x, %w strides [2, 1] padding [1, 2, 1, 1] dilation [1, 2] pad_value 0 bias [5, -3, 0] input_zero 128 filter_zero [8, 7, 9] requant #cmix.icn<m0 = [1518500250, -3, 2147483647], n0 = [3, -1, 0], zero = 255> schedule <expand = columns, filters = 2, pixels = 4> : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x3xui8>
  func.return %y : !cmix.packed<3x3x3xui8>
}
// CHECK: func.func @conv2d(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x3x3x2xui4>) -> !cmix.packed<3x3x3xui8> {
// CHECK-NEXT: %y = cmix.conv2d %x, %w strides [2, 1] padding [1, 2, 1, 1] dilation [1, 2] pad_value 0 bias [5, -3, 0] input_zero 128 filter_zero [8, 7, 9] requant #cmix.icn<m0 = [1518500250, -3, 2147483647], n0 = [3, -1, 0], zero = 255> schedule <expand = columns, filters = 2, pixels = 4> : !cmix.packed<5x5x2xui8>, !cmix.packed<3x3x3x2xui4> -> !cmix.packed<3x3x3xui8>
// CHECK-NEXT: func.return %y : !cmix.packed<3x3x3xui8>
// CHECK-NEXT: }

// defaults are not printed
func.func @pointwise(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x1x1x2xsi2>) -> !cmix.packed<5x5x3xui4> {
  %y = cmix.conv2d %x, %w strides [1, 1] padding [0, 0, 0, 0] dilation [1, 1] bias [5, -3, 0] input_zero 0 filter_zero [0] requant #cmix.icn<m0 = [1518500250], n0 = [3], zero = 0> : !cmix.packed<5x5x2xui8>, !cmix.packed<3x1x1x2xsi2> -> !cmix.packed<5x5x3xui4>
  func.return %y : !cmix.packed<5x5x3xui4>
}
// CHECK: func.func @pointwise(%x: !cmix.packed<5x5x2xui8>, %w: !cmix.packed<3x1x1x2xsi2>) -> !cmix.packed<5x5x3xui4> {
// CHECK-NEXT: %y = cmix.conv2d %x, %w bias [5, -3, 0] requant #cmix.icn<m0 = [1518500250], n0 = [3], zero = 0> : !cmix.packed<5x5x2xui8>, !cmix.packed<3x1x1x2xsi2> -> !cmix.packed<5x5x3xui4>
// CHECK-NEXT: func.return %y : !cmix.packed<5x5x3xui4>
// CHECK-NEXT: }

// two filters per channel, thresholds
func.func @depthwise_conv2d(%x: !cmix.packed<5x5x2xui2>, %w: !cmix.packed<3x3x4xsi4>) -> !cmix.packed<5x5x4xui2> {
  %y = cmix.depthwise_conv2d %x, %w padding [1, 1, 1, 1] bias [5, -3, 0, 1] input_zero 1 requant #cmix.thresholds<i16, [[-5, 0, 9]]> schedule <expand = rows, filters = 1, pixels = 8> : !cmix.packed<5x5x2xui2>, !cmix.packed<3x3x4xsi4> -> !cmix.packed<5x5x4xui2>
  func.return %y : !cmix.packed<5x5x4xui2>
}
// CHECK: func.func @depthwise_conv2d(%x: !cmix.packed<5x5x2xui2>, %w: !cmix.packed<3x3x4xsi4>) -> !cmix.packed<5x5x4xui2> {
// CHECK-NEXT: %y = cmix.depthwise_conv2d %x, %w padding [1, 1, 1, 1] bias [5, -3, 0, 1] input_zero 1 requant #cmix.thresholds<i16, [[-5, 0, 9]]> schedule <expand = rows, filters = 1, pixels = 8> : !cmix.packed<5x5x2xui2>, !cmix.packed<3x3x4xsi4> -> !cmix.packed<5x5x4xui2>
// CHECK-NEXT: func.return %y : !cmix.packed<5x5x4xui2>
// CHECK-NEXT: }

// thresholds of each channel, beyond 16 bits
func.func @thresholds(%acc: i32, %o: index) -> i32 {
  %y = cmix.requantize %acc channel %o by #cmix.thresholds<i32, [[-70000, 0, 0], [1, 2, 70000]]> to si2
  func.return %y : i32
}
// CHECK: func.func @thresholds(%acc: i32, %o: index) -> i32 {
// CHECK-NEXT: %y = cmix.requantize %acc channel %o by #cmix.thresholds<i32, [[-70000, 0, 0], [1, 2, 70000]]> to si2
// CHECK-NEXT: func.return %y : i32
// CHECK-NEXT: }

// outputs in part of their type's range; with both limits, and one
func.func @clamped(%acc: i32, %o: index) -> i32 {
  %y = cmix.requantize %acc channel %o by #cmix.icn<m0 = [1518500250], n0 = [3], zero = -1, min = -8, max = 6> to si8
  %z = cmix.requantize %y channel %o by #cmix.icn<m0 = [1518500250], n0 = [3], zero = 1, min = 1> to ui4
  %r = cmix.requantize %z channel %o by #cmix.icn<m0 = [1518500250], n0 = [3], zero = 1, max = 9> to ui4
  func.return %r : i32
}
// CHECK: func.func @clamped(%acc: i32, %o: index) -> i32 {
// CHECK-NEXT: %y = cmix.requantize %acc channel %o by #cmix.icn<m0 = [1518500250], n0 = [3], zero = -1, min = -8, max = 6> to si8
// CHECK-NEXT: %z = cmix.requantize %y channel %o by #cmix.icn<m0 = [1518500250], n0 = [3], zero = 1, min = 1> to ui4
// CHECK-NEXT: %r = cmix.requantize %z channel %o by #cmix.icn<m0 = [1518500250], n0 = [3], zero = 1, max = 9> to ui4
// CHECK-NEXT: func.return %r : i32
// CHECK-NEXT: }

// fixed point
func.func @fully_connected(%x: !cmix.packed<7xui4>, %w: !cmix.packed<2x7xsi2>) -> !cmix.packed<2xsi8> {
  %y = cmix.fully_connected %x, %w bias [5, -3] input_zero 1 requant #cmix.fixed_point<multiplier = [1073741824, 0], shift = [2, -31], zero = 3, min = -128, max = 127> : !cmix.packed<7xui4>, !cmix.packed<2x7xsi2> -> !cmix.packed<2xsi8>
  func.return %y : !cmix.packed<2xsi8>
}
// CHECK: func.func @fully_connected(%x: !cmix.packed<7xui4>, %w: !cmix.packed<2x7xsi2>) -> !cmix.packed<2xsi8> {
// CHECK-NEXT: %y = cmix.fully_connected %x, %w bias [5, -3] input_zero 1 requant #cmix.fixed_point<multiplier = [1073741824, 0], shift = [2, -31], zero = 3, min = -128, max = 127> : !cmix.packed<7xui4>, !cmix.packed<2x7xsi2> -> !cmix.packed<2xsi8>
// CHECK-NEXT: func.return %y : !cmix.packed<2xsi8>
// CHECK-NEXT: }

// one product, one offset, one shift
func.func @linear(%acc: i32, %o: index) -> i32 {
  %y = cmix.requantize %acc channel %o by #cmix.linear<left = [1], rounded [1073741824, 7], offset = [-3, 4], right = [0, 31], min = -128, max = 127> to si8
  %z = cmix.requantize %acc channel %o by #cmix.linear<left = [0], low [3], offset = [5], right = [6], min = 0, max = 15> to ui4
  func.return %y : i32
}
// CHECK: func.func @linear(%acc: i32, %o: index) -> i32 {
// CHECK-NEXT: %y = cmix.requantize %acc channel %o by #cmix.linear<left = [1], rounded [1073741824, 7], offset = [-3, 4], right = [0, 31], min = -128, max = 127> to si8
// CHECK-NEXT: %z = cmix.requantize %acc channel %o by #cmix.linear<left = [0], low [3], offset = [5], right = [6], min = 0, max = 15> to ui4
// CHECK-NEXT: func.return %y : i32
// CHECK-NEXT: }

// poolings and a change of shape
func.func @pools(%x: !cmix.packed<4x4x3xui4>) -> !cmix.packed<12xui4> {
  %a = cmix.max_pool2d %x kernel [2, 2] strides [1, 1] padding [0, 1, 1, 0] : !cmix.packed<4x4x3xui4> -> !cmix.packed<4x4x3xui4>
  %b = cmix.avg_pool2d %a kernel [2, 2] strides [2, 2] : !cmix.packed<4x4x3xui4> -> !cmix.packed<2x2x3xui4>
  %y = cmix.reshape %b : !cmix.packed<2x2x3xui4> -> !cmix.packed<12xui4>
  func.return %y : !cmix.packed<12xui4>
}
// CHECK: func.func @pools(%x: !cmix.packed<4x4x3xui4>) -> !cmix.packed<12xui4> {
// CHECK-NEXT: %a = cmix.max_pool2d %x kernel [2, 2] padding [0, 1, 1, 0] : !cmix.packed<4x4x3xui4> -> !cmix.packed<4x4x3xui4>
// CHECK-NEXT: %b = cmix.avg_pool2d %a kernel [2, 2] strides [2, 2] : !cmix.packed<4x4x3xui4> -> !cmix.packed<2x2x3xui4>
// CHECK-NEXT: %y = cmix.reshape %b : !cmix.packed<2x2x3xui4> -> !cmix.packed<12xui4>
// CHECK-NEXT: func.return %y : !cmix.packed<12xui4>
// CHECK-NEXT: }

// additions
func.func @add(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xsi8>) -> !cmix.packed<2x3xui4> {
  %y = cmix.add %a, %b requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xsi8> -> !cmix.packed<2x3xui4>
  %z = cmix.add %y, %b lhs_zero 8 rhs_zero -3 lhs_multiplier 300 rhs_multiplier -17 requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xsi8> -> !cmix.packed<2x3xui4>
  func.return %z : !cmix.packed<2x3xui4>
}
// CHECK: func.func @add(%a: !cmix.packed<2x3xui4>, %b: !cmix.packed<2x3xsi8>) -> !cmix.packed<2x3xui4> {
// CHECK-NEXT: %y = cmix.add %a, %b requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xsi8> -> !cmix.packed<2x3xui4>
// CHECK-NEXT: %z = cmix.add %y, %b lhs_zero 8 rhs_zero -3 lhs_multiplier 300 rhs_multiplier -17 requant #cmix.icn<m0 = [1518500250], n0 = [4], zero = 8> : !cmix.packed<2x3xui4>, !cmix.packed<2x3xsi8> -> !cmix.packed<2x3xui4>
// CHECK-NEXT: func.return %z : !cmix.packed<2x3xui4>
// CHECK-NEXT: }

// packed tensors in memory
func.func @buffers(%m: memref<2x2xi8>, %i: index, %j: index) {
  %x = cmix.from_memref %m : memref<2x2xi8> as !cmix.packed<2x3xui4>
  cmix.to_memref %x, %m : !cmix.packed<2x3xui4> to memref<2x2xi8>
  %e = cmix.load_element %m[%i, %j] : memref<2x2xi8> as <2x3xui4>
  cmix.store_elements %e to %m[%i, %j] : memref<2x2xi8> as <2x3xui4>
  cmix.store_elements %e, %e to %m[%i, %j] : memref<2x2xi8> as <2x3xui4>
  cmix.clear %m : memref<2x2xi8>
  func.return
}
// CHECK: func.func @buffers(%m: memref<2x2xi8>, %i: index, %j: index) {
// CHECK-NEXT: %x = cmix.from_memref %m : memref<2x2xi8> as !cmix.packed<2x3xui4>
// CHECK-NEXT: cmix.to_memref %x, %m : !cmix.packed<2x3xui4> to memref<2x2xi8>
// CHECK-NEXT: %e = cmix.load_element %m[%i, %j] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT: cmix.store_elements %e to %m[%i, %j] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT: cmix.store_elements %e, %e to %m[%i, %j] : memref<2x2xi8> as <2x3xui4>
// CHECK-NEXT: cmix.clear %m : memref<2x2xi8>
// CHECK-NEXT: func.return
// CHECK-NEXT: }

// lanes: expanded, summed and contracted
func.func @lanes(%m: memref<4x4x4xi8>, %lanes: memref<2x24xi16>, %sums: memref<2xi32>, %w: !cmix.packed<8x24xui4>, %out: memref<4x4x4xi8>, %y: index, %x: index) {
  cmix.expand [p = 2, i = 3, c = 8] at %y, %x input %m (p, i, c)[s0, s1] -> (s0, (((p + i) + s1) + -1), c) as <4x4x8xui4> pad 7 lanes %lanes (p, i, c)[s0, s1] -> (p, ((i * 8) + c)) order [0, 2, 1, 3] : memref<4x4x4xi8>, memref<2x24xi16>
  cmix.expand [p = 2, i = 3, c = 8] from %x at %y, %x input %m (p, i, c)[s0, s1] -> (s0, (((p + i) + s1) + -1), c) as <4x4x8xui4> pad 7 lanes %lanes (p, i, c)[s0, s1] -> (p, ((i * 8) + c)) order [0, 2, 1, 3] : memref<4x4x4xi8>, memref<2x24xi16>
  cmix.sum_lanes %lanes length 24 to %sums : memref<2x24xi16>, memref<2xi32>
  cmix.contract [p = 2, o = 8, k = 24] at %y, %x input %lanes (p, o, k)[s0, s1] -> (p, k) filter %w (p, o, k)[s0, s1] -> (o, k) output %out (p, o, k)[s0, s1] -> (s0, (p + s1), o) as <4x4x8xui4> bias [1, 2, 3, 4, 5, 6, 7, 8] filter_zero [7] sums %sums : memref<2xi32> requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0> schedule <expand = columns, filters = 2, pixels = 2> : memref<2x24xi16>, !cmix.packed<8x24xui4>, memref<4x4x4xi8>
  func.return
}
// CHECK: func.func @lanes(%m: memref<4x4x4xi8>, %lanes: memref<2x24xi16>, %sums: memref<2xi32>, %w: !cmix.packed<8x24xui4>, %out: memref<4x4x4xi8>, %y: index, %x: index) {
// CHECK-NEXT: cmix.expand [p = 2, i = 3, c = 8] at %y, %x input %m (p, i, c)[s0, s1] -> (s0, (((p + i) + s1) + -1), c) as <4x4x8xui4> pad 7 lanes %lanes (p, i, c)[s0, s1] -> (p, ((i * 8) + c)) order [0, 2, 1, 3] : memref<4x4x4xi8>, memref<2x24xi16>
// CHECK-NEXT: cmix.expand [p = 2, i = 3, c = 8] from %x at %y, %x input %m (p, i, c)[s0, s1] -> (s0, (((p + i) + s1) + -1), c) as <4x4x8xui4> pad 7 lanes %lanes (p, i, c)[s0, s1] -> (p, ((i * 8) + c)) order [0, 2, 1, 3] : memref<4x4x4xi8>, memref<2x24xi16>
// CHECK-NEXT: cmix.sum_lanes %lanes length 24 to %sums : memref<2x24xi16>, memref<2xi32>
// CHECK-NEXT: cmix.contract [p = 2, o = 8, k = 24] at %y, %x input %lanes (p, o, k)[s0, s1] -> (p, k) filter %w (p, o, k)[s0, s1] -> (o, k) output %out (p, o, k)[s0, s1] -> (s0, (p + s1), o) as <4x4x8xui4> bias [1, 2, 3, 4, 5, 6, 7, 8] filter_zero [7] sums %sums : memref<2xi32> requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0> schedule <expand = columns, filters = 2, pixels = 2> : memref<2x24xi16>, !cmix.packed<8x24xui4>, memref<4x4x4xi8>
// CHECK-NEXT: func.return
// CHECK-NEXT: }

// a contraction of packed bytes, padded
func.func @contract(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
  cmix.contract [y = 4, x = 4, c = 3, j = 3] input %m (y, x, c, j) -> (y, ((x + j) + -1), c) as <4x4x3xsi8> pad -5 filter %w (y, x, c, j) -> (j, c) output %out (y, x, c, j) -> (y, x, c) as <4x4x3xui4> bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0> : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
  func.return
}
// CHECK: func.func @contract(%m: memref<4x4x3xi8>, %w: !cmix.packed<3x3xui4>, %out: memref<4x4x2xi8>) {
// CHECK-NEXT: cmix.contract [y = 4, x = 4, c = 3, j = 3] input %m (y, x, c, j) -> (y, ((x + j) + -1), c) as <4x4x3xsi8> pad -5 filter %w (y, x, c, j) -> (j, c) output %out (y, x, c, j) -> (y, x, c) as <4x4x3xui4> bias [1, 2, 3] requant #cmix.icn<m0 = [1073741824], n0 = [4], zero = 0> : memref<4x4x3xi8>, !cmix.packed<3x3xui4>, memref<4x4x2xi8>
// CHECK-NEXT: func.return
// CHECK-NEXT: }
