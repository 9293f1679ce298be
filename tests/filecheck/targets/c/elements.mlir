// RUN: cmix-opt -t cmix-c %s | filecheck %s

// Marked words are patterns of bits.
"memref.global"() <{sym_name = "weight", type = memref<3xi32>, sym_visibility = "private",
  constant, initial_value = dense<[-1, 26, -2147483648]> : tensor<3xi32>}> {cmix.words} : () -> ()
// CHECK:       static const uint32_t weight[3] = {
// CHECK-NEXT:      0xffffffff, 0x0000001a, 0x80000000
// CHECK-NEXT:  };

// Bytes that are only sign-extended are signed.
"memref.global"() <{sym_name = "shift", type = memref<2xi8>, sym_visibility = "private",
  constant, initial_value = dense<[-1, 3]> : tensor<2xi8>}> : () -> ()
// CHECK-EMPTY:
// CHECK-NEXT:  static const int8_t shift[2] = {
// CHECK-NEXT:      -1, 3
// CHECK-NEXT:  };

// Bytes that are read in both ways are not.
"memref.global"() <{sym_name = "both", type = memref<2xi8>, sym_visibility = "private",
  constant, initial_value = dense<[-1, 3]> : tensor<2xi8>}> : () -> ()
// CHECK-EMPTY:
// CHECK-NEXT:  static const uint8_t both[2] = {
// CHECK-NEXT:      255, 3
// CHECK-NEXT:  };

func.func @f(%x: memref<4xi8>, %y: memref<4xi32>, %i: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %four = arith.constant 4 : i32
  %weight = memref.get_global @weight : memref<3xi32>
  %shift = memref.get_global @shift : memref<2xi8>
  %both = memref.get_global @both : memref<2xi8>
  %word = memref.load %weight[%i] : memref<3xi32>
  %high = arith.shrsi %word, %four : i32
  memref.store %high, %y[%c0] : memref<4xi32>
  %named = memref.load %weight[%c0] : memref<3xi32>
  %square = arith.muli %named, %named : i32
  %amount = memref.load %shift[%i] : memref<2xi8>
  %wide = arith.extsi %amount : i8 to i32
  %shifted = arith.shrsi %square, %wide : i32
  memref.store %shifted, %y[%c1] : memref<4xi32>
  %signed = memref.load %both[%i] : memref<2xi8>
  %a = arith.extsi %signed : i8 to i32
  %unsigned = memref.load %both[%c0] : memref<2xi8>
  %b = arith.extui %unsigned : i8 to i32
  %sum = arith.addi %a, %b : i32
  memref.store %sum, %y[%c2] : memref<4xi32>
  func.return
}
// CHECK-EMPTY:
// CHECK-NEXT:  void f(const uint8_t *restrict x, int32_t *restrict y, int32_t i)
// CHECK-NEXT:  {
// CHECK-NEXT:      (void)x;
// CHECK-NEXT:      y[0] = (int32_t)weight[i] >> 4;
// CHECK-NEXT:      const int32_t named = weight[0];
// CHECK-NEXT:      y[1] = cmix_mul(named, named) >> shift[i];
// CHECK-NEXT:      y[2] = cmix_add((int8_t)both[i], both[0]);
// CHECK-NEXT:  }
