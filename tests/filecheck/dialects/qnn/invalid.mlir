// RUN: cmix-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

// every operation (1), dynamic
func.func @refused(%x: tensor<4x?xf32>) {
  %y = qnn.tanh %x : tensor<4x?xf32> -> tensor<4x?xf32>
  func.return
}
// CHECK: tensor must have static dimensions of at least 1, found tensor<4x?xf32>

// -----

// every operation (1), no dimension
func.func @refused(%x: tensor<f32>) {
  %y = qnn.tanh %x : tensor<f32> -> tensor<f32>
  func.return
}
// CHECK: tensor must have static dimensions of at least 1, found tensor<f32>

// -----

// every operation (1), too many elements
func.func @refused() {
  %y = qnn.constant dense<0.0> : tensor<65536x32768xf32>
  func.return
}
// CHECK: tensor must have at most 2147483647 elements, found tensor<65536x32768xf32>

// -----

// every operation (1), element type
func.func @refused(%x: tensor<4xf64>) {
  %y = qnn.tanh %x : tensor<4xf64> -> tensor<4xf32>
  func.return
}
// CHECK: expected a tensor of f32 or of a quantized type, found tensor<4xf64>

// -----

// every operation (2), axis
func.func @refused(%x: tensor<4x!quant.uniform<u8:f32:1, {0.5, 0.25}>>) {
  %y = qnn.tanh %x : tensor<4x!quant.uniform<u8:f32:1, {0.5, 0.25}>> -> tensor<4xf32>
  func.return
}
// CHECK: axis of a quantized type must be less than 1 (dimensions of its tensor), found 1

// -----

// every operation (2), number of scales
func.func @refused(%x: tensor<4xf32>) {
  %y = qnn.tanh %x : tensor<4xf32> -> tensor<4x!quant.uniform<u8:f32:0, {0.5, 0.25}>>
  func.return
}
// CHECK: quantized type must have 4 scales for axis 0 of [4], found 2

// -----

// every operation (3)
func.func @refused(%x: tensor<4xf32>) {
  %y = qnn.tanh %x : tensor<4xf32> -> tensor<5xf32>
  func.return
}
// CHECK: output must have shape [4], found [5]

// -----

// clamped operations (4), order
func.func @refused(%x: tensor<4xf32>) {
  %y = qnn.add %x, %x clamp [1.0, 0.5] : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  func.return
}
// CHECK: clamp must be a least and a greatest value, found [1.0, 0.5]

// -----

// clamped operations (4), number
func.func @refused(%x: tensor<4xf32>) {
  %y = qnn.add %x, %x clamp [1.0] : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  func.return
}
// CHECK: clamp must be a least and a greatest value, found [1.0]

// -----

// arithmetic (6), number
func.func @refused(%x: tensor<2x4xf32>) {
  %y = qnn.add %x, %x scale [1.0, 0.5] offset [0.0, 0.0, 0.0, 0.0] : tensor<2x4xf32>, tensor<2x4xf32> -> tensor<2x4xf32>
  func.return
}
// CHECK: scale must have 4 (channels) values, found 2

// -----

// arithmetic (6), finite
func.func @refused(%x: tensor<2x1xf32>) {
  %y = qnn.mul %x, %x scale [1.0] offset [inf] : tensor<2x1xf32>, tensor<2x1xf32> -> tensor<2x1xf32>
  func.return
}
// CHECK: offset must be finite, found inf

// -----

// arithmetic (6), together
func.func @refused(%x: tensor<2x1xf32>) {
  %y = "qnn.sub"(%x, %x) <{scale = [1.0 : f64]}> : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  func.return
}
// CHECK: scale and offset must come together, found no offset

// -----

// constant (4)
func.func @refused() {
  %y = qnn.constant dense<"0x0102"> : tensor<2x!quant.uniform<i16:f32, 0.5>>
  func.return
}
// CHECK: tensor<2x!quant.uniform<i16:f32, 0.5>> is stored in 4 bytes (i16), found 2 of type i16

// -----

// constant (5), storage
func.func @refused() {
  %y = qnn.constant dense<[7, -8]> : tensor<2x!quant.uniform<i4<-7:7>:f32, 0.5>>
  func.return
}
// CHECK: element -8 is outside the storage range [-7, 7] of tensor<2x!quant.uniform<i4<-7:7>:f32, 0.5>>

// -----

// constant (5), storage, bytes
func.func @refused() {
  %y = qnn.constant dense<"0x08"> : tensor<1x!quant.uniform<i4:f32, 0.5>>
  func.return
}
// CHECK: element 8 is outside the storage range [-8, 7] of tensor<1x!quant.uniform<i4:f32, 0.5>>

// -----

// constant (5), real numbers
func.func @refused() {
  %y = qnn.constant dense<[1.0e+39]> : tensor<1xf32>
  func.return
}
// CHECK: real numbers must be finite, found inf

// -----

// constant, shape
func.func @refused() {
  %y = qnn.constant dense<[1.0, 2.0]> : tensor<2x1xf32>
  func.return
}
// CHECK: constant has shape [2], its type [2, 1]

// -----

// constant, ragged rows
func.func @refused() {
  %y = qnn.constant dense<[[1.0, 2.0], [3.0]]> : tensor<2x2xf32>
  func.return
}
// CHECK: rows of a constant must have equal length and hold numbers

// -----

// constant, real numbers for stored integers
func.func @refused() {
  %y = qnn.constant dense<[0.5]> : tensor<1x!quant.uniform<i4:f32, 0.5>>
  func.return
}
// CHECK: elements of tensor<1x!quant.uniform<i4:f32, 0.5>> must be integers of at most 64 bits

// -----

// constant, digits
func.func @refused() {
  %y = qnn.constant dense<"0x0G"> : tensor<1x!quant.uniform<i4:f32, 0.5>>
  func.return
}
// CHECK: the bytes of a constant must be pairs of hexadecimal digits

// -----

// constant, type
func.func @refused() {
  %y = qnn.constant dense<[1]> : tensor<1xi32>
  func.return
}
// CHECK: expected a tensor of f32 or of a quantized type, found tensor<1xi32>

// -----

// layers with weights (5)
func.func @refused(%x: tensor<7xf32>, %w: tensor<2x7xf32>, %b: tensor<1xf32>) {
  %y = qnn.fully_connected %x, %w bias %b : tensor<7xf32>, tensor<2x7xf32>, tensor<1xf32> -> tensor<2xf32>
  func.return
}
// CHECK: bias must have shape [2], found [1]

// -----

// conv2d (6), rank
func.func @refused(%x: tensor<5x5x2xf32>, %w: tensor<3x3x2xf32>) {
  %y = qnn.conv2d %x, %w : tensor<5x5x2xf32>, tensor<3x3x2xf32> -> tensor<3x3x3xf32>
  func.return
}
// CHECK: filter must have 4 dimensions (filters, height, width, channels), found [3, 3, 2]

// -----

// conv2d (6), channels
func.func @refused(%x: tensor<5x5x2xf32>, %w: tensor<3x3x3x1xf32>) {
  %y = qnn.conv2d %x, %w : tensor<5x5x2xf32>, tensor<3x3x3x1xf32> -> tensor<3x3x3xf32>
  func.return
}
// CHECK: filter must have the input's 2 channels, found 1

// -----

// conv2d (6), window
func.func @refused(%x: tensor<5x5x2xf32>, %w: tensor<3x3x3x2xf32>) {
  %y = qnn.conv2d %x, %w padding [3, 0, 0, 0] : tensor<5x5x2xf32>, tensor<3x3x3x2xf32> -> tensor<6x3x3xf32>
  func.return
}
// CHECK: top padding must be less than the dilated kernel (3), found 3

// -----

// depthwise_conv2d (6), channels
func.func @refused(%x: tensor<5x5x2xf32>, %w: tensor<3x3x3xf32>) {
  %y = qnn.depthwise_conv2d %x, %w : tensor<5x5x2xf32>, tensor<3x3x3xf32> -> tensor<3x3x3xf32>
  func.return
}
// CHECK: filter channels must be a multiple of the input's 2, found 3

// -----

// depthwise_conv2d (6), window
func.func @refused(%x: tensor<5x5x2xf32>, %w: tensor<7x3x2xf32>) {
  %y = qnn.depthwise_conv2d %x, %w : tensor<5x5x2xf32>, tensor<7x3x2xf32> -> tensor<1x3x2xf32>
  func.return
}
// CHECK: a window of 7x3 does not fit in the padded input of 5x5

// -----

// fully_connected (6)
func.func @refused(%x: tensor<6xf32>, %w: tensor<2x7xf32>) {
  %y = qnn.fully_connected %x, %w : tensor<6xf32>, tensor<2x7xf32> -> tensor<2xf32>
  func.return
}
// CHECK: input must have shape [7], found [6]

// -----

// poolings (5), rank
func.func @refused(%x: tensor<6xf32>) {
  %y = qnn.max_pool2d %x kernel [2, 2] : tensor<6xf32> -> tensor<5xf32>
  func.return
}
// CHECK: input must have 3 dimensions (height, width, channels), found [6]

// -----

// poolings (5), window
func.func @refused(%x: tensor<6x6x1xf32>) {
  %y = qnn.avg_pool2d %x kernel [2] : tensor<6x6x1xf32> -> tensor<5x5x1xf32>
  func.return
}
// CHECK: kernel must be 2 integers of at least 1, found [2]

// -----

// global_avg_pool2d (5)
func.func @refused(%x: tensor<6x6xf32>) {
  %y = qnn.global_avg_pool2d %x : tensor<6x6xf32> -> tensor<6xf32>
  func.return
}
// CHECK: input must have 3 dimensions (height, width, channels), found [6, 6]

// -----

// arithmetic (5)
func.func @refused(%x: tensor<2x3xf32>, %y: tensor<2xf32>) {
  %z = qnn.mul %x, %y : tensor<2x3xf32>, tensor<2xf32> -> tensor<2x3xf32>
  func.return
}
// CHECK: shape [2] of rhs cannot be broadcast to the shape [2, 3] of lhs

// -----

// arithmetic (5), the larger one to the right
func.func @refused(%x: tensor<3xf32>, %y: tensor<2x3xf32>) {
  %z = qnn.add %x, %y : tensor<3xf32>, tensor<2x3xf32> -> tensor<2x3xf32>
  func.return
}
// CHECK: shape [2, 3] of rhs cannot be broadcast to the shape [3] of lhs

// -----

// arithmetic (5), a difference with the shape of neither operand
func.func @refused(%x: tensor<1x3xf32>, %y: tensor<2x1xf32>) {
  %z = qnn.sub %x, %y : tensor<1x3xf32>, tensor<2x1xf32> -> tensor<2x3xf32>
  func.return
}
// CHECK: shape [1, 3] of rhs cannot be broadcast to the shape [2, 1] of lhs

// -----

// quantize, output
func.func @refused(%x: tensor<3xf32>) {
  %y = qnn.quantize %x : tensor<3xf32> -> tensor<3xf32>
  func.return
}
// CHECK: expected a tensor of a quantized type, found tensor<3xf32>

// -----

// dequantize, input
func.func @refused(%x: tensor<3xf32>) {
  %y = qnn.dequantize %x : tensor<3xf32> -> tensor<3xf32>
  func.return
}
// CHECK: expected a tensor of a quantized type, found tensor<3xf32>

// -----

// clamp (4)
func.func @refused(%x: tensor<3xf32>) {
  %y = qnn.clamp %x to [inf, 0.0] : tensor<3xf32> -> tensor<3xf32>
  func.return
}
// CHECK: range must be a least and a greatest value, found [inf, 0.0]

// -----

// batch_norm (4), number
func.func @refused(%x: tensor<2xf32>) {
  %y = qnn.batch_norm %x scale [1.0] offset [0.0, 0.0] mean [0.0, 0.0] variance [1.0, 1.0] epsilon 0.001 : tensor<2xf32> -> tensor<2xf32>
  func.return
}
// CHECK: scale must have 2 (channels) values, found 1

// -----

// batch_norm (4), infinite
func.func @refused(%x: tensor<2xf32>) {
  %y = qnn.batch_norm %x scale [1.0, 1.0] offset [0.0, inf] mean [0.0, 0.0] variance [1.0, 1.0] epsilon 0.001 : tensor<2xf32> -> tensor<2xf32>
  func.return
}
// CHECK: offset must be finite, found inf

// -----

// batch_norm (5)
func.func @refused(%x: tensor<2xf32>) {
  %y = qnn.batch_norm %x scale [1.0, 1.0] offset [0.0, 0.0] mean [0.0, 0.0] variance [1.0, -1.0] epsilon 0.5 : tensor<2xf32> -> tensor<2xf32>
  func.return
}
// CHECK: variance + epsilon must be positive and finite, found -0.5

// -----

// softmax (4)
func.func @refused(%x: tensor<2xf32>) {
  %y = qnn.softmax %x beta 0.0 : tensor<2xf32> -> tensor<2xf32>
  func.return
}
// CHECK: beta must be positive and finite, found 0.0

// -----

// concat (4), number
func.func @refused() {
  %y = "qnn.concat"() <{axis = 0 : i64}> : () -> tensor<2xf32>
  func.return
}
// CHECK: concat must have at least one input, found none

// -----

// concat (4), axis
func.func @refused(%x: tensor<2xf32>) {
  %y = qnn.concat %x, %x axis 1 : tensor<2xf32>, tensor<2xf32> -> tensor<4xf32>
  func.return
}
// CHECK: axis must be in [0, 0], found 1

// -----

// concat (4), dimensions
func.func @refused(%x: tensor<2x3xf32>, %y: tensor<1x2xf32>) {
  %z = qnn.concat %x, %y axis 0 : tensor<2x3xf32>, tensor<1x2xf32> -> tensor<3x3xf32>
  func.return
}
// CHECK: inputs must agree but in dimension 0, found [2, 3] and [1, 2]

// -----

// pad (4)
func.func @refused(%x: tensor<2x3xf32>) {
  %y = qnn.pad %x low [0, 1] high [-1, 0] : tensor<2x3xf32> -> tensor<1x4xf32>
  func.return
}
// CHECK: high must be 2 (dimensions) integers of at least 0, found [-1, 0]

// -----

// pad (5)
func.func @refused(%x: tensor<2xf32>) {
  %y = qnn.pad %x low [0] high [1] value inf : tensor<2xf32> -> tensor<3xf32>
  func.return
}
// CHECK: value must be finite, found inf

// -----

// reshape (4)
func.func @refused(%x: tensor<2x3xf32>) {
  %y = qnn.reshape %x : tensor<2x3xf32> -> tensor<5xf32>
  func.return
}
// CHECK: output must have the input's 6 elements, found shape [5]

// -----

// transpose (4)
func.func @refused(%x: tensor<2x3xf32>) {
  %y = qnn.transpose %x permutation [1, 1] : tensor<2x3xf32> -> tensor<3x3xf32>
  func.return
}
// CHECK: permutation must have each of 0 to 1 once, found [1, 1]

// -----

// depth_to_space (4)
func.func @refused(%x: tensor<2x2x6xf32>) {
  %y = qnn.depth_to_space %x block 2 mode "dcr" : tensor<2x2x6xf32> -> tensor<4x4x1xf32>
  func.return
}
// CHECK: block must be at least 1 and its square divide the 6 channels, found 2

// -----

// depth_to_space (5)
func.func @refused(%x: tensor<2x2x8xf32>) {
  %y = qnn.depth_to_space %x block 2 mode "cdr" : tensor<2x2x8xf32> -> tensor<4x4x2xf32>
  func.return
}
// CHECK: mode must be "dcr" or "crd", found "cdr"
