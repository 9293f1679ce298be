"""What passes tell C compilers: discardable attributes that the emitter prints as hints.

Unrolling and the use of registers are decided by passes. GCC at -O3 decides them once more.
"""

ROLLED_ATTRIBUTE = "cmix.rolled"
"""On `scf.for`: the loop stays one, however few turns it has."""

HIDDEN_BOUND_ATTRIBUTE = "cmix.hidden_bound"
"""On `scf.for`: C compilers do not see how many turns the loop has. GCC takes loops of two turns
apart whatever it is told."""

ONE_REGION_ATTRIBUTE = "cmix.one_region"
"""On `func.func`: registers are allocated for the function as a whole, not loop by loop. A loop
that needs all registers otherwise begins and ends with moves between them."""

IN_ORDER_ATTRIBUTE = "cmix.in_order"
"""On `func.func`: instructions stay in the order of operations, so that loads that stand together
do not come apart once registers are allocated."""

AS_WRITTEN_ATTRIBUTE = "cmix.as_written"
"""On `func.func`: as `cmix.in_order` and `cmix.one_region`; besides, what a block loads is not
loaded before the loop around it, and bytes are stored one by one."""

LISTING_ATTRIBUTE = "cmix.listing"
"""On neighbouring operations: the number of the block that prints as one statement of assembly."""

REGISTERS_ATTRIBUTE = "cmix.registers"
"""On operations of a listing: the number of the register of each result; -1 for a result that is
part of its user's instruction."""

BASE_ATTRIBUTE = "cmix.base"
"""On loads and stores of a listing: the number of the base register, and bytes added to it. Without
it, the C compiler spells the address."""

PAIR_ATTRIBUTE = "cmix.pair"
"""On a load of a listing: one instruction (LDRD) also does the next load."""
