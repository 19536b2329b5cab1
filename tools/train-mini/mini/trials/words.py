"""Pictures from words alone: the layouts of SDXL and of Kandinsky."""

from pathlib import Path

from ..judge import summarise
from .material import captions_of
from .trial import Case, Job, Row, Trial, judge_bytes, words

SDXL, KANDINSKY = "stable-diffusion-xl-turbo", "kandinsky-2.2"
ONE = {"colour": 97, "place": 95, "background": 98, "shape": 85, "style": None, "count": None, "right": None}
TWO = {"colour": 88, "place": 85, "background": None, "shape": 70, "style": None, "count": None, "right": None}
IMAGINED = {"colour": 92, "place": None, "background": None, "shape": 75, "style": None, "count": None, "right": None}

# Chosen on validation captions: more makes spots of the decoder's guesses.
IMAGINED_GUIDANCE = 1.5


def job_of(model: str, engine: str, count: int, **more) -> Job:
    request = lambda text, seed: words(text, seed, engine=engine, width=64, height=64) | more
    return Job(model, "TextToImage", [Case(request(text, seed), scene) for text, seed, scene in captions_of(count)])


def make_sdxl(_: Path) -> dict[str, Job]:
    return {"one thing": job_of("sdxl", SDXL, 1), "two things": job_of("sdxl", SDXL, 2)}


def make_kandinsky(_: Path) -> dict[str, Job]:
    return {"one thing": job_of("kandinsky", KANDINSKY, 1, cfg_scale=IMAGINED_GUIDANCE)}


def rows_of(name: str, job: Job, answers: list, targets: dict) -> list[Row]:
    found = summarise(judge_bytes(answers, [case.truth for case in job.cases]))
    return [Row(f"{name}: {what}, %", found[what], target) for what, target in targets.items()]


def judge_sdxl(jobs: dict[str, Job], answers: dict[str, list]) -> list[Row]:
    return [row for name, targets in (("one thing", ONE), ("two things", TWO)) for row in rows_of(name, jobs[name], answers[name], targets)]


def judge_kandinsky(jobs: dict[str, Job], answers: dict[str, list]) -> list[Row]:
    return rows_of("one thing", jobs["one thing"], answers["one thing"], IMAGINED)


def show(jobs: dict[str, Job], answers: dict[str, list]) -> list:
    """The first captions of each job."""
    return [([picture], case.request["text_prompts"][0]["text"]) for name, job in jobs.items() for case, picture in list(zip(job.cases, answers[name]))[:12]]


TRIALS = (Trial("text-to-image", make_sdxl, judge_sdxl, show), Trial("kandinsky", make_kandinsky, judge_kandinsky, show))
