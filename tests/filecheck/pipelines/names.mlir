// RUN: cmixc pipelines cortex-m4 | filecheck %s
// RUN: cmixc pipelines | filecheck %s --check-prefix LIST

// A pipeline prints as a string that cmix-opt takes.
// CHECK:      cmix-outline-layers
// CHECK-SAME: ,cmix-fold-zero-points
// CHECK-SAME: ,cmix-unsign-filters
// CHECK-SAME: ,cmix-schedule
// CHECK-SAME: ,cmix-bufferize
// CHECK-SAME: ,convert-cmix-to-contract
// CHECK-SAME: ,convert-pool-to-loops
// CHECK-SAME: ,convert-elementwise-to-loops
// CHECK-SAME: ,cmix-tile-outer
// CHECK-SAME: ,cmix-expand-inputs
// CHECK-SAME: ,cmix-permute-lanes
// CHECK-SAME: ,cmix-sum-columns
// CHECK-SAME: ,cmix-tile-block
// CHECK-SAME: ,convert-contract-to-dsp
// CHECK-SAME: ,lower-requantize
// CHECK-SAME: ,cmix-share-kernels
// CHECK-SAME: ,convert-expand-to-loops
// CHECK-SAME: ,convert-sum-lanes-to-loops
// CHECK-SAME: ,lower-element-access
// CHECK-SAME: ,cmix-share-values
// CHECK-SAME: ,cmix-simplify
// CHECK-SAME: ,cmix-hoist-invariants
// CHECK-SAME: ,cmix-sink-shifts
// CHECK-SAME: ,cmix-hoist-scratch
// CHECK-SAME: ,cmix-share-kernels
// CHECK-SAME: ,cmix-reuse-buffers
// CHECK-SAME: ,cmix-plan-buffers{{$}}

// LIST-DAG: cortex-m4
// LIST-DAG: cortex-m7
// LIST-DAG: cortex-m33
// LIST-DAG: portable
