"""Which importer reads a file, and one clean message when there is none or it is too large."""

from pathlib import Path
from typing import NoReturn

import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr

from cmixdsl.errors import CmixError, ToolchainError
from cmixdsl.frontends import load
from cmixdsl.frontends.errors import ImportProblems
from cmixdsl.frontends.load import Frontend, ImportNetwork, load_network, load_reference
from cmixdsl.frontends.names import get_name, get_network_name
from cmixdsl.frontends.options import DEFAULT_OPTIONS, ImportOptions
from cmixdsl.universe import build_context


def _import_network(_: Context, content: bytes, path: Path, options: ImportOptions) -> ModuleOp:
    """A module that tells what it was made from."""
    assert options == DEFAULT_OPTIONS
    return ModuleOp([], {"content": StringAttr(f"{path.name} {content.hex()}")})


def _get_importer() -> ImportNetwork:
    return _import_network


def _get_missing() -> NoReturn:
    raise ModuleNotFoundError("No module named 'flatbread'", name="flatbread")


@pytest.fixture(autouse=True)
def frontends(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = (
        Frontend("flat", "Flat Files", b"FLT1", _get_importer, _get_missing),
        Frontend("bread", "Bread", None, _get_missing, _get_missing),
    )
    monkeypatch.setattr(load, "FRONTENDS", kinds)


@pytest.mark.parametrize(
    ("name", "content"), [("a.FLAT", b"x"), ("a.bin", b"\0\0\0\0FLT1"), ("a", b"abcdFLT1z")]
)
def test_frontend_by_ending_or_content(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    module = load_network(build_context(), path)
    assert module.attributes["content"] == StringAttr(f"{name} {content.hex()}")


def test_other_files_are_mlir(tmp_path: Path) -> None:
    path = tmp_path / "model.mlir"
    path.write_text("func.func @f() {\n  func.return\n}\n")
    assert "func.func @f()" in str(load_network(build_context(), path))


def test_missing_package_names_the_extra(tmp_path: Path) -> None:
    path = tmp_path / "a.bread"
    path.write_bytes(b"")
    with pytest.raises(ToolchainError) as error:
        load_network(build_context(), path)
    assert str(error.value) == (
        f"{path}: reading Bread needs the Python package 'flatbread': pip install 'cmixdsl[bread]'"
    )


def test_reference_needs_another_extra(tmp_path: Path) -> None:
    path = tmp_path / "net.flat"
    path.write_bytes(b"x")
    with pytest.raises(ToolchainError, match=r"'flatbread': pip install 'cmixdsl\[flat,compare\]'"):
        load_reference(build_context(), path)
    path = tmp_path / "net.mlir"
    path.write_text("module {}\n", encoding="utf-8")
    assert load_reference(build_context(), path) is None


def test_large_and_missing_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "LARGEST_FILE_BYTES", 10)
    path = tmp_path / "a.flat"
    with pytest.raises(CmixError, match=r"a\.flat: cannot read: No such file"):
        load_network(build_context(), path)
    path.write_bytes(bytes(11))
    with pytest.raises(CmixError, match="expected a network of at most 10 bytes, found more"):
        load_network(build_context(), path)


def test_problems_are_reported_together() -> None:
    problems = ImportProblems(Path("net.flat"))
    problems.raise_if_any()
    problems.add("'a' (CONV)", "expected int8, found float32", "quantize the network")
    with pytest.raises(CmixError) as error:
        problems.raise_if_any()
    assert str(error.value) == (
        "net.flat: 'a' (CONV): expected int8, found float32: quantize the network"
    )
    for _ in range(2):
        problems.add("'b' (FFT)", "not supported", "remove it")
    with pytest.raises(CmixError) as error:
        problems.raise_if_any()
    assert str(error.value) == (
        "net.flat: 2 problems:\n"
        "  'a' (CONV): expected int8, found float32: quantize the network\n"
        "  'b' (FFT): not supported: remove it"
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("model/conv2d_1/BiasAdd", "model_conv2d_1_BiasAdd"),
        ("", "net"),
        (";;", "net"),
        ("3x3", "net_3x3"),
        ("größe", "gr_e"),
        ("a" * 1000, "a" * 60),
    ],
)
def test_names(text: str, name: str) -> None:
    assert get_name(text, "net") == name


def test_network_name() -> None:
    assert get_network_name(Path("some/resnet-8.v1.tflite")) == "resnet_8_v1"
