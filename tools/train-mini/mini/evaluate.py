"""The final table: 300 captions that no training saw and no checkpoint was chosen by, each with its own seed.

    python -m mini.evaluate captions                      # writes evaluation/captions.json (done once)
    python -m mini.evaluate torch NAME [results.json]     # draws with a checkpoint of the SDXL layout
    python -m mini.evaluate folder PICTURES [results.json]  # judges 000.png ... 299.png that the product drew
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from .judge import judge_all, summarise
from .run import threads
from .world import Scene, Thing, caption, sample_scenes

FILE = Path(__file__).parents[1] / "evaluation" / "captions.json"
OF_EACH, FIRST_SEED = 150, 1000


def write_captions() -> None:
    """150 captions with one thing and 150 with two, each with at least one triple kept for the test."""
    rng = np.random.default_rng(300)
    scenes = sample_scenes(OF_EACH, rng, "test", (1.0, 0.0, 0.0)) + sample_scenes(OF_EACH, rng, "test", (0.0, 1.0, 0.0))
    rows = [{"text": caption(scene, rng), "seed": FIRST_SEED + i, "scene": scene} for i, scene in enumerate(scenes)]
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


def read_captions() -> tuple[list[str], list[int], list[Scene]]:
    """Texts, seeds and scenes."""
    rows = json.loads(FILE.read_text())
    scenes = [Scene(b, s, tuple(Thing(*thing) for thing in things)) for b, s, things in (row["scene"] for row in rows)]
    return [row["text"] for row in rows], [row["seed"] for row in rows], scenes


def table(pictures: torch.Tensor, scenes: list[Scene]) -> dict:
    """Shares in percent for one thing and for two."""
    verdicts = judge_all(pictures, scenes)
    return {"one": summarise(verdicts[:OF_EACH]), "two": summarise(verdicts[OF_EACH:])}


def draw_with_torch(name: str) -> torch.Tensor:
    """One picture a caption, each from its own seed."""
    from .export.sdxl import load_unet
    from .stages.latents import load_vae
    from .stages.sdxl import Captions, draw_pictures

    unet, captions, vae = load_unet(name), Captions(), load_vae()
    texts, seeds, _ = read_captions()
    return torch.cat([draw_pictures(unet, captions, vae, [text], seed) for text, seed in zip(texts, seeds)])


def read_folder(folder: Path) -> torch.Tensor:
    read = lambda path: torch.from_numpy(np.array(Image.open(path).convert("RGB"))).permute(2, 0, 1) / 255
    return torch.stack([read(path) for path in sorted(folder.glob("*.png"))])


def main(what: str, source: str = "", results: str | None = None) -> None:
    torch.set_num_threads(threads())
    if what == "captions":
        return write_captions()
    pictures = draw_with_torch(source) if what == "torch" else read_folder(Path(source))
    scores = table(pictures, read_captions()[2])
    for name, row in scores.items():
        print(name, row)
    if results:
        Path(results).write_text(json.dumps(scores, indent=2) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
