"""The notebook about the Python interface runs, and keeps its promise."""

from pathlib import Path
from runpy import run_path

import pytest

from cmixdsl.simulator.simulate import available_simulators


@pytest.mark.full
def test_widths(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if "embedded" not in available_simulators():
        pytest.skip("needs the packages of cmixdsl[sim]")
    accuracies = run_path(str(repository / "examples/python_api/widths.py"))["accuracies"]
    assert len(accuracies) == 2
    assert min(accuracies) > 0.85
    printed = capsys.readouterr().out
    assert "8 and 8 bits" in printed
    assert "2 and 4 bits" in printed
