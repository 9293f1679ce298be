"""Simulator: builds C and runs it on an emulated Cortex-M."""
