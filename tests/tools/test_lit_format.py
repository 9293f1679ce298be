"""The lit format with the short cut gives the verdicts that lit's own shell gives."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "filecheck"
FUNCTION = "// CHECK: func.func private @f()\nfunc.func private @f()\n"
CASES = {
    "right": ("cmix-opt %s | filecheck %s", FUNCTION, "PASS"),
    "wrong_output": ("cmix-opt %s | filecheck %s", FUNCTION.replace("@f", "@g", 1), "FAIL"),
    "failing_tool": ("cmix-opt %s -p nonsense", FUNCTION, "FAIL"),
    "expected_failure": ("not cmix-opt %s -p nonsense", FUNCTION, "PASS"),
    "unexpected_success": ("not cmix-opt %s", FUNCTION, "FAIL"),
    "redirected": ("cmix-opt %s > %t && filecheck %s < %t", FUNCTION, "PASS"),
    "errors_joined": (
        "not cmix-opt %s -p nonsense 2>&1 | filecheck %s",
        "// CHECK: unknown pass 'nonsense'\n",
        "PASS",
    ),
    "errors_not_joined": (
        "not cmix-opt %s -p nonsense | filecheck %s",
        "// CHECK: unknown pass 'nonsense'\n",
        "FAIL",
    ),
    "round_trip": ("ROUNDTRIP", FUNCTION, "PASS"),
    "xfail": ("cmix-opt %s -p nonsense\n// XFAIL: *", FUNCTION, "XFAIL"),
}


def test_verdicts(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "filecheck"
    folder.mkdir(parents=True)
    for name in ("lit.cfg", "in_process.py"):
        shutil.copy(FOLDER / name, folder)
    for name, (command, text, _) in CASES.items():
        (folder / f"{name}.mlir").write_text(f"// RUN: {command}\n{text}")
    lit = Path(sys.executable).with_name("lit")
    result = subprocess.run(
        [lit, folder, "--verbose", "--workers", "1"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    verdicts = re.findall(r"^(\w+): cmixdsl :: (\w+)\.mlir", result.stdout, re.MULTILINE)
    assert {name: verdict for verdict, name in verdicts} == {
        name: verdict for name, (_, _, verdict) in CASES.items()
    }
