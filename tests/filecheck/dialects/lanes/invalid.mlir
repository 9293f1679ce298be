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

// -----

// memory (1), a pair of words
func.func @refused(%m: memref<4xi16>, %i: index) {
  %x = lanes.load %m[%i] : memref<4xi16> -> !lanes.long<4 at 14, max 3>
  func.return
}
// CHECK: lanes.load: a pair of words needs elements of i32, found memref<4xi16>

// -----

// get (1)
func.func @refused(%p: !lanes.long<3 at 8, max 9>) {
  %x = lanes.get %p[3] : !lanes.long<3 at 8, max 9>
  func.return
}
// CHECK: lanes.get: expected one of 3 lanes, found 3

// -----

// get (2)
func.func @refused(%p: !lanes.word<1 at 32, max 2147483648>) {
  %x = lanes.get %p[0] : !lanes.word<1 at 32, max 2147483648>
  func.return
}
// CHECK: lanes.get: lane 0 reaches 2147483648, at most 2147483647 fits i32

// -----

// unpack (1)
func.func @refused(%w: i32) {
  %x = lanes.unpack %w ror 32 : !lanes.word<2 at 8, max 3>
  func.return
}
// CHECK: lanes.unpack: rotate must be in [0, 31], found 32

// -----

// unpack (2)
func.func @refused(%w: i32) {
  %x = lanes.unpack %w ror 2 : !lanes.word<2 at 8, max 2>
  func.return
}
// CHECK: lanes.unpack: maxima must be one less than a power of two, found 2

// -----

// for (1)
func.func @refused(%x: !lanes.word<1 at 8, max 3>, %zero: !lanes.word<1 at 8, max 0>) {
  %sum = lanes.for %k = 0 to 5 step 2 (%acc: !lanes.word<1 at 8, max 6> = %zero: !lanes.word<1 at 8, max 0>) {
    %next = lanes.add %acc, %x : !lanes.word<1 at 8, max 6>, !lanes.word<1 at 8, max 3> -> !lanes.word<1 at 8, max 9>
    lanes.yield %next : !lanes.word<1 at 8, max 9>
  }
  func.return
}
// CHECK: lanes.for: step must divide stop, both at least 1, found 2 and 5

// -----

// for (2), as many sums
func.func @refused(%x: !lanes.word<1 at 8, max 3>, %zero: !lanes.word<1 at 8, max 0>) {
  %sum = "lanes.for"(%zero) <{stop = 3 : i64, step = 1 : i64}> ({
  ^bb0(%k: index, %acc: !lanes.word<1 at 8, max 6>):
    lanes.yield %x, %x : !lanes.word<1 at 8, max 3>, !lanes.word<1 at 8, max 3>
  }) : (!lanes.word<1 at 8, max 0>) -> !lanes.word<1 at 8, max 8>
  func.return
}
// CHECK: lanes.for: the body needs an index and an argument for each of 1 initial values, and must yield as many

// -----

// for (2), the same lanes
func.func @refused(%x: !lanes.word<1 at 8, max 3>, %zero: !lanes.word<2 at 8, max 0>) {
  %sum = lanes.for %k = 0 to 3 step 1 (%acc: !lanes.word<1 at 8, max 6> = %zero: !lanes.word<2 at 8, max 0>) {
    %next = lanes.add %acc, %x : !lanes.word<1 at 8, max 6>, !lanes.word<1 at 8, max 3> -> !lanes.word<1 at 8, max 9>
    lanes.yield %next : !lanes.word<1 at 8, max 9>
  }
  func.return
}
// CHECK: lanes.for: initial value, argument, value yielded and result must have the same lanes, found !lanes.word<2 at 8, max 0>, !lanes.word<1 at 8, max 6>

// -----

// for (3)
func.func @refused(%x: !lanes.word<1 at 8, max 3>, %zero: !lanes.word<1 at 8, max 0>) {
  %sum = lanes.for %k = 0 to 3 step 1 (%acc: !lanes.word<1 at 8, max 6> = %zero: !lanes.word<1 at 8, max 0>) {
    %next = lanes.mla %acc, %x, %zero : !lanes.word<1 at 8, max 6>, !lanes.word<1 at 8, max 3>, !lanes.word<1 at 8, max 0> -> !lanes.word<1 at 8, max 18>
    lanes.yield %next : !lanes.word<1 at 8, max 18>
  }
  func.return
}
// CHECK: lanes.for: the value yielded must be the argument plus something, a chain of lanes.mla and lanes.add

// -----

// for (4): two turns may have added 6 before the third.
func.func @refused(%x: !lanes.word<1 at 8, max 3>, %zero: !lanes.word<1 at 8, max 0>) {
  %sum = lanes.for %k = 0 to 3 step 1 (%acc: !lanes.word<1 at 8, max 5> = %zero: !lanes.word<1 at 8, max 0>) {
    %next = lanes.add %acc, %x : !lanes.word<1 at 8, max 5>, !lanes.word<1 at 8, max 3> -> !lanes.word<1 at 8, max 8>
    lanes.yield %next : !lanes.word<1 at 8, max 8>
  }
  func.return
}
// CHECK: lanes.for: after 2 turns the lanes of the argument reach [6], found [5]

// -----

// for (5): the generic form can state another result than the value yielded.
func.func @refused(%x: !lanes.word<1 at 8, max 3>, %zero: !lanes.word<1 at 8, max 0>) {
  %sum = "lanes.for"(%zero) <{stop = 3 : i64, step = 1 : i64}> ({
  ^bb0(%k: index, %acc: !lanes.word<1 at 8, max 6>):
    %next = lanes.add %acc, %x : !lanes.word<1 at 8, max 6>, !lanes.word<1 at 8, max 3> -> !lanes.word<1 at 8, max 9>
    lanes.yield %next : !lanes.word<1 at 8, max 9>
  }) : (!lanes.word<1 at 8, max 0>) -> !lanes.word<1 at 8, max 8>
  func.return
}
// CHECK: lanes.for: after 3 turns the lanes of the result reach [9], found [8]

// -----

// yield
func.func @refused(%x: !lanes.word<1 at 8, max 3>) {
  lanes.yield %x : !lanes.word<1 at 8, max 3>
}
// CHECK: 'lanes.yield' expects parent op 'lanes.for'

// -----

// type (2), signed
func.func private @refused(!lanes.word<2 at 8, min -100, max 156>)
// CHECK: the maximum of lane 0 must be in [-100, 155], as lanes are 8 bits apart, found 156

// -----

// type (3), signed
func.func private @refused(!lanes.word<4 at 8, min -1, max 128>)
// CHECK: lanes: 4 lanes at 8 reach [-16843009, 2155905152], which does not fit a signed number of 32 bits

// -----

// a minimum for every lane
func.func private @refused(!lanes.word<3 at 8, min [-1, 0], max 2>)
// CHECK: expected 3 minima or one, found 2

// -----

// constant
func.func @refused() {
  %x = lanes.constant : !lanes.word<2 at 8, max 1>
  func.return
}
// CHECK: lanes.constant: the minimum of each lane must be its maximum, found !lanes.word<2 at 8, max 1>

// -----

// add, ranges of sums
func.func @refused(%a: !lanes.word<2 at 16, min -5, max 5>) {
  %c = lanes.add %a, %a : !lanes.word<2 at 16, min -5, max 5>, !lanes.word<2 at 16, min -5, max 5> -> !lanes.word<2 at 16, min -9, max 10>
  func.return
}
// CHECK: lanes.add: the lanes of the result reach {{\[\[}}-10, 10], [-10, 10]], found !lanes.word<2 at 16, min -9, max 10>

// -----

// add (2), kinds
func.func @refused(%a: !lanes.word<2 at 16, max 5>) {
  %c = lanes.add %a, %a : !lanes.word<2 at 16, max 5>, !lanes.word<2 at 16, max 5> -> !lanes.long<2 at 16, max 10>
  func.return
}
// CHECK: lanes.add: the second operand and the result must both be words or both be pairs of words, found !lanes.word<2 at 16, max 5> and !lanes.long<2 at 16, max 10>

// -----

// add (2), a borrow
func.func @refused(%a: !lanes.word<1 at 12, min -1, max 0>) {
  %b = lanes.constant : !lanes.long<4 at 12, min [0, 0, 0, 1], max [0, 0, 0, 1]>
  %c = lanes.add %a, %b : !lanes.word<1 at 12, min -1, max 0>, !lanes.long<4 at 12, min [0, 0, 0, 1], max [0, 0, 0, 1]> -> !lanes.long<4 at 12, min [-1, 0, 0, 1], max [0, 0, 0, 1]>
  func.return
}
// CHECK: lanes.add: a pair of words must be a lanes.constant whose lower word takes !lanes.word<1 at 12, min -1, max 0> without a carry, found !lanes.long<4 at 12, min [0, 0, 0, 1], max [0, 0, 0, 1]>

// -----

// mla (2), a large word beside a signed one
func.func @refused(%x: !lanes.word<4 at 10, max 3>, %w: !lanes.word<3 at 10, min -1, max 1>, %acc: !lanes.word<1 at 10, max 0>) {
  %p = lanes.mla %x, %w, %acc : !lanes.word<4 at 10, max 3>, !lanes.word<3 at 10, min -1, max 1>, !lanes.word<1 at 10, max 0> -> !lanes.long<6 at 10, min -9, max 9>
  func.return
}
// CHECK: lanes.mla: !lanes.word<4 at 10, max 3> reaches 3224374275, but beside a word that may be negative at most 2147483647 can be multiplied

// -----

// mla (1), a bounded result without one of its lanes
func.func @refused(%x: !lanes.word<2 at 8, max 15>, %w: !lanes.word<1 at 8, max 3>, %acc: !lanes.word<2 at 8, max 240>) {
  %p = lanes.mla %x, %w, %acc bounded : !lanes.word<2 at 8, max 15>, !lanes.word<1 at 8, max 3>, !lanes.word<2 at 8, max 240> -> !lanes.long<1 at 8, max 255>
  func.return
}
// CHECK: lanes.mla: a bounded result needs 2 lanes, none of which may be negative, found !lanes.long<1 at 8, max 255>

// -----

// mla (1), a bounded result that may be negative
func.func @refused(%x: !lanes.word<2 at 8, max 3>, %w: !lanes.word<1 at 8, min -1, max 1>, %acc: !lanes.word<1 at 8, max 0>) {
  %p = lanes.mla %x, %w, %acc bounded : !lanes.word<2 at 8, max 3>, !lanes.word<1 at 8, min -1, max 1>, !lanes.word<1 at 8, max 0> -> !lanes.long<2 at 8, min -3, max 1>
  func.return
}
// CHECK: lanes.mla: a bounded result needs 2 lanes, none of which may be negative, found !lanes.long<2 at 8, min -3, max 1>

// -----

// mla (2), an accumulator that may be negative
func.func @refused(%x: !lanes.word<2 at 10, max 3>, %w: !lanes.word<2 at 10, max 1>, %acc: !lanes.word<1 at 10, min -1, max 0>) {
  %p = lanes.mla %x, %w, %acc : !lanes.word<2 at 10, max 3>, !lanes.word<2 at 10, max 1>, !lanes.word<1 at 10, min -1, max 0> -> !lanes.long<3 at 10, min [-1, 0, 0], max 9>
  func.return
}
// CHECK: lanes.mla: an accumulator of one word must not be negative, found !lanes.word<1 at 10, min -1, max 0>

// -----

// get (2): a lane below may borrow
func.func @refused(%p: !lanes.word<2 at 16, min [-1, 0], max 3>) {
  %x = lanes.get %p[1] : !lanes.word<2 at 16, min [-1, 0], max 3>
  func.return
}
// CHECK: lanes.get: lane 0 may be -1 and borrow from those above; add an offset that keeps it from being negative, found !lanes.word<2 at 16, min [-1, 0], max 3>

// -----

// take (2)
func.func @refused(%p: !lanes.word<2 at 16, min -1, max 3>) {
  %x = lanes.take %p [0] : !lanes.word<2 at 16, min -1, max 3> -> !lanes.word<1 at 32, min -1, max 3>
  func.return
}
// CHECK: lanes.take: lane 0 may be -1 and borrow from those above

// -----

// drop (2)
func.func @refused(%p: !lanes.long<3 at 8, min -1, max 9>) {
  %x = lanes.drop %p by 1 : !lanes.long<3 at 8, min -1, max 9> -> !lanes.word<2 at 8, min -1, max 9>
  func.return
}
// CHECK: lanes.drop: lane 0 may be -1 and borrow from those above
