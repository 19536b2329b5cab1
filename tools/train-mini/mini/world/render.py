"""Draws scenes as pictures, with the mask of the things in them."""

import numpy as np
import torch
from torch import Tensor

from .scenes import PALETTE, STYLES, Scene, centre, radius
from .shapes import DISTANCES

COLOUR_SHIFT, PLACE_SHIFT, RADIUS_SHIFT = 0.02, 0.012, 0.03


def render(scenes: list[Scene], side: int, rng: np.random.Generator | None = None, loose: float = 1.0) -> tuple[Tensor, Tensor]:
    """Pictures (n, 3, side, side) and how much of each pixel a thing covers (n, 1, side, side), both 0..1.

    With `rng`, colours, places and radii vary a little; without, every scene has exactly one picture.
    `loose` multiplies how far places and radii vary.
    """
    things = flatten(scenes, rng, loose)
    pictures = backgrounds(scenes, side, rng)
    masks = torch.zeros(len(scenes), 1, side, side)
    for turn in range(3):
        rows = things[things[:, 0] == turn]
        if len(rows) == 0:
            continue
        owner = torch.from_numpy(rows[:, 1]).long()
        cover = coverage(rows, side)[:, None]
        colour = torch.from_numpy(rows[:, 3:6].astype(np.float32))[:, :, None, None]
        pictures[owner] = pictures[owner] * (1 - cover) + colour * cover
        masks[owner] = torch.maximum(masks[owner], cover)
    return pictures.clamp(0, 1), masks


def flatten(scenes: list[Scene], rng: np.random.Generator | None, loose: float = 1.0) -> np.ndarray:
    """One row a thing: turn, scene, shape, red, green, blue, x, y, radius."""
    rows = [
        (turn, index, thing.shape, *PALETTE[thing.colour], *centre(scene, thing), radius(scene, thing))
        for index, scene in enumerate(scenes) for turn, thing in enumerate(scene.things)
    ]
    table = np.array(rows, dtype=np.float64)
    if rng is not None:
        table[:, 3:6] += rng.uniform(-COLOUR_SHIFT, COLOUR_SHIFT, (len(table), 3))
        table[:, 6:8] += rng.uniform(-PLACE_SHIFT, PLACE_SHIFT, (len(table), 2)) * loose
        table[:, 8] *= 1 + rng.uniform(-RADIUS_SHIFT, RADIUS_SHIFT, len(table)) * loose
    return table


def grid(side: int) -> tuple[Tensor, Tensor]:
    """y and x of the pixels' middles, 0..1."""
    line = (torch.arange(side) + 0.5) / side
    return torch.meshgrid(line, line, indexing="ij")


def coverage(rows: np.ndarray, side: int) -> Tensor:
    """How much of each pixel the thing of each row covers (n, side, side), with edges one pixel wide."""
    y, x = grid(side)
    cover = torch.empty(len(rows), side, side)
    for shape, distance in enumerate(DISTANCES):
        at = np.nonzero(rows[:, 2] == shape)[0]
        if len(at):
            cx, cy, r = (torch.from_numpy(rows[at, k].astype(np.float32))[:, None, None] for k in (6, 7, 8))
            cover[at] = (0.5 - distance((x - cx) / r, (y - cy) / r) * r * side).clamp(0, 1)
    return cover


def patterns(side: int) -> Tensor:
    """How strongly each style darkens (or lightens, behind dark colours) each pixel: (styles, side, side), -1..1."""
    y, x = grid(side)
    soft = lambda wave: (wave * side / 24).clamp(-1, 1)
    stripes = soft((y * 8 * np.pi).sin())
    dots = 1 - 2 * ((((x * 4) % 1 - 0.5) ** 2 + ((y * 4) % 1 - 0.5) ** 2).sqrt() - 0.26).mul(side / 4).add(0.5).clamp(0, 1)
    checks = soft((x * 4 * np.pi).sin()) * soft((y * 4 * np.pi).sin())
    drawn = {"plain": torch.zeros(side, side), "gradient": 2 * y - 1, "striped": stripes, "dotted": dots, "checkered": checks}
    return torch.stack([drawn[style] for style in STYLES])


def backgrounds(scenes: list[Scene], side: int, rng: np.random.Generator | None) -> Tensor:
    """The pictures before anything is on them (n, 3, side, side)."""
    colour = torch.from_numpy(PALETTE[[scene.background for scene in scenes]])
    if rng is not None:
        colour = colour + torch.from_numpy(rng.uniform(-COLOUR_SHIFT, COLOUR_SHIFT, (len(scenes), 3)).astype(np.float32))
    # Dark colours have no room downwards: there the pattern lightens.
    depth = torch.where(colour.mean(1) > 0.5, -0.09, 0.09)[:, None, None, None]
    pattern = patterns(side)[[scene.style for scene in scenes]][:, None]
    return colour[:, :, None, None] + depth * pattern
