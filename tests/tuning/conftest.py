"""The tool called as a user calls it."""

from pathlib import Path

import pytest
from layers import Tune, write_network

from cmixdsl.tools import cmixc


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """A file with two equal layers and another."""
    return write_network(tmp_path)


@pytest.fixture
def tune(capsys: pytest.CaptureFixture[str], network: Path, tmp_path: Path) -> Tune:
    """Calls `cmixc tune` on the network, in one process, with two candidates besides defaults."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        fixed = ("--jobs", "1", "--simulator", "embedded", "--limit", "2")
        command = ("tune", network, *fixed, "--cache", tmp_path / "cache", *arguments)
        with pytest.raises(SystemExit) as end:
            cmixc.main(list(map(str, command)))
        captured = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return end.value.code, captured.out, captured.err

    return call
