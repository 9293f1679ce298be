"""The tools called as a user calls them, and a model to give them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from increment import INCREMENT, Tool

from cmixdsl.tools import cmix_opt, cmixc


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A file with `INCREMENT`."""
    path = tmp_path / "model.mlir"
    path.write_text(INCREMENT)
    return path


@pytest.fixture
def run_cmix_opt(capsys: pytest.CaptureFixture[str]) -> Tool:
    """Calls `cmix-opt`."""
    return _build_tool(cmix_opt.main, capsys)


@pytest.fixture
def run_cmixc(capsys: pytest.CaptureFixture[str]) -> Tool:
    """Calls `cmixc`."""
    return _build_tool(cmixc.main, capsys)


def _build_tool(main: Callable[[list[str]], None], capsys: pytest.CaptureFixture[str]) -> Tool:
    def call(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        code = end.value.code
        assert isinstance(code, int)
        return code, captured.out, captured.err

    return call
