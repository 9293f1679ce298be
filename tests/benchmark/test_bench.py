"""`cmixc bench` on small layers."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from small_layers import Bench
from xdsl.context import Context
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, i32
from xdsl.passes import ModulePass

from cmixdsl.benchmark import measurement, runner
from cmixdsl.benchmark.cases import Case, Settings
from cmixdsl.benchmark.measurement import Measurement
from cmixdsl.dialects.cmix.contraction import ContractionOperation
from cmixdsl.pipelines import PIPELINES
from cmixdsl.simulator.simulate import available_simulators

pytestmark = pytest.mark.skipif(
    "embedded" not in available_simulators(), reason="packages of the simulator are missing"
)

KEYS = {
    *("layer", "bits", "input_bits", "output_bits", "weight_bits", "flavour", "target"),
    *("simulator", "optimization", "pipeline", "optimize", "seed", "error", "macs", "instructions"),
    *("modelled_cycles", "code_bytes", "rodata_bytes", "scratch_bytes", "peak_stack_bytes"),
    *("compile_seconds", "macs_per_instruction", "macs_per_cycle", "peers"),
    *("goal_instructions", "goal_modelled_cycles", "goal_code_bytes", "goal_scratch_bytes"),
    *("goal_met", "cycles_goal_met"),
}


@dataclass(frozen=True)
class MoveZeroPass(ModulePass):
    """Changes what a layer computes."""

    name = "test-move-zero"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for layer in op.walk():
            if isinstance(layer, ContractionOperation):
                zero = layer.input_zero.value.data
                layer.input_zero = IntegerAttr(zero + (1 if zero == 0 else -1), i32)


def test_file_as_it_stands(bench: Bench, conv: Path, tmp_path: Path) -> None:
    code, out, _ = bench(conv, "--json", tmp_path / "figures.json")
    assert code == 0
    assert "small" in out
    (record,) = json.loads((tmp_path / "figures.json").read_text())
    assert record.keys() == KEYS
    assert record["bits"] is record["goal_met"] is record["error"] is None
    assert record["peers"] == []
    assert record["macs"] == 1944
    assert 0 < record["instructions"] <= record["modelled_cycles"]
    assert record["macs_per_instruction"] == pytest.approx(1944 / record["instructions"], abs=1e-4)
    assert record["compile_seconds"] > 0


def test_bits_and_flavours(bench: Bench, conv: Path, tmp_path: Path) -> None:
    options = ("--bits", "8,8,4", "--flavours", "PC+ICN,fixed", "-O2", "--seed", "3")
    code, _, _ = bench(conv, *options, "--json", tmp_path / "figures.json")
    assert code == 0
    records = json.loads((tmp_path / "figures.json").read_text())
    assert [record["bits"] for record in records] == ["u8_u8_u4", "s8_s8_s4"]
    assert {record["optimization"] for record in records} == {"-O2"}
    assert {record["seed"] for record in records} == {3}


def test_own_layer(bench: Bench, tmp_path: Path) -> None:
    arguments = ("--layers", "L4", "--bits", "u8_u8_u8", "--flavours", "PL")
    code, out, _ = bench(*arguments, "--json", tmp_path / "figures.json")
    assert code == 0
    assert "/ 0.36" in out
    (record,) = json.loads((tmp_path / "figures.json").read_text())
    assert record["goal_instructions"] == 360_000
    assert record["goal_met"] == (record["instructions"] <= 360_000)
    assert "M cycles / goal" in out
    # CMSIS-NN: 805,573 instructions in 975,958 cycles; CMix-NN needs more.
    assert record["goal_modelled_cycles"] == 360_000 * 975_958 // 805_573
    assert record["cycles_goal_met"] == (
        record["modelled_cycles"] <= record["goal_modelled_cycles"]
    )
    cmix, cmsis = record["peers"]
    assert (cmix["library"], cmsis["library"]) == ("CMix-NN", "CMSIS-NN")
    assert cmix["instructions_ratio"] == pytest.approx(
        cmix["instructions"] / record["instructions"], abs=1e-3
    )


def test_wrong_results_are_errors(
    bench: Bench, conv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = (MoveZeroPass(), *PIPELINES["cortex-m4"])

    def choose_wrong_pipeline(*_: object) -> tuple[ModulePass, ...]:
        return wrong

    monkeypatch.setattr(measurement, "choose_pipeline", choose_wrong_pipeline)
    options = ("--bits", "8,8,8", "--flavours", "PL", "--json", tmp_path / "figures.json")
    code, out, err = bench(conv, *options)
    assert code == 1
    assert "failed" in out
    assert "error: 1 of 1 measurements failed" in err
    (record,) = json.loads((tmp_path / "figures.json").read_text())
    assert "wrong result: " in record["error"]
    assert record["instructions"] is None


def test_incomplete_pipeline(bench: Bench, conv: Path) -> None:
    code, _, err = bench(conv, "--pipeline", "canonicalize")
    assert code == 1
    assert "expected the pipeline to lower the model to buffers" in err


def test_processes(bench: Bench, conv: Path, tmp_path: Path) -> None:
    """Two processes give the figures of one, in the same order."""
    options = ("--bits", "8,8,8;2,2,2", "--flavours", "PL", "--json")
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    assert bench(conv, *options, files[0])[0] == 0
    assert bench(conv, *options, files[1], "--jobs", "2")[0] == 0
    figures = [
        [(record["bits"], record["instructions"]) for record in json.loads(file.read_text())]
        for file in files
    ]
    assert figures[0] == figures[1]


def test_interrupted_runs_leave_what_they_found(
    bench: Bench, conv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[Case] = []

    def measure(case: Case, settings: Settings) -> Measurement:
        if measured:
            raise KeyboardInterrupt
        measured.append(case)
        return measurement.measure(case, settings)

    monkeypatch.setattr(runner, "measure", measure)
    options = ("--bits", "8,8,8;2,2,2", "--flavours", "PL", "--jobs", "1")
    with pytest.raises(KeyboardInterrupt):
        bench(conv, *options, "--json", tmp_path / "figures.json")
    (record,) = json.loads((tmp_path / "figures.json").read_text())
    assert record["bits"] == "u8_u8_u8"
    assert record["instructions"] > 0
    assert [path.name for path in tmp_path.iterdir() if "figures" in path.name] == ["figures.json"]


def test_logs_each_measurement(bench: Bench, conv: Path) -> None:
    _, _, err = bench(conv, "--bits", "8,8,8;2,2,2", "--flavours", "PL")
    assert list(filter(None, err.splitlines()))[-2:] == [
        "1 of 2: small u8_u8_u8 PL cortex-m4",
        "2 of 2: small u2_u2_u2 PL cortex-m4",
    ]


def test_file_that_cannot_be_written(
    bench: Bench, conv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is found before anything is measured."""
    monkeypatch.delattr(runner, "measure")
    code, _, err = bench(conv, "--json", tmp_path)
    assert code == 1
    assert "expected a file to write, found a directory" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--layers", "L9"), "unknown layer 'L9'"),
        (("--jobs", "0"), "expected --jobs of at least 1"),
        (("--pipeline", "nonsense"), "unknown pass 'nonsense'"),
        (("x.mlir", "--layers", "L1"), "expected files or --layers"),
    ],
)
def test_usage_errors(bench: Bench, arguments: tuple[str, ...], message: str) -> None:
    code, _, err = bench(*arguments)
    assert code == 2
    assert message in err


def test_missing_file(bench: Bench, tmp_path: Path) -> None:
    code, _, err = bench(tmp_path / "absent.mlir")
    assert code == 1
    assert "absent.mlir: cannot read" in err


def test_choice_of_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "available_simulators", lambda: ("embedded", "host"))
    assert runner.choose_simulator(None) == "embedded"
    monkeypatch.setattr(runner, "available_simulators", lambda: ("embedded", "qemu"))
    assert runner.choose_simulator(None) == "qemu"
    assert runner.choose_simulator("embedded") == "embedded"
