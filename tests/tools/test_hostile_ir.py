"""Files of MLIR with mistakes in them, down to C: one clean message, quickly, or none."""

import random
import re
import time
from pathlib import Path

from increment import Tool

TOKEN = re.compile(r"[A-Za-z_][\w.]*|\d+|[^\s\w]")
WORDS = (
    *("-1", "0", "1", "3", "7", "65536", "2147483648", "99999999999", "1e40", '"', '"x"', "//"),
    *("i8", "i32", "ui8", "si2", "index", "f32", "?", "<", ">", "[]", "{}", "func.func", "memref"),
)
LONGEST_SECONDS = 20.0
SEEDS = 150
ALL_SEEDS = 6000


def _list_modules(repository: Path) -> list[Path]:
    folders = (repository / "tests" / "filecheck", repository / "examples")
    return sorted(path for folder in folders for path in folder.rglob("*.mlir"))


def _read_module(path: Path, generator: random.Random) -> str:
    """One of a file's modules, without comments, in which mistakes would be none."""
    module = generator.choice(path.read_text().split("// -----"))
    lines = (line for line in module.splitlines() if not line.lstrip().startswith("//"))
    return "\n".join(lines)


def _make_mistakes(text: str, generator: random.Random) -> str:
    """Leaves out, repeats and replaces up to three words."""
    for _ in range(generator.randint(1, 3)):
        words = list(TOKEN.finditer(text))
        if not words:
            break
        start, end = generator.choice(words).span()
        word = generator.choice((*WORDS, "", generator.choice(words).group(), text[start:end] * 2))
        text = text[:start] + word + text[end:]
    return text


def test_mistakes(
    run_cmix_opt: Tool, run_cmixc: Tool, repository: Path, tmp_path: Path, *, full: bool
) -> None:
    modules = _list_modules(repository)
    path = tmp_path / "model.mlir"
    for seed in range(ALL_SEEDS if full else SEEDS):
        generator = random.Random(seed)
        source = generator.choice(modules)
        path.write_text(_make_mistakes(_read_module(source, generator), generator))
        start = time.process_time()
        if seed % 2:
            code, _, err = run_cmix_opt(path, "-p", "cortex-m4", "-t", "cmix-c")
        else:
            code, _, err = run_cmixc("compile", path, "-o", tmp_path / "out")
        assert code in (0, 1), f"seed {seed}, {source}: {err}"
        assert not code or re.fullmatch(r"error: .*\n(  .*\n)*", err), (
            f"seed {seed}, {source}: {err}"
        )
        assert time.process_time() - start < LONGEST_SECONDS, f"seed {seed}, {source}"
