"""`cmixc tune` on a small network."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from layers import Tune
from xdsl.dialects.builtin import ModuleOp

from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.driver import load_module
from cmixdsl.errors import CmixError
from cmixdsl.execution import run_module
from cmixdsl.model import build_random_inputs, find_model
from cmixdsl.simulator.simulate import available_simulators
from cmixdsl.tuning import execution, trial
from cmixdsl.tuning.trial import Outcome, Trial, run_trial
from cmixdsl.universe import build_context

pytestmark = pytest.mark.skipif(
    "embedded" not in available_simulators(), reason="packages of the simulator are missing"
)


def get_schedules(path: Path) -> list[str]:
    module = load_module(build_context(), path)
    layers = [op for op in module.walk() if isinstance(op, ContractionOperation)]
    return [str(layer.schedule) for layer in layers]


def run(module: ModuleOp) -> np.ndarray[Any, Any]:
    return run_module(module, build_random_inputs(find_model(module), 5))[0]


def fake_trials(monkeypatch: pytest.MonkeyPatch, outcomes: dict[str, Outcome]) -> list[str]:
    """Replaces measuring by a table of schedules; the list fills with what was asked for."""
    asked: list[str] = []

    def run_fake_trial(wanted: Trial) -> Outcome:
        asked.append(wanted.schedule)
        known = outcomes.get(wanted.schedule)
        return known or Outcome(wanted.schedule, "measured", None, 900, 900, 900, 9)

    monkeypatch.setattr(execution, "run_trial", run_fake_trial)
    return asked


def test_tuned_model(tune: Tune, network: Path, tmp_path: Path) -> None:
    """The model with the schedules found computes the same, and needs no more than before."""
    output, report_path = tmp_path / "tuned.mlir", tmp_path / "report.json"
    code, out, _ = tune("-o", output, "--json", report_path)
    assert code == 0
    assert "a and 1 equal" in out
    report = json.loads(report_path.read_text())
    assert [layer["layers"] for layer in report["layers"]] == [2, 1]
    for layer in report["layers"]:
        assert len(layer["candidates"]) == 3
        figures = [candidate["instructions"] for candidate in layer["candidates"]]
        assert min(figures) == layer["best"]["instructions"] <= layer["default"]["instructions"]
    first, second, third = get_schedules(output)
    assert first == second == report["layers"][0]["best"]["schedule"]
    assert third == report["layers"][1]["best"]["schedule"]
    assert report["layers"][1]["default"]["schedule"].endswith("filters = 1, pixels = 1>")
    before, after = (load_module(build_context(), path) for path in (network, output))
    assert np.array_equal(run(before), run(after))


def test_results_are_cached(tune: Tune, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    assert tune("--json", first)[0] == 0
    asked = fake_trials(monkeypatch, {})
    assert tune("--json", second)[0] == 0
    assert asked == []
    assert first.read_text() == second.read_text()


@pytest.mark.parametrize("option", [("-O2",), ("--seed", "1"), ("--target", "cortex-m7")])
def test_cache_knows_the_setup(
    tune: Tune, option: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = fake_trials(monkeypatch, {})
    assert tune()[0] == 0
    count = len(asked)
    assert tune(*option)[0] == 0
    assert len(asked) == 2 * count > 0


def test_wrong_results_are_discarded(
    tune: Tune, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A schedule that computes something else loses, and the user learns of it."""
    default = "#cmix.schedule<expand = rows, filters = 1, pixels = 1>"
    load_layer = trial.load_layer

    def load_other(text: str, seed: int) -> Any:
        module, inputs, (expected,) = load_layer(text, seed)
        return module, inputs, [expected ^ 1]

    def run_broken_trial(wanted: Trial) -> Outcome:
        is_broken = wanted.schedule == default
        monkeypatch.setattr(trial, "load_layer", load_other if is_broken else load_layer)
        return run_trial(wanted)

    monkeypatch.setattr(execution, "run_trial", run_broken_trial)
    code, out, err = tune("--json", tmp_path / "report.json")
    assert code == 0
    _, layer = json.loads((tmp_path / "report.json").read_text())["layers"]
    assert layer["default"]["verdict"] == "wrong"
    assert layer["best"]["verdict"] == "measured"
    assert layer["best"]["schedule"] != default
    assert "2/3" in out
    assert "c: discarded expand = rows, filters = 1, pixels = 1: wrong: 64 of 64 elements" in err


def test_faster_but_larger(tune: Tune, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only its code keeps from being the best is named, with what it takes to allow it."""
    default = "#cmix.schedule<expand = rows, filters = 1, pixels = 1>"
    fake_trials(monkeypatch, {default: Outcome(default, "measured", None, 800, 800, 5000, 9)})
    _, _, err = tune()
    assert err.strip() == (
        "c: the default needs 800 instructions, the best 900, but has 5,000 bytes of code, more "
        "than 4,096; --code-limit 5000 allows it"
    )
    assert "bytes of code" not in tune("--code-limit", 5000)[2]


def test_nothing_works(tune: Tune, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(wanted: Trial) -> Outcome:
        return Outcome(wanted.schedule, "refused", "no registers left\nmore")

    monkeypatch.setattr(execution, "run_trial", refuse)
    code, out, err = tune("-o", tmp_path / "tuned.mlir")
    assert code == 1
    assert "none works" in out
    assert "refused: no registers left\n" in err
    assert "error: no schedule works for a, c; nothing is written" in err
    assert not (tmp_path / "tuned.mlir").exists()


def test_interrupt_leaves_nothing_half_written(
    tune: Tune, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was measured before the interrupt is not measured again."""
    asked: list[str] = []

    def interrupt_third(wanted: Trial) -> Outcome:
        asked.append(wanted.schedule)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return Outcome(wanted.schedule, "measured", None, 900, 900, 900, 9)

    monkeypatch.setattr(execution, "run_trial", interrupt_third)
    code, _, err = tune("-o", tmp_path / "tuned.mlir")
    assert code == 1
    assert "error: interrupted; nothing is written" in err
    assert {path.name for path in tmp_path.iterdir()} == {"net.mlir", "cache"}
    assert tune()[0] == 0
    assert len(asked) == 3 + 6 - 2


def test_time_limit(tune: Tune, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that takes too long is discarded, and not remembered."""
    limits: list[float] = []

    def run_too_long(*_: object, timeout_seconds: float, **__: object) -> None:
        limits.append(timeout_seconds)
        raise CmixError("the program takes too long")

    with monkeypatch.context() as patch:
        patch.setattr(trial, "run_compiled", run_too_long)
        code, _, err = tune("--timeout", "7")
    assert code == 1
    assert set(limits) == {7}
    assert "failed: the program takes too long" in err
    assert tune("-o", tmp_path / "tuned.mlir")[0] == 0


def test_half_a_line_in_the_cache(
    tune: Tune, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = fake_trials(monkeypatch, {})
    assert tune()[0] == 0
    (cache,) = (tmp_path / "cache").iterdir()
    text = cache.read_text()
    cache.write_text(text[: -len(text.splitlines()[-1]) // 2 - 1])
    asked.clear()
    assert tune()[0] == 0
    assert len(asked) == 1
    asked.clear()
    assert tune()[0] == 0
    assert asked == []


def test_processes(tune: Tune, tmp_path: Path) -> None:
    """Two processes find what one does."""
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    assert tune("--json", one)[0] == 0
    assert tune("--json", two, "--jobs", "2", "--cache", tmp_path / "other")[0] == 0
    assert one.read_text() == two.read_text()


def test_other_version_on_a_worker() -> None:
    setup = trial.Setup("cortex-m4", "embedded", "-O3", "0000")
    with pytest.raises(trial.ToolchainError, match="another version"):
        run_trial(Trial("", "", setup))
    assert replace(setup, fingerprint="1") != setup


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--jobs", "0"), 2, "expected --jobs to be positive, found 0"),
        (("--limit", "-1"), 2, "expected --limit to be positive, found -1"),
        (("--target", "z80"), 2, "unknown target 'z80'"),
        (("--scheduler", "host:8786"), 2, "expected a scheduler's address like tcp://"),
        (("--cache", "/dev/null/cache"), 1, "choose another folder by --cache"),
    ],
)
def test_errors(tune: Tune, arguments: tuple[str, ...], code: int, message: str) -> None:
    found, _, err = tune(*arguments)
    assert found == code
    assert message in err


def test_no_dask(tune: Tune, monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(_: str) -> None:
        return None

    monkeypatch.setattr(execution, "find_spec", find_nothing)
    code, _, err = tune("--scheduler", "tcp://127.0.0.1:8786")
    assert code == 3
    assert "error: --scheduler needs the package distributed: pip install 'cmixdsl[dask]'" in err


def test_no_layers(tune: Tune, network: Path) -> None:
    network.write_text(
        "func.func @net(%x: !cmix.packed<4xui8>) -> !cmix.packed<4xui8> {\n"
        "  return %x : !cmix.packed<4xui8>\n}\n"
    )
    code, _, err = tune()
    assert code == 1
    assert "expected a model with layers with weights at level 2" in err
