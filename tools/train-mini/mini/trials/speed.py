"""How long a picture takes: from a warm worker, and from a `vision run` that starts from nothing."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from .trial import Job, Row, Trial
from .words import SDXL, job_of

ROOT = Path(__file__).parents[4]
COUNT, COLD_RUNS = 40, 3
VISION = ["node", str(ROOT / "packages/cli/bin/vision.js")]
ASKED = ["run", "text-to-image", "--prompt", "a red circle on a white background", "--seed", "7", "--out", "circle.png"]


def make(_: Path) -> dict[str, Job]:
    job = job_of("sdxl", SDXL, 1)
    return {"": job._replace(cases=job.cases[:COUNT])}


def cold_run() -> float:
    """Seconds of one `vision run` in an empty folder. Infinite where it draws nothing."""
    path = f"{ROOT / 'node_modules/.bin'}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        done = subprocess.run([*VISION, *ASKED], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True)
        took = time.monotonic() - began
        if (Path(folder) / "circle.png").exists():
            return took
        print("vision run drew nothing:", (done.stderr or done.stdout).strip()[:300])
        return float("inf")


def judge(_: dict[str, Job], answers: dict[str, list]) -> list[Row]:
    warm = [milliseconds / 1000 for milliseconds in answers["times"][""]]
    cold = [cold_run() for _ in range(COLD_RUNS)]
    return [
        Row("a picture from a warm worker, median, s", round(float(np.median(warm)), 3), 0.5, least=False),
        Row("a picture from a warm worker, slowest, s", round(max(warm), 3)),
        Row(f"first picture of a cold vision run, median of {COLD_RUNS}, s", round(float(np.median(cold)), 2), 8, least=False),
    ]


TRIALS = (Trial("speed", make, judge),)
