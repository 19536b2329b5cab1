"""Says by image analysis alone whether a picture shows what its scene says: palette, connected regions, outlines. Nothing is trained."""

from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from scipy import ndimage

from .world import PALETTE, SHAPES, Scene, Thing
from .world.render import patterns
from .world.scenes import offset
from .world.shapes import DISTANCES

# A thing covers at least this share of the picture, and is somewhere at least three pixels thick.
LEAST_AREA = 0.008
# The outline overlaps the shape's own by at least this much (intersection over union), and any other shape's by less.
LEAST_OVERLAP = 0.7
OUTLINE = 32
PLAIN_BELOW = 0.03
EVERYWHERE = np.ones((3, 3), dtype=bool)


class Seen(NamedTuple):
    """What was found of one thing. `overlap` is with the outline of the right shape."""

    colour: bool
    shape: bool
    place: bool
    overlap: float


class Verdict(NamedTuple):
    """What was found of a scene. `count`: as many things as there should be."""

    background: bool
    style: bool
    count: bool
    things: tuple[Seen, ...]

    @property
    def right(self) -> bool:
        return self.background and self.style and self.count and all(t.colour and t.shape and t.place for t in self.things)


class Region(NamedTuple):
    """Connected pixels of one palette colour."""

    colour: int
    mask: np.ndarray


def judge(picture: np.ndarray, scene: Scene) -> Verdict:
    """Judges a picture (side, side, 3), 0..1."""
    labels = ((picture[:, :, None] - PALETTE) ** 2).sum(-1).argmin(-1)
    background = most_frequent(labels[border(len(labels))])
    regions = find_regions(labels, background)
    things = tuple(look_for(thing, scene, picture, regions, labels == background) for thing in scene.things)
    style = find_style(picture, labels == background)
    return Verdict(background == scene.background, style == scene.style, len(regions) == len(scene.things), things)


def most_frequent(labels: np.ndarray) -> int:
    return int(np.bincount(labels.ravel()).argmax())


@cache
def border(side: int) -> np.ndarray:
    """The outermost pixels."""
    frame = np.ones((side, side), dtype=bool)
    wide = max(2, side // 24)
    frame[wide:-wide, wide:-wide] = False
    return frame


def find_regions(labels: np.ndarray, background: int) -> list[Region]:
    """Regions of other colours than the background's. Thin ones are the blurred rims of things, not things."""
    regions = []
    for colour in range(len(PALETTE)):
        if colour == background:
            continue
        numbered, count = ndimage.label(labels == colour, structure=EVERYWHERE)
        for number in range(1, count + 1):
            mask = numbered == number
            if mask.sum() >= LEAST_AREA * mask.size and ndimage.binary_erosion(mask, EVERYWHERE).any():
                regions.append(Region(colour, mask))
    return regions


def look_for(thing: Thing, scene: Scene, picture: np.ndarray, regions: list[Region], behind: np.ndarray) -> Seen:
    """Finds a thing by its colour, nearest to its place, and compares place and outline."""
    candidates = [region for region in regions if region.colour == thing.colour]
    if not candidates:
        return Seen(False, False, False, 0.0)
    step = offset(scene, thing)
    column, row = thing.place % 3 - 1, thing.place // 3 - 1
    shift = lambda region: (np.array(middle_of(region.mask)) / len(picture) - 0.5) / step
    region = min(candidates, key=lambda region: np.abs(shift(region) - (column, row)).max())
    x, y = shift(region)
    overlaps = compare(outline_of(region, picture, behind))
    return Seen(
        colour=True,
        shape=int(overlaps.argmax()) == thing.shape and overlaps[thing.shape] >= LEAST_OVERLAP,
        place=bool(abs(x - column) < 0.5 and abs(y - row) < 0.5),
        overlap=float(overlaps[thing.shape]),
    )


def box_of(mask: np.ndarray) -> tuple[int, int, int, int]:
    """First and last row and column (last exclusive)."""
    rows, columns = np.nonzero(mask)
    return rows.min(), rows.max() + 1, columns.min(), columns.max() + 1


def middle_of(mask: np.ndarray) -> tuple[float, float]:
    """Middle of the bounding box, x and y."""
    top, bottom, left, right = box_of(mask)
    return (left + right) / 2, (top + bottom) / 2


def outline_of(region: Region, picture: np.ndarray, behind: np.ndarray) -> np.ndarray:
    """The region with its blurred rim: pixels nearer to its own colour than to the background's, connected to it."""
    if not behind.any():
        return region.mask
    own, other = np.median(picture[region.mask], 0), np.median(picture[behind], 0)
    near = ((picture - own) ** 2).sum(-1) < ((picture - other) ** 2).sum(-1)
    near &= ndimage.binary_dilation(region.mask, EVERYWHERE, iterations=3)
    numbered, _ = ndimage.label(near)
    inside = numbered[region.mask & near]
    return numbered == most_frequent(inside) if len(inside) else region.mask


def normalise(mask: np.ndarray) -> np.ndarray:
    """The mask's bounding box scaled to OUTLINE pixels along its longer side, in the middle of a square; soft at the edges."""
    top, bottom, left, right = box_of(mask)
    cut = torch.from_numpy(mask[top:bottom, left:right].astype(np.float32))[None, None]
    scale = OUTLINE / max(cut.shape[2:])
    height, width = (max(1, round(side * scale)) for side in cut.shape[2:])
    cut = torch.nn.functional.interpolate(cut, (height, width), mode="bilinear", antialias=True)[0, 0].numpy()
    whole = np.zeros((OUTLINE, OUTLINE), dtype=np.float32)
    y, x = (OUTLINE - height) // 2, (OUTLINE - width) // 2
    whole[y : y + height, x : x + width] = cut
    return whole


@cache
def outlines() -> np.ndarray:
    """The normalised outline of each shape."""
    line = torch.linspace(-1.3, 1.3, 260)
    y, x = torch.meshgrid(line, line, indexing="ij")
    return np.stack([normalise((distance(x, y) < 0).numpy()) for distance in DISTANCES])


def compare(mask: np.ndarray) -> np.ndarray:
    """Intersection over union with each of the shapes."""
    seen, known = normalise(mask), outlines()
    return np.minimum(seen, known).sum((1, 2)) / np.maximum(seen, known).sum((1, 2))


@cache
def known_patterns(side: int) -> np.ndarray:
    return patterns(side).numpy()


def find_style(picture: np.ndarray, behind: np.ndarray) -> int:
    """The pattern that explains most of the background's brightness; plain where none is strong."""
    if behind.sum() < 16:
        return -1
    light = picture[behind].mean(-1)
    light = light - light.mean()
    strength, explained = [0.0], [0.0]
    for pattern in known_patterns(len(picture))[1:]:
        wave = pattern[behind] - pattern[behind].mean()
        strength.append(abs((wave @ light) / (wave @ wave)))
        explained.append((wave @ light) ** 2 / (wave @ wave))
    best = int(np.argmax(explained))
    return best if strength[best] > PLAIN_BELOW else 0


def summarise(verdicts: list[Verdict]) -> dict:
    """Shares in percent: of things (colour, shape, place) and of pictures (the others)."""
    things = [thing for verdict in verdicts for thing in verdict.things]
    percent = lambda flags: round(100 * float(np.mean(flags)), 1) if len(flags) else None
    of_things = {name: percent([getattr(t, name) for t in things]) for name in ("colour", "shape", "place")}
    of_pictures = {name: percent([getattr(v, name) for v in verdicts]) for name in ("background", "style", "count", "right")}
    return {**of_things, **of_pictures, "overlap": round(float(np.mean([t.overlap for t in things])), 3), "pictures": len(verdicts)}


def judge_all(pictures: torch.Tensor, scenes: list[Scene]) -> list[Verdict]:
    """Judges pictures (n, 3, side, side), 0..1."""
    arrays = pictures.clamp(0, 1).permute(0, 2, 3, 1).float().numpy()
    return [judge(picture, scene) for picture, scene in zip(arrays, scenes)]


def shape_confusion(pictures: torch.Tensor, scenes: list[Scene]) -> dict[str, float]:
    """Share of right shapes for each shape, in percent."""
    verdicts = judge_all(pictures, scenes)
    pairs = [(SHAPES[thing.shape], seen.shape) for v, s in zip(verdicts, scenes) for seen, thing in zip(v.things, s.things)]
    return {shape: round(100 * float(np.mean([ok for name, ok in pairs if name == shape] or [0])), 1) for shape in SHAPES}
