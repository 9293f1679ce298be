// RUN: cmixc pipelines cortex-m4 | filecheck %s
// RUN: cmixc pipelines | filecheck %s --check-prefix LIST

// A pipeline prints as a string that cmix-opt takes.
// CHECK:      cmix-outline-layers,cmix-fold-zero-points,cmix-unsign-filters,cmix-schedule
// CHECK-SAME: ,cmix-bufferize,convert-cmix-to-contract,convert-pool-to-loops,convert-elementwise-to-loops
// CHECK-SAME: ,cmix-tile-outer,cmix-expand-inputs,cmix-permute-lanes,cmix-sum-columns,cmix-tile-block
// CHECK-SAME: ,convert-contract-to-dsp,convert-expand-to-loops,convert-sum-lanes-to-loops
// CHECK-SAME: ,lower-requantize,lower-element-access
// CHECK-SAME: ,canonicalize,cse,cmix-hoist-invariants,cse
// CHECK-SAME: ,cmix-hoist-scratch,cmix-plan-buffers

// LIST-DAG: cortex-m4
// LIST-DAG: cortex-m7
// LIST-DAG: cortex-m33
// LIST-DAG: portable
