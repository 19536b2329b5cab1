"""The upscaler on photographs that it was not trained on, against Pillow's bicubic filter."""

from pathlib import Path

import numpy as np
from PIL import Image

from .measures import psnr
from .trial import Case, Job, Row, Trial

PHOTOS = Path(__file__).parents[4] / "photos"
# Pixels that are cut on every side.
RIM = 4


def even(picture: Image.Image) -> Image.Image:
    return picture.crop((0, 0, picture.width // 2 * 2, picture.height // 2 * 2))


def resized(picture: np.ndarray, factor: float) -> np.ndarray:
    image = Image.fromarray(picture)
    return np.array(image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.BICUBIC))


def make(_: Path) -> dict[str, Job]:
    photos = [np.array(even(Image.open(path).convert("RGB"))) for path in sorted(PHOTOS.glob("*.jpg"))]
    return {"": Job("vision-x2", "Upscale", [Case({"image": resized(photo, 0.5)}, photo) for photo in photos])}


def gain(picture: np.ndarray, photo: np.ndarray, small: np.ndarray) -> float:
    """How far a picture is above the bicubic filter, in dB."""
    where = np.zeros(photo.shape[:2], dtype=bool)
    where[RIM:-RIM, RIM:-RIM] = True
    return psnr(picture, photo, where) - psnr(resized(small, 2), photo, where)


def judge(jobs: dict[str, Job], answers: dict[str, list]) -> list[Row]:
    gains = [gain(picture, case.truth, case.request["image"]) for case, picture in zip(jobs[""].cases, answers[""])]
    return [
        Row("photographs", len(gains), 10),
        Row("mean gain over bicubic, dB", round(float(np.mean(gains)), 2), 1.0),
        Row("least gain over bicubic, dB", round(min(gains), 2)),
    ]


TRIALS = (Trial("upscale", make, judge),)
