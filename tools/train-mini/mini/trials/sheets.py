"""Contact sheets with the words under the pictures."""

import textwrap
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SCALE, GAP, COLUMNS, LINE = 2, 4, 12, 11


def tile(pictures: list[np.ndarray], text: str, side: int = 64) -> Image.Image:
    """Pictures of one case side by side, what was given first, and its words."""
    width = (side * SCALE + GAP) * len(pictures)
    lines = textwrap.wrap(text, width // 6)[: 5 if len(pictures) == 1 else 3]
    image = Image.new("RGB", (width + 2 * GAP, side * SCALE + LINE * (5 if len(pictures) == 1 else 3) + 2 * GAP), "white")
    for i, picture in enumerate(pictures):
        scaled = Image.fromarray(picture)
        image.paste(scaled.resize((scaled.width * SCALE, scaled.height * SCALE), 0), (GAP + i * (side * SCALE + GAP), GAP))
    ImageDraw.Draw(image).multiline_text((GAP, side * SCALE + GAP), "\n".join(lines), "black", spacing=0)
    return image


def save_captioned(cases: list[tuple[list[np.ndarray], str]], path: Path) -> None:
    """Writes the cases row by row."""
    tiles = [tile(*case) for case in cases]
    columns = max(1, COLUMNS // len(cases[0][0]) // 2)
    width, height = tiles[0].size
    sheet = Image.new("RGB", (columns * width, -(-len(tiles) // columns) * height), "white")
    for i, one in enumerate(tiles):
        sheet.paste(one, (i % columns * width, i // columns * height))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, optimize=True)
