// RUN: cmix-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

// type (1)
func.func private @refused(!lanes.word<0 at 8, max []>)
// CHECK: expected at least one lane and a spacing of at least 1, found 0 at 8

// -----

// type (2)
func.func private @refused(!lanes.word<3 at 8, max [1, 256, 1]>)
// CHECK: the maximum of lane 1 must be in [0, 255], as lanes are 8 bits apart, found 256

// -----

// type (3)
func.func private @refused(!lanes.word<4 at 10, max [3, 3, 3, 7]>)
// CHECK: lane 3 at bit 30 with a maximum of 7 does not fit 32 bits

// -----

// type (3), a pair of words
func.func private @refused(!lanes.long<5 at 14, max 256>)
// CHECK: lane 4 at bit 56 with a maximum of 256 does not fit 64 bits

// -----

// a maximum for every lane
func.func private @refused(!lanes.word<3 at 8, max [1, 2]>)
// CHECK: expected 3 maxima or one, found 2

// -----

// memory (1)
func.func @refused(%m: memref<4xi8>, %i: index) {
  %x = lanes.load %m[%i] : memref<4xi8> -> !lanes.word<4 at 8, max 3>
  func.return
}
// CHECK: lanes.load: elements must be i16 or i32, found memref<4xi8>

// -----

// memory (2)
func.func @refused(%x: !lanes.word<4 at 8, max 3>, %m: memref<4x4xi32>, %i: index) {
  lanes.store %x, %m[%i] : !lanes.word<4 at 8, max 3>, memref<4x4xi32>
  func.return
}
// CHECK: lanes.store: memref<4x4xi32> takes 2 indices, found 1

// -----

// A tenth product of 2-bit numbers may exceed 8 bits; no type can say otherwise.
func.func @refused(%x: !lanes.word<4 at 8, max 3>, %w: !lanes.word<3 at 8, max 3>, %acc: !lanes.long<6 at 8, max [243, 243, 243, 243, 162, 81]>) {
  %p = lanes.mla %x, %w, %acc : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 8, max 3>, !lanes.long<6 at 8, max [243, 243, 243, 243, 162, 81]> -> !lanes.long<6 at 8, max [252, 255, 255, 255, 180, 90]>
  func.return
}
// CHECK: lanes.mla: the lanes of the result reach [252, 261, 270, 270, 180, 90], found !lanes.long<6 at 8, max [252, 255, 255, 255, 180, 90]>

// -----

// mla, spacing of operands
func.func @refused(%x: !lanes.word<4 at 8, max 3>, %w: !lanes.word<3 at 7, max 3>, %acc: !lanes.word<1 at 8, max 0>) {
  %p = lanes.mla %x, %w, %acc : !lanes.word<4 at 8, max 3>, !lanes.word<3 at 7, max 3>, !lanes.word<1 at 8, max 0> -> !lanes.long<6 at 8, max 27>
  func.return
}
// CHECK: lanes.mla: lanes of all operands must be equally far apart, found !lanes.word<4 at 8, max 3>, !lanes.word<3 at 7, max 3>, !lanes.word<1 at 8, max 0>

// -----

// add, sums of maxima
func.func @refused(%a: !lanes.word<2 at 16, max 5>, %b: !lanes.word<2 at 16, max 7>) {
  %c = lanes.add %a, %b : !lanes.word<2 at 16, max 5>, !lanes.word<2 at 16, max 7> -> !lanes.word<2 at 16, max 11>
  func.return
}
// CHECK: lanes.add: the lanes of the result reach [12, 12], found !lanes.word<2 at 16, max 11>

// -----

// add, spacing of the result
func.func @refused(%a: !lanes.word<2 at 16, max 5>) {
  %c = lanes.add %a, %a : !lanes.word<2 at 16, max 5>, !lanes.word<2 at 16, max 5> -> !lanes.word<2 at 15, max 10>
  func.return
}
// CHECK: lanes.add: expected a result with lanes 16 apart, found !lanes.word<2 at 15, max 10>

// -----

// take (1)
func.func @refused(%p: !lanes.long<3 at 8, max 9>) {
  %x = lanes.take %p [0, 3] : !lanes.long<3 at 8, max 9> -> !lanes.word<2 at 16, max 9>
  func.return
}
// CHECK: lanes.take: expected one or two of 3 lanes, found [0, 3]

// -----

// take (2)
func.func @refused(%p: !lanes.long<3 at 8, max 9>) {
  %x = lanes.take %p [0, 2] : !lanes.long<3 at 8, max 9> -> !lanes.word<2 at 16, max 8>
  func.return
}
// CHECK: lanes.take: the lanes of the result reach [9, 9], found !lanes.word<2 at 16, max 8>

// -----

// drop (1)
func.func @refused(%p: !lanes.long<3 at 8, max 9>) {
  %x = lanes.drop %p by 3 : !lanes.long<3 at 8, max 9> -> !lanes.word<1 at 8, max 9>
  func.return
}
// CHECK: lanes.drop: expected to drop 1 to 2 lanes, found 3

// -----

// drop (2)
func.func @refused(%p: !lanes.long<3 at 8, max 9>) {
  %x = lanes.drop %p by 1 : !lanes.long<3 at 8, max 9> -> !lanes.word<2 at 8, max 8>
  func.return
}
// CHECK: lanes.drop: the lanes of the result reach [9, 9], found !lanes.word<2 at 8, max 8>
