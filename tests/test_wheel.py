"""The wheel holds all that the tools need, outside the repository."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
MODEL = """\
func.func @copy(%x: memref<2xi8>, %y: memref<2xi8>) attributes {
    cmix.inputs = [!cmix.packed<2xui8>], cmix.outputs = [!cmix.packed<2xui8>]} {
  "memref.copy"(%x, %y) : (memref<2xi8>, memref<2xi8>) -> ()
  func.return
}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content and nothing else of ours."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    # A build in the repository would leave files there that end up in the next wheel.
    shutil.copytree(REPOSITORY / "cmixdsl", source / "cmixdsl")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, source)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", folder, source], check=True, timeout=300)
    (wheel,) = folder.glob("*.whl")
    with ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_data_files_are_inside(site: Path) -> None:
    suffixes = {".c", ".h", ".json", ".ld", ".mlir", ".typed"}
    tracked = (REPOSITORY / "cmixdsl").rglob("*")
    wanted = {path.relative_to(REPOSITORY) for path in tracked if path.suffix in suffixes}
    assert {path for path in wanted if not (site / path).is_file()} == set()


def test_tools_work_from_an_empty_folder(site: Path, tmp_path: Path) -> None:
    (tmp_path / "model.mlir").write_text(MODEL)
    command = "import sys; sys.path.insert(0, sys.argv.pop(1)); " + (
        "import cmixdsl; assert cmixdsl.__file__.startswith(sys.path[0]), cmixdsl.__file__; "
        "from cmixdsl.tools.cmixc import main; main()"
    )
    arguments = ["compile", "model.mlir", "-o", "out", "--pipeline", "canonicalize"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(
        [sys.executable, "-c", command, site, *arguments],
        cwd=tmp_path,
        env=environment,
        check=True,
        timeout=120,
    )
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".c", ".h", ".json"}
