// RUN: cmix-opt %s --split-input-file -p cmix-bufferize | filecheck %s

// A network: what a call returns goes to fresh memory, or straight to the network's output.
// CHECK:      func.func @net(%x_bytes: memref<2xi8>, %y_bytes: memref<2xi8>) attributes {cmix.inputs = [!cmix.packed<4xui4>], cmix.outputs = [!cmix.packed<4xui4>]} {
// CHECK-NEXT:   %h = memref.alloc() {alignment = 4 : i64} : memref<2xi8>
// CHECK-NEXT:   func.call @layer(%x_bytes, %h) : (memref<2xi8>, memref<2xi8>) -> ()
// CHECK-NEXT:   func.call @layer(%h, %y_bytes) : (memref<2xi8>, memref<2xi8>) -> ()
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
// CHECK-NEXT: func.func private @layer(memref<2xi8>, memref<2xi8>) -> ()
func.func @net(%x: !cmix.packed<4xui4>) -> !cmix.packed<4xui4> {
  %h = func.call @layer(%x) : (!cmix.packed<4xui4>) -> !cmix.packed<4xui4>
  %y = func.call @layer(%h) : (!cmix.packed<4xui4>) -> !cmix.packed<4xui4>
  return %y : !cmix.packed<4xui4>
}
func.func private @layer(!cmix.packed<4xui4>) -> !cmix.packed<4xui4>

// -----

// A private function keeps no packed types; its layer stands between reading and writing memory.
// CHECK:      func.func private @layer(%x_bytes: memref<2x1xi8>, %y_bytes: memref<1xi8>) {
// CHECK-NEXT:   %x = cmix.from_memref %x_bytes : memref<2x1xi8> as !cmix.packed<2x1xui2>
// CHECK-NEXT:   %y = cmix.reshape %x : !cmix.packed<2x1xui2> -> !cmix.packed<2xui2>
// CHECK-NEXT:   cmix.to_memref %y, %y_bytes : !cmix.packed<2xui2> to memref<1xi8>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func private @layer(%x: !cmix.packed<2x1xui2>) -> !cmix.packed<2xui2> {
  %y = cmix.reshape %x : !cmix.packed<2x1xui2> -> !cmix.packed<2xui2>
  return %y : !cmix.packed<2xui2>
}

// -----

// A value that is returned twice is computed once and copied.
// CHECK:      func.func @twice(%x_bytes: memref<2xi8>, %y_bytes: memref<2xi8>, %y_bytes_1: memref<2xi8>) attributes {cmix.inputs = [!cmix.packed<4xui4>], cmix.outputs = [!cmix.packed<4xui4>, !cmix.packed<4xui4>]} {
// CHECK-NEXT:   %y = memref.alloc() {alignment = 4 : i64} : memref<2xi8>
// CHECK-NEXT:   func.call @layer(%x_bytes, %y) : (memref<2xi8>, memref<2xi8>) -> ()
// CHECK-NEXT:   "memref.copy"(%y, %y_bytes) : (memref<2xi8>, memref<2xi8>) -> ()
// CHECK-NEXT:   "memref.copy"(%y, %y_bytes_1) : (memref<2xi8>, memref<2xi8>) -> ()
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
// CHECK-NEXT: func.func private @layer(memref<2xi8>, memref<2xi8>) -> ()
func.func @twice(%x: !cmix.packed<4xui4>) -> (!cmix.packed<4xui4>, !cmix.packed<4xui4>) {
  %y = func.call @layer(%x) : (!cmix.packed<4xui4>) -> !cmix.packed<4xui4>
  return %y, %y : !cmix.packed<4xui4>, !cmix.packed<4xui4>
}
func.func private @layer(!cmix.packed<4xui4>) -> !cmix.packed<4xui4>

// -----

// Without packed values nothing changes.
// CHECK:      func.func @scalars(%a: i32) -> i32 {
// CHECK-NEXT:   func.return %a : i32
// CHECK-NEXT: }
func.func @scalars(%a: i32) -> i32 {
  return %a : i32
}

// -----

// An output that is a constant, or an input, is copied.
// CHECK:      "memref.global"() <{sym_name = "given_c", type = memref<2xi8>, initial_value = dense<[33, 3]> : tensor<2xi8>, sym_visibility = "private", constant}> : () -> ()
// CHECK-NEXT: func.func @given(%x_bytes: memref<2xi8>, %c_bytes: memref<2xi8>, %x_bytes_1: memref<2xi8>) attributes {cmix.inputs = [!cmix.packed<4xui4>], cmix.outputs = [!cmix.packed<3xui4>, !cmix.packed<4xui4>]} {
// CHECK-NEXT:   %c = memref.get_global @given_c : memref<2xi8>
// CHECK-NEXT:   "memref.copy"(%c, %c_bytes) : (memref<2xi8>, memref<2xi8>) -> ()
// CHECK-NEXT:   "memref.copy"(%x_bytes, %x_bytes_1) : (memref<2xi8>, memref<2xi8>) -> ()
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @given(%x: !cmix.packed<4xui4>) -> (!cmix.packed<3xui4>, !cmix.packed<4xui4>) {
  %c = cmix.constant dense<[1, 2, 3]> : !cmix.packed<3xui4>
  return %c, %x : !cmix.packed<3xui4>, !cmix.packed<4xui4>
}

// -----

// A reshape that keeps bytes is a view: of what a call wrote, of an input, through several, and of the
// output, which the last layer writes in its own shape.
// CHECK:      func.func @views(%x_bytes: memref<2x2x2xi8>, %y_bytes: memref<4xi8>) attributes {cmix.inputs = [!cmix.packed<2x2x4xui4>], cmix.outputs = [!cmix.packed<8xui4>]} {
// CHECK-NEXT:   %a = memref.collapse_shape %x_bytes {{\[\[}}0 : i64, 1 : i64], [2 : i64]] : memref<2x2x2xi8> into memref<4x2xi8>
// CHECK-NEXT:   %h = memref.alloc() {alignment = 4 : i64} : memref<8xi8>
// CHECK-NEXT:   func.call @first(%a, %h) : (memref<4x2xi8>, memref<8xi8>) -> ()
// CHECK-NEXT:   %b = memref.expand_shape %h {{\[\[}}0 : i64, 1 : i64]] output_shape [2, 4] : memref<8xi8> into memref<2x4xi8>
// CHECK-NEXT:   %b_1 = memref.collapse_shape %b {{\[\[}}0 : i64, 1 : i64]] : memref<2x4xi8> into memref<8xi8>
// CHECK-NEXT:   %c = memref.expand_shape %b_1 {{\[\[}}0 : i64, 1 : i64]] output_shape [4, 2] : memref<8xi8> into memref<4x2xi8>
// CHECK-NEXT:   %last = memref.expand_shape %y_bytes {{\[\[}}0 : i64, 1 : i64]] output_shape [2, 2] : memref<4xi8> into memref<2x2xi8>
// CHECK-NEXT:   func.call @last(%c, %last) : (memref<4x2xi8>, memref<2x2xi8>) -> ()
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @views(%x: !cmix.packed<2x2x4xui4>) -> !cmix.packed<8xui4> {
  %a = cmix.reshape %x : !cmix.packed<2x2x4xui4> -> !cmix.packed<4x4xui4>
  %h = func.call @first(%a) : (!cmix.packed<4x4xui4>) -> !cmix.packed<8xui8>
  %b = cmix.reshape %h : !cmix.packed<8xui8> -> !cmix.packed<2x4xui8>
  %c = cmix.reshape %b : !cmix.packed<2x4xui8> -> !cmix.packed<4x2xui8>
  %last = func.call @last(%c) : (!cmix.packed<4x2xui8>) -> !cmix.packed<2x4xui4>
  %y = cmix.reshape %last : !cmix.packed<2x4xui4> -> !cmix.packed<8xui4>
  return %y : !cmix.packed<8xui4>
}
func.func private @first(!cmix.packed<4x4xui4>) -> !cmix.packed<8xui8>
func.func private @last(!cmix.packed<4x2xui8>) -> !cmix.packed<2x4xui4>

// -----

// What is returned in two shapes is copied, and so is an input.
// CHECK:      func.func @copies(%x_bytes: memref<2x2xi8>, %y_bytes: memref<4xi8>, %h_bytes: memref<2x2xi8>, %z_bytes: memref<4xi8>) attributes
// CHECK-NEXT:   %z = memref.collapse_shape %x_bytes {{\[\[}}0 : i64, 1 : i64]] : memref<2x2xi8> into memref<4xi8>
// CHECK-NEXT:   %h = memref.alloc() {alignment = 4 : i64} : memref<2x2xi8>
// CHECK-NEXT:   func.call @layer(%x_bytes, %h) : (memref<2x2xi8>, memref<2x2xi8>) -> ()
// CHECK-NEXT:   %y = memref.collapse_shape %h {{\[\[}}0 : i64, 1 : i64]] : memref<2x2xi8> into memref<4xi8>
// CHECK-NEXT:   "memref.copy"(%y, %y_bytes) : (memref<4xi8>, memref<4xi8>) -> ()
// CHECK-NEXT:   "memref.copy"(%h, %h_bytes) : (memref<2x2xi8>, memref<2x2xi8>) -> ()
// CHECK-NEXT:   "memref.copy"(%z, %z_bytes) : (memref<4xi8>, memref<4xi8>) -> ()
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @copies(%x: !cmix.packed<2x2xui8>) -> (!cmix.packed<4xui8>, !cmix.packed<2x2xui8>, !cmix.packed<4xui8>) {
  %z = cmix.reshape %x : !cmix.packed<2x2xui8> -> !cmix.packed<4xui8>
  %h = func.call @layer(%x) : (!cmix.packed<2x2xui8>) -> !cmix.packed<2x2xui8>
  %y = cmix.reshape %h : !cmix.packed<2x2xui8> -> !cmix.packed<4xui8>
  return %y, %h, %z : !cmix.packed<4xui8>, !cmix.packed<2x2xui8>, !cmix.packed<4xui8>
}
func.func private @layer(!cmix.packed<2x2xui8>) -> !cmix.packed<2x2xui8>
