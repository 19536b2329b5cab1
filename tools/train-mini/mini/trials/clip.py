"""The CLIP pair: which of 50 captions belongs to a picture, and which of 50 pictures to a caption."""

from pathlib import Path

import numpy as np

from ..evaluate import read_captions
from .material import true_picture
from .trial import Case, Job, Row, Trial, percent, read_answer

AMONG, SEED = 50, 50


def blocks() -> list[list[int]]:
    """The final captions in an order of their own, 50 at a time."""
    order = np.random.default_rng(SEED).permutation(len(read_captions()[0]))
    return [list(map(int, order[at : at + AMONG])) for at in range(0, len(order), AMONG)]


def make(folder: Path) -> dict[str, Job]:
    """Pictures that the product drew are asked about too, where the trial of text-to-image has been."""
    texts, _, scenes = read_captions()
    said = [Case({"texts": [texts[i] for i in block]}, [scenes[i] for i in block]) for block in blocks()]
    pictures = {"true": [true_picture(scene) for scene in scenes], "drawn": drawn(folder)}
    ask = lambda shown: [Case({"image_b64s": [shown[i] for i in block]}, [scenes[i] for i in block]) for block in blocks()]
    shown = {f"{name} pictures": Job("clip", "ClipEmbeddings", ask(some)) for name, some in pictures.items() if some}
    return {"captions": Job("clip-text", "ClipTextEmbeddings", said), **shown}


def drawn(folder: Path) -> list[np.ndarray]:
    """What text-to-image drew of each caption; nothing where a picture is missing."""
    stems = [folder / "text-to-image" / name / f"{i:03d}" for name in ("one thing", "two things") for i in range(150)]
    return [read_answer(stem) for stem in stems] if all(stem.with_suffix(".png").exists() for stem in stems) else []


def normalised(vectors: list) -> np.ndarray:
    vectors = np.array(vectors)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def found(asked: np.ndarray, among: np.ndarray, scenes: list) -> list[bool]:
    """For each vector whether the nearest of the others is of its scene; two captions of one scene are both right."""
    return [scenes[int(nearest)] == scenes[i] for i, nearest in enumerate((asked @ among.T).argmax(1))]


def judge(jobs: dict[str, Job], answers: dict[str, list]) -> list[Row]:
    rows = []
    read = [normalised(answer["text_embeddings"]) for answer in answers["captions"]]
    for name in [name for name in jobs if name != "captions"]:
        seen = [normalised(answer["image_embeddings"]) for answer in answers[name]]
        scenes = [case.truth for case in jobs[name].cases]
        captions = [right for args in zip(seen, read, scenes) for right in found(*args)]
        pictures = [right for args in zip(read, seen, scenes) for right in found(*args)]
        target = 80 if name == "true pictures" else None
        rows += [Row(f"{name}: their captions among {AMONG}, %", percent(captions), target), Row(f"{name}: found by captions among {AMONG}, %", percent(pictures), target)]
    return rows


TRIALS = (Trial("clip", make, judge),)
