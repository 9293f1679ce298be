// RUN: ROUNDTRIP
// RUN: GENERIC_ROUNDTRIP

// CHECK:      func.func @sum(%value: i32) -> i32 {
// CHECK-NEXT:   %sum = arith.addi %value, %value : i32
// CHECK-NEXT:   func.return %sum : i32
// CHECK-NEXT: }
func.func @sum(%value: i32) -> i32 {
  %sum = arith.addi %value, %value : i32
  func.return %sum : i32
}
