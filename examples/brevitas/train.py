"""Trains the network with Brevitas and writes `digits_qonnx.onnx` and `test_images.npz`.

Needs PyTorch, Brevitas and scikit-learn, which nothing else in the project does. From the
repository's root:

    python3 -m venv build/training
    build/training/bin/pip install torch==2.13.0 brevitas==0.13.4 onnx onnxscript onnxoptimizer \
        qonnx scikit-learn
    build/training/bin/python -m examples.brevitas.train

It takes four minutes on one core. The seed is fixed: the same versions of the packages on the same
kind of processor give the same files. The held-out images are looked at once, at the end.
"""

# PyTorch is no dependency of the project, so where it is absent its types are unknown.
# pyright: basic, reportMissingImports=false

from pathlib import Path

import brevitas.nn as quantized
import numpy as np
import torch
from brevitas.export import export_qonnx
from brevitas.quant import Int8ActPerTensorFloat, Int8WeightPerChannelFloat, Uint8ActPerTensorFloat
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn import functional

FOLDER = Path(__file__).parent
SEED = 2024
HELD_OUT = 360
EPOCHS = 40
BATCH = 64
LEARNING_RATE = 1e-2


def conv(inputs: int, outputs: int, kernel: int, bits: int, groups: int = 1) -> nn.Module:
    """A convolution without bias, with weights of `bits` bits and one scale for each filter."""
    return quantized.QuantConv2d(
        inputs,
        outputs,
        kernel,
        padding=kernel // 2,
        groups=groups,
        bias=False,
        weight_bit_width=bits,
        weight_quant=Int8WeightPerChannelFloat,
    )


def build_network() -> nn.Sequential:
    """Seven quantized layers; weights of 8, 4 and 2 bits, activations of 8, 4 and 2."""
    return nn.Sequential(
        quantized.QuantIdentity(act_quant=Uint8ActPerTensorFloat, bit_width=8),
        conv(1, 16, 3, bits=8),
        nn.BatchNorm2d(16),
        quantized.QuantReLU(bit_width=8),
        conv(16, 16, 3, bits=4, groups=16),
        nn.BatchNorm2d(16),
        quantized.QuantReLU(bit_width=4),
        conv(16, 32, 1, bits=2),
        nn.BatchNorm2d(32),
        quantized.QuantReLU(bit_width=4),
        nn.MaxPool2d(2),
        conv(32, 32, 3, bits=4),
        nn.BatchNorm2d(32),
        quantized.QuantReLU(bit_width=2),
        nn.MaxPool2d(2),
        nn.Flatten(),
        quantized.QuantLinear(128, 10, bias=True, weight_bit_width=8),
        quantized.QuantIdentity(act_quant=Int8ActPerTensorFloat, bit_width=8),
    )


def load_data() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Scikit-learn's digits, values 0 to 1: images to train on and held out, then their labels."""
    pixels, labels = load_digits(return_X_y=True)
    images = (pixels.reshape(-1, 1, 8, 8) / 16).astype(np.float32)
    parts = train_test_split(images, labels, test_size=HELD_OUT, random_state=SEED, stratify=labels)
    train_x, test_x, train_y, test_y = (torch.from_numpy(part) for part in parts)
    return train_x, test_x, train_y, test_y


def train(network: nn.Module, images: Tensor, labels: Tensor) -> None:
    """Adam with a cosine schedule; images are shifted by up to one pixel."""
    optimizer = torch.optim.Adam(network.parameters(), LEARNING_RATE)
    batches = len(images) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, EPOCHS * batches)
    for epoch in range(EPOCHS):
        order = torch.randperm(len(images))
        for batch in order[: batches * BATCH].split(BATCH):
            shift = tuple(torch.randint(-1, 2, (2,)).tolist())
            moved = torch.roll(images[batch], shift, (2, 3))
            loss = functional.cross_entropy(network(moved), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1}: loss {loss.item():.3f}", flush=True)


def main() -> None:
    """Trains, exports and stores what PyTorch computes for the held-out images."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    train_x, test_x, train_y, test_y = load_data()
    network = build_network()
    train(network, train_x, train_y)
    network.eval()
    with torch.no_grad():
        logits = network(test_x).numpy()
    print(f"accuracy {100 * (logits.argmax(1) == test_y.numpy()).mean():.2f} %")
    export_qonnx(network, test_x[:1], str(FOLDER / "digits_qonnx.onnx"), dynamo=False)
    np.savez_compressed(
        FOLDER / "test_images.npz",
        x=(test_x.numpy()[:, 0, :, :, None] * 16).astype(np.uint8),
        y=test_y.numpy().astype(np.uint8),
        logits=logits.astype(np.float32),
    )


if __name__ == "__main__":
    main()
