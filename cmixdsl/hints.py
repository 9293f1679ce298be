"""What passes tell C compilers: discardable attributes that the emitter prints as hints.

Unrolling and the use of registers are decided by passes. GCC at -O3 decides them once more.
"""

ROLLED_ATTRIBUTE = "cmix.rolled"
"""On `scf.for`: the loop stays one, however few turns it has."""

ONE_REGION_ATTRIBUTE = "cmix.one_region"
"""On `func.func`: registers are allocated for the function as a whole, not loop by loop. A loop
that needs all registers otherwise begins and ends with moves between them."""
