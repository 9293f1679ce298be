// RUN: cmix-opt %s --split-input-file -p cmix-plan-buffers | filecheck %s

// %a and %c never live at the same time and share memory.
// CHECK:      "memref.global"() <{sym_name = "net_arena", type = memref<20xi8>, initial_value, sym_visibility = "private", alignment = 8 : i64}> : () -> ()
// CHECK-NEXT: func.func @net(%x: memref<4xi8>, %y: memref<4xi8>) {
// CHECK-NEXT:   %arena = memref.get_global @net_arena : memref<20xi8>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %a = memref.view %arena[%c0][] : memref<20xi8> to memref<6xi8>
// CHECK-NEXT:   %c8 = arith.constant 8 : index
// CHECK-NEXT:   %b = memref.view %arena[%c8][] : memref<20xi8> to memref<3xi32>
// CHECK-NEXT:   %c0_1 = arith.constant 0 : index
// CHECK-NEXT:   %c = memref.view %arena[%c0_1][] : memref<20xi8> to memref<4xi16>
// CHECK-NEXT:   func.call @first(%x, %a) : (memref<4xi8>, memref<6xi8>) -> ()
// CHECK-NEXT:   func.call @second(%a, %b) : (memref<6xi8>, memref<3xi32>) -> ()
// CHECK-NEXT:   func.call @third(%b, %c) : (memref<3xi32>, memref<4xi16>) -> ()
// CHECK-NEXT:   func.call @fourth(%c, %y) : (memref<4xi16>, memref<4xi8>) -> ()
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
// CHECK-NEXT: func.func private @first(memref<4xi8>, memref<6xi8>) -> ()
// CHECK-NEXT: func.func private @second(memref<6xi8>, memref<3xi32>) -> ()
// CHECK-NEXT: func.func private @third(memref<3xi32>, memref<4xi16>) -> ()
// CHECK-NEXT: func.func private @fourth(memref<4xi16>, memref<4xi8>) -> ()
func.func @net(%x: memref<4xi8>, %y: memref<4xi8>) {
  %a = memref.alloc() {alignment = 4 : i64} : memref<6xi8>
  %b = memref.alloc() {alignment = 4 : i64} : memref<3xi32>
  %c = memref.alloc() {alignment = 4 : i64} : memref<4xi16>
  func.call @first(%x, %a) : (memref<4xi8>, memref<6xi8>) -> ()
  func.call @second(%a, %b) : (memref<6xi8>, memref<3xi32>) -> ()
  func.call @third(%b, %c) : (memref<3xi32>, memref<4xi16>) -> ()
  func.call @fourth(%c, %y) : (memref<4xi16>, memref<4xi8>) -> ()
  return
}
func.func private @first(memref<4xi8>, memref<6xi8>)
func.func private @second(memref<6xi8>, memref<3xi32>)
func.func private @third(memref<3xi32>, memref<4xi16>)
func.func private @fourth(memref<4xi16>, memref<4xi8>)

// -----

// A function without buffers gets no arena.
// CHECK:      func.func @no_buffers(%x: memref<4xi8>) {
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @no_buffers(%x: memref<4xi8>) {
  return
}

// -----

// A buffer lives as long as what is a view of it, or of its view.
// CHECK:      func.func @views(%x: memref<4xi8>, %y: memref<4xi8>) {
// CHECK-NEXT:   %arena = memref.get_global @views_arena : memref<20xi8>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %a = memref.view %arena[%c0][] : memref<20xi8> to memref<4xi8>
// CHECK-NEXT:   %c8 = arith.constant 8 : index
// CHECK-NEXT:   %b = memref.view %arena[%c8][] : memref<20xi8> to memref<4xi8>
// CHECK-NEXT:   %c16 = arith.constant 16 : index
// CHECK-NEXT:   %c = memref.view %arena[%c16][] : memref<20xi8> to memref<4xi8>
// CHECK-NEXT:   func.call @layer(%x, %a) : (memref<4xi8>, memref<4xi8>) -> ()
// CHECK-NEXT:   %square = memref.expand_shape %a {{\[\[}}0 : i64, 1 : i64]] output_shape [2, 2] : memref<4xi8> into memref<2x2xi8>
// CHECK-NEXT:   %flat = memref.collapse_shape %square {{\[\[}}0 : i64, 1 : i64]] : memref<2x2xi8> into memref<4xi8>
func.func @views(%x: memref<4xi8>, %y: memref<4xi8>) {
  %a = memref.alloc() {alignment = 4 : i64} : memref<4xi8>
  %b = memref.alloc() {alignment = 4 : i64} : memref<4xi8>
  %c = memref.alloc() {alignment = 4 : i64} : memref<4xi8>
  func.call @layer(%x, %a) : (memref<4xi8>, memref<4xi8>) -> ()
  %square = memref.expand_shape %a [[0, 1]] output_shape [2, 2] : memref<4xi8> into memref<2x2xi8>
  %flat = memref.collapse_shape %square [[0, 1]] : memref<2x2xi8> into memref<4xi8>
  func.call @layer(%x, %b) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @layer(%b, %c) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @both(%c, %flat, %y) : (memref<4xi8>, memref<4xi8>, memref<4xi8>) -> ()
  return
}
func.func private @layer(memref<4xi8>, memref<4xi8>)
func.func private @both(memref<4xi8>, memref<4xi8>, memref<4xi8>)

// -----

// Input i is read before outputs 2 * i and 2 * i + 1 are written: %b may begin 8 bytes below %a.
// CHECK:      "memref.global"() <{sym_name = "net_arena", type = memref<16xi8>, initial_value, sym_visibility = "private", alignment = 8 : i64}> : () -> ()
// CHECK-NEXT: func.func @net(%x: memref<8xi8>, %y: memref<8xi8>) {
// CHECK-NEXT:   %arena = memref.get_global @net_arena : memref<16xi8>
// CHECK-NEXT:   %c8 = arith.constant 8 : index
// CHECK-NEXT:   %a = memref.view %arena[%c8][] : memref<16xi8> to memref<8xi8>
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %b = memref.view %arena[%c0][] : memref<16xi8> to memref<16xi8>
// CHECK-NEXT:   func.call @other(%x, %a) : (memref<8xi8>, memref<8xi8>) -> ()
// CHECK-NEXT:   func.call @twice(%a, %b) : (memref<8xi8>, memref<16xi8>) -> ()
// CHECK-NEXT:   func.call @last(%b, %y) : (memref<16xi8>, memref<8xi8>) -> ()
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @net(%x: memref<8xi8>, %y: memref<8xi8>) {
  %a = memref.alloc() {alignment = 4 : i64} : memref<8xi8>
  %b = memref.alloc() {alignment = 4 : i64} : memref<16xi8>
  func.call @other(%x, %a) : (memref<8xi8>, memref<8xi8>) -> ()
  func.call @twice(%a, %b) : (memref<8xi8>, memref<16xi8>) -> ()
  func.call @last(%b, %y) : (memref<16xi8>, memref<8xi8>) -> ()
  return
}
func.func private @twice(%a: memref<8xi8>, %b: memref<16xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c8 step %c1 {
    %e = memref.load %a[%i] : memref<8xi8>
    %first = arith.muli %i, %c2 : index
    memref.store %e, %b[%first] : memref<16xi8>
    %second = arith.addi %first, %c1 : index
    memref.store %e, %b[%second] : memref<16xi8>
  }
  return
}
func.func private @other(memref<8xi8>, memref<8xi8>)
func.func private @last(memref<16xi8>, memref<8xi8>)
