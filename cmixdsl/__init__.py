"""cmixdsl: a compiler for quantized mixed-precision neural networks on Arm Cortex-M."""
