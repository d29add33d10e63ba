"""JAX on the CPU: 64-bit floats, compiled where shapes are known, waited for."""

from functools import cached_property

import jax
import jax.numpy as jnp

from .base import Engine, Inputs

jax.config.update("jax_enable_x64", True)


@jax.jit
def _chain(a: jax.Array, b: jax.Array) -> jax.Array:
    return jnp.sum(jnp.cos(a) * 2 + b * b)


@jax.jit
def _mean_axis0(a: jax.Array, b: jax.Array) -> jax.Array:
    return jnp.mean((a - b) ** 2 * 0.5 + a, axis=0)


@jax.jit
def _dot(a: jax.Array) -> jax.Array:
    return a @ (a + a.T)


@jax.jit
def _closing(key: jax.Array, ones: jax.Array) -> jax.Array:
    # Compiled code has fixed shapes: weights of 0 and 1 take the place of the mask.
    x = 9.0 + jax.random.normal(key, ones.shape) + ones
    return jnp.histogram(x, bins=100, range=(-9.0, 11.0), weights=(x < 10.0).astype(x.dtype))[0]


@jax.jit
def _dot_random(key: jax.Array) -> jax.Array:
    return _dot(jax.random.uniform(key, (10_000, 10_000)))


_sum = jax.jit(jnp.sum)
_std_axis0 = jax.jit(lambda a: jnp.std(a, axis=0))
_transpose = jax.jit(jnp.transpose)
_median_axis0 = jax.jit(lambda a: jnp.median(a, axis=0))
_cumsum_axis0 = jax.jit(lambda a: jnp.cumsum(a, axis=0))
_stride = jax.jit(lambda a: a[::2, :])
_reshape = jax.jit(lambda a: a.reshape(1000, 5000, 5).sum(axis=0))


class Jax(Engine):
    """The matrices are on the device, which is the CPU, before anything is timed."""

    def __init__(self, inputs: Inputs) -> None:
        super().__init__(inputs)
        self.a, self.b = jax.block_until_ready((jnp.asarray(inputs.a), jnp.asarray(inputs.b)))

    @cached_property
    def ones(self) -> jax.Array:
        return jnp.asarray(self.inputs.ones)

    def run(self, name: str) -> jax.Array:
        return jax.block_until_ready(super().run(name))

    def sum(self) -> jax.Array:
        return _sum(self.a)

    def chain(self) -> jax.Array:
        return _chain(self.a, self.b)

    def mean_axis0(self) -> jax.Array:
        return _mean_axis0(self.a, self.b)

    def dot(self) -> jax.Array:
        return _dot(self.a)

    def mask(self) -> jax.Array:
        # Its length depends on values, so it cannot be compiled.
        return self.a[self.a > 0.5]

    def std_axis0(self) -> jax.Array:
        return _std_axis0(self.a)

    def transpose(self) -> jax.Array:
        return _transpose(self.a)

    def median_axis0(self) -> jax.Array:
        return _median_axis0(self.a)

    def cumsum_axis0(self) -> jax.Array:
        return _cumsum_axis0(self.a)

    def stride(self) -> jax.Array:
        return _stride(self.a)

    def closing(self) -> jax.Array:
        return _closing(jax.random.key(19), self.ones)

    def dot_random(self) -> jax.Array:
        return _dot_random(jax.random.key(42))

    def reshape(self) -> jax.Array:
        return _reshape(self.a)
