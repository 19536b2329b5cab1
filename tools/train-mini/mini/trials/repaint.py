"""Pictures from pictures: image-to-image, inpaint, uncrop."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from ..judge import box_of
from ..world import COLOURS, SHAPES, STYLES, Scene, Thing
from .material import SIDE, box_around, captions_of, picture_without, true_mask, true_picture, unlike
from .measures import farthest, follow, nearest, psnr, seam, share_of_colour
from .trial import Case, Job, Row, Trial, judge_bytes, percent, words
from .words import SDXL

# Vision's image_strength is how much of the picture is kept: the last of 8 steps is taken, or the last 6. Chosen on validation captions, with the guidance.
KEEPING, FOLLOWING = {"image_strength": 0.875, "cfg_scale": 1.0}, {"image_strength": 0.25, "cfg_scale": 2.0}
UNSEEN_STEP, MOSTLY = 8, 0.95
# What lies nearer to a mask than this shares latents with it.
NEAR_MASK = 6
TEXT = lambda case: case.request["text_prompts"][0]["text"]


class Pair(NamedTuple):
    """The scene that was given and the one that the words tell."""

    given: Scene
    told: Scene


def repaint_job(settings: dict[str, float]) -> Job:
    """Pictures of one scene with words for another that is like it in nothing."""
    rows, cases = captions_of(1), []
    for i, (_, seed, given) in enumerate(rows):
        text, _, told = unlike(given, rows, i)
        request = words(text, seed, engine=SDXL, init_image=true_picture(given)) | settings
        cases.append(Case(request, Pair(given, told)))
    return Job("sdxl", "ImageToImage", cases)


def make_repaint(_: Path) -> dict[str, Job]:
    return {"keeping": repaint_job(KEEPING), "following": repaint_job(FOLLOWING)}


def seen_of(job: Job, answers: list, of: str) -> list:
    """What the judge sees of the one thing of the given scene or the told one."""
    return [verdict.things[0] for verdict in judge_bytes(answers, [getattr(case.truth, of) for case in job.cases])]


def judge_repaint(jobs: dict[str, Job], answers: dict[str, list]) -> list[Row]:
    kept = seen_of(jobs["keeping"], answers["keeping"], "given")
    overlap = [follow(picture, true_mask(case.truth.given)).overlap for case, picture in zip(jobs["keeping"].cases, answers["keeping"])]
    told = seen_of(jobs["following"], answers["following"], "told")
    low, high = f"image_strength {KEEPING['image_strength']}: the picture's", f"image_strength {FOLLOWING['image_strength']}: the words'"
    return [
        Row(f"{low} place, %", percent(seen.place for seen in kept), 90),
        Row(f"{low} outline, mean overlap", round(float(np.mean(overlap)), 3), 0.7),
        Row(f"{low} colour, %", percent(seen.colour for seen in kept), 90),
        Row(f"{low} shape, %", percent(seen.shape for seen in kept), 70),
        Row(f"{high} colour, %", percent(seen.colour for seen in told), 90),
        Row(f"{high} place, %", percent(seen.place for seen in told), 85),
        Row(f"{high} shape, %", percent(seen.shape for seen in told), 70),
    ]


def show_repaint(jobs: dict[str, Job], answers: dict[str, list]) -> list:
    given = [case.request["init_image"] for case in jobs["keeping"].cases]
    return [([a, b, c], TEXT(case)) for case, a, b, c in list(zip(jobs["keeping"].cases, given, answers["keeping"], answers["following"]))[:12]]


class Hole(NamedTuple):
    """The scene that is to be there, which of its things is painted, the picture before, and the mask."""

    scene: Scene
    turn: int
    before: np.ndarray
    mask: np.ndarray


def other_thing(thing: Thing, scene: Scene) -> Thing:
    """A thing at the same place, of another colour and another shape."""
    colour = next(c for c in range(thing.colour + 1, thing.colour + 9) if c % len(COLOURS) != scene.background) % len(COLOURS)
    return thing._replace(colour=colour, shape=(thing.shape + 3) % len(SHAPES))


def holes() -> list[tuple[str, int, Hole]]:
    """The thing of one-thing captions in place of another; the second of two things beside the first."""
    rows = []
    for text, seed, scene in captions_of(1):
        thing = scene.things[0]
        before = true_picture(scene._replace(things=(other_thing(thing, scene),)))
        rows.append((text, seed, Hole(scene, 0, before, box_around(scene, thing))))
    for text, seed, scene in captions_of(2):
        rows.append((text, seed, Hole(scene, 1, picture_without(scene, 1), box_around(scene, scene.things[1]))))
    return rows


def inpaint_job(model: str, engine: str, every: int = 1) -> Job:
    mask_of = lambda hole: np.repeat(hole.mask[:, :, None], 3, 2).astype(np.uint8) * 255
    request = lambda text, seed, hole: words(text, seed, engine=engine, init_image=hole.before, mask_image=mask_of(hole))
    return Job(model, "Inpaint", [Case(request(*row), row[2]) for row in holes()[::every]])


def make_inpaint(_: Path) -> dict[str, Job]:
    return {
        "keeping the rest": inpaint_job("sdxl-keeping", SDXL),
        "as diffusers": inpaint_job("sdxl", SDXL, 6),
        "by Stable Diffusion 1.5": inpaint_job("sd15", "stable-diffusion-1.5", 6),
    }


def painted(cases: list[Case], answers: list) -> list:
    """What the judge sees of each painted thing."""
    return [verdict.things[case.truth.turn] for case, verdict in zip(cases, judge_bytes(answers, [case.truth.scene for case in cases]))]


def as_told(seen) -> bool:
    """Whether a thing is right in every respect."""
    return bool(seen.colour and seen.shape and seen.place)


def judge_inpaint(jobs: dict[str, Job], answers: dict[str, list]) -> list[Row]:
    rows = []
    for name in ("keeping the rest", "by Stable Diffusion 1.5"):
        cases, pictures = jobs[name].cases, answers[name]
        same = [farthest(picture, case.truth.before, ~case.truth.mask) == 0 for case, picture in zip(cases, pictures)]
        seen = painted(cases, pictures)
        of_turn = lambda turn: percent(as_told(s) for case, s in zip(cases, seen) if case.truth.turn == turn)
        rows += [
            Row(f"{name}: nothing changed outside the mask, %", percent(same), 100),
            Row(f"{name}: what is told under the mask, %", percent(map(as_told, seen)), 80),
            *(Row(f"{name}: {what} under the mask, %", percent(getattr(s, what) for s in seen)) for what in ("colour", "shape", "place")),
            Row(f"{name}: a thing in place of another, %", of_turn(0)),
            Row(f"{name}: a thing beside another, %", of_turn(1)),
        ]
    far = lambda case: ~ndimage.binary_dilation(case.truth.mask, iterations=NEAR_MASK)
    cases = jobs["as diffusers"].cases
    kept = [psnr(picture, case.truth.before, far(case)) for case, picture in zip(cases, answers["as diffusers"])]
    return [*rows, Row(f"as diffusers: PSNR beyond {NEAR_MASK} pixels of the mask, dB", round(float(np.mean(kept)), 1), 30)]


def show_inpaint(jobs: dict[str, Job], answers: dict[str, list]) -> list:
    job, pictures = jobs["keeping the rest"], answers["keeping the rest"]
    chosen = [*range(6), *range(len(job.cases) // 2, len(job.cases) // 2 + 6)]
    hidden = lambda hole: np.where(hole.mask[:, :, None], hole.before // 3, hole.before)
    return [([job.cases[i].truth.before, hidden(job.cases[i].truth), pictures[i]], TEXT(job.cases[i])) for i in chosen]


class Cut(NamedTuple):
    """The whole scene and which part of its picture was given."""

    scene: Scene
    old: np.ndarray


def cut_of(scene: Scene) -> tuple[dict, np.ndarray]:
    """Cuts a side off that no thing is on, up to a quarter of the picture: padding that puts it back, and the mask of what is left."""
    top, bottom, left, right = box_of(true_mask(scene))
    room = {"pad_top": top, "pad_bottom": SIDE - bottom, "pad_left": left, "pad_right": SIDE - right}
    side = max(room, key=room.get)
    width = min(SIDE // 4, (int(room[side]) - 2) // 4 * 4)
    old = np.ones((SIDE, SIDE), dtype=bool)
    at = {"pad_top": np.s_[:width], "pad_bottom": np.s_[-width:], "pad_left": np.s_[:, :width], "pad_right": np.s_[:, -width:]}[side]
    old[at] = False
    return {side: width}, old


def make_uncrop(_: Path) -> dict[str, Job]:
    cases = []
    for text, seed, scene in captions_of(1):
        padding, old = cut_of(scene)
        top, bottom, left, right = box_of(old)
        given = true_picture(scene)[top:bottom, left:right]
        cases.append(Case(words(text, seed, init_image=given, **padding), Cut(scene, old)))
    return {"": Job("sdxl", "Uncrop", cases)}


def in_every_style(scene: Scene) -> list[np.ndarray]:
    """The scene in front of each pattern."""
    return [true_picture(scene._replace(style=style)) for style in range(len(STYLES))]


def judge_uncrop(jobs: dict[str, Job], answers: dict[str, list]) -> list[Row]:
    cases, pictures = jobs[""].cases, answers[""]
    true = [true_picture(case.truth.scene) for case in cases]
    same = [farthest(picture, whole, case.truth.old) == 0 for case, picture, whole in zip(cases, pictures, true)]
    colours = [share_of_colour(picture, ~case.truth.old, case.truth.scene.background) for case, picture in zip(cases, pictures)]
    styles = [nearest(picture, in_every_style(case.truth.scene), ~case.truth.old) for case, picture in zip(cases, pictures)]
    seams = [seam(picture, whole, case.truth.old) for case, picture, whole in zip(cases, pictures, true)]
    verdicts = judge_bytes(pictures, [case.truth.scene for case in cases])
    return [
        Row("the original's pixels are unchanged, %", percent(same), 100),
        Row("the background's colour goes on, %", percent(share >= MOSTLY for share in colours), 90),
        Row("the background's pattern goes on, %", percent(style == case.truth.scene.style for case, style in zip(cases, styles)), 90),
        Row(f"no seam of more than {UNSEEN_STEP} levels, %", percent(step <= UNSEEN_STEP for step in seams), 95),
        Row("no thing more, %", percent(verdict.count for verdict in verdicts)),
    ]


def show_uncrop(jobs: dict[str, Job], answers: dict[str, list]) -> list:
    hidden = lambda case: np.where(case.truth.old[:, :, None], true_picture(case.truth.scene), 128).astype(np.uint8)
    return [([hidden(case), picture], TEXT(case)) for case, picture in list(zip(jobs[""].cases, answers[""]))[:12]]


TRIALS = (
    Trial("image-to-image", make_repaint, judge_repaint, show_repaint),
    Trial("inpaint", make_inpaint, judge_inpaint, show_inpaint),
    Trial("uncrop", make_uncrop, judge_uncrop, show_uncrop),
)
