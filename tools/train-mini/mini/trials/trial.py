"""What a trial is: requests to models of the product, and a judge of the answers. On disk a job is a folder of PNGs and JSON."""

import json
import shutil
from pathlib import Path
from typing import Callable, NamedTuple

import numpy as np
from PIL import Image

STEPS, GUIDANCE = 8, 2.0


class Case(NamedTuple):
    """A request, in which pictures are arrays of bytes, and what its answer is judged by."""

    request: dict
    truth: object


class Job(NamedTuple):
    """Requests for one operation of one model."""

    model: str
    synapse: str
    cases: list[Case]


class Row(NamedTuple):
    """One figure of the table. `least`: the target is the least it may be, otherwise the most; without a target it is only told."""

    what: str
    value: float
    target: float | None = None
    least: bool = True

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        return "met" if (self.value >= self.target if self.least else self.value <= self.target) else "MISSED"


class Trial(NamedTuple):
    """`make` gives jobs by name; `judge` gets them with their answers, by name, and gives rows; `show` gives pictures with a text for the sheet."""

    name: str
    make: Callable[[Path], dict[str, Job]]
    judge: Callable[[dict[str, Job], dict[str, list]], list[Row]]
    show: Callable[[dict[str, Job], dict[str, list]], list[tuple[list[np.ndarray], str]]] | None = None


def words(text: str, seed: int, **more) -> dict:
    """The part that all requests for pictures share."""
    return {"text_prompts": [{"text": text, "weight": 1}], "seed": seed, "steps": STEPS, "cfg_scale": GUIDANCE, **more}


def write_job(folder: Path, job: Job) -> None:
    """Writes requests.json and the pictures of the requests; whatever was there is removed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    requests = [with_files(case.request, folder, f"{i:03d}-given") for i, case in enumerate(job.cases)]
    (folder / "requests.json").write_text(json.dumps({"model": job.model, "synapse": job.synapse, "requests": requests}))


def with_files(value, folder: Path, name: str):
    """The value with the names of files in place of arrays, which are written there."""
    if isinstance(value, dict):
        return {key: with_files(inner, folder, f"{name}-{key}") for key, inner in value.items()}
    if isinstance(value, list):
        return [with_files(inner, folder, f"{name}-{i}") for i, inner in enumerate(value)]
    if not isinstance(value, np.ndarray):
        return value
    Image.fromarray(value).save(folder / f"{name}.png")
    return {"file": f"{name}.png"}


def read_answers(folder: Path, count: int) -> list | None:
    """Pictures as arrays of bytes, other answers as they are; nothing where the product did not answer."""
    if not (folder / "times.json").exists():
        return None
    return [read_answer(folder / f"{i:03d}") for i in range(count)]


def read_answer(stem: Path):
    picture = stem.with_suffix(".png")
    return np.array(Image.open(picture).convert("RGB")) if picture.exists() else json.loads(stem.with_suffix(".json").read_text())


def to_bytes(pictures) -> np.ndarray:
    """Pictures (n, 3, side, side), 0..1, as bytes (n, side, side, 3)."""
    return (pictures.clamp(0, 1).permute(0, 2, 3, 1).numpy() * 255).round().astype(np.uint8)


def percent(flags) -> float:
    """Share of the true ones in percent."""
    return round(100 * float(np.mean(list(flags))), 1)


def judge_bytes(pictures: list[np.ndarray], scenes: list) -> list:
    """The judge's verdicts on pictures of bytes."""
    from ..judge import judge

    return [judge(picture.astype(np.float32) / 255, scene) for picture, scene in zip(pictures, scenes)]
