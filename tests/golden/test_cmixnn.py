"""Level 2 against CMix-NN's vectors: an independent witness of formulas and formats."""

from pathlib import Path

import numpy as np
import pytest
from golden.cases import GoldenCase, load_cases

from cmixdsl.execution import run_module, run_module_packed


@pytest.fixture(scope="module")
def cases(shared_folder: Path) -> list[GoldenCase]:
    if not (shared_folder / "golden").is_dir():
        pytest.skip("there are no vectors in the folder `shared`")
    return list(load_cases(shared_folder))


def test_there_are_all_cases(cases: list[GoldenCase]):
    assert len(cases) == 486
    assert sum(case.library_correct for case in cases) == 298


def test_true_outputs(cases: list[GoldenCase]):
    wrong = [
        case.name
        for case in cases
        if not np.array_equal(run_module(case.build_module(), [case.inputs])[0], case.expected)
    ]
    assert wrong == []


def test_library_outputs_bit_for_bit(cases: list[GoldenCase]):
    correct = [case for case in cases if case.library_correct]
    wrong = [
        case.name
        for case in correct
        if run_module_packed(case.build_module(), [case.inputs])[0].tobytes() != case.library_bytes
    ]
    assert wrong == []
