// RUN: cmix-opt %s --split-input-file -p cmix-split-runs | filecheck %s

// Two pixels, two rows of the kernel, runs of 5: one word and one element.
// CHECK:      func.func private @runs(%x: memref<6x18xi8>, %lanes: memref<2x12xi16>, %y: memref<2x1xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]> : !cmix.packed<1x10xui4>
// CHECK-NEXT:   %w_1 = cmix.constant dense<{{\[\[}}0, 1, 2, 3, 5, 6, 7, 8, 4, 9]]> : !cmix.packed<1x10xui4>
// CHECK-NEXT:   cmix.expand [x = 2, i = 2, j = 4] input %x (x, i, j) -> (i, (((x * 3) + j) + -3)) as <6x18xui8> pad 7 lanes %lanes (x, i, j) -> (x, ((i * 4) + j)) : memref<6x18xi8>, memref<2x12xi16>
// CHECK-NEXT:   cmix.expand [x = 2, i = 2, j = 1] input %x (x, i, j) -> (i, (((x * 3) + j) + 1)) as <6x18xui8> pad 7 lanes %lanes (x, i, j) -> (x, ((i + j) + 8)) : memref<6x18xi8>, memref<2x12xi16>
// CHECK-NEXT:   cmix.contract [x = 2, f = 1, k = 10] input %lanes (x, f, k) -> (x, k) filter %w_1 (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<2x12xi16>, !cmix.packed<1x10xui4>, memref<2x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @runs(%x: memref<6x18xi8>, %lanes: memref<2x12xi16>, %y: memref<2x1xi8>) {
  %w = cmix.constant dense<[[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]> : !cmix.packed<1x10xui4>
  cmix.expand [x = 2, i = 2, j = 5] input %x (x, i, j) -> (i, x * 3 + j - 3) as <6x18xui8> pad 7
      lanes %lanes (x, i, j) -> (x, i * 5 + j) : memref<6x18xi8>, memref<2x12xi16>
  cmix.contract [x = 2, f = 1, k = 10] input %lanes (x, f, k) -> (x, k)
      filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<2x12xi16>, !cmix.packed<1x10xui4>, memref<2x1xi8>
  return
}

// -----

// 1. not met: the innermost iterator runs over rows.
// CHECK:      func.func private @rows(%x: memref<6x18xi8>, %lanes: memref<1x6xi16>, %y: memref<1x1xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}1, 1, 1, 1, 1]]> : !cmix.packed<1x5xui4>
// CHECK-NEXT:   cmix.expand [i = 5] input %x (i) -> (i, 0) as <6x18xui8> lanes %lanes (i) -> (0, i) : memref<6x18xi8>, memref<1x6xi16>
// CHECK-NEXT:   cmix.contract [f = 1, k = 5] input %lanes (f, k) -> (0, k) filter %w (f, k) -> (f, k) output %y (f, k) -> (0, f) as <1x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<1x6xi16>, !cmix.packed<1x5xui4>, memref<1x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @rows(%x: memref<6x18xi8>, %lanes: memref<1x6xi16>, %y: memref<1x1xi8>) {
  %w = cmix.constant dense<1> : !cmix.packed<1x5xui4>
  cmix.expand [i = 5] input %x (i) -> (i, 0) as <6x18xui8>
      lanes %lanes (i) -> (0, i) : memref<6x18xi8>, memref<1x6xi16>
  cmix.contract [f = 1, k = 5] input %lanes (f, k) -> (0, k)
      filter %w (f, k) -> (f, k) output %y (f, k) -> (0, f) as <1x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<1x6xi16>, !cmix.packed<1x5xui4>, memref<1x1xi8>
  return
}

// -----

// 2. not met: whole words.
// CHECK:      func.func private @words(%x: memref<6x18xi8>, %lanes: memref<1x8xi16>, %y: memref<1x1xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}1, 1, 1, 1, 1, 1, 1, 1]]> : !cmix.packed<1x8xui4>
// CHECK-NEXT:   cmix.expand [j = 8] input %x (j) -> (0, j) as <6x18xui8> lanes %lanes (j) -> (0, j) : memref<6x18xi8>, memref<1x8xi16>
// CHECK-NEXT:   cmix.contract [f = 1, k = 8] input %lanes (f, k) -> (0, k) filter %w (f, k) -> (f, k) output %y (f, k) -> (0, f) as <1x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<1x8xi16>, !cmix.packed<1x8xui4>, memref<1x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @words(%x: memref<6x18xi8>, %lanes: memref<1x8xi16>, %y: memref<1x1xi8>) {
  %w = cmix.constant dense<1> : !cmix.packed<1x8xui4>
  cmix.expand [j = 8] input %x (j) -> (0, j) as <6x18xui8>
      lanes %lanes (j) -> (0, j) : memref<6x18xi8>, memref<1x8xi16>
  cmix.contract [f = 1, k = 8] input %lanes (f, k) -> (0, k)
      filter %w (f, k) -> (f, k) output %y (f, k) -> (0, f) as <1x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<1x8xi16>, !cmix.packed<1x8xui4>, memref<1x1xi8>
  return
}

// -----

// 3. not met: the run starts inside a byte.
// CHECK:      func.func private @inside_byte(%x: memref<6x9xi8>, %lanes: memref<1x16xi16>, %y: memref<1x1xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}1, 1, 1, 1, 1, 1, 1, 1, 1]]> : !cmix.packed<1x9xui4>
// CHECK-NEXT:   cmix.expand [j = 9] input %x (j) -> (0, (j + 1)) as <6x18xui4> lanes %lanes (j) -> (0, j) : memref<6x9xi8>, memref<1x16xi16>
// CHECK-NEXT:   cmix.contract [f = 1, k = 9] input %lanes (f, k) -> (0, k) filter %w (f, k) -> (f, k) output %y (f, k) -> (0, f) as <1x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<1x16xi16>, !cmix.packed<1x9xui4>, memref<1x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @inside_byte(%x: memref<6x9xi8>, %lanes: memref<1x16xi16>, %y: memref<1x1xi8>) {
  %w = cmix.constant dense<1> : !cmix.packed<1x9xui4>
  cmix.expand [j = 9] input %x (j) -> (0, j + 1) as <6x18xui4>
      lanes %lanes (j) -> (0, j) : memref<6x9xi8>, memref<1x16xi16>
  cmix.contract [f = 1, k = 9] input %lanes (f, k) -> (0, k)
      filter %w (f, k) -> (f, k) output %y (f, k) -> (0, f) as <1x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<1x16xi16>, !cmix.packed<1x9xui4>, memref<1x1xi8>
  return
}

// -----

// 4. not met: a lane lies between two runs.
// CHECK:      func.func private @apart(%x: memref<6x18xi8>, %lanes: memref<1x12xi16>, %y: memref<1x1xi8>) {
// CHECK-NEXT:   %w = cmix.constant dense<{{\[\[}}1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]]> : !cmix.packed<1x11xui4>
// CHECK-NEXT:   cmix.expand [i = 2, j = 5] input %x (i, j) -> (i, j) as <6x18xui8> lanes %lanes (i, j) -> (0, ((i * 6) + j)) : memref<6x18xi8>, memref<1x12xi16>
// CHECK-NEXT:   cmix.contract [f = 1, k = 11] input %lanes (f, k) -> (0, k) filter %w (f, k) -> (f, k) output %y (f, k) -> (0, f) as <1x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> : memref<1x12xi16>, !cmix.packed<1x11xui4>, memref<1x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @apart(%x: memref<6x18xi8>, %lanes: memref<1x12xi16>, %y: memref<1x1xi8>) {
  %w = cmix.constant dense<1> : !cmix.packed<1x11xui4>
  cmix.expand [i = 2, j = 5] input %x (i, j) -> (i, j) as <6x18xui8>
      lanes %lanes (i, j) -> (0, i * 6 + j) : memref<6x18xi8>, memref<1x12xi16>
  cmix.contract [f = 1, k = 11] input %lanes (f, k) -> (0, k)
      filter %w (f, k) -> (f, k) output %y (f, k) -> (0, f) as <1x1xui8> bias [5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      : memref<1x12xi16>, !cmix.packed<1x11xui4>, memref<1x1xi8>
  return
}
