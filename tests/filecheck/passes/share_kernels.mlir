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
