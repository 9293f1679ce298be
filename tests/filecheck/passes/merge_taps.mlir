// RUN: cmix-opt %s --split-input-file -p cmix-merge-taps | filecheck %s

// A window of 3x3 taps with stride 2; borders and loops around the block stay what they are.
// CHECK:      func.func private @strided(%x: memref<6x6x3xi8>, %lanes: memref<2x28xi16>, %y: index, %column: index) {
// CHECK-NEXT:   %x_1 = memref.collapse_shape %x {{\[\[}}0 : i64], [1 : i64, 2 : i64]] : memref<6x6x3xi8> into memref<6x18xi8>
// CHECK-NEXT:   cmix.expand [x = 2, i = 3, j = 9] at %y, %column input %x_1 (x, i, j)[s0, s1] -> ((((s0 * 2) + i) + -1), ((((x * 6) + (s1 * 6)) + -3) + j)) as <6x18xui8> pad 7 lanes %lanes (x, i, j)[s0, s1] -> (x, ((i * 9) + j)) : memref<6x18xi8>, memref<2x28xi16>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @strided(%x: memref<6x6x3xi8>, %lanes: memref<2x28xi16>, %y: index, %column: index) {
  cmix.expand [x = 2, i = 3, j = 3, c = 3] at %y, %column
      input %x (x, i, j, c)[s0, s1] -> (s0 * 2 + i - 1, x * 2 + s1 * 2 + j - 1, c) as <6x6x3xui8> pad 7
      lanes %lanes (x, i, j, c)[s0, s1] -> (x, i * 9 + j * 3 + c) : memref<6x6x3xi8>, memref<2x28xi16>
  return
}

// -----

// 4 bits: the channels of a pixel fill two bytes.
// CHECK:      func.func private @four_bits(%x: memref<6x2xi8>, %lanes: memref<2x12xi16>) {
// CHECK-NEXT:   %x_1 = memref.collapse_shape %x {{\[\[}}0 : i64, 1 : i64]] : memref<6x2xi8> into memref<12xi8>
// CHECK-NEXT:   cmix.expand [x = 2, j = 12] input %x_1 (x, j) -> (((x * 4) + j)) as <24xui4> lanes %lanes (x, j) -> (x, j) : memref<12xi8>, memref<2x12xi16>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @four_bits(%x: memref<6x2xi8>, %lanes: memref<2x12xi16>) {
  cmix.expand [x = 2, j = 3, c = 4] input %x (x, j, c) -> (x + j, c) as <6x4xui4>
      lanes %lanes (x, j, c) -> (x, j * 4 + c) : memref<6x2xi8>, memref<2x12xi16>
  return
}

// -----

// 1. not met: some of the channels only.
// CHECK:      func.func private @some_channels(%x: memref<6x3xi8>, %lanes: memref<2x6xi16>) {
// CHECK-NEXT:   cmix.expand [x = 2, j = 3, c = 2] input %x (x, j, c) -> ((x + j), c) as <6x3xui8> lanes %lanes (x, j, c) -> (x, ((j * 2) + c)) : memref<6x3xi8>, memref<2x6xi16>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @some_channels(%x: memref<6x3xi8>, %lanes: memref<2x6xi16>) {
  cmix.expand [x = 2, j = 3, c = 2] input %x (x, j, c) -> (x + j, c) as <6x3xui8>
      lanes %lanes (x, j, c) -> (x, j * 2 + c) : memref<6x3xi8>, memref<2x6xi16>
  return
}

// -----

// 2. not met: a column lies between two taps.
// CHECK:      func.func private @dilated(%x: memref<6x3xi8>, %lanes: memref<2x9xi16>) {
// CHECK-NEXT:   cmix.expand [x = 2, j = 3, c = 3] input %x (x, j, c) -> ((x + (j * 2)), c) as <6x3xui8> lanes %lanes (x, j, c) -> (x, ((j * 3) + c)) : memref<6x3xi8>, memref<2x9xi16>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @dilated(%x: memref<6x3xi8>, %lanes: memref<2x9xi16>) {
  cmix.expand [x = 2, j = 3, c = 3] input %x (x, j, c) -> (x + j * 2, c) as <6x3xui8>
      lanes %lanes (x, j, c) -> (x, j * 3 + c) : memref<6x3xi8>, memref<2x9xi16>
  return
}

// -----

// 3. not met: lanes have the taps of a channel side by side.
// CHECK:      func.func private @channels_first(%x: memref<6x3xi8>, %lanes: memref<2x9xi16>) {
// CHECK-NEXT:   cmix.expand [x = 2, j = 3, c = 3] input %x (x, j, c) -> ((x + j), c) as <6x3xui8> lanes %lanes (x, j, c) -> (x, ((c * 3) + j)) : memref<6x3xi8>, memref<2x9xi16>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @channels_first(%x: memref<6x3xi8>, %lanes: memref<2x9xi16>) {
  cmix.expand [x = 2, j = 3, c = 3] input %x (x, j, c) -> (x + j, c) as <6x3xui8>
      lanes %lanes (x, j, c) -> (x, c * 3 + j) : memref<6x3xi8>, memref<2x9xi16>
  return
}

// -----

// 4. not met: four bits lie between the channels of two pixels.
// CHECK:      func.func private @padded_pixels(%x: memref<6x2xi8>, %lanes: memref<2x9xi16>) {
// CHECK-NEXT:   cmix.expand [x = 2, j = 3, c = 3] input %x (x, j, c) -> ((x + j), c) as <6x3xui4> lanes %lanes (x, j, c) -> (x, ((j * 3) + c)) : memref<6x2xi8>, memref<2x9xi16>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @padded_pixels(%x: memref<6x2xi8>, %lanes: memref<2x9xi16>) {
  cmix.expand [x = 2, j = 3, c = 3] input %x (x, j, c) -> (x + j, c) as <6x3xui4>
      lanes %lanes (x, j, c) -> (x, j * 3 + c) : memref<6x2xi8>, memref<2x9xi16>
  return
}

// -----

// 5. not met: a tap is a word.
// CHECK:      func.func private @whole_words(%x: memref<6x4xi8>, %lanes: memref<2x12xi16>) {
// CHECK-NEXT:   cmix.expand [x = 2, j = 3, c = 4] input %x (x, j, c) -> ((x + j), c) as <6x4xui8> lanes %lanes (x, j, c) -> (x, ((j * 4) + c)) : memref<6x4xi8>, memref<2x12xi16>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @whole_words(%x: memref<6x4xi8>, %lanes: memref<2x12xi16>) {
  cmix.expand [x = 2, j = 3, c = 4] input %x (x, j, c) -> (x + j, c) as <6x4xui8>
      lanes %lanes (x, j, c) -> (x, j * 4 + c) : memref<6x4xi8>, memref<2x12xi16>
  return
}
