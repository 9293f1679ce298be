"""How a fault of an emulated core is told."""

from cmixdsl.simulator.image import Image


def describe_place(image: Image, pc: int) -> str:
    """A program counter and its function."""
    name = image.get_function_name(pc & ~1)
    return f"{image.core.name} stopped at pc {pc & ~1:#x}" + (f" in `{name}`" if name else "")


def describe_bad_address(image: Image, address: int) -> str:
    """A likely cause, when there is one: the stack lies at the low end of the RAM."""
    origin = image.core.ram.origin
    if origin - image.core.stack_bytes <= address < origin:
        return f" ({describe_stack_overflow(image)})"
    return ""


def describe_stack_overflow(image: Image) -> str:
    """That the stack is too small."""
    return f"stack overflow: the stack has {image.core.stack_bytes} bytes"
