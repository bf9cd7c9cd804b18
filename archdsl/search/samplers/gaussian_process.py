"""A Gaussian process whose kernel is a sum over several kinds of distance.

Of each kind there is a Matern kernel with nu = 5/2, with an amplitude and a length of its own.
These and the noise maximise the marginal likelihood, so the data say which kind of likeness tells
results apart. See Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006: 2.3,
4.2.1, 5.4.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

Array: TypeAlias = npt.NDArray[np.float64]

_AMPLITUDE = (-1.0, 2.0)
_LENGTH = (0.0, 1.0)
_NOISE = (-3.0, 2.0)
"""Means and variances of the logarithms, for values of variance 1 and distances of about 1.

Without these priors, ten results would often be called all noise, or all signal.
"""

_JITTER = 1e-6  # keeps the matrix invertible where two members look alike
_ITERATIONS = 30


@dataclass(frozen=True)
class Kernel:
    """Amplitudes and lengths, one of each kind, and the variance of the noise."""

    amplitudes: Array
    lengths: Array
    noise: float

    def __call__(self, distances: Sequence[Array]) -> Array:
        """The covariance without noise; of each kind a matrix of distances of one shape."""
        terms = zip(self.amplitudes, self.lengths, distances, strict=True)
        covariance: Array = sum(
            (a * _matern(sqrt(5) * d / length) for a, length, d in terms), start=np.zeros(())
        )
        return covariance

    @property
    def variance(self) -> float:
        """The variance of any member before data."""
        return float(self.amplitudes.sum())

    def covariance(self, distances: Sequence[Array]) -> Array:
        """The covariance of observations, with their noise."""
        covariance: Array = self(distances) + (self.noise + _JITTER) * np.eye(len(distances[0]))
        return covariance


@dataclass(frozen=True)
class Posterior:
    """What a kernel and the values of some members say of others.

    `seen` has the distances among the members with values.
    """

    kernel: Kernel
    seen: Sequence[Array]
    values: Array

    def of(self, distances: Sequence[Array]) -> tuple[Array, Array]:
        """Mean and standard deviation of members, by their distances to those with values."""
        factor = cho_factor(self.kernel.covariance(self.seen), lower=True)
        across = self.kernel(distances)
        mean: Array = across @ cho_solve(factor, self.values)
        explained = np.einsum("ij,ji->i", across, cho_solve(factor, across.T))
        return mean, np.sqrt(np.maximum(self.kernel.variance - explained, 1e-9))


def learn(distances: Sequence[Array], values: Array) -> Posterior:
    """What the values of the first members say, given the distances of all to the seen ones.

    Members that are seen but have no value yet, behind those that have, are believed at their mean.
    Near them the others are then as certain as if they had been tried.
    """
    valued, seen = len(values), distances[0].shape[1]
    among = [d[:valued, :valued] for d in distances]
    known = Posterior(fit(among, values), among, values)
    if valued == seen:
        return known
    believed, _ = known.of([d[valued:seen, :valued] for d in distances])
    return Posterior(known.kernel, [d[:seen] for d in distances], np.append(values, believed))


def fit(distances: Sequence[Array], values: Array) -> Kernel:
    """The likeliest kernel for values of mean 0 and variance 1, given distances of each kind."""
    kinds = len(distances)
    means, variances = np.transpose([_AMPLITUDE] * kinds + [_LENGTH] * kinds + [_NOISE])

    def loss(logarithms: Array) -> tuple[float, Array]:
        value, slope = _unlikelihood(logarithms, distances, values)
        off = logarithms - means
        return value + float((off**2 / variances).sum()) / 2, slope + off / variances

    bounds = [(mean - 8, mean + 8) for mean in means]
    options = {"maxiter": _ITERATIONS}
    found = minimize(loss, means, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return _kernel(found.x)


def _kernel(logarithms: Array) -> Kernel:
    kinds = len(logarithms) // 2
    values = np.exp(logarithms)
    return Kernel(values[:kinds], values[kinds:-1], float(values[-1]))


def _unlikelihood(
    logarithms: Array, distances: Sequence[Array], values: Array
) -> tuple[float, Array]:
    """The negative logarithm of the marginal likelihood, and its gradient."""
    kernel = _kernel(logarithms)
    factor = cho_factor(kernel.covariance(distances), lower=True)
    inverse = cho_solve(factor, np.eye(len(values)))
    weights = inverse @ values
    loss = values @ weights / 2 + np.log(np.diag(factor[0])).sum()
    # The gradient is the sum of `pull * dK`, for each parameter's derivative dK of the covariance.
    pull = (inverse - np.outer(weights, weights)) / 2
    by_amplitude, by_length = [], []
    for a, length, d in zip(kernel.amplitudes, kernel.lengths, distances, strict=True):
        r = sqrt(5) * d / length
        decay = np.exp(-r)
        by_amplitude.append(a * (pull * (1 + r + r * r / 3) * decay).sum())
        by_length.append(a * (pull * r * r * (1 + r) / 3 * decay).sum())
    by_noise = kernel.noise * np.trace(pull)
    return float(loss), np.array([*by_amplitude, *by_length, by_noise])


def _matern(r: Array) -> Array:
    kernel: Array = (1 + r + r * r / 3) * np.exp(-r)
    return kernel
