"""A small grammar that says what a scene shows, in many ways.

What a caption leaves out has a default: the size medium, the place the middle, the background plain white
(black behind something white). So a short prompt has one meaning.
"""

import numpy as np

from .scenes import CENTRE, COLOURS, MEDIUM, SHAPES, SIZES, STYLES, Scene, Thing
from .splits import SIDE_BY_SIDE, plain_background

COLOUR_NAMES = tuple(COLOURS)
SYNONYMS = {
    "circle": ("circle", "circle", "disc", "disk"), "square": ("square", "square", "box"), "triangle": ("triangle",),
    "diamond": ("diamond", "diamond", "rhombus"), "star": ("star",), "heart": ("heart",), "ring": ("ring", "ring", "donut"),
    "cross": ("cross", "cross", "plus"), "small": ("small", "small", "little", "tiny"), "medium": ("medium", "medium-sized"),
    "large": ("large", "big", "large", "huge"), "purple": ("purple", "purple", "violet"), "cyan": ("cyan", "cyan", "turquoise"),
    "striped": ("striped", "striped", "stripy"), "dotted": ("dotted", "dotted", "spotted"), "gradient": ("gradient", "gradient", "shaded"),
    "checkered": ("checkered", "checkered", "chequered"),
}
OPENINGS = ("", "", "", "", "", "", "a picture of ", "an image of ", "a drawing of ", "a photo of ")
RELATIONS = {
    (3, 5): ("to the left of", "left of", "on the left of"), (5, 3): ("to the right of", "right of", "on the right of"),
    (1, 7): ("above", "over", "on top of"), (7, 1): ("below", "under", "underneath"),
}


def pick(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[int(rng.integers(len(words)))]


def say(rng: np.random.Generator, word: str) -> str:
    """The word or one of its synonyms."""
    return pick(rng, SYNONYMS.get(word, (word,)))


def with_article(words: str) -> str:
    return ("an " if words[0] in "aeiou" else "a ") + words


def caption(scene: Scene, rng: np.random.Generator) -> str:
    """One of the captions of a scene."""
    named = [with_article(name_of(thing, rng)) for thing in scene.things]
    background = background_of(scene, rng)
    text = pick(rng, OPENINGS) + arrangement(scene, named, rng) + background
    style = rng.random()
    return text.capitalize() + "." if style < 0.1 else text.capitalize() if style < 0.2 else text


def name_of(thing: Thing, rng: np.random.Generator) -> str:
    """Size (unless it is medium), colour and shape."""
    mentions_size = thing.size != MEDIUM or rng.random() < 0.1
    size = say(rng, SIZES[thing.size]) + " " if mentions_size else ""
    return size + say(rng, COLOUR_NAMES[thing.colour]) + " " + say(rng, SHAPES[thing.shape])


def arrangement(scene: Scene, named: list[str], rng: np.random.Generator) -> str:
    """The things with their places, or with a relation where the places are the ones it stands for."""
    places = tuple(thing.place for thing in scene.things)
    if len(named) == 1:
        return named[0] + ("" if places[0] == CENTRE and rng.random() < 0.5 else " " + place_of(places[0], rng))
    if places in SIDE_BY_SIDE and rng.random() < 0.6:
        return f"{named[0]} {pick(rng, RELATIONS[places])} {named[1]}"
    placed = [f"{name} {place_of(place, rng)}" for name, place in zip(named, places)]
    last = (", " if rng.random() < 0.2 else " ") + "and " + placed[-1]
    return ", ".join(placed[:-1]) + last


def place_of(place: int, rng: np.random.Generator) -> str:
    """A phrase for a place: "in the middle", "at the top", "in the lower left corner"."""
    row, column = ("top", "", "bottom")[place // 3], ("left", "", "right")[place % 3]
    if place == CENTRE:
        return pick(rng, ("in the middle", "in the center", "in the centre", "at the center"))
    if not row:
        return pick(rng, (f"on the {column}", f"at the {column}", f"on the {column} side"))
    if not column:
        return pick(rng, (f"at the {row}", f"at the {row}", f"on the {row}"))
    row = row if rng.random() < 0.75 else {"top": "upper", "bottom": "lower"}[row]
    return pick(rng, (f"at the {row} {column}", f"in the {row} {column}", f"in the {row} {column} corner"))


def background_of(scene: Scene, rng: np.random.Generator) -> str:
    """" on a striped blue background"; now and then nothing where the background is what one expects."""
    if plain_background(scene) and rng.random() < 0.35:
        return ""
    style = STYLES[scene.style]
    style = ("plain " if rng.random() < 0.15 else "") if style == "plain" else say(rng, style) + " "
    what = with_article(style + say(rng, COLOUR_NAMES[scene.background]))
    return f"{pick(rng, (' on', ' on', ' on', ' against', ' with'))} {what} {pick(rng, ('background', 'background', 'background', 'backdrop'))}"
