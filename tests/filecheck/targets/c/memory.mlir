// RUN: cmix-opt -t cmix-c %s | filecheck %s

"memref.global"() <{sym_name = "weights", type = memref<2x2xi8>, sym_visibility = "private",
  constant, initial_value = dense<[[1, -1], [2, 3]]> : tensor<2x2xi8>}> : () -> ()
// CHECK:       static const uint8_t weights[4] CMIX_ALIGNED(4) = {
// CHECK-NEXT:      1, 255, 2, 3
// CHECK-NEXT:  };

"memref.global"() <{sym_name = "bias", type = memref<2xi32>, sym_visibility = "private",
  constant, initial_value = dense<[-2147483648, 7]> : tensor<2xi32>}> : () -> ()
// CHECK-EMPTY:
// CHECK-NEXT:  static const int32_t bias[2] = {
// CHECK-NEXT:      INT32_MIN, 7
// CHECK-NEXT:  };

// Nothing uses it, so it is not printed.
"memref.global"() <{sym_name = "unused", type = memref<2xi32>, sym_visibility = "private",
  constant, initial_value = dense<1> : tensor<2xi32>}> : () -> ()

"memref.global"() <{sym_name = "arena", type = memref<64xi8>, sym_visibility = "private",
  initial_value}> : () -> ()
// CHECK-EMPTY:
// CHECK-NEXT:  static uint8_t arena[64] CMIX_ALIGNED(8);

// What is only read, in this function and those it calls, is const; arguments that overlap at a
// call are not restrict; pointers into bytes have types that may alias others.
func.func private @inner(%x: memref<2x2xi8>, %y: memref<4xi32>) {
  %c0 = arith.constant 0 : index
  %v = dsp.load_word %x[%c0, %c0] : memref<2x2xi8>
  memref.store %v, %y[%c0] : memref<4xi32>
  func.return
}
// CHECK-EMPTY:
// CHECK-NEXT:  static CMIX_NOINLINE void inner(const uint8_t *restrict x, cmix_int32 *restrict y)
// CHECK-NEXT:  {
// CHECK-NEXT:      y[0] = cmix_load_word(x);
// CHECK-NEXT:  }

func.func private @in_place(%x: memref<16xi8>, %y: memref<16xi8>) attributes {
  cmix.layer = {name = "relu", op = "clamp", bits = "u8_u8", macs = 16 : i64}
} {
  %c0 = arith.constant 0 : index
  %v = memref.load %x[%c0] : memref<16xi8>
  memref.store %v, %y[%c0] : memref<16xi8>
  func.return
}
// CHECK-EMPTY:
// CHECK-NEXT:  /* relu: clamp u8_u8, 16 MACs. */
// CHECK-NEXT:  static CMIX_NOINLINE void in_place(const uint8_t *x, uint8_t *y)
// CHECK-NEXT:  {
// CHECK-NEXT:      y[0] = x[0];
// CHECK-NEXT:  }

// Nothing calls it, so it is not printed.
func.func private @unused_function() {
  func.return
}

func.func @f(%x: memref<2x2xi8>, %y: memref<16xi8>) {
  %arena = memref.get_global @arena : memref<64xi8>
  %weights = memref.get_global @weights : memref<2x2xi8>
  %bias = memref.get_global @bias : memref<2xi32>
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %acc = memref.view %arena[%c16][] : memref<64xi8> to memref<4xi32>
  func.call @inner(%x, %acc) : (memref<2x2xi8>, memref<4xi32>) -> ()
  %first = memref.view %arena[%c0][] : memref<64xi8> to memref<4xi32>
  func.call @inner(%weights, %first) : (memref<2x2xi8>, memref<4xi32>) -> ()
  %b = memref.load %bias[%c0] : memref<2xi32>
  memref.store %b, %acc[%c0] : memref<4xi32>
  cmix.clear %first : memref<4xi32>
  %bytes = memref.view %arena[%c16][] : memref<64xi8> to memref<16xi8>
  func.call @in_place(%bytes, %bytes) : (memref<16xi8>, memref<16xi8>) -> ()
  "memref.copy"(%bytes, %y) : (memref<16xi8>, memref<16xi8>) -> ()
  func.return
}
// CHECK-EMPTY:
// CHECK-NEXT:  void f(const uint8_t *restrict x, uint8_t *restrict y)
// CHECK-NEXT:  {
// CHECK-NEXT:      cmix_int32 *const acc = (cmix_int32 *)(arena + 16);
// CHECK-NEXT:      inner(x, acc);
// CHECK-NEXT:      cmix_int32 *const first = (cmix_int32 *)arena;
// CHECK-NEXT:      inner(weights, first);
// CHECK-NEXT:      acc[0] = bias[0];
// CHECK-NEXT:      memset(first, 0, 16);
// CHECK-NEXT:      uint8_t *const bytes = arena + 16;
// CHECK-NEXT:      /* relu: clamp u8_u8. */
// CHECK-NEXT:      in_place(bytes, bytes);
// CHECK-NEXT:      memcpy(y, bytes, 16);
// CHECK-NEXT:  }
