"""Runs trials: in this process, in a pool of processes, or on a cluster."""

import os
import signal
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib.util import find_spec
from multiprocessing import get_context, parent_process
from threading import Thread

from cmixdsl.errors import CmixError, ToolchainError, UsageError
from cmixdsl.tuning.trial import Outcome, Trial, run_trial

CONNECT_TIMEOUT_SECONDS = 10


def run_trials(
    trials: Sequence[Trial], jobs: int, scheduler: str | None = None
) -> Iterator[tuple[int, Outcome]]:
    """Positions of trials and their outcomes, as they come.

    `scheduler` is the address of a Dask cluster, whose workers need what this computer has; without
    one there are `jobs` processes, this one if that is 1. Whoever stops iterating, or interrupts,
    cancels what has not begun. Raises ToolchainError when a tool or the cluster is missing.
    """
    if not trials:
        return
    if scheduler is None and jobs == 1:
        yield from ((position, run_trial(trial)) for position, trial in enumerate(trials))
        return
    opened = _open_pool(min(jobs, len(trials))) if scheduler is None else _open_cluster(scheduler)
    with opened as executor:
        futures = {executor.submit(run_trial, trial): i for i, trial in enumerate(trials)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool as error:
            raise CmixError("a measuring process died; is there enough memory?") from error
        finally:
            for future in futures:
                future.cancel()


@contextmanager
def _open_pool(jobs: int) -> Generator[Executor]:
    # Forked children would inherit the threads that draw the progress.
    context = get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=_prepare_worker) as executor:
        yield executor


def _prepare_worker() -> None:
    """Ctrl-C reaches all processes of a terminal; only the parent answers it.

    A pool does not notice when its parent is killed, so a thread waits for that.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _open_cluster(address: str) -> Generator[Executor]:
    check_scheduler(address)
    from distributed import Client  # pyright: ignore

    try:
        client = Client(address, timeout=CONNECT_TIMEOUT_SECONDS)  # pyright: ignore
    except (OSError, ValueError, TimeoutError) as error:
        raise ToolchainError(f"{address}: cannot reach the Dask scheduler: {error}") from error
    with client:  # pyright: ignore
        # Equal calls are equal results for Dask, unless it is told that they are not.
        yield client.get_executor(pure=False)  # pyright: ignore


def check_scheduler(address: str | None) -> None:
    """Raises ToolchainError when Dask is missing, UsageError when the address has no protocol."""
    if address is None:
        return
    if "://" not in address:
        raise UsageError(f"expected a scheduler's address like tcp://host:8786, found '{address}'")
    if find_spec("distributed") is None:
        raise ToolchainError(
            "--scheduler needs the package distributed: pip install 'cmixdsl[dask]'"
        )
