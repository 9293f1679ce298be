"""Options and fixtures that all tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent

# How long an example takes says nothing on a machine with other work. On CI that is so already.
settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="complete sweeps, which take long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skips tests marked `full` unless the sweeps shall be complete."""
    if config.getoption("--full"):
        return
    skip = pytest.mark.skip(reason="part of the complete sweep: pytest --full")
    for item in items:
        if item.get_closest_marker("full"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether sweeps shall be complete rather than sampled."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder `shared` beside the repository, with vectors and models of other projects."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip("there is no folder `shared` beside the repository")
    return folder


@pytest.fixture(scope="session")
def repository() -> Path:
    """The top folder of the repository."""
    return REPOSITORY
