"""Random modules of level 4, in which values flow through loops and branches in every way."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

X_BYTES = 64
Y_WORDS = 16

HEAD = f"""
func.func @f(%x: memref<{X_BYTES}xi8>, %y: memref<{4 * Y_WORDS}xi8>) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %limit = arith.constant 3 : index
  %true = arith.constant true
  %z = arith.constant -7 : i32
  %out = memref.view %y[%c0][] : memref<{4 * Y_WORDS}xi8> to memref<{Y_WORDS}xi32>
"""

BINARY = ("addi", "subi", "muli", "andi", "ori", "xori", "minsi", "maxsi", "minui", "maxui")
DIVISIONS = ("divsi", "remsi", "divui", "remui", "floordivsi", "ceildivsi", "ceildivui")
PREDICATES = ("eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge")
ACCUMULATING = ("smlad", "smladx", "smlabt", "mla", "mls", "smmla")
HINTS = ("acc", "i", "x", "sum", "int", "lo", "v")


@dataclass
class ProgramBuilder:
    """Writes one function; `scopes` hold the i32 values that may be used at this point."""

    choose: random.Random
    lines: list[str] = field(default_factory=list[str])
    scopes: list[list[str]] = field(default_factory=lambda: [["%z"]])
    names: int = 0
    size: int = 0

    def get_name(self) -> str:
        """A fresh name; two in three give a hint, often the same one."""
        self.names += 1
        hint = self.choose.choice(HINTS)
        return f"%{hint}_{self.names}" if self.choose.random() < 0.67 else f"%{self.names}"

    def pick(self) -> str:
        """Any value in scope, preferably a recent one."""
        values = [value for scope in self.scopes for value in scope]
        return self.choose.choice(values[-4:] if self.choose.random() < 0.7 else values)

    def emit(self, text: str) -> str:
        """Appends an operation whose result is new, and returns the result's name."""
        name = self.get_name()
        self.lines.append(f"{name} = {text}")
        return name

    def define(self, text: str) -> None:
        self.scopes[-1].append(self.emit(text))

    def build_index(self, count: int) -> str:
        mask = self.emit(f"arith.constant {count - 1} : i32")
        masked = self.emit(f"arith.andi {self.pick()}, {mask} : i32")
        return self.emit(f"arith.index_cast {masked} : i32 to index")

    def build_condition(self) -> str:
        predicate = self.choose.choice(PREDICATES)
        number = self.emit(f"arith.constant {self.choose.randrange(1, 9)} : i32")
        return self.emit(f"arith.cmpi {predicate}, {self.pick()}, {number} : i32")

    def build_operation(self) -> None:
        """One operation, or one loop or branch with a body."""
        kinds = [self._binary] * 4 + [self._memory, self._dsp, self._narrow, self._choice] * 2
        nested = [self._loop, self._branch] if len(self.scopes) < 4 else [self._binary]
        self.choose.choice(kinds + nested * 2)()

    def build_body(self, operations: int) -> None:
        for _ in range(operations):
            if self.size < 60:
                self.size += 1
                self.build_operation()

    def _binary(self) -> None:
        name = self.choose.choice(BINARY if self.choose.random() < 0.85 else DIVISIONS)
        divisor = name in DIVISIONS
        if divisor or self.choose.random() < 0.3:
            numbers = (1, 3, 7, 100) if divisor else (0, 1, -1, -2147483648, 65535, -256, 12)
            rhs = self.emit(f"arith.constant {self.choose.choice(numbers)} : i32")
        else:
            rhs = self.pick()
        self.define(f"arith.{name} {self.pick()}, {rhs} : i32")

    def _memory(self) -> None:
        match self.choose.randrange(4):
            case 0:
                index = self.build_index(Y_WORDS)
                self.lines.append(
                    f"memref.store {self.pick()}, %out[{index}] : memref<{Y_WORDS}xi32>"
                )
            case 1:
                index = self.build_index(Y_WORDS)
                self.define(f"memref.load %out[{index}] : memref<{Y_WORDS}xi32>")
            case 2:
                index = self.build_index(32)
                self.define(f"dsp.load_word %x[{index}] : memref<{X_BYTES}xi8>")
            case _:
                index = self.build_index(32)
                self.lines.append(
                    f"dsp.store_word {self.pick()}, %y[{index}] : memref<{4 * Y_WORDS}xi8>"
                )

    def _dsp(self) -> None:
        a, b, c, d = (self.pick() for _ in range(4))
        match self.choose.randrange(5):
            case 0 | 1:
                self.define(f"dsp.{self.choose.choice(ACCUMULATING)} {a}, {b}, {c}")
            case 2:
                self.define(f"dsp.usat {a} asr 4 to 8 bits")
            case _:
                low, high = self.get_name(), self.get_name()
                name = self.choose.choice(("umlal", "smlal", "umull"))
                rest = "" if name == "umull" else f", {c}, {d}"
                self.lines.append(f"{low}, {high} = dsp.{name} {a}, {b}{rest}")
                self.scopes[-1] += [low, high]

    def _narrow(self) -> None:
        bits = self.choose.choice((1, 8, 16, 64))
        width = "ext" if bits == 64 else "trunc"
        name = f"arith.{width}{'si' if bits == 64 else 'i'}"
        lhs, rhs = (self.emit(f"{name} {self.pick()} : i32 to i{bits}") for _ in range(2))
        operations = ("andi", "xori") if bits == 1 else ("addi", "subi", "muli", "ori", "maxsi")
        both = self.emit(f"arith.{self.choose.choice(operations)} {lhs}, {rhs} : i{bits}")
        if bits > 1 and self.choose.random() < 0.5:
            amount = self.emit(f"arith.constant {self.choose.randrange(bits)} : i{bits}")
            shift = self.choose.choice(("shli", "shrsi", "shrui"))
            both = self.emit(f"arith.{shift} {both}, {amount} : i{bits}")
        back = "trunci" if bits == 64 else self.choose.choice(("extsi", "extui"))
        self.define(f"arith.{back} {both} : i{bits} to i32")

    def _choice(self) -> None:
        self.define(f"arith.select {self.build_condition()}, {self.pick()}, {self.pick()} : i32")

    def _loop(self) -> None:
        count = self.choose.randrange(4)
        initial = [self.pick() for _ in range(count)]
        results, arguments = ([self.get_name() for _ in range(count)] for _ in range(2))
        bound = self.choose.choice(("%c2", "%limit"))
        i = self.get_name()
        head = f"scf.for {i} = {self.choose.choice(('%c0', '%c1'))} to {bound} step %c1"
        pairs = ", ".join(f"{a} = {b}" for a, b in zip(arguments, initial, strict=True))
        carried = f" iter_args({pairs}) -> ({_types(count)})" if count else ""
        prefix = f"{', '.join(results)} = " if count else ""
        self.lines.append(f"{prefix}{head}{carried} {{")
        self.scopes.append(list(arguments))
        counter = self.emit(f"arith.index_cast {i} : index to i32")
        if self.choose.random() < 0.3:
            self.scopes[-1].append(counter)
        self.build_body(self.choose.randrange(1, 6))
        self._yield(count)
        self.scopes.pop()
        self.lines.append("}")
        self.scopes[-1] += results

    def _branch(self) -> None:
        count = self.choose.randrange(3)
        results = [self.get_name() for _ in range(count)]
        prefix = f"{', '.join(results)} = " if count else ""
        types = f" -> ({_types(count)})" if count else ""
        self.lines.append(f"{prefix}scf.if {self.build_condition()}{types} {{")
        for separator in ("} else {", "}"):
            self.scopes.append([])
            self.build_body(self.choose.randrange(4))
            self._yield(count)
            self.scopes.pop()
            self.lines.append(separator)
        self.scopes[-1] += results

    def _yield(self, count: int) -> None:
        if count:
            values = ", ".join(self.pick() for _ in range(count))
            self.lines.append(f"scf.yield {values} : {_types(count)}")


def _types(count: int) -> str:
    return ", ".join(["i32"] * count)


def build_program(seed: int) -> str:
    """The MLIR of the program that belongs to a seed; `@f` reads x and writes all of y."""
    builder = ProgramBuilder(random.Random(seed))
    builder.build_body(20)
    values: Sequence[str] = builder.scopes[0][-4:]
    for place, value in enumerate(values):
        builder.lines.append(f"%at{place} = arith.constant {place} : index")
        builder.lines.append(f"memref.store {value}, %out[%at{place}] : memref<{Y_WORDS}xi32>")
    return "\n".join([HEAD, *builder.lines, "func.return", "}"])
