"""The `cmix` dialect: packed tensors and exact integer operations on them."""
