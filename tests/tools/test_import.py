"""`cmixc import`."""

from pathlib import Path

from increment import INCREMENT, Tool


def test_import_writes_mlir(run_cmixc: Tool, model: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.mlir"
    assert run_cmixc("import", model, "-o", output) == (0, "", "")
    assert "func.func @increment" in output.read_text()
    again = tmp_path / "again.mlir"
    run_cmixc("import", output, "-o", again)
    assert again.read_text() == output.read_text()


def test_nothing_is_written_for_a_wrong_file(run_cmixc: Tool, tmp_path: Path) -> None:
    path, output = tmp_path / "bad.mlir", tmp_path / "out.mlir"
    path.write_text(INCREMENT.replace("arith.addi", "arith.addx"))
    code, out, err = run_cmixc("import", path, "-o", output)
    assert (code, out) == (1, "")
    assert err.startswith(f"error: {path}:")
    assert not output.exists()
