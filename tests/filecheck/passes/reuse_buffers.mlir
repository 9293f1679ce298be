// RUN: cmix-opt %s --split-input-file -p cmix-reuse-buffers | filecheck %s

// The output goes over the input that dies; then over the network's output, which nothing else uses.
// CHECK:      func.func @net(%x: memref<4xi8>, %y: memref<4xi8>) {
// CHECK-NEXT:   func.call @other(%x, %y)
// CHECK-NEXT:   func.call @negate(%y, %y)
// CHECK-NEXT:   func.call @negate(%y, %y)
// CHECK-NEXT:   func.return
func.func @net(%x: memref<4xi8>, %y: memref<4xi8>) {
  %a = memref.alloc() : memref<4xi8>
  %b = memref.alloc() : memref<4xi8>
  func.call @other(%x, %a) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @negate(%a, %b) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @negate(%b, %y) : (memref<4xi8>, memref<4xi8>) -> ()
  return
}
func.func private @negate(%a: memref<4xi8>, %b: memref<4xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0 : i8
  scf.for %i = %c0 to %c4 step %c1 {
    %e = memref.load %a[%i] : memref<4xi8>
    %n = arith.subi %zero, %e : i8
    memref.store %n, %b[%i] : memref<4xi8>
  }
  return
}
func.func private @other(memref<4xi8>, memref<4xi8>)

// -----

// An input that is used again stays, and so does one of the network's.
// CHECK:      func.call @negate(%x, %a)
// CHECK-NEXT: func.call @negate(%a, %b)
// CHECK-NEXT: func.call @other(%a, %b, %y)
func.func @net(%x: memref<4xi8>, %y: memref<4xi8>) {
  %a = memref.alloc() : memref<4xi8>
  %b = memref.alloc() : memref<4xi8>
  func.call @negate(%x, %a) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @negate(%a, %b) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @other(%a, %b, %y) : (memref<4xi8>, memref<4xi8>, memref<4xi8>) -> ()
  return
}
func.func private @negate(%a: memref<4xi8>, %b: memref<4xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c4 step %c1 {
    %e = memref.load %a[%i] : memref<4xi8>
    memref.store %e, %b[%i] : memref<4xi8>
  }
  return
}
func.func private @other(memref<4xi8>, memref<4xi8>, memref<4xi8>)

// -----

// None of these may work in place: it reads another element than it writes, reads what a turn
// before has written, reads after it has written, clears its output first.
// CHECK:      func.call @other(%x, %a)
// CHECK-NEXT: func.call @reverse(%a, %b)
// CHECK-NEXT: func.call @again(%b, %c)
// CHECK-NEXT: func.call @late(%c, %d)
// CHECK-NEXT: func.call @cleared(%d, %e)
// CHECK-NEXT: func.call @other(%e, %y)
func.func @net(%x: memref<4xi8>, %y: memref<4xi8>) {
  %a = memref.alloc() : memref<4xi8>
  %b = memref.alloc() : memref<4xi8>
  %c = memref.alloc() : memref<4xi8>
  %d = memref.alloc() : memref<4xi8>
  %e = memref.alloc() : memref<4xi8>
  func.call @other(%x, %a) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @reverse(%a, %b) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @again(%b, %c) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @late(%c, %d) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @cleared(%d, %e) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @other(%e, %y) : (memref<4xi8>, memref<4xi8>) -> ()
  return
}
func.func private @reverse(%a: memref<4xi8>, %b: memref<4xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c4 step %c1 {
    %j = arith.subi %c3, %i : index
    %e = memref.load %a[%j] : memref<4xi8>
    memref.store %e, %b[%i] : memref<4xi8>
  }
  return
}
func.func private @again(%a: memref<4xi8>, %b: memref<4xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %n = %c0 to %c4 step %c1 {
    scf.for %i = %c0 to %c4 step %c1 {
      %e = memref.load %a[%i] : memref<4xi8>
      %twice = arith.addi %e, %e : i8
      memref.store %twice, %b[%i] : memref<4xi8>
    }
  }
  return
}
func.func private @late(%a: memref<4xi8>, %b: memref<4xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0 : i8
  scf.for %i = %c0 to %c4 step %c1 {
    memref.store %zero, %b[%i] : memref<4xi8>
    %e = memref.load %a[%i] : memref<4xi8>
    memref.store %e, %b[%i] : memref<4xi8>
  }
  return
}
func.func private @cleared(%a: memref<4xi8>, %b: memref<4xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  cmix.clear %b : memref<4xi8>
  scf.for %i = %c0 to %c4 step %c1 {
    %e = memref.load %a[%i] : memref<4xi8>
    memref.store %e, %b[%i] : memref<4xi8>
  }
  return
}
func.func private @other(memref<4xi8>, memref<4xi8>)

// -----

// A view serves as well as what it is a view of.
// CHECK:      %a = memref.alloc() : memref<2x2xi8>
// CHECK-NEXT: func.call @square(%x, %a)
// CHECK-NEXT: %flat = memref.collapse_shape %a
// CHECK-NEXT: func.call @negate(%flat, %flat)
// CHECK-NEXT: func.call @other(%flat, %y)
func.func @net(%x: memref<4xi8>, %y: memref<4xi8>) {
  %a = memref.alloc() : memref<2x2xi8>
  %b = memref.alloc() : memref<4xi8>
  func.call @square(%x, %a) : (memref<4xi8>, memref<2x2xi8>) -> ()
  %flat = memref.collapse_shape %a [[0, 1]] : memref<2x2xi8> into memref<4xi8>
  func.call @negate(%flat, %b) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @other(%b, %y) : (memref<4xi8>, memref<4xi8>) -> ()
  return
}
func.func private @negate(%a: memref<4xi8>, %b: memref<4xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c4 step %c1 {
    %e = memref.load %a[%i] : memref<4xi8>
    memref.store %e, %b[%i] : memref<4xi8>
  }
  return
}
func.func private @square(memref<4xi8>, memref<2x2xi8>)
func.func private @other(memref<4xi8>, memref<4xi8>)

// -----

// What a view is needed for later stays: through %later, or as another argument of the same call.
// CHECK:      func.call @negate(%a, %b)
// CHECK-NEXT: func.call @other(%b, %c)
// CHECK-NEXT: %square = memref.expand_shape %c
// CHECK-NEXT: func.call @mixed(%c, %square, %d)
// CHECK-NEXT: func.call @last(%later, %d, %y)
func.func @net(%x: memref<4xi8>, %y: memref<4xi8>) {
  %a = memref.alloc() : memref<4xi8>
  %b = memref.alloc() : memref<4xi8>
  %c = memref.alloc() : memref<4xi8>
  %d = memref.alloc() : memref<4xi8>
  func.call @other(%x, %a) : (memref<4xi8>, memref<4xi8>) -> ()
  %later = memref.expand_shape %a [[0, 1]] output_shape [2, 2] : memref<4xi8> into memref<2x2xi8>
  func.call @negate(%a, %b) : (memref<4xi8>, memref<4xi8>) -> ()
  func.call @other(%b, %c) : (memref<4xi8>, memref<4xi8>) -> ()
  %square = memref.expand_shape %c [[0, 1]] output_shape [2, 2] : memref<4xi8> into memref<2x2xi8>
  func.call @mixed(%c, %square, %d) : (memref<4xi8>, memref<2x2xi8>, memref<4xi8>) -> ()
  func.call @last(%later, %d, %y) : (memref<2x2xi8>, memref<4xi8>, memref<4xi8>) -> ()
  return
}
func.func private @negate(%a: memref<4xi8>, %b: memref<4xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c4 step %c1 {
    %e = memref.load %a[%i] : memref<4xi8>
    memref.store %e, %b[%i] : memref<4xi8>
  }
  return
}
func.func private @mixed(%a: memref<4xi8>, %v: memref<2x2xi8>, %b: memref<4xi8>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c4 step %c1 {
    %e = memref.load %a[%i] : memref<4xi8>
    %first = memref.load %v[%c0, %c0] : memref<2x2xi8>
    %sum = arith.addi %e, %first : i8
    memref.store %sum, %b[%i] : memref<4xi8>
  }
  return
}
func.func private @other(memref<4xi8>, memref<4xi8>)
func.func private @last(memref<2x2xi8>, memref<4xi8>, memref<4xi8>)
