"""C99 with ACLE intrinsics from a module at level 4 (`scf`, `memref`, `arith`, `dsp`)."""
