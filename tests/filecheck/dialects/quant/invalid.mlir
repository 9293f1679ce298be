// RUN: cmix-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

// uniform (1)
func.func private @refused(!quant.uniform<i33:f32, 0.5>)
// CHECK: expected a storage type i1 to i32 or u1 to u32, found 'i33'

// -----

// uniform (1), no bits
func.func private @refused(!quant.uniform<u0:f32, 0.5>)
// CHECK: expected a storage type i1 to i32 or u1 to u32, found 'u0'

// -----

// uniform (1), not a storage type
func.func private @refused(!quant.uniform<s8:f32, 0.5>)
// CHECK: expected a storage type i1 to i32 or u1 to u32, found 's8'

// -----

// uniform (2), order
func.func private @refused(!quant.uniform<i8<7:7>:f32, 0.5>)
// CHECK: storage bounds must be ascending and in [-128, 127], found <7:7>

// -----

// uniform (2), below the type
func.func private @refused(!quant.uniform<u8<-1:7>:f32, 0.5>)
// CHECK: storage bounds must be ascending and in [0, 255], found <-1:7>

// -----

// uniform (2), above the type
func.func private @refused(!quant.uniform<i4<-8:8>:f32, 0.5>)
// CHECK: storage bounds must be ascending and in [-8, 7], found <-8:8>

// -----

// uniform (3), zero
func.func private @refused(!quant.uniform<i8:f32, 0.0>)
// CHECK: scale must be a positive number of f32, found 0.0

// -----

// uniform (3), negative, of one index of an axis
func.func private @refused(!quant.uniform<i8:f32:0, {0.5, -0.5}>)
// CHECK: scale must be a positive number of f32, found -0.5

// -----

// uniform (3), beyond f32
func.func private @refused(!quant.uniform<i8:f32, 3.5e+38>)
// CHECK: scale must be a positive number of f32, found 3.5e+38

// -----

// uniform (4)
func.func private @refused(!quant.uniform<i8:f32, 0.5:128>)
// CHECK: zero point must be in the storage range [-128, 127], found 128

// -----

// uniform (4), narrowed storage, an axis
func.func private @refused(!quant.uniform<i4<-7:7>:f32:1, {0.5, 0.25:-8}>)
// CHECK: zero point must be in the storage range [-7, 7], found -8

// -----

// uniform (5), negative axis
func.func private @refused(!quant.uniform<i8:f32:-1, {0.5}>)
// CHECK: expected an axis of at least 0 with at least one scale, found axis -1 with 1 scales

// -----

// uniform (5), no scale
func.func private @refused(!quant.uniform<i8:f32:0, {}>)
// CHECK: expected an axis of at least 0 with at least one scale, found axis 0 with 0 scales

// -----

// uniform, expressed type
func.func private @refused(!quant.uniform<i8:f16, 0.5>)
// CHECK: expected the expressed type f32, found f16

// -----

// uniform, a scale that MLIR would not take for one
func.func private @refused(!quant.uniform<i8:f32, 1>)
// CHECK: expected a scale with a point, found 1
