"""`make models`: verdicts, what is skipped, and rows of the table."""

import json
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cmixdsl.errors import CmixError
from examples.models import networks, report
from examples.models.networks import Verdict, count_equal, measure_noise
from examples.models.report import run


def ask(network: str, target: str, json: Path | None = None) -> Namespace:
    return Namespace(simulator="embedded", target=[target], network=network, images=1, json=json)


@pytest.fixture
def models(shared_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the networks."""
    folder = shared_folder / "models"
    monkeypatch.setattr(networks, "FOLDER", folder)
    return folder


def test_verdicts() -> None:
    found, expected = np.zeros((2, 3)), np.zeros((2, 3))
    assert count_equal(found, expected, 1.0).text == "2 of 2 equal"
    assert measure_noise(found, expected, 1.0).is_right
    expected[1] = 1
    verdict = count_equal(found, expected, 1.0)
    assert (verdict.text, verdict.is_right) == ("1 of 2 equal", False)
    # Half of the elements are wrong by 0.1, so the mean square is 0.005: 23 dB.
    verdict = measure_noise(found, expected, 0.1)
    assert (verdict.text, verdict.is_right) == ("PSNR 23.0 dB", False)


def test_missing_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(networks, "FOLDER", tmp_path)
    files = [network for network in networks.NETWORKS if isinstance(network.source, str)]
    monkeypatch.setattr(report, "NETWORKS", files)
    run(ask("", "cortex-m7"))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "skipped ResNet-8",
        "skipped DS-CNN",
        "skipped ESPCN",
    ]
    assert f"there is no file {tmp_path}" in lines[0]


@pytest.mark.usefixtures("models")
def test_row(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run(ask("DS-CNN", "cortex-m4", tmp_path / "figures.json"))
    table = capsys.readouterr().out
    assert "1 of 1 equal" in table
    assert "2,656,768" in table
    (record,) = json.loads((tmp_path / "figures.json").read_text())
    assert record["outputs"] == "1 of 1 equal"
    assert f"{record['instructions']:,}" in table
    assert record["published_macs_per_cycle"] == {"X-CUBE-AI 9": 0.51, "microTVM": 0.22}


def test_row_of_a_network_without_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    run(ask("anomaly detection", "cortex-m4"))
    table = capsys.readouterr().out
    assert "1 of 1 equal" in table
    # 640 to 128 four times to 8 and back: 2 * (640 * 128 + 3 * 128 * 128 + 128 * 8).
    assert "264,192" in table


@pytest.mark.full
@pytest.mark.usefixtures("models")
def test_super_resolution(capsys: pytest.CaptureFixture[str]) -> None:
    run(ask("ESPCN", "cortex-m7"))
    text = capsys.readouterr().out
    assert "more than the part's 1048576" in text
    assert "PSNR" in text


@pytest.mark.usefixtures("models")
def test_wrong_outputs_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Verdict:
        return Verdict("0 of 1 equal", is_right=False)

    picky = replace(networks.NETWORKS[1], judge=refuse)
    monkeypatch.setattr(report, "NETWORKS", (picky,))
    with pytest.raises(CmixError, match="outputs differ from the reference's: DS-CNN"):
        run(ask("DS-CNN", "cortex-m4"))
