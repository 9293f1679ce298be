// RUN: cmix-opt %s --split-input-file --verify-diagnostics -p cmix-fold-zero-points | filecheck %s

// Weights come at run time.
func.func @refused(%x: !cmix.packed<2xui8>, %w: !cmix.packed<1x2xui4>) -> !cmix.packed<1xui8> {
  %y = cmix.fully_connected %x, %w bias [5] input_zero 3
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : !cmix.packed<2xui8>, !cmix.packed<1x2xui4> -> !cmix.packed<1xui8>
  return %y : !cmix.packed<1xui8>
}
// CHECK: cmix.fully_connected: weights must be a cmix.constant to be compiled, found a value of type !cmix.packed<1x2xui4> that is only known at run time
