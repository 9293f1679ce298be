// RUN: cmix-opt %s --split-input-file --verify-diagnostics -p convert-contract-to-dsp | filecheck %s

// The input is still packed.
func.func private @refused(%x: memref<2x8xi8>, %y: memref<2x1xi8>) {
  %w = cmix.constant dense<1> : !cmix.packed<1x8xui4>
  cmix.contract [x = 2, f = 1, k = 8] input %x (x, f, k) -> (x, k) as <2x8xui8>
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<2x8xi8>, !cmix.packed<1x8xui4>, memref<2x1xi8>
  return
}
// CHECK: cmix.contract: expected an expanded input and a block of filters (f) and pixels (x), found parallel iterators x, f; run cmix-tile-outer, cmix-expand-inputs and cmix-tile-block first

// -----

// Rows are not tiled.
func.func private @refused(%lanes: memref<2x8xi16>, %y: memref<2x1x1xi8>) {
  %w = cmix.constant dense<1> : !cmix.packed<1x8xui4>
  cmix.contract [y = 2, x = 1, f = 1, k = 8] input %lanes (y, x, f, k) -> (y + x, k)
      filter %w (y, x, f, k) -> (f, k) output %y (y, x, f, k) -> (y, x, f) as <2x1x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<2x8xi16>, !cmix.packed<1x8xui4>, memref<2x1x1xi8>
  return
}
// CHECK: found parallel iterators y, x, f; run cmix-tile-outer

// -----

// Weights come at run time.
func.func private @refused(%lanes: memref<1x8xi16>, %w: !cmix.packed<1x8xui4>, %y: memref<1x1xi8>) {
  cmix.contract [x = 1, f = 1, k = 8] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <1x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<1x8xi16>, !cmix.packed<1x8xui4>, memref<1x1xi8>
  return
}
// CHECK: cmix.contract: weights must be a cmix.constant to be compiled, found a value of type !cmix.packed<1x8xui4> that is only known at run time

// -----

// Words of weights are stored by blocks of one filter.
func.func private @refused(%lanes: memref<1x8xi16>, %y: memref<1x2xi8>) {
  %w = cmix.constant dense<1> : !cmix.packed<2x8xui4>
  cmix.contract [x = 1, f = 2, k = 8] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <1x2xui8> bias [5, 6]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 1, unroll = 4>
      : memref<1x8xi16>, !cmix.packed<2x8xui4>, memref<1x2xi8>
  return
}
// CHECK: cmix.contract: expected at most 1 filters (f), as the schedule says, found 2; run cmix-tile-block first

// -----

// The zero point of weights needs the sums of columns.
func.func private @refused(%lanes: memref<1x8xi16>, %y: memref<1x1xi8>) {
  %w = cmix.constant dense<1> : !cmix.packed<1x8xui4>
  cmix.contract [x = 1, f = 1, k = 8] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <1x1xui8> bias [5] filter_zero [7]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 1, unroll = 4>
      : memref<1x8xi16>, !cmix.packed<1x8xui4>, memref<1x1xi8>
  return
}
// CHECK: cmix.contract: expected sums of the columns, as weights have the zero point 7; run cmix-sum-columns first
