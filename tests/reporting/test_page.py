"""The page of a run: what it says, and how a browser shows it."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from cmixdsl.reporting.page import build_page, describe_layer
from cmixdsl.reporting.roofline import label_points
from cmixdsl.simulator.cores import CORTEX_M4

PHONE_WIDTH = 500
"""Pixels: the narrowest window that a headless Chromium opens."""
BROWSER = shutil.which("chromium")
needs_browser = pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed")


def build_layer(**changes: Any) -> dict[str, Any]:
    layer: dict[str, Any] = {
        "name": "conv0",
        "op": "cmix.conv2d",
        "bits": "u8_u4_s2",
        "shape": "8x8x3 -> 8x8x16",
        "macs": 27_648,
        "weight_bytes": 108,
        "activation_bytes": 704,
        "buffer_bytes": 1_004,
        "function": "net_conv0_conv2d",
        "instructions": 40_000,
        "modelled_cycles": 50_000,
        "code_bytes": 1_092,
    }
    return {**layer, **changes}


def build_summary(*layers: dict[str, Any]) -> dict[str, Any]:
    total: dict[str, Any] = {
        "macs": 27_648,
        "instructions": 64_321,
        "modelled_cycles": 80_000,
        "code_bytes": 2_048,
        "rodata_bytes": 333,
        "ram_bytes": 4_000,
        "peak_stack_bytes": None,
    }
    head = {"model": "net", "target": "cortex-m4", "pipeline": "a,b", "optimize": "speed"}
    return {**head, "compiler_level": "-O3", "layers": list(layers), "total": total}


class Texts(HTMLParser):
    """Collects the text of a page's elements, and checks that they are closed in order."""

    VOID = ("meta", "br", "link")

    def __init__(self):
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def read_texts(page: str) -> list[str]:
    parser = Texts()
    parser.feed(page)
    assert parser.open == []
    return parser.texts


def test_describe_layer():
    layer = describe_layer(build_layer(), {"modelled_cycles": 80_000})
    assert layer["share"] == pytest.approx(62.5)
    assert layer["speed"] == pytest.approx(0.55296)
    assert (layer["flash_bytes"], layer["scratch_bytes"]) == (1_200, 300)
    assert layer["op"] == "conv2d"


def test_page_says_the_figures():
    pool = build_layer(name="pool", bits="u4_u4", macs=0, weight_bytes=0, modelled_cycles=30_000)
    texts = read_texts(build_page(build_summary(build_layer(), pool), CORTEX_M4))
    for text in ("64,321", "80,000", "0.67", "333", "62.5", "37.5", "8x8x3 → 8x8x16", "u8_u4_s2"):
        assert text in {part.replace("\xa0%", "") for part in texts}
    assert "net" in texts
    # 27,648 MACs over 812 bytes, 0.55 a cycle: one dot, for the only layer that multiplies
    assert "conv0: 0.55 MAC/cycle, 34.0 MAC/byte" in texts
    assert not any(text.startswith("pool:") for text in texts)


def test_page_needs_no_network_and_escapes():
    page = build_page(build_summary(build_layer(name="<b>&")), CORTEX_M4, memory_plan="<svg/>")
    assert "<b>&" not in page
    assert "&lt;b&gt;&amp;" in page
    addresses = set(re.findall(r"https?://[^\"' ]+", page))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(script|link|img|iframe)\b|@import|url\(", page)


def test_page_without_layers():
    texts = read_texts(build_page(build_summary(), CORTEX_M4))
    assert "Roofline" not in texts


def browse(page: Path, *options: str) -> str:
    """What a headless browser prints."""
    assert BROWSER is not None
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
    profile = f"--user-data-dir={page.parent / 'profile'}"
    return subprocess.run(
        [BROWSER, *flags, profile, *options, page.as_uri()],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout


PROBE = """<script>
const root = document.documentElement, style = getComputedStyle(document.body);
document.title = [root.scrollWidth <= innerWidth, style.backgroundColor, style.color].join("|");
</script>"""
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(20, 23, 27)"


@needs_browser
@pytest.mark.parametrize(
    ("scheme", "options", "background"),
    [("light", (), LIGHT), ("dark", ("--blink-settings=preferredColorScheme=0",), DARK)],
)
def test_page_fits_a_phone_in_both_schemes(
    tmp_path: Path, scheme: str, options: tuple[str, ...], background: str
):
    path = tmp_path / f"{scheme}.html"
    layers = [build_layer(name=f"layer{index}") for index in range(30)]
    path.write_text(build_page(build_summary(*layers), CORTEX_M4) + PROBE, encoding="utf-8")
    shown = browse(path, "--dump-dom", f"--window-size={PHONE_WIDTH},900", *options)
    title = re.search(r"<title>(.*?)</title>", shown)
    assert title is not None
    fits, found, ink = title.group(1).split("|")
    assert (fits, found) == ("true", background)
    assert ink not in (LIGHT, DARK)


@needs_browser
def test_page_prints(tmp_path: Path):
    path = tmp_path / "page.html"
    path.write_text(build_page(build_summary(build_layer()), CORTEX_M4), encoding="utf-8")
    browse(path, f"--print-to-pdf={tmp_path / 'page.pdf'}")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def test_largest_share_has_the_longest_bar():
    layers = [build_layer(modelled_cycles=cycles) for cycles in (8_000, 4_000, 0)]
    page = build_page(build_summary(*layers), CORTEX_M4)
    assert re.findall(r'class="bar" style="width:([\d.]+)%', page) == ["60.0", "30.0", "0.0"]


def test_labels_of_a_roofline_do_not_cover_each_other():
    names = ["pw1", "pw2", "pw3", "dw1"]
    positions = [(100.0, 50.0), (103.0, 52.0), (140.0, 45.0), (100.0, 70.0)]
    assert label_points(names, positions) == [((100.0, 50.0), "pw1 +2"), ((100.0, 70.0), "dw1")]
