// RUN: cmix-opt %s --split-input-file --verify-diagnostics -p lower-lanes-to-dsp | filecheck %s

// CHECK: func.func: expected words and memory as arguments and results, found !lanes.word<2 at 16, max 5>: load and store lanes inside the function
func.func @argument(%a: !lanes.word<2 at 16, max 5>) {
  return
}

// -----

// CHECK: func.func: expected words and memory as arguments and results, found !lanes.word<2 at 16, max 0>
func.func @result() -> !lanes.word<2 at 16, max 0> {
  %a = lanes.zero : !lanes.word<2 at 16, max 0>
  return %a : !lanes.word<2 at 16, max 0>
}
