"""Draws the loss and score curves of the runs: python -m mini.plot FOLDER."""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

from .run import ROOT  # noqa: E402

LOSSES = ("vae", "text", "clip", "sdxl-a", "sdxl-b", "control-scribble", "control-canny", "prior", "kandinsky")
SCORES = ("colour", "place", "shape", "background", "right")


def rows_of(name: str) -> list[dict]:
    file = ROOT / name / "log.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def series(rows: list[dict], key: str) -> tuple[list, list]:
    """Steps and values; where a run was begun again, the later rows win."""
    latest = {row["step"]: row[key] for row in rows if key in row}
    return list(zip(*sorted(latest.items()))) or ([], [])


def draw_losses(folder: Path) -> None:
    names = [name for name in LOSSES if any("loss" in row for row in rows_of(name))]
    figure, axes = plt.subplots(-(-len(names) // 3), 3, figsize=(10, 2.3 * -(-len(names) // 3)), squeeze=False)
    for axis, name in zip(axes.flat, names):
        axis.plot(*series(rows_of(name), "loss"), linewidth=1)
        axis.set_yscale("log")
        axis.set_title(name, fontsize=9)
        axis.tick_params(labelsize=7)
    for axis in axes.flat[len(names) :]:
        axis.axis("off")
    figure.tight_layout()
    figure.savefig(folder / "losses.png", dpi=80)


def draw_scores(folder: Path) -> None:
    """Validation scores of the UNets over their steps, one thing on the left, two on the right."""
    names = [name for name in ("sdxl-a", "sdxl-b", "kandinsky") if any("set" in row for row in rows_of(name))]
    figure, axes = plt.subplots(max(1, len(names)), 2, figsize=(9, 2.6 * max(1, len(names))), squeeze=False)
    for line, name in zip(axes, names):
        for axis, kind in zip(line, ("one", "two")):
            rows = [row for row in rows_of(name) if row.get("set") == kind]
            for score in SCORES:
                axis.plot(*series(rows, score), marker=".", linewidth=1, label=score)
            axis.set_title(f"{name}: captions with {kind}", fontsize=9)
            axis.set_ylim(0, 101)
            axis.tick_params(labelsize=7)
    axes[0][0].legend(fontsize=7, loc="lower right")
    figure.tight_layout()
    figure.savefig(folder / "scores.png", dpi=80)


if __name__ == "__main__":
    draw_losses(Path(sys.argv[1]))
    draw_scores(Path(sys.argv[1]))
