"""The text of emitted C: names, headers, errors, and that it compiles wherever it is included."""

import shutil
import subprocess
from pathlib import Path

import pytest
from c_programs import emit, parse

from cmixdsl.diagnostics import OperationFailedException
from cmixdsl.errors import CmixError
from cmixdsl.targets.c.emitter import emit_c
from cmixdsl.targets.c.printer import break_line

NET = """
"memref.global"() <{sym_name = "net_arena", type = memref<32xi8>, sym_visibility = "private",
  initial_value}> : () -> ()

func.func @net(%x: memref<2x2x3xi8>, %y: memref<10xi8>) attributes {
  cmix.inputs = [!cmix.packed<2x2x5xui4>], cmix.outputs = [!cmix.packed<10xsi8>]
} {
  %arena = memref.get_global @net_arena : memref<32xi8>
  %c0 = arith.constant 0 : index
  %word = dsp.load_word %x[%c0, %c0, %c0] : memref<2x2x3xi8>
  dsp.store_word %word, %arena[%c0] : memref<32xi8>
  dsp.store_word %word, %y[%c0] : memref<10xi8>
  func.return
}
"""

HEADER = """\
#ifndef NET_H
#define NET_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define NET_RESTRICT __restrict
#else
#define NET_RESTRICT restrict
#endif

enum {
    NET_X_BYTES = 12,
    NET_Y_BYTES = 10,
};

/*
 * net:
 *   x: input, u4[2][2][5], 12 bytes
 *   y: output, s8[10], 10 bytes
 * Elements of 2 and 4 bits are packed least significant bits first, and each
 * row of the innermost dimension is padded to a whole byte.
 * Uses 32 bytes of static memory: calls must not overlap.
 */
void net(const uint8_t *NET_RESTRICT x, uint8_t *NET_RESTRICT y);

#ifdef __cplusplus
}
#endif

#endif /* NET_H */
"""


def test_header() -> None:
    sources = emit(NET)
    assert sources.header == HEADER
    assert sorted(sources.files) == ["net.c", "net.h", "net_dsp.h"]


def test_name_of_files() -> None:
    sources = emit_c(parse(NET), "my-model")
    assert sorted(sources.files) == ["my_model.c", "my_model.h", "my_model_dsp.h"]
    assert "#ifndef MY_MODEL_H\n" in sources.header
    assert '#include "my_model.h"\n' in sources.source


def test_emitting_twice_gives_equal_bytes() -> None:
    module = parse(NET)
    assert emit_c(module) == emit_c(module)
    assert emit_c(module) == emit_c(parse(NET))


@pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++")
def test_header_serves_cpp(tmp_path: Path) -> None:
    sources = emit(NET)
    (tmp_path / "net.h").write_text(sources.header)
    (tmp_path / "main.cpp").write_text(
        '#include "net.h"\nuint8_t x[NET_X_BYTES], y[NET_Y_BYTES];\nvoid f() { net(x, y); }\n'
    )
    command = ["g++", "-Wall", "-Wextra", "-Werror", "-c", "main.cpp"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
@pytest.mark.parametrize("optimization", ["-O0", "-O3"])
def test_compiles_without_warnings(optimization: str, tmp_path: Path) -> None:
    for name, text in emit(NET).files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "single.c").write_text(emit(NET).single_file)
    flags = ["-std=c99", "-Wall", "-Wextra", "-Wcast-qual", "-Wpedantic", "-Wconversion", "-Werror"]
    for name in ("net.c", "single.c"):
        command = ["gcc", *flags, optimization, "-c", name]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)


def emit_body(arguments: str, body: str, results: str = "") -> str:
    """The lines of a function's body in C."""
    arrow = f"-> {results} " if results else ""
    source = emit(f"func.func @f({arguments}) {arrow}{{\n{body}\n}}").body
    return source.split("{\n", 1)[1].rsplit("}", 1)[0]


def test_names_that_collide_get_numbers() -> None:
    body = emit_body(
        "%int: i32, %int32_t: i32, %f: i32, %cmix_add: i32, %acc: i32, %0: i32",
        """
        %acc_1 = arith.muli %acc, %int : i32
        %acc_2 = arith.muli %acc_1, %acc_1 : i32
        %1 = arith.muli %acc_2, %acc_2 : i32
        %a.b = arith.addi %1, %1 : i32
        %x = arith.addi %int32_t, %f : i32
        %y = arith.addi %cmix_add, %0 : i32
        %p = arith.muli %x, %y : i32
        %q = arith.muli %a.b, %a.b : i32
        %r = arith.muli %p, %q : i32
        func.return %r : i32
        """,
        "i32",
    )
    names = ("int_1", "int32_t_1", "f_1", "cmix_add_1", "acc_1", "acc_2", "v0", "v1", "a_b")
    for name in names:
        assert name in body


def test_sibling_loops_use_the_same_name() -> None:
    body = emit_body(
        "%y: memref<4xi32>",
        """
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %c4 = arith.constant 4 : index
        %z = arith.constant 0 : i32
        scf.for %i = %c0 to %c4 step %c1 {
          scf.for %i_1 = %c0 to %c4 step %c1 {
            %k = arith.addi %i, %i_1 : index
            memref.store %z, %y[%k] : memref<4xi32>
          }
        }
        scf.for %i = %c0 to %c4 step %c1 {
          memref.store %z, %y[%i] : memref<4xi32>
        }
        func.return
        """,
    )
    assert body.count("for (int32_t i = 0; i < 4; ++i)") == 2
    assert body.count("for (int32_t i_1 = 0; i_1 < 4; ++i_1)") == 1


def test_long_lines_are_broken() -> None:
    names = [f"%a_rather_long_name_of_an_argument_{letter}" for letter in "abcdef"]
    arguments = ", ".join(f"{name}: memref<4xi8>" for name in names)
    text = f"""
      func.func private @callee({arguments}) {{
        %c0 = arith.constant 0 : index
        %v = memref.load {names[0]}[%c0] : memref<4xi8>
        memref.store %v, {names[1]}[%c0] : memref<4xi8>
        func.return
      }}
      func.func @f({arguments}) {{
        func.call @callee({", ".join(names)}) : ({", ".join(["memref<4xi8>"] * 6)}) -> ()
        func.return
      }}"""
    for file_text in emit(text).files.values():
        assert max(len(line) for line in file_text.splitlines()) <= 100


def test_long_tables_are_wrapped() -> None:
    text = f"""
      "memref.global"() <{{sym_name = "table", type = memref<300xi32>, sym_visibility = "private",
        constant, initial_value = dense<{list(range(100000, 100300))}> : tensor<300xi32>}}>
        : () -> ()
      func.func @f() -> i32 {{
        %table = memref.get_global @table : memref<300xi32>
        %c7 = arith.constant 7 : index
        %v = memref.load %table[%c7] : memref<300xi32>
        func.return %v : i32
      }}"""
    lines = emit(text).body.splitlines()
    table = lines[1 : lines.index("};")]
    assert [len(line) for line in table[:-1]] == [99] * (len(table) - 1)
    assert [int(v) for line in table for v in line.split(",") if v.strip()] == list(
        range(100000, 100300)
    )


ERRORS = {
    "unknown operation": (
        'func.func @f() {\n"test.op"() : () -> ()\nfunc.return\n}',
        "test.op: no C",
    ),
    "operation of level 1 at the top": (
        '"test.op"() : () -> ()',
        "test.op: expected functions and globals",
    ),
    "unknown type": (
        "func.func @f(%a: f32) {\nfunc.return\n}",
        "func.func: type f32 has no C type",
    ),
    "odd width": (
        "func.func @f(%a: i24, %b: i24) -> i24 {\n"
        "%c = arith.addi %a, %b : i24\nfunc.return %c : i24\n}",
        "i24",
    ),
    "float arithmetic": (
        "func.func @f() -> i32 {\n%a = arith.constant 1.0 : f32\n"
        "%b = arith.fptosi %a : f32 to i32\nfunc.return %b : i32\n}",
        "arith.fptosi: no C expression",
    ),
    "dynamic shape": (
        "func.func @f(%x: memref<?xi8>) {\nfunc.return\n}",
        "func.func: expected a static shape",
    ),
    "heap": (
        "func.func @f() {\n%m = memref.alloc() : memref<4xi8>\nfunc.return\n}",
        "memref.alloc: no C",
    ),
    "missing function": (
        "func.func private @g()\nfunc.func @f() {\nfunc.call @g() : () -> ()\nfunc.return\n}",
        "func.call: function @g has no definition",
    ),
    "recursion": (
        "func.func @f() {\nfunc.call @f() : () -> ()\nfunc.return\n}",
        "func.func: function @f calls itself",
    ),
    "missing global": (
        "func.func @f() -> i8 {\n%g = memref.get_global @g : memref<1xi8>\n"
        "%c0 = arith.constant 0 : index\n%v = memref.load %g[%c0] : memref<1xi8>\n"
        "func.return %v : i8\n}",
        "memref.get_global: global @g has no definition",
    ),
    "shift by the width": (
        "func.func @f(%a: i32) -> i32 {\n%n = arith.constant 32 : i32\n"
        "%r = arith.shli %a, %n : i32\nfunc.return %r : i32\n}",
        "arith.shli: expected a shift by 0 to 31 bits, found 32",
    ),
    "misaligned view": (
        "func.func @f(%x: memref<16xi8>) -> i32 {\n%c2 = arith.constant 2 : index\n"
        "%w = memref.view %x[%c2][] : memref<16xi8> to memref<2xi32>\n"
        "%r = memref.load %w[%c2] : memref<2xi32>\nfunc.return %r : i32\n}",
        "memref.view: byte 2 is not aligned",
    ),
    "view beyond its source": (
        "func.func @f(%x: memref<16xi8>) -> i32 {\n%c4 = arith.constant 4 : index\n"
        "%w = memref.view %x[%c4][] : memref<16xi8> to memref<4xi32>\n"
        "%r = memref.load %w[%c4] : memref<4xi32>\nfunc.return %r : i32\n}",
        "memref.view: bytes 4 to 20 are not within the 16",
    ),
    "several results": (
        "func.func @f(%a: i32) -> (i32, i32) {\nfunc.return %a, %a : i32, i32\n}",
        "func.func: expected at most one result",
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_name_the_operation(case: str) -> None:
    text, message = ERRORS[case]
    with pytest.raises(OperationFailedException) as caught:
        emit(text)
    assert message in str(caught.value)


def test_written_constant_is_refused() -> None:
    text = """
      "memref.global"() <{sym_name = "table", type = memref<4xi8>, sym_visibility = "private",
        constant, initial_value = dense<1> : tensor<4xi8>}> : () -> ()
      func.func @f(%v: i8) {
        %table = memref.get_global @table : memref<4xi8>
        %c0 = arith.constant 0 : index
        memref.store %v, %table[%c0] : memref<4xi8>
        func.return
      }"""
    with pytest.raises(OperationFailedException, match="constant @table is written"):
        emit(text)


def test_module_without_public_functions_is_refused() -> None:
    with pytest.raises(CmixError, match="expected a public function"):
        emit("func.func private @f() {\nfunc.return\n}")


def test_assignment_is_broken_inside_a_long_right_hand_side() -> None:
    first, second = "a" * 50, "b" * 50
    assert break_line(f"const int32_t v0 = cmix_max({first}, {second});") == [
        f"const int32_t v0 = cmix_max({first},",
        f"        {second});",
    ]
    assert break_line(f"const int32_t {second} = cmix_max({first}, 1);") == [
        f"const int32_t {second} =",
        f"        cmix_max({first}, 1);",
    ]


def test_stdbool_is_included_only_for_bool() -> None:
    without = emit("func.func @f(%x: i32) -> i32 {\nfunc.return %x : i32\n}")
    assert "stdbool" not in without.single_file
    truth = emit("func.func @f(%x: i1) -> i1 {\nfunc.return %x : i1\n}")
    assert "stdbool" in truth.header
    assert "stdbool" in truth.prelude
