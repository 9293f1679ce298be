"""Measures many cases in several processes."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context

from cmixdsl.benchmark.cases import Case, Settings
from cmixdsl.benchmark.measurement import Measurement, measure
from cmixdsl.errors import ToolchainError
from cmixdsl.simulator.kinds import COUNTING, Simulator
from cmixdsl.simulator.simulate import available_simulators


def choose_simulator(wanted: Simulator | None) -> Simulator:
    """`wanted`, or the preferred simulator among those whose tools are installed.

    Raises ToolchainError when they are not.
    """
    found = available_simulators()
    for simulator in (wanted,) if wanted is not None else COUNTING:
        if simulator in found:
            return simulator
    if wanted == "qemu":
        raise ToolchainError(
            "the simulator `qemu` needs arm-none-eabi-gcc and qemu-system-arm; install them, or "
            "use the simulator `embedded`"
        )
    raise ToolchainError(
        "no simulator that counts instructions is installed: pip install cmixdsl[sim]"
    )


def measure_all(
    cases: Sequence[Case],
    settings: Settings,
    jobs: int,
    on_measured: Callable[[Measurement], None] = lambda _: None,
) -> list[Measurement]:
    """Measures in `jobs` processes, in this one if that is 1; the result is in order of `cases`.

    `on_measured` is called as soon as a case is done, in any order.
    """
    if jobs == 1:
        return [_report(measure(case, settings), on_measured) for case in cases]
    # Forked children would inherit the threads that draw the progress.
    with ProcessPoolExecutor(min(jobs, len(cases)), mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(measure, case, settings) for case in cases]
        pending: set[Future[Measurement]] = set(futures)
        try:
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    on_measured(future.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [future.result() for future in futures]


def _report(measurement: Measurement, on_measured: Callable[[Measurement], None]) -> Measurement:
    on_measured(measurement)
    return measurement
