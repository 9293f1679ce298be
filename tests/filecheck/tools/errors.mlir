// RUN: not cmix-opt %s --split-input-file 2>&1 | filecheck %s

func.func @wrong_result(%value: i32) -> i64 {
  %sum = arith.addi %value, %value : i32
  func.return %sum : i32
}

// One line, with the operation and where it stands.
// CHECK: error: {{.*}}errors.mlir:5:3: 'func.return': Expected arguments to have the same types
// CHECK-NOT: {{Traceback|\^\^}}
