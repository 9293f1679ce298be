"""A network of 8-, 4- and 2-bit tensors that reads handwritten digits."""
