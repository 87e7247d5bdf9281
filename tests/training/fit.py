"""Fits a small network and writes it as the plain arrays that reading/network.py runs.

Needs JAX, which only training needs: `pip install jax` in an environment of its own.
The same seed on the same kind of machine gives the same weights to the last decimals.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Whole = NDArray[np.int32]
Weights = dict[str, jax.Array]
# A plan is a row of layers: ("conv", 16), ("pool", 0), ("dense", 64), …; the last has a class each.
Plan = Sequence[tuple[str, int]]
# Pictures (n x height x width), classes (n), and how much each picture counts (n).
Batch = tuple[Floats, Whole, Floats]


def fitted(
    plan: Plan,
    batch: Callable[[np.random.Generator], Batch],
    *,
    steps: int,
    seed: int,
    rate: float = 2e-3,
    decay: float = 1e-4,
    drop: float = 0.2,
    every: int = 0,
    look: Callable[[dict[str, Floats]], None] = lambda _weights: None,
) -> dict[str, Floats]:
    """Weights after `steps` batches: AdamW, cosine rate, dropout before dense layers."""
    draw = np.random.default_rng(seed)
    key = jax.random.PRNGKey(seed)
    pictures, _, _ = batch(np.random.default_rng(seed))
    weights = _start(plan, pictures.shape[1:], draw)
    first = {n: jnp.zeros_like(w) for n, w in weights.items()}
    second = {n: jnp.zeros_like(w) for n, w in weights.items()}
    learn = jax.jit(partial(_learned, kinds=tuple(k for k, _ in plan), decay=decay, drop=drop))
    for step in range(steps):
        key, own = jax.random.split(key)
        pace = rate * min(1.0, (step + 1) / 100) * 0.5 * (1 + np.cos(np.pi * step / steps))
        at = jnp.float32(step + 1), jnp.float32(pace)
        weights, first, second = learn((weights, first, second), batch(draw), own, at)
        if every and (step + 1) % every == 0:
            look({n: np.asarray(w) for n, w in weights.items()})
    return {n: np.asarray(w) for n, w in weights.items()}


def write(path: Path, weights: dict[str, Floats]) -> None:
    """The weights at half precision; the file has no time in it, so it can be compared."""
    arrays: dict[str, Any] = {n: w.astype(np.float16) for n, w in sorted(weights.items())}
    np.savez_compressed(path, **arrays)


def _start(plan: Plan, shape: tuple[int, ...], draw: np.random.Generator) -> Weights:
    high, wide, deep = (*shape, 1)
    flat = False
    weights: dict[str, Floats] = {}
    for number, (kind, size) in enumerate(plan):
        if kind == "pool":
            high, wide = high // 2, wide // 2
            weights[f"{number:02}-pool"] = np.zeros(0, np.float32)
            continue
        if kind == "conv":
            fan = 9 * deep
            form: tuple[int, ...] = (3, 3, deep, size)
        else:
            deep = deep if flat else high * wide * deep
            fan, form, flat = deep, (deep, size), True
        weights[f"{number:02}-{kind}"] = (draw.standard_normal(form) * np.sqrt(2 / fan)).astype(
            np.float32
        )
        weights[f"{number:02}-bias"] = np.zeros(size, np.float32)
        deep = size
    return {n: jnp.asarray(w) for n, w in weights.items()}


def _scores(
    weights: Weights, pictures: jax.Array, key: jax.Array, *, kinds: tuple[str, ...], drop: float
) -> jax.Array:
    held = pictures[..., None]
    for number, kind in enumerate(kinds):
        if kind == "pool":
            # By reshape: the slope of XLA's own window is slow on a processor without a GPU.
            n, high, wide, deep = held.shape
            even = held[:, : high // 2 * 2, : wide // 2 * 2]
            held = even.reshape(n, high // 2, 2, wide // 2, 2, deep).max(axis=(2, 4))
            continue
        own, bias = weights[f"{number:02}-{kind}"], weights[f"{number:02}-bias"]
        if kind == "conv":
            held = jax.lax.conv_general_dilated(
                held, own, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
        else:
            held = held.reshape(held.shape[0], -1)
            key, part = jax.random.split(key)
            kept = jax.random.bernoulli(part, 1 - drop, held.shape)
            held = jnp.where(kept, held / (1 - drop), 0.0) @ own
        held = held + bias
        if number < len(kinds) - 1:
            held = jnp.maximum(held, 0)
    return held


def _learned(
    moments: tuple[Weights, Weights, Weights],
    batch: Batch,
    key: jax.Array,
    at: tuple[jax.Array, jax.Array],
    *,
    kinds: tuple[str, ...],
    decay: float,
    drop: float,
) -> tuple[Weights, Weights, Weights]:
    """One step of AdamW: weights and the means of slopes and of their squares, afterwards."""
    weights, first, second = moments
    pictures, classes, counts = batch
    step, pace = at

    def loss(now: Weights) -> jax.Array:
        log = jax.nn.log_softmax(_scores(now, pictures, key, kinds=kinds, drop=drop))
        hit = jnp.take_along_axis(log, classes[:, None], axis=1)[:, 0]
        return -(hit * counts).sum() / counts.sum()

    slope = jax.grad(loss)(weights)
    first = {n: 0.9 * first[n] + 0.1 * slope[n] for n in weights}
    second = {n: 0.999 * second[n] + 0.001 * slope[n] ** 2 for n in weights}
    after = {}
    for n, w in weights.items():
        stride = (first[n] / (1 - 0.9**step)) / (jnp.sqrt(second[n] / (1 - 0.999**step)) + 1e-8)
        shrink = decay * w if w.ndim > 1 else 0.0
        after[n] = w - pace * (stride + shrink)
    return after, first, second
