"""What the model would give between the points that were run: a Gaussian process for each published figure.

Of each outcome a plane through the points is taken away; what is left is a Gaussian process with a length of its own for each
free parameter (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, chapters 2 and 5), its noise the
luck of the points.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import InputError, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Starts of the search for the lengths of a process, besides that from 1.
_STARTS = 2


@dataclass(frozen=True)
class Emulator:
    """Emulates one outcome over the unit cube of the free parameters."""

    plane: NDArray[np.float64]  #: intercept, then slopes
    process: Any
    scale: float

    def predict(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """[points] means of the outcome, and the variance of what the emulator does not know; luck is not in it.

        Args:
            points: [points, parameters] in the unit cube.
        """
        with one_thread():
            mean, deviation = self.process.predict(points, return_std=True)
        noise = self.process.kernel_.k2.noise_level
        variance = np.maximum(deviation**2 - noise, 0.0) * self.scale**2
        return self.plane[0] + points @ self.plane[1:] + mean * self.scale, variance


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums in one order on every machine: threads of the linear algebra would add in the order in which they end."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield


def need_scikit_learn() -> None:
    """Raise InputError if the emulators' library is not installed."""
    try:
        import sklearn  # noqa: F401
    except ImportError:
        message = "calibrate needs scikit-learn and SALib; install them with: pip install 'middle-corridor[calibrate]'"
        raise InputError([Problem(message)]) from None


def emulator(points: NDArray[np.float64], values: NDArray[np.float64], seed: int) -> Emulator:
    """Fit an emulator; the same for the same arguments.

    Args:
        points: [points, parameters] in the unit cube; values: [points] of one outcome, each a mean over replications;
            those that are no number are left out.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    known = np.isfinite(values)
    x, y = points[known], values[known]
    plane = np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]), y, rcond=None)[0]
    rest = y - plane[0] - x @ plane[1:]
    scale = float(rest.std()) or 1.0
    lengths = RBF([1.0] * x.shape[1], (0.2, 10.0))
    kernel = ConstantKernel(0.5, (1e-3, 10.0)) * lengths + WhiteKernel(0.5, (1e-4, 2.0))
    process = GaussianProcessRegressor(kernel, n_restarts_optimizer=_STARTS, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a length at its bound says that a parameter does nothing
        with one_thread():
            process.fit(x, rest / scale)
    return Emulator(np.asarray(plane, np.float64), process, scale)
