"""Draws the letters of the demo's contact sheet: a fresh machine may have no fonts at all.

    npm pack @fontsource/inter && tar xzf fontsource-inter-*.tgz
    pip install pillow
    python make.py package ../../packages/cli/assets

Inter is under the SIL Open Font License 1.1, which is written beside the letters.
"""

import json
import shutil
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

STYLES = {"title": (700, 32), "heading": (600, 20), "text": (400, 18), "label": (400, 16)}
CHARACTERS = [chr(code) for code in range(32, 127)] + list("–—·×…“”‘’°é")
WIDTH = 512


def draw(font: ImageFont.FreeTypeFont, character: str) -> tuple[Image.Image | None, list[int]]:
    """A letter's coverage, and where it goes: left and top from the pen, and how far the pen moves on."""
    left, top, right, bottom = font.getbbox(character, anchor="ls")
    advance = round(font.getlength(character))
    if right <= left or bottom <= top:
        return None, [0, 0, advance]
    image = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(image).text((-left, -top), character, font=font, fill=255, anchor="ls")
    return image, [left, top, advance]


def main(fonts: Path, assets: Path) -> None:
    pieces, described, x, y, row = [], {}, 0, 0, 0
    for style, (weight, size) in STYLES.items():
        font = ImageFont.truetype(str(fonts / "files" / f"inter-latin-{weight}-normal.woff"), size)
        ascent, descent = font.getmetrics()
        letters = {}
        for character in CHARACTERS:
            image, placed = draw(font, character)
            width, height = image.size if image else (0, 0)
            if x + width > WIDTH:
                x, y, row = 0, y + row + 1, 0
            letters[character] = [x, y, width, height, *placed]
            if image:
                pieces.append((image, (x, y)))
                x, row = x + width + 1, max(row, height)
        described[style] = {"ascent": ascent, "descent": descent, "letters": letters}
    atlas = Image.new("L", (WIDTH, y + row))
    for image, place in pieces:
        atlas.paste(image, place)
    atlas.save(assets / "letters.png", optimize=True)
    (assets / "letters.json").write_text(json.dumps(described, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    shutil.copy(fonts / "LICENSE", assets / "letters-LICENSE.txt")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
