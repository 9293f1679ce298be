"""The importer of TensorFlow Lite: a file, plain data, a module of `qnn` operations."""
