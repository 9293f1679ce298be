"""The importer of ONNX networks: QDQ, integer operators and QONNX.

Three steps: `reader` turns a file into the plain dataclasses of `graph`, the `ir_gen_…` functions
that `operators` lists turn nodes into `qnn` operations, and the module is verified.
"""
