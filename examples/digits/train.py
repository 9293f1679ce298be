"""Trains the digits network and writes `digits.mlir` and `test_images.npz`.

Needs PyTorch and scikit-learn, which nothing else in the project does. From the repository's root:

    python3 -m venv build/training
    build/training/bin/pip install -e . torch==2.13.0 scikit-learn
    build/training/bin/python -m examples.digits.train

It takes three minutes on one core. The seed is fixed: the same versions of the packages on the same
kind of processor give the same files. The network is trained with real numbers first, then with
fake quantization; the held-out images are looked at once, at the end.
"""

# PyTorch is no dependency of the project, so where it is absent its types are unknown.
# pyright: basic, reportMissingImports=false

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor
from torch.nn import functional

from examples.digits.conversion import convert
from examples.digits.export import write_module
from examples.digits.quantized_layers import Digits

SEED = 2024
HELD_OUT = 360


@dataclass(frozen=True)
class Dataset:
    """Images [N, 1, 8, 8] with the values 0 to 16, and their labels [N]."""

    images: Tensor
    labels: Tensor


@dataclass(frozen=True)
class Phase:
    """A stretch of training with one schedule of the learning rate."""

    name: str
    epochs: int
    learning_rate: float
    batch: int = 32


PHASES = (Phase("real numbers", 120, 4e-3), Phase("fake quantization", 240, 2e-3))


def load_data() -> tuple[Dataset, Dataset]:
    """Scikit-learn's handwritten digits: images to train on, and images held out."""
    pixels, labels = load_digits(return_X_y=True)
    parts = train_test_split(
        pixels.reshape(-1, 8, 8).astype(np.float32),
        labels,
        test_size=HELD_OUT,
        random_state=SEED,
        stratify=labels,
    )
    train_x, test_x, train_y, test_y = (torch.from_numpy(part) for part in parts)
    return Dataset(train_x[:, None], train_y), Dataset(test_x[:, None], test_y)


def distort(images: Tensor) -> Tensor:
    """Turns, scales and shifts every image a little; pixels stay whole numbers from 0 to 16."""
    n = len(images)
    angle = (torch.rand(n) - 0.5) * 0.35
    scale = 1 + (torch.rand(n) - 0.5) * 0.2
    shift = (torch.rand(n, 2) - 0.5) * 0.3
    cos, sin = scale * angle.cos(), scale * angle.sin()
    rows = (torch.stack((cos, -sin, shift[:, 0]), 1), torch.stack((sin, cos, shift[:, 1]), 1))
    grid = functional.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False).round()


def fit(network: Digits, data: Dataset, phase: Phase) -> None:
    """Trains the network in place and prints its progress."""
    batches = len(data.labels) // phase.batch
    optimizer = torch.optim.Adam(network.parameters(), lr=phase.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, phase.epochs * batches)
    network.train()
    for epoch in range(1, phase.epochs + 1):
        total = 0.0
        order = torch.randperm(len(data.labels))
        for batch in order[: batches * phase.batch].split(phase.batch):
            logits = network(distort(data.images[batch]))
            loss = functional.cross_entropy(logits, data.labels[batch], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        if epoch % 20 == 0:
            print(
                f"{phase.name}: epoch {epoch}/{phase.epochs}, loss {total / batches:.4f}",
                flush=True,
            )


@torch.no_grad()
def predict(network: Digits, data: Dataset) -> Tensor:
    """The digit that the network sees in each image, [N]."""
    network.eval()
    return network(data.images).argmax(dim=1)


def main() -> None:
    """Trains, converts, measures and writes the files."""
    parser = argparse.ArgumentParser(description="Train the digits network and write digits.mlir.")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path(__file__).parent, help="folder to write to"
    )
    folder: Path = parser.parse_args().output
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)

    train, held_out = load_data()
    network = Digits()
    real_phase, quantized_phase = PHASES
    fit(network, train, real_phase)
    real = predict(network, held_out)
    network.start_quantization(train.images)
    fit(network, train, quantized_phase)
    quantized = predict(network, held_out).numpy()

    integer_network = convert(network)
    images = held_out.images.permute(0, 2, 3, 1).numpy().astype(np.uint8)
    labels = held_out.labels.numpy().astype(np.uint8)
    integer = integer_network.run(images).argmax(axis=1)
    print(f"held-out accuracy, real numbers:      {(real == held_out.labels).float().mean():.2%}")
    print(f"held-out accuracy, fake quantization: {(quantized == labels).mean():.2%}")
    print(f"held-out accuracy, integers:          {(integer == labels).mean():.2%}")
    print(f"images on which the last two agree:   {(integer == quantized).sum()} of {len(labels)}")

    np.savez_compressed(folder / "test_images.npz", x=images, y=labels)
    write_module(integer_network, folder / "digits.mlir")


if __name__ == "__main__":
    main()
