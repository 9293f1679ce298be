"""Random programs: what the compiled C computes is what the interpreter computes."""

import numpy as np
import pytest
from c_programs import run_c, run_interpreter
from random_programs import X_BYTES, Y_WORDS, build_program

from cmixdsl.simulator.simulate import available_simulators


@pytest.mark.parametrize("seed", range(12))
def test_random_program(seed: int) -> None:
    check_program(seed)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(12, 212))
def test_more_random_programs(seed: int) -> None:
    check_program(seed)


@pytest.mark.skipif("embedded" not in available_simulators(), reason="needs cmixdsl[sim]")
@pytest.mark.parametrize("seed", range(1000, 1004))
def test_random_program_on_cortex_m(seed: int) -> None:
    text = build_program(seed)
    x = build_input(seed)
    expected = run_interpreter(text, x, 4 * Y_WORDS)
    np.testing.assert_array_equal(run_c(text, x, 4 * Y_WORDS, "embedded"), expected)


def check_program(seed: int) -> None:
    text = build_program(seed)
    x = build_input(seed)
    expected = run_interpreter(text, x, 4 * Y_WORDS)
    optimization = ("-O0", "-O1", "-O3")[seed % 3]
    np.testing.assert_array_equal(run_c(text, x, 4 * Y_WORDS, "host", optimization), expected)


def build_input(seed: int) -> "np.ndarray[tuple[int], np.dtype[np.uint8]]":
    return np.random.default_rng(seed).integers(0, 256, X_BYTES, dtype=np.uint8)
