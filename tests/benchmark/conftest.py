"""A small layer in a file, and the tool called as a user calls it."""

from pathlib import Path

import pytest
from small_layers import CONV, Bench

from cmixdsl.tools import cmixc


@pytest.fixture
def conv(tmp_path: Path) -> Path:
    """A file with `CONV`."""
    path = tmp_path / "small.mlir"
    path.write_text(CONV)
    return path


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str]) -> Bench:
    """Calls `cmixc bench` in one process, with the simulator that needs nothing but packages."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        fixed = ("bench", "--jobs", "1", "--simulator", "embedded")
        with pytest.raises(SystemExit) as end:
            cmixc.main([*fixed, *map(str, arguments)])
        captured = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return end.value.code, captured.out, captured.err

    return call
