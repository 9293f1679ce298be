// RUN: cmix-opt -t cmix-c %s | filecheck %s

// Single uses are folded; precedence decides on parentheses.
// CHECK-LABEL: int32_t expression(int32_t a, int32_t b){{$}}
func.func @expression(%a: i32, %b: i32) -> i32 {
  %mask = arith.constant 16711935 : i32
  %high = arith.constant -16777216 : i32
  %four = arith.constant 4 : i32
  %s = arith.addi %a, %b overflow<nsw> : i32
  %m = arith.muli %s, %a overflow<nsw> : i32
  %k = arith.andi %m, %mask : i32
  %h = arith.andi %b, %high : i32
  %n = arith.ori %k, %h : i32
  %r = arith.shrsi %n, %four : i32
  func.return %r : i32
}
// CHECK-NEXT:  {
// CHECK-NEXT:      const int32_t m = (a + b) * a;
// CHECK-NEXT:      return ((m & 0x00ff00ff) | (b & (int32_t)0xff000000)) >> 4;
// CHECK-NEXT:  }

// A load stays before a store that may change what it reads; the one after may be folded.
// CHECK-LABEL: void order(int32_t *restrict x){{$}}
func.func @order(%x: memref<4xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %before = memref.load %x[%c0] : memref<4xi32>
  %other = memref.load %x[%c1] : memref<4xi32>
  memref.store %other, %x[%c0] : memref<4xi32>
  memref.store %before, %x[%c1] : memref<4xi32>
  func.return
}
// CHECK-NEXT:  {
// CHECK-NEXT:      const int32_t before = x[0];
// CHECK-NEXT:      x[0] = x[1];
// CHECK-NEXT:      x[1] = before;
// CHECK-NEXT:  }

// Nothing moves into a loop from outside.
// CHECK-LABEL: void outside(const int32_t *restrict x, int32_t *restrict y){{$}}
func.func @outside(%x: memref<4xi32>, %y: memref<4xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %v = memref.load %x[%c0] : memref<4xi32>
  scf.for %i = %c0 to %c4 step %c1 {
    memref.store %v, %y[%i] : memref<4xi32>
  }
  func.return
}
// CHECK-NEXT:  {
// CHECK-NEXT:      const int32_t v = x[0];
// CHECK-NEXT:      for (int32_t i = 0; i < 4; ++i) {
// CHECK-NEXT:          y[i] = v;
// CHECK-NEXT:      }
// CHECK-NEXT:  }

// No statement nests operations more than four deep.
// CHECK-LABEL: int32_t size(int32_t a){{$}}
func.func @size(%a: i32) -> i32 {
  %1 = arith.addi %a, %a overflow<nsw> : i32
  %2 = arith.subi %1, %a overflow<nsw> : i32
  %3 = arith.muli %2, %a overflow<nsw> : i32
  %4 = arith.subi %3, %a overflow<nsw> : i32
  %5 = arith.muli %4, %a overflow<nsw> : i32
  func.return %5 : i32
}
// CHECK-NEXT:  {
// CHECK-NEXT:      const int32_t v0 = a + a - a;
// CHECK-NEXT:      return (v0 * a - a) * a;
// CHECK-NEXT:  }

// Row-major addresses with their constant parts gathered.
// CHECK-LABEL: int32_t address(const uint8_t *restrict x, int32_t i, int32_t j){{$}}
func.func @address(%x: memref<4x16x8xi8>, %i: index, %j: index) -> i32 {
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %next = arith.addi %j, %c1 : index
  %w = dsp.load_word %x[%i, %next, %c3] : memref<4x16x8xi8>
  func.return %w : i32
}
// CHECK-NEXT:  {
// CHECK-NEXT:      return cmix_load_word(&x[(i * 16 + j) * 8 + 11]);
// CHECK-NEXT:  }

// Reshapes are other names of one pointer, whoever uses them.
// CHECK-LABEL: int32_t reshapes(uint8_t *restrict x, int32_t i){{$}}
func.func @reshapes(%x: memref<2x4x4xi8>, %i: index) -> i32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %flat = memref.collapse_shape %x [[0, 1, 2]] : memref<2x4x4xi8> into memref<32xi8>
  %square = memref.expand_shape %flat [[0, 1]] output_shape [4, 8] : memref<32xi8> into memref<4x8xi8>
  %b = memref.load %flat[%i] : memref<32xi8>
  scf.for %j = %c0 to %i step %c1 {
    memref.store %b, %square[%j, %c1] : memref<4x8xi8>
  }
  %w = arith.extui %b : i8 to i32
  func.return %w : i32
}
// CHECK-NEXT:  {
// CHECK-NEXT:      const uint8_t b = x[i];
// CHECK-NEXT:      for (int32_t j = 0; j < i; ++j) {
// CHECK-NEXT:          x[j * 8 + 1] = b;
// CHECK-NEXT:      }
// CHECK-NEXT:      return b;
// CHECK-NEXT:  }
