"""The procedural world: scenes, captions, pictures, and which of them are kept from training."""

from .captions import caption
from .render import render
from .scenes import COLOURS, PALETTE, PLACES, SHAPES, SIZES, STYLES, Scene, Thing, centre, radius
from .splits import sample_scenes, split_of

__all__ = [
    "COLOURS", "PALETTE", "PLACES", "SHAPES", "SIZES", "STYLES",
    "Scene", "Thing", "caption", "centre", "radius", "render", "sample_scenes", "split_of",
]
