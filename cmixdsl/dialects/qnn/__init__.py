"""The `qnn` dialect: operations of quantized networks in real numbers."""
