"""Draws scenes, and keeps some (colour, shape, place) triples from training: 5 % for testing, 5 % for validation."""

import numpy as np

from .scenes import BLACK, CENTRE, COLOURS, MEDIUM, SHAPES, STYLES, WHITE, Scene, Thing

SPLITS = ("train", "validation", "test")
THREE_IN_A_ROW = ((3, 4, 5), (1, 4, 7), (0, 4, 8), (6, 4, 2))
SIDE_BY_SIDE = ((3, 5), (5, 3), (1, 7), (7, 1))
FAR_APART = tuple(
    (a, b) for a in range(9) for b in range(9) if max(abs(a % 3 - b % 3), abs(a // 3 - b // 3)) == 2
)


def bucket(thing: Thing) -> int:
    """A fixed number from 0 to 19 for a thing's colour, shape and place (multiplicative hashing)."""
    key = (thing.colour * len(SHAPES) + thing.shape) * 9 + thing.place + 1
    return ((key * 2654435761 % 2**32) >> 16) % 20


def split_of(scene: Scene) -> str | None:
    """The only split in which a scene may appear; None where it mixes things kept for validation with things kept for the test."""
    kept = {{0: "test", 1: "validation"}.get(bucket(thing), "train") for thing in scene.things} - {"train"}
    if len(kept) > 1:
        return None
    return kept.pop() if kept else "train"


def sample_scenes(count: int, rng: np.random.Generator, split: str = "train", things: tuple[float, ...] = (0.62, 0.28, 0.10)) -> list[Scene]:
    """Draws scenes of one split; `things` are the shares of scenes with one, two and three things."""
    scenes: list[Scene] = []
    while len(scenes) < count:
        scene = draw_scene(rng, things)
        if split_of(scene) == split:
            scenes.append(scene)
    return scenes


def draw_scene(rng: np.random.Generator, things: tuple[float, ...]) -> Scene:
    """Draws one scene of any split. Colours differ from each other and from the background."""
    count = 1 + int(rng.choice(len(things), p=np.array(things) / sum(things)))
    background = WHITE if rng.random() < 0.15 else int(rng.integers(len(COLOURS)))
    style = int(rng.choice(len(STYLES), p=(0.52, 0.18, 0.10, 0.10, 0.10)))
    colours = rng.permutation([c for c in range(len(COLOURS)) if c != background])[:count]
    places = draw_places(count, rng)
    return Scene(background, style, tuple(
        Thing(int(colour), int(rng.integers(len(SHAPES))), place, draw_size(count, rng)) for colour, place in zip(colours, places)
    ))


def draw_places(count: int, rng: np.random.Generator) -> tuple[int, ...]:
    """Places that leave room: alone anywhere (the middle more often), two of them far apart, three of them in a row."""
    if count == 1:
        return (CENTRE if rng.random() < 0.15 else int(rng.integers(9)),)
    choices = THREE_IN_A_ROW if count == 3 else SIDE_BY_SIDE if rng.random() < 0.4 else FAR_APART
    places = choices[int(rng.integers(len(choices)))]
    return tuple(int(p) for p in (rng.permutation(places) if count == 3 else places))


def draw_size(count: int, rng: np.random.Generator) -> int:
    """Alone: any size, medium more often. Of two: mostly medium. Three share one size."""
    if count == 3:
        return MEDIUM
    return int(rng.choice(3, p=(0.3, 0.4, 0.3) if count == 1 else (0.15, 0.7, 0.15)))


def plain_background(scene: Scene) -> bool:
    """Whether a caption may leave the background out: plain white, or plain black behind something white."""
    whites = any(thing.colour == WHITE for thing in scene.things)
    return scene.style == 0 and scene.background == (BLACK if whites else WHITE)
