// RUN: cmix-opt %s -p 'cmix-plan-buffers{arena=caller}' | filecheck %s

// The arena is a last argument; a private function, whose callers are not asked, has a static one.
// CHECK:      func.func @net(%x: memref<4xi8>, %y: memref<4xi8>, %arena: memref<12xi8>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %a = memref.view %arena[%c0][] : memref<12xi8> to memref<3xi32>
// CHECK-NEXT:   func.call @first(%x, %a)
// CHECK-NEXT:   func.call @second(%a, %y)
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
// CHECK:      sym_name = "first_arena"
// CHECK-NEXT: func.func private @first(%x: memref<4xi8>, %y: memref<3xi32>) {
// CHECK-NEXT:   %arena = memref.get_global @first_arena : memref<4xi8>
func.func @net(%x: memref<4xi8>, %y: memref<4xi8>) {
  %a = memref.alloc() {alignment = 4 : i64} : memref<3xi32>
  func.call @first(%x, %a) : (memref<4xi8>, memref<3xi32>) -> ()
  func.call @second(%a, %y) : (memref<3xi32>, memref<4xi8>) -> ()
  return
}
func.func private @first(%x: memref<4xi8>, %y: memref<3xi32>) {
  %b = memref.alloc() {alignment = 4 : i64} : memref<4xi8>
  func.call @copy(%x, %b) : (memref<4xi8>, memref<4xi8>) -> ()
  return
}
func.func private @copy(memref<4xi8>, memref<4xi8>)
func.func private @second(memref<3xi32>, memref<4xi8>)
