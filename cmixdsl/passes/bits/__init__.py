"""The choice of bits for activations and weights, without rewriting: networks, memory, costs."""
