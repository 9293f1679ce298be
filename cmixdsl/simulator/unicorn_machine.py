"""Running an image in Unicorn: the adapter of the package."""

import time
from array import array
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from unicorn import arm_const, unicorn_const
from unicorn.unicorn_py3.unicorn import Uc, UcError

from cmixdsl.errors import CmixError
from cmixdsl.simulator.cores import MemoryRegion
from cmixdsl.simulator.disassembler import Disassembler, Instruction, Kind
from cmixdsl.simulator.faults import describe_bad_address, describe_place
from cmixdsl.simulator.harness import get_input_symbol, get_output_symbol
from cmixdsl.simulator.image import Image
from cmixdsl.simulator.profile import Profiler
from cmixdsl.simulator.statistics import Statistics

_PAINT = b"\xa5"
_PAGE_BYTES = 4096
_TRACE_BLOCKS = 1 << 20


def run_in_unicorn(
    image: Image, inputs: Sequence[Sequence[bytes]], *, timeout_seconds: float
) -> tuple[list[tuple[bytes, ...]], Statistics]:
    """All runs of `image`, and the statistics of the first.

    Raises CmixError for a fault, and when the time for all runs is over.
    """
    deadline = time.monotonic() + timeout_seconds
    machine = UnicornMachine(image)
    profiler = Profiler(image)
    first, peak_stack_bytes = machine.run_profiled(
        inputs[0], profiler, timeout_seconds=timeout_seconds
    )
    outputs = [first]
    for run in inputs[1:]:
        remaining = max(deadline - time.monotonic(), 1e-6)
        outputs.append(machine.run(run, timeout_seconds=remaining))
    return outputs, profiler.get_statistics(peak_stack_bytes)


class UnicornMachine:
    """An image loaded into an emulated core. Memory persists from run to run."""

    def __init__(self, image: Image) -> None:
        """Load `image`. Raises CmixError when Unicorn has no such core."""
        model = image.core.unicorn_model
        if model is None:
            raise CmixError(f"the simulator `embedded` has no {image.core.name}: use `qemu`")
        self._image = image
        cpu: int = getattr(arm_const, f"UC_CPU_ARM_{model}")
        mode = unicorn_const.UC_MODE_THUMB | unicorn_const.UC_MODE_MCLASS
        self._uc: Any = Uc(unicorn_const.UC_ARCH_ARM, mode, cpu)
        executable = unicorn_const.UC_PROT_READ | unicorn_const.UC_PROT_EXEC
        self._map(image.core.flash, executable)
        self._map(image.core.ram, unicorn_const.UC_PROT_READ | unicorn_const.UC_PROT_WRITE)
        for address, data in image.segments:
            self._uc.mem_write(address, data)
        self._bad_address: int | None = None
        self._misaligned: Instruction | None = None
        self._uc.hook_add(unicorn_const.UC_HOOK_MEM_INVALID, self._note_bad_address)

    def run(self, inputs: Sequence[bytes], *, timeout_seconds: float) -> tuple[bytes, ...]:
        """One run at full speed. Raises CmixError for a fault or when the time is over."""
        program, symbols = self._image.program, self._image.symbols
        for index, data in enumerate(inputs):
            self._uc.mem_write(symbols[get_input_symbol(index)], data)
        self._call(timeout_seconds)
        return tuple(
            bytes(self._uc.mem_read(symbols[get_output_symbol(index)], size))
            for index, size in enumerate(program.output_bytes)
        )

    def run_profiled(
        self, inputs: Sequence[bytes], profiler: Profiler, *, timeout_seconds: float
    ) -> tuple[tuple[bytes, ...], int]:
        """One run under observation: its outputs, and the peak of its stack in bytes.

        Besides what `run` raises: CmixError for a misaligned LDRD, STRD, LDM or STM, which faults
        on a real core but not in Unicorn.
        """
        bottom = self._image.symbols["cmix_stack_bottom"]
        size = self._image.symbols["cmix_stack_top"] - bottom
        self._uc.mem_write(bottom, _PAINT * size)
        trace = array("Q")

        def flush() -> None:
            profiler.add(np.frombuffer(trace, dtype=np.uint64).copy())
            del trace[:]

        append = trace.append

        def note_block(_uc: Any, address: int, block_bytes: int, _data: Any) -> None:
            append(address | block_bytes << 32)
            if len(trace) >= _TRACE_BLOCKS:
                flush()

        hooks = [self._uc.hook_add(unicorn_const.UC_HOOK_BLOCK, note_block)]
        hooks += self._watch_alignment()
        outputs = self.run(inputs, timeout_seconds=timeout_seconds)
        flush()
        for hook in hooks:
            self._uc.hook_del(hook)
        self._uc.ctl_flush_tb()
        stack = bytes(self._uc.mem_read(bottom, size))
        at_call = int.from_bytes(
            self._uc.mem_read(self._image.symbols["cmix_stack_at_call"], 4), "little"
        )
        untouched = (len(stack) - len(stack.lstrip(_PAINT))) // 4 * 4
        return outputs, max(0, at_call - bottom - untouched)

    def _map(self, region: MemoryRegion, permissions: int) -> None:
        pages = -(-region.bytes // _PAGE_BYTES)
        self._uc.mem_map(region.origin, pages * _PAGE_BYTES, permissions)

    def _call(self, timeout_seconds: float) -> None:
        symbols = self._image.symbols
        done = symbols["cmix_done"]
        self._uc.reg_write(arm_const.UC_ARM_REG_SP, symbols["cmix_stack_top"])
        self._uc.reg_write(arm_const.UC_ARM_REG_LR, done | 1)
        started = time.monotonic()
        try:
            self._uc.emu_start(symbols["cmix_call"] | 1, done, timeout=int(timeout_seconds * 1e6))
        except UcError as error:
            raise CmixError(f"{self._describe_place()}: {self._describe_fault(error)}") from None
        if self._misaligned is not None:
            raise CmixError(
                f"{self._describe_place()}: `{self._misaligned.text}` at an address that is not a "
                "multiple of 4; this faults on a real core"
            )
        if self._uc.reg_read(arm_const.UC_ARM_REG_PC) & ~1 != done:
            seconds = time.monotonic() - started
            raise CmixError(f"{self._describe_place()}: no return within {seconds:.1f} s")

    def _describe_place(self) -> str:
        pc: int = self._uc.reg_read(arm_const.UC_ARM_REG_PC)
        return describe_place(self._image, pc)

    def _describe_fault(self, error: UcError) -> str:
        if self._bad_address is None:
            return str(error)
        return f"{error} at address {self._bad_address:#x}" + describe_bad_address(
            self._image, self._bad_address
        )

    def _note_bad_address(
        self, _uc: Any, _access: int, address: int, _size: int, _value: int, _data: Any
    ) -> bool:
        self._bad_address = address
        return False

    def _watch_alignment(self) -> list[int]:
        """Hooks on the program's instructions that need aligned addresses."""
        start, end = self._image.code_range
        code = self._image.read(start, end - start)
        hooks: list[int] = []
        for instruction in Disassembler(self._image.core).decode(code, start):
            base = instruction.base_register
            if instruction.kind is not Kind.MULTIPLE or base in (None, "sp", "pc"):
                continue
            register: int = getattr(arm_const, f"UC_ARM_REG_{base.upper()}")
            hooks.append(
                self._uc.hook_add(
                    unicorn_const.UC_HOOK_CODE,
                    self._build_alignment_check(instruction, register),
                    begin=instruction.address,
                    end=instruction.address,
                )
            )
        return hooks

    def _build_alignment_check(
        self, instruction: Instruction, register: int
    ) -> Callable[[Any, int, int, Any], None]:
        def check(uc: Any, _address: int, _size: int, _data: Any) -> None:
            if uc.reg_read(register) % 4 != 0:
                self._misaligned = instruction
                uc.emu_stop()

        return check
