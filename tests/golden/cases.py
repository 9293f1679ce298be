"""CMix-NN's own answers on random data, as modules, inputs and expected outputs.

The vectors lie in `shared/golden` beside the repository; its README describes the fields.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.builder import ImplicitBuilder
from xdsl.dialects.builtin import IntegerType, ModuleOp, Signedness
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import SSAValue

from cmixdsl.dialects.cmix.constant import ConstantOp
from cmixdsl.dialects.cmix.layers import Conv2dOp, DepthwiseConv2dOp
from cmixdsl.dialects.cmix.requantization import IcnAttr
from cmixdsl.dialects.cmix.types import PackedType
from cmixdsl.dialects.cmix.window import Window

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class GoldenCase:
    """One call of a CMix-NN function. Activations are HWC, filters OHWI or, depthwise, HWC."""

    name: str
    """Such as `dw_k3s2p1_u8_u4_u2_icn`: input, output and weight bits, then the flavour."""
    fields: dict[str, Array]
    strides: tuple[int, int]
    padding: tuple[int, int, int, int]
    is_depthwise: bool
    library_correct: bool
    """Whether the library computes the mathematically right output."""

    @property
    def bits(self) -> tuple[int, int, int]:
        """Bits of input, output and weights."""
        names = self.name.split("_u")[1:]
        return int(names[0]), int(names[1]), int(names[2].split("_")[0])

    @property
    def inputs(self) -> Array:
        """The input's elements."""
        return self.fields["x_unpacked"].astype(np.int32)

    @property
    def expected(self) -> Array:
        """The mathematically right output elements."""
        return self.fields["y_true"].astype(np.int32)

    @property
    def library_output(self) -> Array:
        """What the library wrote, right or wrong."""
        return self.fields["y_lib"].astype(np.int32)

    @property
    def library_bytes(self) -> bytes:
        """The packed bytes that the library wrote."""
        return self.fields["y_lib_packed"].tobytes()

    def build_module(self) -> ModuleOp:
        """A module of level 2 whose function `net` is this layer."""
        input_bits, output_bits, filter_bits = self.bits
        weights = self.fields["w_unpacked"]
        input_type = build_type(self.inputs.shape, input_bits)
        output_type = build_type(self.expected.shape, output_bits)
        function = FuncOp("net", ([input_type], [output_type]))
        kernel = weights.shape[:2] if self.is_depthwise else weights.shape[1:3]
        op_type = DepthwiseConv2dOp if self.is_depthwise else Conv2dOp
        with ImplicitBuilder(function.body) as (x,):
            x.name_hint = "x"
            filters = ConstantOp(weights, build_type(weights.shape, filter_bits))
            layer = op_type(
                x,
                SSAValue.get(filters),
                output_type,
                bias=self.fields["bias"].tolist(),
                requant=IcnAttr(
                    self._get_list("m_zero"), self._get_list("n_zero"), int(self.fields["z_out"])
                ),
                window=Window((kernel[0], kernel[1]), self.strides, self.padding),
                input_zero=int(self.fields["z_in"]),
                filter_zero=self._get_list("z_wt"),
            )
            ReturnOp(layer)
        module = ModuleOp([function])
        module.verify()
        return module

    def _get_list(self, field: str) -> list[int]:
        return self.fields[field].reshape(-1).tolist()


def build_type(shape: tuple[int, ...], bits: int) -> PackedType:
    """A packed tensor of unsigned elements."""
    return PackedType(shape, IntegerType(bits, Signedness.UNSIGNED))


def load_cases(shared_folder: Path) -> Iterator[GoldenCase]:
    """Every case in the folder `shared`, in the order of its list."""
    folder = shared_folder / "golden"
    descriptions = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    with np.load(folder / "cmixnn.npz") as archive:
        fields: dict[str, dict[str, Array]] = {}
        for key in archive.files:
            case, field = key.split("/")
            fields.setdefault(case, {})[field] = archive[key]
    for case in descriptions:
        stride, pad = case["stride"], case["pad"]
        yield GoldenCase(
            case["case"],
            fields[case["case"]],
            strides=(stride, stride),
            padding=(pad, pad, pad, pad),
            is_depthwise=case["case"].startswith("dw_"),
            library_correct=case["library_correct"],
        )
