// RUN: cmix-opt %s --split-input-file -p cmix-sum-columns | filecheck %s

// One sum per column, of the lanes that hold inputs: 7 of 8.
// CHECK:      func.func private @columns(%lanes: memref<2x8xi16>, %w: !cmix.packed<1x7xui4>, %y: memref<2x1xi8>) {
// CHECK-NEXT:   %sums = memref.alloca() {alignment = 4 : i64} : memref<2xi32>
// CHECK-NEXT:   cmix.sum_lanes %lanes length 7 to %sums : memref<2x8xi16>, memref<2xi32>
// CHECK-NEXT:   cmix.contract [x = 2, f = 1, k = 7] input %lanes (x, f, k) -> (x, k) filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5] filter_zero [7] sums %sums : memref<2xi32> requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 1, pixels = 2> : memref<2x8xi16>, !cmix.packed<1x7xui4>, memref<2x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @columns(%lanes: memref<2x8xi16>, %w: !cmix.packed<1x7xui4>, %y: memref<2x1xi8>) {
  cmix.contract [x = 2, f = 1, k = 7] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8>
      bias [5] filter_zero [7] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 2>
      : memref<2x8xi16>, !cmix.packed<1x7xui4>, memref<2x1xi8>
  return
}

// -----

// Without zero points of weights no sum is needed.
// CHECK:      func.func private @no_zero(%lanes: memref<2x8xi16>, %w: !cmix.packed<1x8xui4>, %y: memref<2x1xi8>) {
// CHECK-NEXT:   cmix.contract [x = 2, f = 1, k = 8] input %lanes (x, f, k) -> (x, k) filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 1, pixels = 2> : memref<2x8xi16>, !cmix.packed<1x8xui4>, memref<2x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @no_zero(%lanes: memref<2x8xi16>, %w: !cmix.packed<1x8xui4>, %y: memref<2x1xi8>) {
  cmix.contract [x = 2, f = 1, k = 8] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 2>
      : memref<2x8xi16>, !cmix.packed<1x8xui4>, memref<2x1xi8>
  return
}

// -----

// Rows subtract zero points from the weights instead.
// CHECK:      func.func private @rows(%lanes: memref<1x5xi16>, %w: !cmix.packed<1x2x1xui4>, %y: memref<1x1xi8>) {
// CHECK-NEXT:   cmix.contract [f = 1, i = 1, j = 2] input %lanes (f, i, j) -> (i, j) filter %w (f, i, j) -> (i, j, f) output %y (f, i, j) -> (0, f) as <1x1xui8> bias [5] filter_zero [7] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2> : memref<1x5xi16>, !cmix.packed<1x2x1xui4>, memref<1x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @rows(%lanes: memref<1x5xi16>, %w: !cmix.packed<1x2x1xui4>, %y: memref<1x1xi8>) {
  cmix.contract [f = 1, i = 1, j = 2] input %lanes (f, i, j) -> (i, j)
      filter %w (f, i, j) -> (i, j, f) output %y (f, i, j) -> (0, f) as <1x1xui8> bias [5]
      filter_zero [7] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = rows, filters = 1, pixels = 2>
      : memref<1x5xi16>, !cmix.packed<1x2x1xui4>, memref<1x1xi8>
  return
}

// -----

// Weights that are stored less their zero point need no sums.
// CHECK:      func.func private @wide(%lanes: memref<2x8xi16>, %y: memref<2x1xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}3, 3, 3, 3, 3, 3, 3, 3]]> : !cmix.packed<1x8xui4>
// CHECK-NEXT:   cmix.contract [x = 2, f = 1, k = 8] input %lanes (x, f, k) -> (x, k) filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5] filter_zero [7] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 1, pixels = 2, weight_bits = 16> : memref<2x8xi16>, !cmix.packed<1x8xui4>, memref<2x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @wide(%lanes: memref<2x8xi16>, %y: memref<2x1xi8>) {
  %w = cmix.constant dense<3> : !cmix.packed<1x8xui4>
  cmix.contract [x = 2, f = 1, k = 8] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8>
      bias [5] filter_zero [7] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 1, pixels = 2, weight_bits = 16>
      : memref<2x8xi16>, !cmix.packed<1x8xui4>, memref<2x1xi8>
  return
}
