// RUN: cmix-opt %s --split-input-file -p cmix-tile-block,cse | filecheck %s

// Three filters by two pixels: of five filters two, of three pixels one are peeled off.
// CHECK:      func.func private @remainders(%x: memref<3x8xi16>, %w: !cmix.packed<5x8xui4>, %y: memref<3x5xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   cmix.contract [x = 2, f = 3, k = 8] at %c0, %c0 input %x (x, f, k)[s0, s1] -> ((x + s1), k) filter %w (x, f, k)[s0, s1] -> ((f + s0), k) output %y (x, f, k)[s0, s1] -> ((x + s1), (f + s0)) as <3x5xui8> bias [1, 2, 3, 4, 5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 3, pixels = 2> : memref<3x8xi16>, !cmix.packed<5x8xui4>, memref<3x5xi8>
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   cmix.contract [f = 3, k = 8] at %c0, %c2 input %x (f, k)[s0, s1] -> (s1, k) filter %w (f, k)[s0, s1] -> ((f + s0), k) output %y (f, k)[s0, s1] -> (s1, (f + s0)) as <3x5xui8> bias [1, 2, 3, 4, 5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 3, pixels = 2> : memref<3x8xi16>, !cmix.packed<5x8xui4>, memref<3x5xi8>
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   cmix.contract [x = 2, f = 2, k = 8] at %c3, %c0 input %x (x, f, k)[s0, s1] -> ((x + s1), k) filter %w (x, f, k)[s0, s1] -> ((f + s0), k) output %y (x, f, k)[s0, s1] -> ((x + s1), (f + s0)) as <3x5xui8> bias [1, 2, 3, 4, 5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 3, pixels = 2> : memref<3x8xi16>, !cmix.packed<5x8xui4>, memref<3x5xi8>
// CHECK-NEXT:   cmix.contract [f = 2, k = 8] at %c3, %c2 input %x (f, k)[s0, s1] -> (s1, k) filter %w (f, k)[s0, s1] -> ((f + s0), k) output %y (f, k)[s0, s1] -> (s1, (f + s0)) as <3x5xui8> bias [1, 2, 3, 4, 5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 3, pixels = 2> : memref<3x8xi16>, !cmix.packed<5x8xui4>, memref<3x5xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @remainders(%x: memref<3x8xi16>, %w: !cmix.packed<5x8xui4>, %y: memref<3x5xi8>) {
  cmix.contract [x = 3, f = 5, k = 8] input %x (x, f, k) -> (x, k) filter %w (x, f, k) -> (f, k)
      output %y (x, f, k) -> (x, f) as <3x5xui8> bias [1, 2, 3, 4, 5]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 3, pixels = 2>
      : memref<3x8xi16>, !cmix.packed<5x8xui4>, memref<3x5xi8>
  return
}

// -----

// A block that is small enough stays.
// CHECK:      func.func private @small(%x: memref<2x8xi16>, %w: !cmix.packed<2x8xui4>, %y: memref<2x2xi8>) {
// CHECK-NEXT:   cmix.contract [x = 2, f = 2, k = 8] input %x (x, f, k) -> (x, k) filter %w (x, f, k) -> (f, k) output %y (x, f, k) -> (x, f) as <2x2xui8> bias [1, 2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = columns, filters = 4, pixels = 2> : memref<2x8xi16>, !cmix.packed<2x8xui4>, memref<2x2xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @small(%x: memref<2x8xi16>, %w: !cmix.packed<2x8xui4>, %y: memref<2x2xi8>) {
  cmix.contract [x = 2, f = 2, k = 8] input %x (x, f, k) -> (x, k) filter %w (x, f, k) -> (f, k)
      output %y (x, f, k) -> (x, f) as <2x2xui8> bias [1, 2]
      requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = columns, filters = 4, pixels = 2>
      : memref<2x8xi16>, !cmix.packed<2x8xui4>, memref<2x2xi8>
  return
}

// -----

// Channels get blocks of their own.
// CHECK:      func.func private @channels(%lanes: memref<2x1x4xi16>, %w: !cmix.packed<1x2x2xui4>, %y: memref<1x2x1xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   cmix.contract [x = 2, j = 2] at %c0 input %lanes (x, j)[s0] -> (s0, 0, (x + j)) filter %w (x, j)[s0] -> (0, j, s0) output %y (x, j)[s0] -> (0, x, s0) as <1x2x2xui4> bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2, channels = 2> : memref<2x1x4xi16>, !cmix.packed<1x2x2xui4>, memref<1x2x1xi8>
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   cmix.contract [x = 2, j = 2] at %c1 input %lanes (x, j)[s0] -> (s0, 0, (x + j)) filter %w (x, j)[s0] -> (0, j, s0) output %y (x, j)[s0] -> (0, x, s0) as <1x2x2xui4> bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2, channels = 2> : memref<2x1x4xi16>, !cmix.packed<1x2x2xui4>, memref<1x2x1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @channels(%lanes: memref<2x1x4xi16>, %w: !cmix.packed<1x2x2xui4>, %y: memref<1x2x1xi8>) {
  cmix.contract [c = 2, x = 2, j = 2] input %lanes (c, x, j) -> (c, 0, x + j)
      filter %w (c, x, j) -> (0, j, c) output %y (c, x, j) -> (0, x, c) as <1x2x2xui4>
      bias [5, 6] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = rows, filters = 1, pixels = 2, channels = 2>
      : memref<2x1x4xi16>, !cmix.packed<1x2x2xui4>, memref<1x2x1xi8>
  return
}

// -----

// Of two loops over rows of lanes the one with more turns is the inner one.
// CHECK:      func.func private @tall(%lanes: memref<3x4xi16>, %w: !cmix.packed<1x1x1xui4>, %y: memref<3x4x1xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   scf.for %x = %c0 to %c4 step %c2 {
// CHECK-NEXT:     %c3 = arith.constant 3 : index
// CHECK-NEXT:     %c1 = arith.constant 1 : index
// CHECK-NEXT:     scf.for %y_1 = %c0 to %c3 step %c1 {
// CHECK-NEXT:       cmix.contract [x = 2] at %x, %y_1 input %lanes (x)[s0, s1] -> (s1, (x + s0)) filter %w (x)[s0, s1] -> (0, 0, 0) output %y (x)[s0, s1] -> (s1, (x + s0), 0) as <3x4x1xui8> bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2> : memref<3x4xi16>, !cmix.packed<1x1x1xui4>, memref<3x4x1xi8>
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @tall(%lanes: memref<3x4xi16>, %w: !cmix.packed<1x1x1xui4>, %y: memref<3x4x1xi8>) {
  cmix.contract [y = 3, x = 4] input %lanes (y, x) -> (y, x)
      filter %w (y, x) -> (0, 0, 0) output %y (y, x) -> (y, x, 0) as <3x4x1xui8>
      bias [5] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0>
      schedule <expand = rows, filters = 1, pixels = 2>
      : memref<3x4xi16>, !cmix.packed<1x1x1xui4>, memref<3x4x1xi8>
  return
}
