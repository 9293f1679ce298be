// RUN: cmix-opt %s --split-input-file -p cmix-hoist-scratch | filecheck %s

// Every call provides scratch of its own, after the other arguments, and keeps its attributes.
// CHECK:      func.func @net(%x: memref<4xi8>) {
// CHECK-NEXT:   %lanes = memref.alloc() {alignment = 4 : i64} : memref<4xi16>
// CHECK-NEXT:   %sums = memref.alloc() {alignment = 4 : i64} : memref<1xi32>
// CHECK-NEXT:   func.call @layer(%x, %lanes, %sums) : (memref<4xi8>, memref<4xi16>, memref<1xi32>) -> ()
// CHECK-NEXT:   %lanes_1 = memref.alloc() {alignment = 4 : i64} : memref<4xi16>
// CHECK-NEXT:   %sums_1 = memref.alloc() {alignment = 4 : i64} : memref<1xi32>
// CHECK-NEXT:   func.call @layer(%x, %lanes_1, %sums_1) {cmix.layer = {name = "b"}} : (memref<4xi8>, memref<4xi16>, memref<1xi32>) -> ()
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
// CHECK-NEXT: func.func private @layer(%x: memref<4xi8>, %lanes: memref<4xi16>, %sums: memref<1xi32>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %e = memref.load %lanes[%c0] : memref<4xi16>
// CHECK-NEXT:   memref.store %e, %lanes[%c0] : memref<4xi16>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @net(%x: memref<4xi8>) {
  func.call @layer(%x) : (memref<4xi8>) -> ()
  func.call @layer(%x) {cmix.layer = {name = "b"}} : (memref<4xi8>) -> ()
  return
}
func.func private @layer(%x: memref<4xi8>) {
  %lanes = memref.alloc() {alignment = 4 : i64} : memref<4xi16>
  %sums = memref.alloc() {alignment = 4 : i64} : memref<1xi32>
  %c0 = arith.constant 0 : index
  %e = memref.load %lanes[%c0] : memref<4xi16>
  memref.store %e, %lanes[%c0] : memref<4xi16>
  return
}

// -----

// Public functions keep what they allocate.
// CHECK:      func.func @public() {
// CHECK-NEXT:   %lanes = memref.alloc() {alignment = 4 : i64} : memref<4xi16>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @public() {
  %lanes = memref.alloc() {alignment = 4 : i64} : memref<4xi16>
  return
}
