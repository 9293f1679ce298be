"""What `--target` names: a pipeline, and the core its code is made for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from cmixdsl.errors import CmixError, UsageError
from cmixdsl.simulator.cores import CORTEX_M4, CORTEX_M7, CORTEX_M33, Core


@dataclass(frozen=True)
class Device:
    """A target of the compiler."""

    name: str
    pipeline: str
    """The named pipeline that makes code for it, unless the user asks for another."""
    core: Core
    """What a simulated run happens on, and whose memory limits the model."""
    summary: str
    """One line for the user."""
    part_bytes: tuple[int, int] | None = None
    """Flash and RAM of the user's part, when `core` has the board's memory all the same."""


DEVICES: Mapping[str, Device] = MappingProxyType(
    {
        device.name: device
        for device in (
            Device("cortex-m4", "cortex-m4", CORTEX_M4, "Armv7E-M with DSP instructions"),
            Device("cortex-m7", "cortex-m7", CORTEX_M7, "Armv7E-M, dual issue"),
            Device("cortex-m33", "cortex-m33", CORTEX_M33, "Armv8-M Mainline with DSP extension"),
            Device("portable", "portable", CORTEX_M4, "plain C99 for any compiler and core"),
        )
    }
)


def get_device(
    name: str,
    flash_kib: int | None = None,
    ram_kib: int | None = None,
    *,
    board_memory: bool = False,
) -> Device:
    """The device called `name`, with less memory where a limit is given.

    With `board_memory` a model may exceed the limits as long as the emulated board holds it. Raises
    UsageError for an unknown name or a limit that the emulated board does not have.
    """
    if name not in DEVICES:
        raise UsageError(f"unknown target '{name}', expected one of {', '.join(DEVICES)}")
    device = DEVICES[name]
    core = device.core
    flash_bytes = _limit("flash", flash_kib, core.flash.bytes)
    ram_bytes = _limit("RAM", ram_kib, core.ram.bytes)
    if board_memory:
        return replace(device, part_bytes=(flash_bytes, ram_bytes))
    core = replace(
        core,
        flash=replace(core.flash, bytes=flash_bytes),
        ram=replace(core.ram, bytes=ram_bytes),
        stack_bytes=_get_stack_bytes(core, ram_bytes),
    )
    return replace(device, core=core)


def _get_stack_bytes(core: Core, ram_bytes: int) -> int:
    """What a part of little memory keeps free for the stack: a part in 32, at least 4 KiB."""
    return min(core.stack_bytes, ram_bytes // 2, max(ram_bytes // 32, 4 << 10))


def check_memory(
    device: Device, constant_bytes: int, variable_bytes: int, interface_bytes: int
) -> None:
    """Raises CmixError when constants, or variables with inputs and outputs, are too many.

    Code and stack are only known when a linker has been over it: these come on top.
    """
    needed = (constant_bytes, variable_bytes + interface_bytes)
    available = (device.core.flash.bytes, device.core.ram.bytes)
    for kind, found, limit in zip(MEMORY_KINDS, needed, available, strict=True):
        if found > limit:
            raise CmixError(
                f"the model is too big for {device.name}: its {kind} take {found} bytes, "
                f"there are {limit}"
            )


def describe_excess(
    device: Device, constant_bytes: int, variable_bytes: int, interface_bytes: int
) -> tuple[str, ...]:
    """A line for each kind of memory of which the user's part has less than the model takes."""
    needed = (constant_bytes, variable_bytes + interface_bytes)
    limits = device.part_bytes or needed
    return tuple(
        f"its {kind} take {found} bytes, {found - limit} more than the part's {limit}: going on "
        "with the memory of the emulated board"
        for kind, found, limit in zip(MEMORY_KINDS, needed, limits, strict=True)
        if found > limit
    )


MEMORY_KINDS = ("constants", "buffers, inputs and outputs")
"""What fills flash, and what fills RAM."""


def _limit(kind: str, kib: int | None, available_bytes: int) -> int:
    if kib is None:
        return available_bytes
    if not 1 <= kib << 10 <= available_bytes:
        raise UsageError(f"expected 1 to {available_bytes >> 10} KiB of {kind}, found {kib}")
    return kib << 10
