// RUN: cmix-opt %s --split-input-file -p cmix-interleave-tables,canonicalize | filecheck %s

// Two filters a block: a bias of each, then two words of each.
// CHECK:      "memref.global"() <{sym_name = "f_constants", type = memref<12xi32>, initial_value = dense<[1, 2, 10, 20, 11, 21, 3, 4, 30, 40, 31, 41]> : tensor<12xi32>, sym_visibility = "private", constant}> {cmix.words} : () -> ()
// CHECK-NEXT: func.func @f(%y: memref<1xi32>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %c3 = arith.constant 3 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c3_1 = arith.constant 3 : index
// CHECK-NEXT:   %c2_1 = arith.constant 2 : index
// CHECK-NEXT:   scf.for %f = %c0 to %c4 step %c2 {
// CHECK-NEXT:     %constants = memref.get_global @f_constants : memref<12xi32>
// CHECK-NEXT:     %f_1 = arith.muli %f, %c3 : index
// CHECK-NEXT:     %w = arith.addi %f_1, %c1 : index
// CHECK-NEXT:     %bias1 = memref.load %constants[%w] : memref<12xi32>
// CHECK-NEXT:     %constants_1 = memref.get_global @f_constants : memref<12xi32>
// CHECK-NEXT:     %f_2 = arith.muli %f, %c3_1 : index
// CHECK-NEXT:     %w_1 = arith.addi %f_2, %c2_1 : index
// CHECK-NEXT:     %word = memref.load %constants_1[%w_1] : memref<12xi32>
// CHECK-NEXT:     %sum = arith.addi %bias1, %word : i32
// CHECK-NEXT:     memref.store %sum, %y[%c0] : memref<1xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
"memref.global"() <{sym_name = "f_bias", sym_visibility = "private", type = memref<4xi32>,
                    initial_value = dense<[1, 2, 3, 4]> : tensor<4xi32>, constant}> : () -> ()
"memref.global"() <{sym_name = "f_weight", sym_visibility = "private", type = memref<8xi32>,
    initial_value = dense<[10, 20, 11, 21, 30, 40, 31, 41]> : tensor<8xi32>, constant}> : () -> ()
func.func @f(%y: memref<1xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  scf.for %f = %c0 to %c4 step %c2 {
    %bias = memref.get_global @f_bias : memref<4xi32>
    %o = arith.addi %f, %c1 : index
    %bias1 = memref.load %bias[%o] : memref<4xi32>
    %weight = memref.get_global @f_weight : memref<8xi32>
    %w = arith.muli %f, %c2 : index
    %word = memref.load %weight[%w] : memref<8xi32>
    %sum = arith.addi %bias1, %word : i32
    memref.store %sum, %y[%c0] : memref<1xi32>
  }
  return
}

// -----

// Words are read in a loop; multipliers and offsets alternate. The last block has one filter.
// CHECK:      "memref.global"() <{sym_name = "g_constants", type = memref<15xi32>, initial_value = dense<[1, 2, 10, 20, 11, 21, 4, 7, 5, 8, 3, 30, 31, 6, 9]> : tensor<15xi32>, sym_visibility = "private", constant}> {cmix.words} : () -> ()
// CHECK-NEXT: func.func @g(%y: memref<4xi32>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %c4 = arith.constant 4 : index
// CHECK-NEXT:   %constants = memref.get_global @g_constants : memref<15xi32>
// CHECK-NEXT:   %constants_1 = memref.get_global @g_constants : memref<15xi32>
// CHECK-NEXT:   %constants_2 = memref.get_global @g_constants : memref<15xi32>
// CHECK-NEXT:   %constants_3 = memref.get_global @g_constants : memref<15xi32>
// CHECK-NEXT:   %f = arith.constant 0 : index
// CHECK-NEXT:   %a = memref.load %constants[%f] : memref<15xi32>
// CHECK-NEXT:   memref.store %a, %y[%c0] : memref<4xi32>
// CHECK-NEXT:   %c2_1 = arith.constant 2 : index
// CHECK-NEXT:   scf.for %k = %c0 to %c4 step %c2 {
// CHECK-NEXT:     %w = arith.addi %k, %c2_1 : index
// CHECK-NEXT:     %b = memref.load %constants_1[%w] : memref<15xi32>
// CHECK-NEXT:     memref.store %b, %y[%c1] : memref<4xi32>
// CHECK-NEXT:   }
// CHECK-NEXT:   %w_1 = arith.constant 8 : index
// CHECK-NEXT:   %d = memref.load %constants_2[%w_1] : memref<15xi32>
// CHECK-NEXT:   memref.store %d, %y[%c2] : memref<4xi32>
// CHECK-NEXT:   %w_2 = arith.constant 9 : index
// CHECK-NEXT:   %e = memref.load %constants_3[%w_2] : memref<15xi32>
// CHECK-NEXT:   memref.store %e, %y[%c0] : memref<4xi32>
// CHECK-NEXT:   %c13 = arith.constant 13 : index
// CHECK-NEXT:   %last = memref.load %constants_2[%c13] : memref<15xi32>
// CHECK-NEXT:   memref.store %last, %y[%c0] : memref<4xi32>
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
"memref.global"() <{sym_name = "g_bias", sym_visibility = "private", type = memref<3xi32>, initial_value = dense<[1, 2, 3]> : tensor<3xi32>, constant}> : () -> ()
"memref.global"() <{sym_name = "g_word", sym_visibility = "private", type = memref<6xi32>, initial_value = dense<[10, 20, 11, 21, 30, 31]> : tensor<6xi32>, constant}> : () -> ()
"memref.global"() <{sym_name = "g_m", sym_visibility = "private", type = memref<3xi32>, initial_value = dense<[4, 5, 6]> : tensor<3xi32>, constant}> : () -> ()
"memref.global"() <{sym_name = "g_c", sym_visibility = "private", type = memref<3xi32>, initial_value = dense<[7, 8, 9]> : tensor<3xi32>, constant}> : () -> ()
func.func @g(%y: memref<4xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %bias = memref.get_global @g_bias : memref<3xi32>
  %word = memref.get_global @g_word : memref<6xi32>
  %m = memref.get_global @g_m : memref<3xi32>
  %c = memref.get_global @g_c : memref<3xi32>
  scf.for %f = %c0 to %c2 step %c2 {
    %a = memref.load %bias[%f] : memref<3xi32>
    memref.store %a, %y[%c0] : memref<4xi32>
    scf.for %k = %c0 to %c4 step %c2 {
      %start = arith.muli %f, %c2 : index
      %w = arith.addi %start, %k : index
      %b = memref.load %word[%w] : memref<6xi32>
      memref.store %b, %y[%c1] : memref<4xi32>
    }
    %o = arith.addi %f, %c1 : index
    %d = memref.load %m[%o] : memref<3xi32>
    memref.store %d, %y[%c2] : memref<4xi32>
    %e = memref.load %c[%o] : memref<3xi32>
    memref.store %e, %y[%c0] : memref<4xi32>
  }
  %last = memref.load %m[%c2] : memref<3xi32>
  memref.store %last, %y[%c0] : memref<4xi32>
  func.return
}

// -----

// What the innermost loop does not vary is loaded once before it, so that it may stay where it is.
// CHECK:      "memref.global"() <{sym_name = "h_bias", sym_visibility = "private", type = memref<2xi32>, initial_value = dense<[1, 2]> : tensor<2xi32>, constant}> : () -> ()
// CHECK-NEXT: "memref.global"() <{sym_name = "h_word", sym_visibility = "private", type = memref<2xi32>, initial_value = dense<[3, 4]> : tensor<2xi32>, constant}> : () -> ()
// CHECK-NEXT: func.func @h(%y: memref<2xi32>) {
// CHECK-NEXT:   %c0 = arith.constant 0 : index
// CHECK-NEXT:   %c1 = arith.constant 1 : index
// CHECK-NEXT:   %c2 = arith.constant 2 : index
// CHECK-NEXT:   %bias = memref.get_global @h_bias : memref<2xi32>
// CHECK-NEXT:   %word = memref.get_global @h_word : memref<2xi32>
// CHECK-NEXT:   scf.for %f = %c0 to %c2 step %c1 {
// CHECK-NEXT:     scf.for %x = %c0 to %c2 step %c1 {
// CHECK-NEXT:       %a = memref.load %bias[%f] : memref<2xi32>
// CHECK-NEXT:       %b = memref.load %word[%f] : memref<2xi32>
// CHECK-NEXT:       %sum = arith.addi %a, %b : i32
// CHECK-NEXT:       memref.store %sum, %y[%x] : memref<2xi32>
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   func.return
// CHECK-NEXT: }
"memref.global"() <{sym_name = "h_bias", sym_visibility = "private", type = memref<2xi32>, initial_value = dense<[1, 2]> : tensor<2xi32>, constant}> : () -> ()
"memref.global"() <{sym_name = "h_word", sym_visibility = "private", type = memref<2xi32>, initial_value = dense<[3, 4]> : tensor<2xi32>, constant}> : () -> ()
func.func @h(%y: memref<2xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %bias = memref.get_global @h_bias : memref<2xi32>
  %word = memref.get_global @h_word : memref<2xi32>
  scf.for %f = %c0 to %c2 step %c1 {
    scf.for %x = %c0 to %c2 step %c1 {
      %a = memref.load %bias[%f] : memref<2xi32>
      %b = memref.load %word[%f] : memref<2xi32>
      %sum = arith.addi %a, %b : i32
      memref.store %sum, %y[%x] : memref<2xi32>
    }
  }
  func.return
}
