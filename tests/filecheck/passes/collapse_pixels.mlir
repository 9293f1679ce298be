// RUN: cmix-opt %s -p cmix-collapse-pixels | filecheck %s

// CHECK: builtin.module {

// A pointwise layer: an image of 3x5 pixels is a list of 15.
func.func private @pointwise(%x: memref<3x5x8xi8>, %y: memref<3x5x2xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<2x8xui4>
  cmix.contract [y = 3, x = 5, f = 2, c = 8]
      input %x (y, x, f, c) -> (y, x, c) as <3x5x8xui8> filter %w (y, x, f, c) -> (f, c)
      output %y (y, x, f, c) -> (y, x, f) as <3x5x2xui8> bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<3x5x8xi8>, !cmix.packed<2x8xui4>, memref<3x5x2xi8>
  return
}
// CHECK-NEXT: func.func private @pointwise(%x: memref<3x5x8xi8>, %y: memref<3x5x2xi8>) {
// CHECK-NEXT: %w = cmix.constant
// CHECK-NEXT: %x_1 = memref.collapse_shape %x {{.*}} : memref<3x5x8xi8> into memref<15x8xi8>
// CHECK-NEXT: %y_1 = memref.collapse_shape %y {{.*}} : memref<3x5x2xi8> into memref<15x2xi8>
// CHECK-NEXT: cmix.contract [x = 15, f = 2, c = 8] input %x_1 (x, f, c) -> (x, c) as <15x8xui8> filter %w (x, f, c) -> (f, c) output %y_1 (x, f, c) -> (x, f) as <15x2xui8> bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<15x8xi8>, !cmix.packed<2x8xui4>, memref<15x2xi8>
// CHECK-NEXT: func.return

// A stride skips pixels: unchanged.
func.func private @strided(%x: memref<6x5x8xi8>, %y: memref<3x5x2xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<2x8xui4>
  cmix.contract [y = 3, x = 5, f = 2, c = 8]
      input %x (y, x, f, c) -> (y * 2, x, c) as <6x5x8xui8> filter %w (y, x, f, c) -> (f, c)
      output %y (y, x, f, c) -> (y, x, f) as <3x5x2xui8> bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<6x5x8xi8>, !cmix.packed<2x8xui4>, memref<3x5x2xi8>
  return
}
// CHECK: func.func private @strided
// CHECK-NOT: memref.collapse_shape
// CHECK: cmix.contract [y = 3, x = 5, f = 2, c = 8]

// The output is a part of its image: unchanged.
func.func private @part(%x: memref<3x5x8xi8>, %y: memref<3x6x2xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<2x8xui4>
  cmix.contract [y = 3, x = 5, f = 2, c = 8]
      input %x (y, x, f, c) -> (y, x, c) as <3x5x8xui8> filter %w (y, x, f, c) -> (f, c)
      output %y (y, x, f, c) -> (y, x, f) as <3x6x2xui8> bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<3x5x8xi8>, !cmix.packed<2x8xui4>, memref<3x6x2xi8>
  return
}
// CHECK: func.func private @part
// CHECK-NOT: memref.collapse_shape
// CHECK: cmix.contract [y = 3, x = 5, f = 2, c = 8]
