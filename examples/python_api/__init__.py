"""A network built, quantized, compiled and run from Python."""
