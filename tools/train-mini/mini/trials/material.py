"""Pictures that the trials give to the product: true renders of the final captions' scenes, and parts of them."""

import numpy as np
import torch

from ..evaluate import OF_EACH, read_captions
from ..world import Scene, Thing, centre, radius, render
from ..world.render import backgrounds, coverage, flatten
from .trial import to_bytes

SIDE = 64


def captions_of(count: int) -> list[tuple[str, int, Scene]]:
    """The final captions with one or with two things: text, seed and scene."""
    rows = list(zip(*read_captions()))
    return rows[:OF_EACH] if count == 1 else rows[OF_EACH:]


def true_picture(scene: Scene) -> np.ndarray:
    """The scene without any variation."""
    return to_bytes(render([scene], SIDE)[0])[0]


def true_mask(scene: Scene) -> np.ndarray:
    """Where its things are."""
    return (render([scene], SIDE)[1][0, 0] > 0.5).numpy()


def picture_without(scene: Scene, turn: int) -> np.ndarray:
    """The scene with one of its things left out; the others stay as they are."""
    rows = flatten([scene], None)
    picture = backgrounds([scene], SIDE, None)
    for row in rows[rows[:, 0] != turn]:
        cover = coverage(row[None], SIDE)[:, None]
        picture = picture * (1 - cover) + torch.from_numpy(row[3:6].astype(np.float32))[None, :, None, None] * cover
    return to_bytes(picture)[0]


def box_around(scene: Scene, thing: Thing) -> np.ndarray:
    """A rectangular mask with a little room around a thing."""
    (x, y), half = centre(scene, thing), 1.2 * radius(scene, thing) + 0.03
    first = lambda at: max(0, int((at - half) * SIDE))
    last = lambda at: min(SIDE, int(np.ceil((at + half) * SIDE)))
    mask = np.zeros((SIDE, SIDE), dtype=bool)
    mask[first(y) : last(y), first(x) : last(x)] = True
    return mask


def unlike(scene: Scene, others: list[tuple[str, int, Scene]], start: int) -> tuple[str, int, Scene]:
    """The first of the captions after `start` with one thing of another colour, shape and place, on another background, no two of the colours alike."""
    thing = scene.things[0]
    for i in range(len(others)):
        other = others[(start + 1 + i) % len(others)]
        its = other[2].things[0]
        colours = {scene.background, thing.colour, other[2].background, its.colour}
        if len(colours) == 4 and its.shape != thing.shape and its.place != thing.place:
            return other
    raise LookupError("every caption is like the scene in something")
