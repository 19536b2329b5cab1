"""Proves the judge before it judges: on true pictures, and on pictures paired with another scene's caption. Writes JSON."""

import json
import sys
from pathlib import Path

import numpy as np

from .judge import judge_all, shape_confusion, summarise
from .world import render, sample_scenes

COUNT, SIDE = 1000, 64


def prove(side: int = SIDE) -> dict:
    """Scores of 1,000 true pictures and of the same pictures judged by the next scene."""
    rng = np.random.default_rng(2024)
    scenes = sample_scenes(COUNT, rng)
    pictures, _ = render(scenes, side, rng)
    true = judge_all(pictures, scenes)
    mismatched = judge_all(pictures, scenes[1:] + scenes[:1])
    return {"side": side, "true": summarise(true), "mismatched": summarise(mismatched), "shapes": shape_confusion(pictures, scenes)}


if __name__ == "__main__":
    result = prove()
    print(json.dumps(result, indent=2))
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(result, indent=2) + "\n")
    sys.exit(0 if result["true"]["right"] >= 98 and result["mismatched"]["right"] <= 5 else 1)
