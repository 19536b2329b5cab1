"""Runs the trials: writes requests, has the product answer them, judges the answers.

    python -m mini.trials ANSWERS RESULTS.json [--models MODELS] [--sheets FOLDER] [--judge-only] [TRIAL ...]

Rows of trials that are not run stay in RESULTS.json as they were. A trial whose model is missing is said to be left out.
"""

import argparse
import json

import subprocess
from pathlib import Path

import torch

from ..run import threads
from . import clip, control, repaint, speed, upscale, words
from .sheets import save_captioned
from .trial import Job, Row, Trial, read_answers, write_job

ROOT = Path(__file__).parents[4]
TRIALS = {trial.name: trial for part in (words, repaint, control, clip, upscale, speed) for trial in part.TRIALS}


def answer(trial: Trial, jobs: dict[str, Job], folder: Path, models: str | None) -> None:
    """Has the product answer one trial."""
    for name, job in jobs.items():
        write_job(folder / trial.name / name, job)
    command = ["npx", "node", "--conditions=@vision-sdk/source", "tools/train-mini/trials/run.ts", "--out", str(folder.resolve() / trial.name)]
    models_of = ["--models", str(Path(models).resolve())] if models else []
    subprocess.run([*command, *models_of], cwd=ROOT, check=True, stderr=None)


def judge(trial: Trial, jobs: dict[str, Job], folder: Path, sheets: Path | None) -> list[Row] | None:
    """The rows of one trial; nothing where some of its answers are missing."""
    answers = {name: read_answers(folder / trial.name / name, len(job.cases)) for name, job in jobs.items()}
    if any(some is None for some in answers.values()):
        return None
    times = {name: json.loads((folder / trial.name / name / "times.json").read_text())["milliseconds"] for name in jobs}
    if sheets and trial.show:
        save_captioned(trial.show(jobs, answers), sheets / f"{trial.name}.png")
    return trial.judge(jobs, {**answers, "times": times})


def print_table(results: dict[str, list | None]) -> None:
    print(f"\n| trial | measure | value | target | |\n| --- | --- | --- | --- | --- |")
    for name, rows in results.items():
        for row in rows or [{"what": "left out: its model is missing"}]:
            target = "" if row.get("target") is None else f"{'>=' if row['least'] else '<='} {row['target']:g}"
            print(f"| {name} | {row['what']} | {row.get('value', '')} | {target} | {row.get('verdict', '')} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("answers", "results"):
        parser.add_argument(name, type=Path)
    parser.add_argument("trials", nargs="*", metavar="TRIAL")
    parser.add_argument("--models")
    parser.add_argument("--sheets", type=Path)
    parser.add_argument("--judge-only", action="store_true")
    given = parser.parse_intermixed_args()
    torch.set_num_threads(threads())
    results = json.loads(given.results.read_text()) if given.results.exists() else {}
    for name in given.trials or TRIALS:
        jobs = TRIALS[name].make(given.answers)
        if not given.judge_only:
            answer(TRIALS[name], jobs, given.answers, given.models)
        rows = judge(TRIALS[name], jobs, given.answers, given.sheets)
        results[name] = rows and [{**row._asdict(), "verdict": row.verdict} for row in rows]
        given.results.write_text(json.dumps({name: results[name] for name in TRIALS if name in results}, indent=1) + "\n")
    print_table({name: results[name] for name in TRIALS if name in results})


if __name__ == "__main__":
    main()
