"""MobileNetV1 with seeded weights, in the memory of a Cortex-M7."""
