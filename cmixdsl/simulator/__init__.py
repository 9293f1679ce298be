"""Simulator: builds C and runs it on an emulated Cortex-M.

A `Program` (program.py) goes through `simulate` (simulate.py). A toolchain (toolchain.py) and a
core (cores.py) make an `Image` (image.py); a machine (unicorn_machine.py, qemu_machine.py) runs it
and traces the first run block by block; the profiler (profile.py) turns the trace into `Statistics`
(statistics.py), decoding instructions (disassembler.py) and applying the cycle model (cycles.py).
The host (host.py) runs programs natively, under sanitizers. The folder support holds what is
compiled into a program: start code, the C library's memory functions, and the plugin for QEMU.
"""
