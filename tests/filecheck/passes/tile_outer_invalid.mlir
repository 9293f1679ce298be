// RUN: cmix-opt %s --split-input-file --verify-diagnostics -p cmix-tile-outer | filecheck %s

// There is no schedule.
func.func private @refused(%x: memref<2x8xi8>, %w: !cmix.packed<1x8xui4>, %y: memref<2x1xi8>) {
  cmix.contract [x = 2, f = 1, k = 8] input %x (x, f, k) -> (x, k) as <2x8xui8>
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<2x8xi8>, !cmix.packed<1x8xui4>, memref<2x1xi8>
  return
}
// CHECK: cmix.contract: no schedule; run cmix-schedule first
