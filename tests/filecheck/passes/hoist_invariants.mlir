// RUN: cmix-opt %s --split-input-file -p cmix-hoist-invariants | filecheck %s

// Out of both loops; what depends on the inner one stays, and so does what writes.
// CHECK:      func.func @nest(%m: memref<8xi32>, %a: i32) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c8 = arith.constant 8 : index
// CHECK-NEXT:   %double = arith.addi %a, %a : i32
// CHECK-NEXT:   scf.for %i = %c0 to %c8 step %c1 {
// CHECK-NEXT:     %row = arith.muli %i, %c1 : index
// CHECK-NEXT:     scf.for %j = %c0 to %c8 step %c1 {
// CHECK-NEXT:       %position = arith.addi %row, %j : index
// CHECK-NEXT:       memref.store %double, %m[%position] : memref<8xi32>
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
func.func @nest(%m: memref<8xi32>, %a: i32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c8 step %c1 {
    scf.for %j = %c0 to %c8 step %c1 {
      %double = arith.addi %a, %a : i32
      %row = arith.muli %i, %c1 : index
      %position = arith.addi %row, %j : index
      memref.store %double, %m[%position] : memref<8xi32>
    }
  }
  return
}

// -----

// Reads of constant tables leave the loop, reads of other memory do not.
// CHECK:      "memref.global"() <{sym_name = "table", sym_visibility = "private", type = memref<1xi32>, initial_value = dense<7> : tensor<1xi32>, constant}> : () -> ()
// CHECK-NEXT: func.func @reads(%m: memref<1xi32>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c8 = arith.constant 8 : index
// CHECK-NEXT:   %table = memref.get_global @table : memref<1xi32>
// CHECK-NEXT:   %bias = memref.load %table[%c0] : memref<1xi32>
// CHECK-NEXT:   scf.for %i = %c0 to %c8 step %c1 {
// CHECK-NEXT:     %old = memref.load %m[%c0] : memref<1xi32>
// CHECK-NEXT:     %new = arith.addi %old, %bias : i32
// CHECK-NEXT:     memref.store %new, %m[%c0] : memref<1xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
"memref.global"() <{sym_name = "table", sym_visibility = "private", type = memref<1xi32>,
                    initial_value = dense<7> : tensor<1xi32>, constant}> : () -> ()
func.func @reads(%m: memref<1xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %table = memref.get_global @table : memref<1xi32>
  scf.for %i = %c0 to %c8 step %c1 {
    %bias = memref.load %table[%c0] : memref<1xi32>
    %old = memref.load %m[%c0] : memref<1xi32>
    %new = arith.addi %old, %bias : i32
    memref.store %new, %m[%c0] : memref<1xi32>
  }
  return
}

// -----

// Nor do reads of a global that is written.
// CHECK:      "memref.global"() <{sym_name = "state", sym_visibility = "private", type = memref<1xi32>, initial_value}> : () -> ()
// CHECK-NEXT: func.func @global(%m: memref<8xi32>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c8 = arith.constant 8 : index
// CHECK-NEXT:   %state = memref.get_global @state : memref<1xi32>
// CHECK-NEXT:   scf.for %i = %c0 to %c8 step %c1 {
// CHECK-NEXT:     %old = memref.load %state[%c0] : memref<1xi32>
// CHECK-NEXT:     %new = arith.addi %old, %old : i32
// CHECK-NEXT:     memref.store %new, %state[%c0] : memref<1xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
"memref.global"() <{sym_name = "state", sym_visibility = "private", type = memref<1xi32>,
                    initial_value}> : () -> ()
func.func @global(%m: memref<8xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %state = memref.get_global @state : memref<1xi32>
  scf.for %i = %c0 to %c8 step %c1 {
    %old = memref.load %state[%c0] : memref<1xi32>
    %new = arith.addi %old, %old : i32
    memref.store %new, %state[%c0] : memref<1xi32>
  }
  return
}

// -----

// A private function's argument is a constant table where every call passes one: %a, but not %b.
// CHECK:      func.func private @layer(%a: memref<1xi32>, %b: memref<1xi32>, %m: memref<1xi32>) {
// CHECK:        %x = memref.load %a[%c0] : memref<1xi32>
// CHECK-NEXT:   scf.for %i = %c0 to %c8 step %c1 {
// CHECK-NEXT:     %y = memref.load %b[%c0] : memref<1xi32>
"memref.global"() <{sym_name = "s", sym_visibility = "private", type = memref<1xi32>,
                    initial_value = dense<7> : tensor<1xi32>, constant}> : () -> ()
"memref.global"() <{sym_name = "t", sym_visibility = "private", type = memref<1xi32>,
                    initial_value = dense<8> : tensor<1xi32>, constant}> : () -> ()
func.func @net(%m: memref<1xi32>) {
  %s = memref.get_global @s : memref<1xi32>
  %t = memref.get_global @t : memref<1xi32>
  func.call @layer(%s, %s, %m) : (memref<1xi32>, memref<1xi32>, memref<1xi32>) -> ()
  func.call @layer(%t, %m, %m) : (memref<1xi32>, memref<1xi32>, memref<1xi32>) -> ()
  return
}
func.func private @layer(%a: memref<1xi32>, %b: memref<1xi32>, %m: memref<1xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.for %i = %c0 to %c8 step %c1 {
    %x = memref.load %a[%c0] : memref<1xi32>
    %y = memref.load %b[%c0] : memref<1xi32>
    %z = arith.addi %x, %y : i32
    memref.store %z, %m[%c0] : memref<1xi32>
  }
  return
}

// -----

// A function that is defined elsewhere has no arguments to look at.
// CHECK:      func.func private @elsewhere(memref<1xi32>) -> ()
// CHECK-NEXT: func.func @calls(%m: memref<1xi32>) {
func.func private @elsewhere(memref<1xi32>) -> ()
func.func @calls(%m: memref<1xi32>) {
  func.call @elsewhere(%m) : (memref<1xi32>) -> ()
  return
}
