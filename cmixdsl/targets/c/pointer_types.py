"""The C types of pointers: an analysis of a module, before printing.

Buffers of wider elements lie in an arena of bytes, and several share its bytes. C lets a compiler
assume that an `int16_t *` never points there; a type that may alias any other takes that back.
"""

from dataclasses import dataclass

from xdsl.dialects import func, memref
from xdsl.ir import BlockArgument, Operation, SSAValue

from cmixdsl.model import is_private
from cmixdsl.targets.c.pointers import ALIASES, ConstPointers, get_function
from cmixdsl.targets.c.type_table import get_element_type


@dataclass
class PointerTypes:
    """Spells the types of pointers to the elements of memrefs."""

    calls: dict[str, list[func.CallOp]]
    """The calls of each function."""
    const_pointers: ConstPointers

    def get(self, value: SSAValue, op: Operation) -> str:
        """`const cmix_int16 *` and the like; fails, because of `op`, for elements without C."""
        c_type = get_element_type(value.type, op)
        is_shared = c_type.bytes > 1 and self._lies_in_bytes(value)
        const = "const " if self.const_pointers.is_const(value) else ""
        return f"{const}{c_type.aliasing_name if is_shared else c_type.name} *"

    def _lies_in_bytes(self, value: SSAValue) -> bool:
        """Whether `value` may point into an array that was declared with elements of bytes."""
        match value:
            case BlockArgument():
                function = get_function(value)
                calls = self.calls.get(function.sym_name.data, [])
                passed = [call.arguments[value.index] for call in calls]
                return is_private(function) and any(self._lies_in_bytes(v) for v in passed)
            case _ if isinstance(value.owner, memref.ViewOp):
                return True
            case _ if isinstance(value.owner, ALIASES):
                return self._lies_in_bytes(value.owner.operands[0])
            case _:
                return False
