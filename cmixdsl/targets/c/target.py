"""The target `cmix-c`: C on standard output."""

from dataclasses import dataclass
from typing import IO

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.target import Target

from cmixdsl.targets.c.emitter import emit_c


@dataclass(frozen=True)
class CmixCTarget(Target):
    """Prints a module at level 4 as one self-contained C99 translation unit."""

    name = "cmix-c"

    unit: str = ""
    """Stem of the include guards; by default the name of the first public function."""

    def emit(self, ctx: Context, module: ModuleOp, output: IO[str]) -> None:
        output.write(emit_c(module, self.unit).single_file)
