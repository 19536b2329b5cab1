"""Encodes pictures of many scenes once, so that the UNets' trainings need neither renderer nor encoder."""

import pickle
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..nets.vae import Vae
from ..run import ROOT, threads
from ..world import Scene, render, sample_scenes

SIDE, PART = 64, 10_000
# From the third part on, scenes with two things are more frequent: they are what is learned last.
EASY_PARTS, MANY_THINGS = 2, (0.35, 0.5, 0.15)


def load_vae() -> Vae:
    """The trained autoencoder, frozen."""
    vae = Vae()
    vae.load_state_dict(torch.load(ROOT / "vae" / "checkpoint.pt", weights_only=False)["parts"]["vae"])
    return vae.eval().requires_grad_(False).to(memory_format=torch.channels_last)


@torch.no_grad()
def encode_part(vae: Vae, number: int) -> dict:
    """One part: latents in half precision, the things' masks at the latents' size, and the scenes."""
    rng = np.random.default_rng(5000 + number)
    scenes = sample_scenes(PART, rng) if number < EASY_PARTS else sample_scenes(PART, rng, things=MANY_THINGS)
    latents, masks = [], []
    for at in range(0, PART, 250):
        pictures, mask = render(scenes[at : at + 250], SIDE, rng)
        with torch.autocast("cpu", torch.bfloat16):
            latents.append(vae.encode((pictures * 2 - 1).contiguous(memory_format=torch.channels_last)).half())
        masks.append(F.max_pool2d(mask, 4).half())
    return {"latents": torch.cat(latents), "masks": torch.cat(masks), "scenes": scenes}


def make(parts: int) -> None:
    """Writes the parts that are not there yet."""
    folder = ROOT / "latents"
    folder.mkdir(exist_ok=True)
    for number in range(parts):
        file = folder / f"part-{number}.pickle"
        if not file.exists():
            beside = file.with_suffix(".new")
            beside.write_bytes(pickle.dumps(encode_part(load_vae(), number)))
            beside.replace(file)
            print("latents", number, flush=True)


def load(parts: int) -> tuple[Tensor, Tensor, list[Scene]]:
    """Latents, where they matter most (on things, and everywhere in front of a pattern, which is faint) and scenes of the first parts."""
    make(parts)
    read = [pickle.loads((ROOT / "latents" / f"part-{number}.pickle").read_bytes()) for number in range(parts)]
    scenes = [scene for part in read for scene in part["scenes"]]
    masks = torch.cat([part["masks"] for part in read])
    masks[[scene.style != 0 for scene in scenes]] = 1
    return torch.cat([part["latents"] for part in read]), masks, scenes


if __name__ == "__main__":
    torch.set_num_threads(threads())
    make(int(sys.argv[1]))
