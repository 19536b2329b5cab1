"""Small copies of the trainings: weights alone, in half precision, enough to export from and to train on.

    python -m mini.keep save FOLDER      # from the data folder
    python -m mini.keep restore FOLDER   # into an empty data folder; the optimisers begin anew
"""

import sys
from pathlib import Path

import torch

from .chain import STAGES
from .run import ROOT

# The part of each checkpoint that counts, and the parts that begin from it.
PARTS = {"vae": ("vae", ("vae",)), "text": ("pair", ("pair",)), "clip": ("pair", ("pair",))}
UNET = ("average", ("unet", "average"))


def save(folder: Path) -> None:
    """Copies what has a checkpoint."""
    folder.mkdir(parents=True, exist_ok=True)
    for stage in STAGES:
        checkpoint = ROOT / stage.name / "checkpoint.pt"
        if checkpoint.exists():
            state = torch.load(checkpoint, weights_only=False)
            weights = state["parts"][PARTS.get(stage.name, UNET)[0]]
            halved = {name: value.half() if value.is_floating_point() else value for name, value in weights.items()}
            torch.save({"done": state["done"], "weights": halved}, folder / f"{stage.name}.pt")


def restore(folder: Path) -> None:
    """Makes checkpoints of the copies. A stage counts as finished if it had all its steps."""
    for stage in STAGES:
        copy, checkpoint = folder / f"{stage.name}.pt", ROOT / stage.name / "checkpoint.pt"
        if not copy.exists() or checkpoint.exists():
            continue
        state = torch.load(copy)
        weights = {name: value.float() if value.is_floating_point() else value for name, value in state["weights"].items()}
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        torch.save({"done": state["done"], "parts": {part: weights for part in PARTS.get(stage.name, UNET)[1]}}, checkpoint)
        if state["done"] >= stage.steps:
            (checkpoint.parent / "finished").write_text(str(state["done"]))


if __name__ == "__main__":
    {"save": save, "restore": restore}[sys.argv[1]](Path(sys.argv[2]))
