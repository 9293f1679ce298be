// RUN: cmix-opt %s --split-input-file -p cmix-share-kernels | filecheck %s

// Two layers that differ in a table and in a multiplier; the zero point that both add stays.
// CHECK:      func.func @net(%x: memref<1xi32>) {
// CHECK-NEXT:   %bias = memref.get_global @a_bias : memref<1xi32>
// CHECK-NEXT:   %m0 = arith.constant 7 : i32
// CHECK-NEXT:   func.call @a(%x, %bias, %m0) {cmix.layer = {name = "first"}} : (memref<1xi32>, memref<1xi32>, i32) -> ()
// CHECK-NEXT:   %bias_1 = memref.get_global @b_bias : memref<1xi32>
// CHECK-NEXT:   %m0_1 = arith.constant 8 : i32
// CHECK-NEXT:   func.call @a(%x, %bias_1, %m0_1) {cmix.layer = {name = "second"}} : (memref<1xi32>, memref<1xi32>, i32) -> ()
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
// CHECK-NEXT: func.func private @a(%x: memref<1xi32>, %bias: memref<1xi32>, %m0: i32) attributes {cmix.layer = {name = "first"}} {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %zero = arith.constant 3 : i32
// CHECK-NEXT:   %b = memref.load %bias[%c0] : memref<1xi32>
// CHECK-NEXT:   %p = arith.muli %b, %m0 : i32
// CHECK-NEXT:   %y = arith.addi %p, %zero : i32
// CHECK-NEXT:   memref.store %y, %x[%c0] : memref<1xi32>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
"memref.global"() <{sym_name = "a_bias", sym_visibility = "private", type = memref<1xi32>, initial_value = dense<5> : tensor<1xi32>, constant}> : () -> ()
"memref.global"() <{sym_name = "b_bias", sym_visibility = "private", type = memref<1xi32>, initial_value = dense<6> : tensor<1xi32>, constant}> : () -> ()
func.func @net(%x: memref<1xi32>) {
  func.call @a(%x) : (memref<1xi32>) -> ()
  func.call @b(%x) : (memref<1xi32>) -> ()
  return
}
func.func private @a(%x: memref<1xi32>) attributes {cmix.layer = {name = "first"}} {
  %c0 = arith.constant 0 : index
  %bias = memref.get_global @a_bias : memref<1xi32>
  %m0 = arith.constant 7 : i32
  %zero = arith.constant 3 : i32
  %b = memref.load %bias[%c0] : memref<1xi32>
  %p = arith.muli %b, %m0 : i32
  %y = arith.addi %p, %zero : i32
  memref.store %y, %x[%c0] : memref<1xi32>
  return
}
func.func private @b(%x: memref<1xi32>) attributes {cmix.layer = {name = "second"}} {
  %c0 = arith.constant 0 : index
  %bias = memref.get_global @b_bias : memref<1xi32>
  %m0 = arith.constant 8 : i32
  %zero = arith.constant 3 : i32
  %b = memref.load %bias[%c0] : memref<1xi32>
  %p = arith.muli %b, %m0 : i32
  %y = arith.addi %p, %zero : i32
  memref.store %y, %x[%c0] : memref<1xi32>
  return
}

// -----

// An amount of a shift is part of the instruction: these stay apart.
// CHECK:      func.call @a(%x)
// CHECK-NEXT: func.call @b(%x)
// CHECK:      func.func private @a
// CHECK:      func.func private @b
func.func @net(%x: memref<1xi32>) {
  func.call @a(%x) : (memref<1xi32>) -> ()
  func.call @b(%x) : (memref<1xi32>) -> ()
  return
}
func.func private @a(%x: memref<1xi32>) attributes {cmix.layer = {name = "a"}} {
  %c0 = arith.constant 0 : index
  %n0 = arith.constant 7 : i32
  %v = memref.load %x[%c0] : memref<1xi32>
  %y = arith.shrsi %v, %n0 : i32
  memref.store %y, %x[%c0] : memref<1xi32>
  return
}
func.func private @b(%x: memref<1xi32>) attributes {cmix.layer = {name = "b"}} {
  %c0 = arith.constant 0 : index
  %n0 = arith.constant 8 : i32
  %v = memref.load %x[%c0] : memref<1xi32>
  %y = arith.shrsi %v, %n0 : i32
  memref.store %y, %x[%c0] : memref<1xi32>
  return
}

// -----

// Another variable, another type, another operand: these stay apart. Equal layers need no argument.
// CHECK:      func.call @a(%x)
// CHECK-NEXT: func.call @b(%x)
// CHECK-NEXT: func.call @c(%x)
// CHECK-NEXT: func.call @a(%x) {cmix.layer = {name = "d"}}
"memref.global"() <{sym_name = "s", sym_visibility = "private", type = memref<1xi32>, initial_value}> : () -> ()
"memref.global"() <{sym_name = "t", sym_visibility = "private", type = memref<1xi32>, initial_value}> : () -> ()
func.func @net(%x: memref<1xi32>) {
  func.call @a(%x) : (memref<1xi32>) -> ()
  func.call @b(%x) : (memref<1xi32>) -> ()
  func.call @c(%x) : (memref<1xi32>) -> ()
  func.call @d(%x) : (memref<1xi32>) -> ()
  return
}
func.func private @a(%x: memref<1xi32>) attributes {cmix.layer = {name = "a"}} {
  %c0 = arith.constant 0 : index
  %s = memref.get_global @s : memref<1xi32>
  %v = memref.load %s[%c0] : memref<1xi32>
  memref.store %v, %x[%c0] : memref<1xi32>
  return
}
func.func private @b(%x: memref<1xi32>) attributes {cmix.layer = {name = "b"}} {
  %c0 = arith.constant 0 : index
  %s = memref.get_global @t : memref<1xi32>
  %v = memref.load %s[%c0] : memref<1xi32>
  memref.store %v, %x[%c0] : memref<1xi32>
  return
}
func.func private @c(%x: memref<1xi32>) attributes {cmix.layer = {name = "c"}} {
  %c0 = arith.constant 0 : index
  %s = memref.get_global @s : memref<1xi32>
  %v = memref.load %x[%c0] : memref<1xi32>
  memref.store %v, %s[%c0] : memref<1xi32>
  return
}
func.func private @d(%x: memref<1xi32>) attributes {cmix.layer = {name = "d"}} {
  %c0 = arith.constant 0 : index
  %s = memref.get_global @s : memref<1xi32>
  %v = memref.load %s[%c0] : memref<1xi32>
  memref.store %v, %x[%c0] : memref<1xi32>
  return
}

// -----

// Before everything is lowered, scalars that nothing can fold are arguments, once for equal slots;
// packed weights without a use are no part of a layer.
// CHECK:      func.call @a(%x, %bias, %m0) {cmix.layer = {name = "a"}}
// CHECK-NEXT: %bias_1 = memref.get_global @b_bias
// CHECK-NEXT: %m0_1 = arith.constant 8 : i32
// CHECK-NEXT: func.call @a(%x, %bias_1, %m0_1) {cmix.layer = {name = "b"}}
// CHECK:      func.func private @a(%x: memref<1x1xi8>, %bias: memref<1xi32>, %m0: i32)
// CHECK-NEXT:   cmix.constant
// CHECK-NEXT:   %lanes = memref.alloc
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   cmix.expand
// CHECK-NEXT:   %v = memref.load %bias[%c0]
// CHECK-NEXT:   %p = dsp.smmul %v, %m0
// CHECK-NEXT:   %q = dsp.smmul %p, %m0
// CHECK-NEXT:   cmix.store_elements %q
// CHECK-NOT:  func.func private @b
"memref.global"() <{sym_name = "a_bias", sym_visibility = "private", type = memref<1xi32>, initial_value = dense<5> : tensor<1xi32>, constant}> : () -> ()
"memref.global"() <{sym_name = "b_bias", sym_visibility = "private", type = memref<1xi32>, initial_value = dense<6> : tensor<1xi32>, constant}> : () -> ()
func.func @net(%x: memref<1x1xi8>) {
  func.call @a(%x) : (memref<1x1xi8>) -> ()
  func.call @b(%x) : (memref<1x1xi8>) -> ()
  return
}
func.func private @a(%x: memref<1x1xi8>) attributes {cmix.layer = {name = "a"}} {
  %w = cmix.constant dense<[3]> : !cmix.packed<1xui8>
  %lanes = memref.alloc() : memref<1x1xi16>
  %c0 = arith.constant 0 : index
  cmix.expand [i = 1, c = 1] input %x (i, c) -> (i, c) as <1x1xui8> pad 4 lanes %lanes (i, c) -> (i, c) : memref<1x1xi8>, memref<1x1xi16>
  %bias = memref.get_global @a_bias : memref<1xi32>
  %v = memref.load %bias[%c0] : memref<1xi32>
  %m0 = arith.constant 7 : i32
  %p = dsp.smmul %v, %m0
  %m1 = arith.constant 7 : i32
  %q = dsp.smmul %p, %m1
  cmix.store_elements %q to %x[%c0, %c0] : memref<1x1xi8> as <1x1xui8>
  return
}
func.func private @b(%x: memref<1x1xi8>) attributes {cmix.layer = {name = "b"}} {
  %w = cmix.constant dense<[4]> : !cmix.packed<1xui8>
  %lanes = memref.alloc() : memref<1x1xi16>
  %c0 = arith.constant 0 : index
  cmix.expand [i = 1, c = 1] input %x (i, c) -> (i, c) as <1x1xui8> pad 4 lanes %lanes (i, c) -> (i, c) : memref<1x1xi8>, memref<1x1xi16>
  %bias = memref.get_global @b_bias : memref<1xi32>
  %v = memref.load %bias[%c0] : memref<1xi32>
  %m0 = arith.constant 8 : i32
  %p = dsp.smmul %v, %m0
  %m1 = arith.constant 8 : i32
  %q = dsp.smmul %p, %m1
  cmix.store_elements %q to %x[%c0, %c0] : memref<1x1xi8> as <1x1xui8>
  return
}

// -----

// What pads rows is no scalar yet: these wait, and so does a layer that is equal to one of them.
// CHECK:      func.call @a(%x, %lanes) : (
// CHECK-NEXT: func.call @b(%x, %lanes) : (
// CHECK-NEXT: func.call @c(%x, %lanes) : (
func.func @net(%x: memref<1x1xi8>, %lanes: memref<1x1xi16>) {
  func.call @a(%x, %lanes) : (memref<1x1xi8>, memref<1x1xi16>) -> ()
  func.call @b(%x, %lanes) : (memref<1x1xi8>, memref<1x1xi16>) -> ()
  func.call @c(%x, %lanes) : (memref<1x1xi8>, memref<1x1xi16>) -> ()
  return
}
func.func private @a(%x: memref<1x1xi8>, %lanes: memref<1x1xi16>) attributes {cmix.layer = {name = "a"}} {
  cmix.expand [i = 1, c = 1] input %x (i, c) -> (i, c) as <1x1xui8> pad 4 lanes %lanes (i, c) -> (i, c) : memref<1x1xi8>, memref<1x1xi16>
  return
}
func.func private @b(%x: memref<1x1xi8>, %lanes: memref<1x1xi16>) attributes {cmix.layer = {name = "b"}} {
  cmix.expand [i = 1, c = 1] input %x (i, c) -> (i, c) as <1x1xui8> pad 5 lanes %lanes (i, c) -> (i, c) : memref<1x1xi8>, memref<1x1xi16>
  return
}
func.func private @c(%x: memref<1x1xi8>, %lanes: memref<1x1xi16>) attributes {cmix.layer = {name = "c"}} {
  cmix.expand [i = 1, c = 1] input %x (i, c) -> (i, c) as <1x1xui8> pad 4 lanes %lanes (i, c) -> (i, c) : memref<1x1xi8>, memref<1x1xi16>
  return
}

// -----

// The second addition may still become one with the first: these wait.
// CHECK:      func.call @a(%x, %v) : (
// CHECK-NEXT: func.call @b(%x, %v) : (
func.func @net(%x: memref<1x1xi8>, %v: i32) {
  func.call @a(%x, %v) : (memref<1x1xi8>, i32) -> ()
  func.call @b(%x, %v) : (memref<1x1xi8>, i32) -> ()
  return
}
func.func private @a(%x: memref<1x1xi8>, %v: i32) attributes {cmix.layer = {name = "a"}} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 1 : i32
  %sum = arith.addi %v, %zero : i32
  cmix.store_elements %sum to %x[%c0, %c0] : memref<1x1xi8> as <1x1xui8>
  return
}
func.func private @b(%x: memref<1x1xi8>, %v: i32) attributes {cmix.layer = {name = "b"}} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 2 : i32
  %sum = arith.addi %v, %zero : i32
  cmix.store_elements %sum to %x[%c0, %c0] : memref<1x1xi8> as <1x1xui8>
  return
}
