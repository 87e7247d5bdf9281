"""Small convolutional networks of our own, run by NumPy alone.

Promises: the same weights and pictures give the same scores; a model is plain arrays, no code.
Touches: the model's file, once. Trusts: the files in inbox_daemon/models/.
Limits: 3 x 3 convolutions, 2 x 2 maximum pooling, dense layers; trained by tests/training/fit.py.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

import inbox_daemon

Array = NDArray[np.float32]

FOLDER: Final = Path(inbox_daemon.__file__).parent / "models"
# Pictures taken together: more would only cost memory.
AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """`kind` is `conv` (weights 3 x 3 x in x out), `pool` (none) or `dense` (in x out)."""

    kind: str
    weights: Array
    bias: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Layers in order; a rectifier follows each but the last."""

    layers: tuple[Layer, ...]

    def scores(self, pictures: Array) -> Array:
        """Log odds before softmax, n x classes, of n x height x width (0 paper to 1 ink)."""
        parts = [
            self._forward(pictures[at : at + AT_ONCE]) for at in range(0, len(pictures), AT_ONCE)
        ]
        return np.concatenate(parts)

    def shares(self, pictures: Array) -> Array:
        """The scores as shares of 1 (softmax), n x classes."""
        scores = self.scores(pictures)
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: Array = raised / raised.sum(axis=1, keepdims=True)
        return shares

    def _forward(self, pictures: Array) -> Array:
        held = np.ascontiguousarray(pictures, dtype=np.float32)[..., None]
        for layer in self.layers:
            held = _step(layer, held)
            if layer.kind != "pool" and layer is not self.layers[-1]:
                np.maximum(held, 0, out=held)
        return held


def _step(layer: Layer, held: Array) -> Array:
    if layer.kind == "conv":
        return _convolved(held, layer.weights) + layer.bias
    if layer.kind == "pool":
        n, h, w, c = held.shape
        fours = held[:, : h // 2 * 2, : w // 2 * 2].reshape(n, h // 2, 2, w // 2, 2, c)
        pooled: Array = fours.max(axis=(2, 4))
        return pooled
    flat: Array = held.reshape(len(held), -1) @ layer.weights + layer.bias
    return flat


def _convolved(held: Array, weights: Array) -> Array:
    """Same size as before: the rim is paper."""
    n, h, w, _ = held.shape
    framed = np.pad(held, ((0, 0), (1, 1), (1, 1), (0, 0)))
    total = np.zeros((n, h, w, weights.shape[3]), np.float32)
    for down in range(3):
        for across in range(3):
            total += framed[:, down : down + h, across : across + w] @ weights[down, across]
    return total


@cache
def network(name: str) -> Network:
    """The model `name` of inbox_daemon/models. Raises OSError or ValueError: then no model is."""
    return network_from(FOLDER / f"{name}.npz")


def network_from(path: Path) -> Network:
    """A model from its file: arrays `00-conv`, `00-bias`, `01-pool`, … in order."""
    with np.load(path, allow_pickle=False) as arrays:
        named = {name: np.asarray(arrays[name], dtype=np.float32) for name in arrays.files}
    layers = [name for name in sorted(named) if not name.endswith("-bias")]
    return Network(
        layers=tuple(
            Layer(
                kind=name[3:],
                weights=named[name],
                bias=named.get(f"{name[:2]}-bias", np.zeros(0, np.float32)),
            )
            for name in layers
        )
    )
