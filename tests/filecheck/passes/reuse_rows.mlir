// RUN: cmix-opt %s --split-input-file -p cmix-reuse-rows,cse | filecheck %s

// Strips of two output rows read five input rows, four of them new; the row that both read is copied by words.
// CHECK:      func.func private @lanes(%x: memref<9x6x1xi8>, %w: !cmix.packed<3x3x1xui8>, %y: memref<4x4x1xi8>) {
// CHECK-NEXT:   %lanes = memref.alloc() {alignment = 4 : i64} : memref<5x6xi16>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %first = scf.for %y0 = %c0 to %c4 step %c2 iter_args(%first_1 = %c0) -> (index) {
// CHECK-NEXT:     cmix.expand [i = 5, t = 6] from %first_1 at %y0 input %x (i, t)[s0] -> (((s0 * 2) + i), t, 0) as <9x6x1xui8> lanes %lanes (i, t)[s0] -> (i, t) : memref<9x6x1xi8>, memref<5x6xi16>
// CHECK-NEXT:     cmix.contract [y = 2, x = 4, i = 3, j = 3] at %y0 input %lanes (y, x, i, j)[s0] -> (((y * 2) + i), (x + j)) filter %w (y, x, i, j)[s0] -> (i, j, 0) output %y (y, x, i, j)[s0] -> ((s0 + y), x, 0) as <4x4x1xui8> bias [1] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 4, rows = 2, reuse = 1> : memref<5x6xi16>, !cmix.packed<3x3x1xui8>, memref<4x4x1xi8>
// CHECK-NEXT:     dsp.copy_words %lanes[%c4, %c0] to %lanes[%c0, %c0] words 3 : memref<5x6xi16>, memref<5x6xi16>
// CHECK-NEXT:     %c1 = arith.constant 1 : index
// CHECK-NEXT:     scf.yield %c1 : index
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @lanes(%x: memref<9x6x1xi8>, %w: !cmix.packed<3x3x1xui8>, %y: memref<4x4x1xi8>) {
  %lanes = memref.alloc() {alignment = 4 : i64} : memref<5x6xi16>
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  scf.for %y0 = %c0 to %c4 step %c2 {
    cmix.expand [i = 5, t = 6] at %y0 input %x (i, t)[s0] -> (s0 * 2 + i, t, 0) as <9x6x1xui8> lanes %lanes (i, t)[s0] -> (i, t) : memref<9x6x1xi8>, memref<5x6xi16>
    cmix.contract [y = 2, x = 4, i = 3, j = 3] at %y0 input %lanes (y, x, i, j)[s0] -> (y * 2 + i, x + j) filter %w (y, x, i, j)[s0] -> (i, j, 0) output %y (y, x, i, j)[s0] -> (s0 + y, x, 0) as <4x4x1xui8> bias [1] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 4, rows = 2, reuse = 1> : memref<5x6xi16>, !cmix.packed<3x3x1xui8>, memref<4x4x1xi8>
  }
  return
}

// -----

// Words of two channels and two phases; a row of each channel is kept, whose phases are neighbours.
// CHECK:      func.func private @words(%x: memref<8x7x1xi8>, %w: !cmix.packed<3x4x2xui4>, %y: memref<4x2x2xi8>) {
// CHECK-NEXT:   %words = memref.alloc() {alignment = 4 : i64} : memref<2x12xi32>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   %first = scf.for %y0 = %c0 to %c3 step %c1 iter_args(%first_1 = %c0) -> (index) {
// CHECK-NEXT:     cmix.expand_words [c = 2, i = 3, h = 2, p = 3] from %first_1 at %y0 input %x (c, i, h, p)[s0] -> (((s0 * 2) + i), ((p * 2) + h), c) as <8x7x2xui4> words %words as <2 at 16, max 15> : memref<8x7x1xi8>, memref<2x12xi32>
// CHECK-NEXT:     cmix.contract [c = 2, x = 2, i = 3, h = 2, j = 2] at %y0 input %words (c, x, i, h, j)[s0] -> ((((c * 6) + (i * 2)) + h), (x + j)) words <2 at 16, max 15> filter %w (c, x, i, h, j)[s0] -> (i, ((j * 2) + h), c) output %y (c, x, i, h, j)[s0] -> (s0, x, c) as <4x2x2xui8> bias [1, 2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 2, channels = 2, phases = 2, reuse = 1> : memref<2x12xi32>, !cmix.packed<3x4x2xui4>, memref<4x2x2xi8>
// CHECK-NEXT:     %c2 = arith.constant 2 : index
// CHECK-NEXT:     scf.for %q = %c0 to %c2 step %c1 {
// CHECK-NEXT:       scf.for %c = %c0 to %c2 step %c1 {
// CHECK-NEXT:         scf.for %k = %c0 to %c2 step %c1 {
// CHECK-NEXT:           %c6 = arith.constant 6 : index
// CHECK-NEXT:           %c_1 = arith.muli %c, %c6 : index
// CHECK-NEXT:           %k_1 = arith.addi %c_1, %k : index
// CHECK-NEXT:           %c4 = arith.constant 4 : index
// CHECK-NEXT:           %k_2 = arith.addi %k_1, %c4 : index
// CHECK-NEXT:           %word = memref.load %words[%q, %k_2] : memref<2x12xi32>
// CHECK-NEXT:           memref.store %word, %words[%q, %k_1] : memref<2x12xi32>
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:     scf.yield %c1 : index
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @words(%x: memref<8x7x1xi8>, %w: !cmix.packed<3x4x2xui4>, %y: memref<4x2x2xi8>) {
  %words = memref.alloc() {alignment = 4 : i64} : memref<2x12xi32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  scf.for %y0 = %c0 to %c3 step %c1 {
    cmix.expand_words [c = 2, i = 3, h = 2, p = 3] at %y0 input %x (c, i, h, p)[s0] -> (s0 * 2 + i, p * 2 + h, c) as <8x7x2xui4> words %words as <2 at 16, max 15> : memref<8x7x1xi8>, memref<2x12xi32>
    cmix.contract [c = 2, x = 2, i = 3, h = 2, j = 2] at %y0 input %words (c, x, i, h, j)[s0] -> (c * 6 + i * 2 + h, x + j) words <2 at 16, max 15> filter %w (c, x, i, h, j)[s0] -> (i, j * 2 + h, c) output %y (c, x, i, h, j)[s0] -> (s0, x, c) as <4x2x2xui8> bias [1, 2] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = overlap, filters = 1, pixels = 2, channels = 2, phases = 2, reuse = 1> : memref<2x12xi32>, !cmix.packed<3x4x2xui4>, memref<4x2x2xi8>
  }
  return
}

// -----

// Rows that the schedule does not reuse are left alone.
// CHECK:      func.func private @again(%x: memref<6x4x1xi8>, %w: !cmix.packed<3x3x1xui8>, %y: memref<4x2x1xi8>) {
// CHECK-NEXT:   %lanes = memref.alloc() {alignment = 4 : i64} : memref<3x4xi16>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   scf.for %y0 = %c0 to %c4 step %c1 {
// CHECK-NEXT:     cmix.expand [i = 3, t = 4] at %y0 input %x (i, t)[s0] -> ((s0 + i), t, 0) as <6x4x1xui8> lanes %lanes (i, t)[s0] -> (i, t) : memref<6x4x1xi8>, memref<3x4xi16>
// CHECK-NEXT:     cmix.contract [x = 2, i = 3, j = 3] at %y0 input %lanes (x, i, j)[s0] -> (i, (x + j)) filter %w (x, i, j)[s0] -> (i, j, 0) output %y (x, i, j)[s0] -> (s0, x, 0) as <4x2x1xui8> bias [1] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2> : memref<3x4xi16>, !cmix.packed<3x3x1xui8>, memref<4x2x1xi8>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @again(%x: memref<6x4x1xi8>, %w: !cmix.packed<3x3x1xui8>, %y: memref<4x2x1xi8>) {
  %lanes = memref.alloc() {alignment = 4 : i64} : memref<3x4xi16>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %y0 = %c0 to %c4 step %c1 {
    cmix.expand [i = 3, t = 4] at %y0 input %x (i, t)[s0] -> (s0 + i, t, 0) as <6x4x1xui8> lanes %lanes (i, t)[s0] -> (i, t) : memref<6x4x1xi8>, memref<3x4xi16>
    cmix.contract [x = 2, i = 3, j = 3] at %y0 input %lanes (x, i, j)[s0] -> (i, x + j) filter %w (x, i, j)[s0] -> (i, j, 0) output %y (x, i, j)[s0] -> (s0, x, 0) as <4x2x1xui8> bias [1] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2> : memref<3x4xi16>, !cmix.packed<3x3x1xui8>, memref<4x2x1xi8>
  }
  return
}

// -----

// Neither are those of another column in each turn, nor those that a turn does not read again.
// CHECK:      func.func private @apart(%x: memref<6x4x1xi8>, %w: !cmix.packed<1x3x1xui8>, %y: memref<6x2x1xi8>) {
// CHECK-NEXT:   %lanes = memref.alloc() {alignment = 4 : i64} : memref<1x4xi16>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c6 = arith.constant 6 : index
// CHECK-NEXT:   scf.for %y0 = %c0 to %c6 step %c1 {
// CHECK-NEXT:     cmix.expand [i = 1, t = 4] at %y0 input %x (i, t)[s0] -> ((s0 + i), t, 0) as <6x4x1xui8> lanes %lanes (i, t)[s0] -> (i, t) : memref<6x4x1xi8>, memref<1x4xi16>
// CHECK-NEXT:     cmix.contract [x = 2, i = 1, j = 3] at %y0 input %lanes (x, i, j)[s0] -> (i, (x + j)) filter %w (x, i, j)[s0] -> (i, j, 0) output %y (x, i, j)[s0] -> (s0, x, 0) as <6x2x1xui8> bias [1] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2, reuse = 1> : memref<1x4xi16>, !cmix.packed<1x3x1xui8>, memref<6x2x1xi8>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @apart(%x: memref<6x4x1xi8>, %w: !cmix.packed<1x3x1xui8>, %y: memref<6x2x1xi8>) {
  %lanes = memref.alloc() {alignment = 4 : i64} : memref<1x4xi16>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  scf.for %y0 = %c0 to %c6 step %c1 {
    cmix.expand [i = 1, t = 4] at %y0 input %x (i, t)[s0] -> (s0 + i, t, 0) as <6x4x1xui8> lanes %lanes (i, t)[s0] -> (i, t) : memref<6x4x1xi8>, memref<1x4xi16>
    cmix.contract [x = 2, i = 1, j = 3] at %y0 input %lanes (x, i, j)[s0] -> (i, x + j) filter %w (x, i, j)[s0] -> (i, j, 0) output %y (x, i, j)[s0] -> (s0, x, 0) as <6x2x1xui8> bias [1] requant #cmix.icn<m0 = [1073741824], n0 = [0], zero = 0> schedule <expand = rows, filters = 1, pixels = 2, reuse = 1> : memref<1x4xi16>, !cmix.packed<1x3x1xui8>, memref<6x2x1xi8>
  }
  return
}
