"""The digits network in PyTorch, with weights and activations that can be rounded in training.

Steps of the quantizers are learned (LSQ), by their logarithms, so that Adam changes them in
proportion; gradients pass straight through the rounding.
"""

# PyTorch is no dependency of the project, so where it is absent its types are unknown.
# pyright: basic, reportMissingImports=false

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from examples.digits.integer_network import Element

Granularity = Literal["layer", "channel"]


def fake_quantize(x: Tensor, step: Tensor, low: Tensor | int, high: Tensor | int) -> Tensor:
    """Rounds x to whole multiples of step from low to high, with gradients for x and step."""
    whole = torch.clamp(x / step, torch.as_tensor(low), torch.as_tensor(high))
    # Halves go up, as in the integer network: averages of four are often halves.
    return (whole + ((whole + 0.5).floor() - whole).detach()) * step


class ActivationQuantizer(nn.Module):
    """Rounds activations to an element type, once `start` was called; the step is learned."""

    def __init__(self, element: Element) -> None:
        super().__init__()
        self.element = element
        self.log_step = nn.Parameter(torch.zeros(()))
        self.enabled = False

    @property
    def step(self) -> Tensor:
        """The real number that one integer step stands for, a scalar."""
        return self.log_step.exp()

    def start(self, x: Tensor) -> None:
        """Switches rounding on, with the step of the least squared error on x, what is rounded."""
        if not self.element.signed:
            x = functional.relu(x)
        largest = x.abs().max() / self.element.high
        candidates = [largest * k / 40 for k in range(4, 41)]
        errors = [(self._quantize(x, step) - x).square().mean() for step in candidates]
        self.log_step.data.copy_(candidates[int(torch.stack(errors).argmin())].log())
        self.enabled = True

    def forward(self, x: Tensor) -> Tensor:
        """Activations of any shape."""
        if not self.enabled:
            return x if self.element.signed else functional.relu(x)
        return self._quantize(x, self.step)

    def _quantize(self, x: Tensor, step: Tensor) -> Tensor:
        return fake_quantize(x, step, self.element.low, self.element.high)


class WeightQuantizer(nn.Module):
    """Rounds weights [channels, ...]; steps are learned, zero points stay as `start` set them."""

    zero_point: Tensor
    """[channels] or [1]."""

    def __init__(self, element: Element, channels: int, granularity: Granularity) -> None:
        super().__init__()
        self.element = element
        count = channels if granularity == "channel" else 1
        self.log_step = nn.Parameter(torch.zeros(count))
        self.register_buffer("zero_point", torch.zeros(count, dtype=torch.long))
        self.enabled = False

    @property
    def step(self) -> Tensor:
        """The real numbers that one integer step stands for, [channels] or [1]."""
        return self.log_step.exp()

    def start(self, weight: Tensor) -> None:
        """Switches rounding on, with the steps and zero points of the least squared error."""
        groups = weight.detach().reshape(len(self.log_step), -1)
        low, high = self.element.low, self.element.high
        best = torch.full((len(groups),), torch.inf)
        for zero_point in [0] if self.element.signed else range(low + 1, high):
            for fraction in range(4, 41):
                step = groups.abs().amax(1) / ((high - low) / 2) * fraction / 40
                rounded = fake_quantize(groups, step[:, None], low - zero_point, high - zero_point)
                error = (rounded - groups).square().sum(1)
                better = error < best
                best = torch.where(better, error, best)
                self.log_step.data[better] = step[better].log()
                self.zero_point[better] = zero_point
        self.enabled = True

    def forward(self, weight: Tensor) -> Tensor:
        """Weights [channels, ...], rounded once `start` was called."""
        if not self.enabled:
            return weight
        shape = (-1,) + (1,) * (weight.dim() - 1)
        zero_point = self.zero_point.reshape(shape)
        low, high = self.element.low - zero_point, self.element.high - zero_point
        return fake_quantize(weight, self.step.reshape(shape), low, high)

    @torch.no_grad()
    def get_integers(self, weight: Tensor) -> Tensor:
        """The integers [channels, ...] that stand for the weights."""
        shape = (-1,) + (1,) * (weight.dim() - 1)
        whole = (weight / self.step.reshape(shape) + 0.5).floor() + self.zero_point.reshape(shape)
        return whole.clamp(self.element.low, self.element.high).long()


class QuantizedLayer(nn.Module):
    """Weights, then batch normalization or a bias, then a rounded activation (ReLU when unsigned).

    Batch normalization has positive factors only, so that a larger accumulator is a larger output.
    """

    mean: Tensor
    variance: Tensor

    def __init__(
        self,
        weight: Element,
        output: Element,
        channels: tuple[int, int],
        kernel: int = 1,
        granularity: Granularity = "channel",
        depthwise: bool = False,
        normalized: bool = True,
    ) -> None:
        super().__init__()
        inputs, outputs = channels
        self.groups = inputs if depthwise else 1
        self.padding = kernel // 2
        self.weight = nn.Parameter(torch.empty(outputs, inputs // self.groups, kernel, kernel))
        nn.init.kaiming_normal_(self.weight, nonlinearity="relu")
        self.offset = nn.Parameter(torch.zeros(outputs))
        self.normalized = normalized
        self.log_factor = nn.Parameter(torch.zeros(outputs), requires_grad=normalized)
        self.register_buffer("mean", torch.zeros(outputs))
        self.register_buffer("variance", torch.ones(outputs))
        self.weight_quantizer = WeightQuantizer(weight, outputs, granularity)
        self.activation_quantizer = ActivationQuantizer(output)

    def forward(self, x: Tensor) -> Tensor:
        """Images [N, C, H, W]."""
        return self.activation_quantizer(self.get_preactivation(x))

    def get_preactivation(self, x: Tensor) -> Tensor:
        """What the activation is applied to, [N, channels, H, W]."""
        weight = self.weight_quantizer(self.weight)
        x = functional.conv2d(x, weight, padding=self.padding, groups=self.groups)
        if not self.normalized:
            return x + self.offset.reshape(1, -1, 1, 1)
        return functional.batch_norm(
            x, self.mean, self.variance, self.log_factor.exp(), self.offset, training=self.training
        )

    @torch.no_grad()
    def get_affine(self) -> tuple[Tensor, Tensor]:
        """Factors and offsets [channels]: preactivations are the convolution * factor + offset."""
        if not self.normalized:
            return torch.ones_like(self.offset).double(), self.offset.double()
        factor = self.log_factor.double().exp() * (self.variance.double() + 1e-5).rsqrt()
        return factor, self.offset.double() - self.mean.double() * factor


class Digits(nn.Module):
    """Maps images [N, 1, 8, 8] with values from 0 to 16 to logits [N, 10].

    From the first to the last layer the activations go down from 8 to 4 and 2 bits and up again.
    """

    def __init__(self) -> None:
        super().__init__()
        u2, u4, u8 = Element(2), Element(4), Element(8)
        s4, s8 = Element(4, signed=True), Element(8, signed=True)
        self.conv0 = QuantizedLayer(u8, u8, (1, 16), 3, "layer", normalized=False)
        self.dw1 = QuantizedLayer(u4, u4, (16, 16), 3, depthwise=True)
        self.pw1 = QuantizedLayer(u2, u2, (16, 24))
        self.dw2 = QuantizedLayer(s4, u4, (24, 24), 3, "layer", depthwise=True)
        self.pw2 = QuantizedLayer(u2, u8, (24, 32))
        self.fc3 = QuantizedLayer(s8, s8, (128, 10), normalized=False)

    def forward(self, x: Tensor) -> Tensor:
        """Logits [N, 10]."""
        x = self.pw1(self.dw1(self.conv0(x)))
        x = functional.max_pool2d(x, 2)
        x = functional.avg_pool2d(self.pw2(self.dw2(x)), 2)
        # Averages are rounded to multiples of the same step.
        x = self.pw2.activation_quantizer(x)
        # Rows, columns, channels: as they lie in memory.
        x = x.permute(0, 2, 3, 1).reshape(len(x), -1, 1, 1)
        return self.fc3(x).flatten(1)

    @torch.no_grad()
    def start_quantization(self, images: Tensor) -> None:
        """Switches rounding on everywhere, with steps fitted to the weights and to these images."""
        self.eval()
        for layer in self.modules():
            if isinstance(layer, QuantizedLayer):
                layer.weight_quantizer.start(layer.weight)
        for layer in (self.conv0, self.dw1, self.pw1, self.dw2, self.pw2, self.fc3):
            self._start_activation(layer, images)

    def _start_activation(self, layer: QuantizedLayer, images: Tensor) -> None:
        """Fits one activation to what the layer computes when all layers before it are rounded."""
        seen: list[Tensor] = []
        hook = layer.register_forward_hook(lambda _module, inputs, _output: seen.append(inputs[0]))
        self(images)
        hook.remove()
        layer.activation_quantizer.start(layer.get_preactivation(seen[0]))
