"""Writes the held-out evaluation photographs into the repository's photos/ folder.

Usage: python make_photos.py      (after fetch_photos.sh; the results are committed)

Every source is CC0 or public domain, and none is in training_photos.json.
"""

import shutil
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PHOTOS = ROOT / "photos"
DEMO = ROOT / "packages" / "cli" / "assets" / "astronaut.jpg"

SKIMAGE = HERE / "data/python3-skimage/usr/lib/python3/dist-packages/skimage/data"
LOMIRI = HERE / "data/lomiri-wallpapers-16.04/usr/share/backgrounds"
SOURCES = {
    "astronaut": SKIMAGE / "astronaut.png",
    "brick": SKIMAGE / "brick.png",
    "camera": SKIMAGE / "camera.png",
    "chelsea": SKIMAGE / "chelsea.png",
    "coffee": SKIMAGE / "coffee.png",
    "gravel": SKIMAGE / "gravel.png",
    "hubble": SKIMAGE / "hubble_deep_field.jpg",
    "retina": SKIMAGE / "retina.jpg",
    "rocket": SKIMAGE / "rocket.jpg",
    "seeding": LOMIRI / "seeding_by_Clements_Engelhardt.jpg",
}
LONGEST_SIDE = 512  # pixels
QUALITY = 95


def fit(image: Image.Image) -> Image.Image:
    """Reduces a picture to LONGEST_SIDE with a Lanczos filter and makes both sides even."""
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return image.crop((0, 0, image.width // 2 * 2, image.height // 2 * 2))


def main() -> None:
    """Writes every photograph as RGB JPEG, 4:4:4, without metadata."""
    PHOTOS.mkdir(exist_ok=True)
    for name, source in SOURCES.items():
        with Image.open(source) as opened:
            image = fit(opened.convert("RGB"))
        # A fresh picture carries no colour profile and no EXIF data.
        clean = Image.frombytes("RGB", image.size, image.tobytes())
        target = PHOTOS / f"{name}.jpg"
        clean.save(target, quality=QUALITY, subsampling=0, optimize=True)
        print(f"{target.name:15s} {clean.width}x{clean.height} {target.stat().st_size} bytes")
    DEMO.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PHOTOS / "astronaut.jpg", DEMO)


if __name__ == "__main__":
    main()
