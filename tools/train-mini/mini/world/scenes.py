"""What a scene is: one to three coloured shapes at places on a background. All numbers are parts of the picture's side."""

from typing import NamedTuple

import numpy as np

SHAPES = ("circle", "square", "triangle", "diamond", "star", "heart", "ring", "cross")

COLOURS = {
    "red": (215, 35, 40), "orange": (245, 135, 25), "yellow": (245, 220, 50), "green": (40, 160, 65), "cyan": (70, 210, 220),
    "blue": (40, 75, 210), "purple": (125, 45, 165), "pink": (245, 135, 185), "white": (245, 245, 245), "black": (22, 22, 26),
}
PALETTE = np.array(list(COLOURS.values()), dtype=np.float32) / 255
WHITE, BLACK = list(COLOURS).index("white"), list(COLOURS).index("black")

STYLES = ("plain", "gradient", "striped", "dotted", "checkered")
SIZES = ("small", "medium", "large")
MEDIUM = 1

# Row by row; place p lies in column p % 3 and row p // 3.
PLACES = ("top left", "top", "top right", "left", "center", "right", "bottom left", "bottom", "bottom right")
CENTRE = 4

# Radius by how many things share the picture, then by size.
RADII = {1: (0.16, 0.22, 0.29), 2: (0.15, 0.185, 0.22), 3: (0.14, 0.14, 0.14)}


class Thing(NamedTuple):
    """One coloured shape. Every field is an index into the lists above."""

    colour: int
    shape: int
    place: int
    size: int


class Scene(NamedTuple):
    """A background and the things on it, in the order in which a caption names them."""

    background: int
    style: int
    things: tuple[Thing, ...]


def radius(scene: Scene, thing: Thing) -> float:
    """Radius of a thing: fewer things may be larger."""
    return RADII[len(scene.things)][thing.size]


def offset(scene: Scene, thing: Thing) -> float:
    """Distance of the outer rows and columns from the middle, so that the thing stays inside the picture."""
    widest = 0.33 if len(scene.things) == 3 else 0.27
    return min(widest, 0.5 - radius(scene, thing) - 0.02)


def centre(scene: Scene, thing: Thing) -> tuple[float, float]:
    """Where the middle of a thing lies (x, y) before the small random shift."""
    step = offset(scene, thing)
    return 0.5 + step * (thing.place % 3 - 1), 0.5 + step * (thing.place // 3 - 1)
