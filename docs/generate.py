"""Writes what the documentation takes from the code.

    python docs/generate.py              writes the references and the generated parts of pages
    python docs/generate.py --check      writes nothing; exit code 1 and the names of stale pages
    python docs/generate.py --figures    also measures, which takes minutes and needs gcc and QEMU
    python docs/generate.py --table F    also writes the benchmark's whole table from its records

A generated part of a page stands between `<!-- generated: NAME -->` and `<!-- end -->`.
"""

import re
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path

import figures
import goals
import layer_example
import mixed_precision
import references

DOCS = Path(__file__).resolve().parent
README = DOCS.parent / "README.md"
Build = Callable[[], str]

WHOLE_PAGES: Mapping[str, Build] = {
    "cmix.md": references.build_cmix_page,
    "dsp.md": references.build_dsp_page,
    "qnn.md": references.build_qnn_page,
    "quant.md": references.build_quant_page,
    "passes.md": references.build_passes_page,
}
PARTS: Mapping[str, Build] = {
    "bits": mixed_precision.build_bits_table,
    "bits by cycles": mixed_precision.build_cycles_table,
    "pipeline": layer_example.build_pipeline_table,
    "targets": references.build_target_table,
    "tflite operators": references.build_tflite_table,
    "onnx operators": references.build_onnx_table,
    "cores": references.build_core_table,
    "level 2": layer_example.build_model,
    "level 3": layer_example.build_contraction,
    "block": layer_example.build_block,
    "level 4": layer_example.build_loop,
    "level 5": layer_example.build_c_loop,
}
FIGURES: Mapping[str, Build] = {
    "demo": figures.build_demo_table,
    "benchmark": figures.build_benchmark_table,
    "networks": figures.build_network_table,
}
TABLES = ("instructions", "modelled cycles", "limits")
_PART = re.compile(r"(<!-- generated: (?P<name>[\w ]+) -->\n).*?(<!-- end -->)", re.S)


def fill_parts(text: str, builds: Mapping[str, Build]) -> str:
    """The page with its generated parts written anew; parts not in `builds` stay."""

    def fill(match: re.Match[str]) -> str:
        if match["name"] not in (*PARTS, *FIGURES, *TABLES):
            raise SystemExit(f"no part is called '{match['name']}'")
        build = builds.get(match["name"])
        return match[0] if build is None else f"{match[1]}{build().strip()}\n{match[3]}"

    return _PART.sub(fill, text)


def build_pages(builds: Mapping[str, Build]) -> dict[Path, str]:
    """All pages that have anything generated, with their texts."""
    pages = {DOCS / name: build().strip() + "\n" for name, build in WHOLE_PAGES.items()}
    examples = sorted((DOCS.parent / "examples").glob("*/README.md"))
    for path in (README, *sorted(DOCS.glob("*.md")), *examples):
        if path not in pages and _PART.search(text := path.read_text(encoding="utf-8")):
            pages[path] = fill_parts(text, builds)
    return pages


def _list_tables(paths: list[Path]) -> Mapping[str, Build]:
    if not paths:
        return {}
    records = goals.read_records(paths)
    return {
        "instructions": lambda: goals.build_goal_table(records, "instructions"),
        "modelled cycles": lambda: goals.build_goal_table(records, "modelled_cycles"),
        "limits": lambda: goals.build_limit_table(records),
    }


def main() -> None:
    """The command described above."""
    parser = ArgumentParser(description="Writes what the documentation takes from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing, name stale pages")
    parser.add_argument("--figures", action="store_true", help="measure again")
    parser.add_argument("--table", nargs="+", type=Path, default=[], help="records of a benchmark")
    arguments = parser.parse_args()
    builds = {**PARTS, **FIGURES} if arguments.figures else PARTS
    pages = build_pages({**builds, **_list_tables(arguments.table)})
    stale = [
        path
        for path, text in pages.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        print(f"{path.relative_to(DOCS.parent)}: {'stale' if arguments.check else 'written'}")
        if not arguments.check:
            path.write_text(pages[path], encoding="utf-8")
    if arguments.check and stale:
        sys.exit("run python docs/generate.py")


if __name__ == "__main__":
    main()
