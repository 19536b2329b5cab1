"""Trains ControlNets on the SD 1.5 layout, whose UNet is an SDXL training's with its text packed."""

import sys

import numpy as np
import torch
from torch import Tensor, nn

from ..diffusion import sample_ddim
from ..judge import judge_all, summarise
from ..nets.control import ControlNet
from ..nets.sd15 import Sd15Unet, pack
from ..nets.unet import UNet
from ..run import Run, threads
from ..sheet import save_sheet
from ..world import render
from . import drawings
from .drawings import LOOSE, edges, scribble
from .latents import load_vae
from .sdxl import BATCH, GUIDANCE, SAMPLING_STEPS, SIDE, Captions, loss_of, validation
from .training import Training, weights_of

SEED, RATE = 15, 0.5


def load_unet(source: str) -> Sd15Unet:
    """An SDXL training's UNet as one of SD 1.5, frozen."""
    unet = UNet()
    unet.load_state_dict(weights_of(source))
    return Sd15Unet(unet).eval().requires_grad_(False).to(memory_format=torch.channels_last)


@torch.no_grad()
def draw_pictures(unet: Sd15Unet, captions: Captions, vae, texts: list[str], control=None, seed: int = 1) -> Tensor:
    """Pictures 0..1; `control` gives residuals for a sample, its timesteps and states."""
    count = len(texts)
    states = pack(*captions.encode(list(texts) + [""] * count))

    def predict(sample: Tensor, timestep: int) -> Tensor:
        doubled = torch.cat([sample, sample]).contiguous(memory_format=torch.channels_last)
        times = torch.full((2 * count,), float(timestep))
        residuals = control(doubled, times, states) if control else None
        wanted, plain = unet(doubled, times, states, residuals).chunk(2)
        return plain + GUIDANCE * (wanted - plain)

    noise = torch.randn(count, 4, SIDE // 4, SIDE // 4, generator=torch.Generator().manual_seed(seed))
    return vae.decode(sample_ddim(predict, noise, SAMPLING_STEPS)) / 2 + 0.5


def overlap(pictures: Tensor, truth: Tensor, masks: Tensor) -> float:
    """Mean intersection over union of what was drawn with what the control outlines: pixels nearer to the thing's colour than to the background's."""
    found = []
    for picture, true, mask in zip(pictures, truth, masks[:, 0] > 0.5):
        thing, behind = true[:, mask].median(1).values, true[:, ~mask].median(1).values
        drawn = (picture - thing[:, None, None]).square().sum(0) < (picture - behind[:, None, None]).square().sum(0)
        found.append(((drawn & mask).sum() / (drawn | mask).sum()).item())
    return round(float(np.mean(found)), 4)


def measure_control(run: Run, net: nn.Module, kind: str, unet: Sd15Unet, captions: Captions, vae) -> None:
    """Draws validation captions of one thing after drawings of loosely placed ones."""
    scenes, texts = validation()["one"]
    rng = np.random.default_rng(71)
    truth, masks = render(scenes, SIDE, rng, LOOSE)
    drawing = (scribble(masks, rng) if kind == "scribble" else edges(truth)).expand(-1, 3, -1, -1)
    pictures = draw_pictures(unet, captions, vae, texts, lambda *given: net(*given, torch.cat([drawing, drawing])))
    run.log(control_overlap=overlap(pictures, truth, masks), **summarise(judge_all(pictures, scenes)))
    save_sheet(torch.cat([drawing[:24], pictures[:24]]), run.folder / "control.png")


def train_control(kind: str, total_steps: int, source: str) -> None:
    unet, captions, vae, data = load_unet(source), Captions(), load_vae(), drawings.load()
    training = Training(f"control-{kind}", ControlNet(unet.unet).requires_grad_(True).to(memory_format=torch.channels_last), total_steps, SEED + len(kind), RATE)

    def loss_at(net: nn.Module, rng: np.random.Generator) -> Tensor:
        at = rng.integers(len(data["latents"]), size=BATCH)
        states = pack(*captions.draw([data["scenes"][i] for i in at], rng))
        drawing = data[kind][at].float()[:, None].expand(-1, 3, -1, -1)
        controlled = lambda sample, times, texts: unet(sample, times, texts, net(sample, times, texts, drawing))
        return loss_of(controlled, data["latents"][at].float(), data["masks"][at].float(), (states,))

    training.go(loss_at, lambda net: measure_control(training.run, net, kind, unet, captions, vae))


if __name__ == "__main__":
    torch.set_num_threads(threads())
    train_control(sys.argv[1].removeprefix("control-"), int(sys.argv[2]), sys.argv[3])
