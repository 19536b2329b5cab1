"""What pictures are measured by beside the judge. All take pictures as bytes (side, side, 3)."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from ..judge import EVERYWHERE, PALETTE

# Colours of a thing and of what is behind it differ by at least this much (Euclidean, 0..1), else nothing was drawn.
LEAST_CONTRAST = 0.15


class Drawn(NamedTuple):
    """How well a picture follows an outline, and the palette colour within it."""

    overlap: float
    colour: int


def follow(picture: np.ndarray, mask: np.ndarray) -> Drawn:
    """Intersection over union of the outline's inside with all pixels nearer to the colour found there than to the colour around it."""
    values = picture.astype(np.float32) / 255
    inside = ndimage.binary_erosion(mask, EVERYWHERE)
    own = np.median(values[inside if inside.any() else mask], 0)
    other = np.median(values[~ndimage.binary_dilation(mask, EVERYWHERE, iterations=2)], 0)
    colour = int(((PALETTE - own) ** 2).sum(-1).argmin())
    if np.linalg.norm(own - other) < LEAST_CONTRAST:
        return Drawn(0.0, colour)
    drawn = ((values - own) ** 2).sum(-1) < ((values - other) ** 2).sum(-1)
    return Drawn(float((drawn & mask).sum() / (drawn | mask).sum()), colour)


def farthest(picture: np.ndarray, original: np.ndarray, where: np.ndarray) -> int:
    """The largest difference of two pictures at some pixels, in levels of 255."""
    return int(np.abs(picture.astype(int) - original)[where].max(initial=0))


def psnr(picture: np.ndarray, original: np.ndarray, where: np.ndarray) -> float:
    """Peak signal-to-noise ratio at some pixels, in dB."""
    error = float(((picture.astype(float) - original)[where] ** 2).mean())
    return 10 * np.log10(255**2 / max(error, 1e-9))


def share_of_colour(picture: np.ndarray, where: np.ndarray, colour: int) -> float:
    """Share of some pixels that are nearer to a colour of the palette than to the others."""
    labels = ((picture[:, :, None] / 255 - PALETTE) ** 2).sum(-1).argmin(-1)
    return float((labels == colour)[where].mean())


def nearest(picture: np.ndarray, candidates: list[np.ndarray], where: np.ndarray) -> int:
    """Which of several pictures is the nearest one at some pixels."""
    return int(np.argmax([psnr(picture, candidate, where) for candidate in candidates]))


def seam(picture: np.ndarray, true: np.ndarray, old: np.ndarray) -> float:
    """The mean step from old pixels to new ones, less the one in the true picture, in levels of 255."""
    return step_across(picture, old) - step_across(true, old)


def step_across(picture: np.ndarray, old: np.ndarray) -> float:
    """Mean difference of neighbours of which one is old and one is new."""
    values, steps = picture.astype(float), []
    for axis in (0, 1):
        edge = np.diff(old.astype(int), axis=axis) != 0
        steps.append(np.abs(np.diff(values, axis=axis))[edge])
    return float(np.concatenate(steps).mean())
