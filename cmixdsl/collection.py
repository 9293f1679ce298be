"""How often Python looks for garbage."""

import atexit
import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def collecting_rarely() -> Generator[None]:
    """Has Python look for unreachable cycles rarely, while much is created and little is lost.

    Operations and their values refer to each other, and so do classes. With Python's own
    thresholds, looking through them takes a third of the time of compiling a network; without, no
    more memory is in use.
    """
    thresholds = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


def skip_last_collection() -> None:
    """Has Python end without looking for garbage once more, among all that is in use till then."""
    atexit.register(gc.freeze)
