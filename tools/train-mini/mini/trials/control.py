"""Pictures that follow a drawing: scribbles, and edges that the product itself finds in a picture."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..stages.drawings import LOOSE, scribble
from ..world import Scene, render
from .material import SIDE, captions_of
from .measures import follow
from .trial import Case, Job, Row, Trial, judge_bytes, percent, to_bytes, words

SEED = 606


class Outline(NamedTuple):
    """What is told, and where its thing is to be."""

    scene: Scene
    mask: np.ndarray


def loosely(kind: str) -> list[tuple[str, int, np.ndarray, Outline]]:
    """The final captions with one thing, off its usual place: text, seed, control, outline."""
    rng, rows = np.random.default_rng(SEED), []
    for text, seed, scene in captions_of(1):
        picture, mask = render([scene], SIDE, rng, LOOSE)
        control = to_bytes((scribble(mask, rng) if kind == "scribble" else picture).expand(-1, 3, -1, -1))[0]
        rows.append((text, seed, control, Outline(scene, (mask[0, 0] > 0.5).numpy())))
    return rows


def make_scribble(_: Path) -> dict[str, Job]:
    request = lambda text, seed, drawing: words(text, seed, engine="stable-diffusion-1.5", init_image=drawing)
    return {"": Job("scribble", "Scribble", [Case(request(*row[:3]), row[3]) for row in loosely("scribble")])}


def make_canny(_: Path) -> dict[str, Job]:
    control = lambda picture: [{"type": "canny", "image": picture, "preprocess": True}]
    return {"": Job("canny", "ControlledTextToImage", [Case(words(row[0], row[1], controls=control(row[2])), row[3]) for row in loosely("canny")])}


def judge_control(jobs: dict[str, Job], answers: dict[str, list]) -> list[Row]:
    cases, pictures = jobs[""].cases, answers[""]
    drawn = [follow(picture, case.truth.mask) for case, picture in zip(cases, pictures)]
    verdicts = judge_bytes(pictures, [case.truth.scene for case in cases])
    return [
        Row("mean overlap with the control", round(float(np.mean([d.overlap for d in drawn])), 3), 0.7),
        Row("overlap of 0.7 at least, %", percent(d.overlap >= 0.7 for d in drawn)),
        Row("colour, %", percent(d.colour == case.truth.scene.things[0].colour for case, d in zip(cases, drawn)), 90),
        *(Row(f"{what}, %", percent(getattr(verdict, what) for verdict in verdicts)) for what in ("background", "style", "count")),
    ]


def show(jobs: dict[str, Job], answers: dict[str, list]) -> list:
    given = lambda request: request["init_image"] if "init_image" in request else request["controls"][0]["image"]
    return [([given(c.request), picture], c.request["text_prompts"][0]["text"]) for c, picture in list(zip(jobs[""].cases, answers[""]))[:12]]


TRIALS = (Trial("scribble", make_scribble, judge_control, show), Trial("canny", make_canny, judge_control, show))
