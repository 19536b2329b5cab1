"""Pictures with the drawings that ControlNets follow: scribbles and edges. Things lie off their usual places, so that the drawing matters."""

import pickle

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..run import ROOT
from ..world import Scene, render, sample_scenes
from .latents import SIDE, load_vae

COUNT, LOOSE = 12_000, 5.0


def outline(masks: Tensor, wide: int) -> Tensor:
    """The rims of masks (n, 1, h, w), `wide` pixels wide: 1 on the rim, 0 elsewhere."""
    solid = (masks > 0.5).float()
    shrunk = -F.max_pool2d(-solid, 3, 1, 1)
    rim = solid - shrunk
    return F.max_pool2d(F.pad(rim, (0, wide - 1, 0, wide - 1)), wide, 1) if wide > 1 else rim


def scribble(masks: Tensor, rng: np.random.Generator) -> Tensor:
    """A loose outline two or three pixels wide, shaken by up to a pixel and a half."""
    count, _, side, _ = masks.shape
    shake = torch.from_numpy(rng.uniform(-1, 1, (count, 2, 5, 5)).astype(np.float32))
    shake = F.interpolate(shake, (side, side), mode="bicubic", align_corners=False).permute(0, 2, 3, 1) * (3 / side)
    line = (torch.arange(side) + 0.5) / side * 2 - 1
    grid = torch.stack(torch.meshgrid(line, line, indexing="xy"), -1)[None] + shake
    shaken = F.grid_sample(masks, grid, align_corners=False)
    return outline(shaken, 2 + int(rng.integers(2)))


def edges(pictures: Tensor) -> Tensor:
    """Edges one pixel wide as Canny finds them on flat pictures: maxima of the gradient along its direction."""
    grey = F.pad((pictures * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True) * 255, (1, 1, 1, 1), mode="replicate")
    kernel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    across, down = (F.conv2d(grey, k.view(1, 1, 3, 3)) for k in (kernel, kernel.T))
    strength = across.abs() + down.abs()
    padded = F.pad(strength, (1, 1, 1, 1))
    near = lambda y, x: padded[:, :, 1 + y : padded.shape[2] - 1 + y, 1 + x : padded.shape[3] - 1 + x]
    flat, steep = down.abs() < 0.414 * across.abs(), down.abs() > 2.414 * across.abs()
    rising = across * down > 0
    pairs = ((flat, (0, 1)), (steep, (1, 0)), (~flat & ~steep & rising, (1, 1)), (~flat & ~steep & ~rising, (1, -1)))
    top = sum(where & (strength > near(-y, -x)) & (strength >= near(y, x)) for where, (y, x) in pairs)
    return ((top > 0) & (strength > 150)).float()


@torch.no_grad()
def make() -> dict:
    """Latents, both drawings as bytes (n, 64, 64) and scenes."""
    rng, vae = np.random.default_rng(8000), load_vae()
    scenes = sample_scenes(COUNT, rng)
    rows = []
    for at in range(0, COUNT, 250):
        pictures, masks = render(scenes[at : at + 250], SIDE, rng, LOOSE)
        latents = vae.encode((pictures * 2 - 1).contiguous(memory_format=torch.channels_last)).half()
        bits = [drawing[:, 0].to(torch.uint8) for drawing in (scribble(masks, rng), edges(pictures))]
        rows.append((latents, F.max_pool2d(masks, 4).half(), *bits))
    latents, masks, scribbles, canny = (torch.cat(column) for column in zip(*rows))
    return {"latents": latents, "masks": masks, "scribble": scribbles, "canny": canny, "scenes": scenes}


def load() -> dict[str, Tensor | list[Scene]]:
    """The drawings, made once."""
    file = ROOT / "drawings.pickle"
    if not file.exists():
        beside = file.with_suffix(".new")
        beside.write_bytes(pickle.dumps(make()))
        beside.replace(file)
    return pickle.loads(file.read_bytes())
