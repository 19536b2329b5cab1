"""The SD 1.5 layout: the SDXL UNet without pooled text and sizes, and ControlNets on it."""

import sys

import numpy as np
import torch
from torch import Tensor, nn

from ..diffusion import sample_ddim
from ..judge import judge_all, summarise
from ..nets.control import ControlNet
from ..nets.unet import UNet
from ..run import Run, threads
from ..sheet import save_sheet
from ..world import render
from . import drawings
from .drawings import LOOSE, edges, scribble
from .latents import load, load_vae
from .sdxl import BATCH, GUIDANCE, SAMPLING_STEPS, SIDE, Captions, loss_of, validation
from .training import Training, weights_of

SEED, RATE = 15, 0.5


def start_unet(source: str) -> UNet:
    """A UNet with the weights of an SDXL one, as far as it has their places."""
    unet = UNet(pooled=None)
    unet.load_state_dict(weights_of(source), strict=False)
    return unet.to(memory_format=torch.channels_last)


def load_unet(name: str = "sd15") -> UNet:
    unet = UNet(pooled=None)
    unet.load_state_dict(weights_of(name))
    return unet.eval().requires_grad_(False).to(memory_format=torch.channels_last)


@torch.no_grad()
def draw_pictures(unet: UNet, captions: Captions, vae, texts: list[str], control=None, seed: int = 1) -> Tensor:
    """Pictures 0..1; `control` gives residuals for a sample, its timesteps and context."""
    count = len(texts)
    context, _ = captions.encode(list(texts) + [""] * count)

    def predict(sample: Tensor, timestep: int) -> Tensor:
        doubled = torch.cat([sample, sample]).contiguous(memory_format=torch.channels_last)
        times = torch.full((2 * count,), float(timestep))
        residuals = control(doubled, times, context) if control else None
        wanted, plain = unet(doubled, times, context, residuals=residuals).chunk(2)
        return plain + GUIDANCE * (wanted - plain)

    noise = torch.randn(count, 4, SIDE // 4, SIDE // 4, generator=torch.Generator().manual_seed(seed))
    return vae.decode(sample_ddim(predict, noise, SAMPLING_STEPS)) / 2 + 0.5


def train_unet(total_steps: int, source: str, parts: int) -> None:
    training = Training("sd15", start_unet(source), total_steps, SEED, RATE)
    captions, vae = Captions(), load_vae()
    latents, masks, scenes = load(parts)

    def loss_at(unet: nn.Module, rng: np.random.Generator) -> Tensor:
        at = rng.integers(len(latents), size=BATCH)
        context, _ = captions.draw([scenes[i] for i in at], rng)
        return loss_of(unet, latents[at].float(), masks[at].float(), (context,))

    def measure(unet: nn.Module) -> None:
        for name, (wanted, texts) in validation().items():
            pictures = draw_pictures(unet, captions, vae, texts)
            training.run.log(set=name, **summarise(judge_all(pictures, wanted)))

    training.go(loss_at, measure)


def overlap(pictures: Tensor, truth: Tensor, masks: Tensor) -> float:
    """Mean intersection over union of what was drawn with what the control outlines: pixels nearer to the thing's colour than to the background's."""
    found = []
    for picture, true, mask in zip(pictures, truth, masks[:, 0] > 0.5):
        thing, behind = true[:, mask].median(1).values, true[:, ~mask].median(1).values
        drawn = (picture - thing[:, None, None]).square().sum(0) < (picture - behind[:, None, None]).square().sum(0)
        found.append(((drawn & mask).sum() / (drawn | mask).sum()).item())
    return round(float(np.mean(found)), 4)


def measure_control(run: Run, net: nn.Module, kind: str, unet: UNet, captions: Captions, vae) -> None:
    """Draws validation captions of one thing after drawings of loosely placed ones."""
    scenes, texts = validation()["one"]
    rng = np.random.default_rng(71)
    truth, masks = render(scenes, SIDE, rng, LOOSE)
    drawing = (scribble(masks, rng) if kind == "scribble" else edges(truth)).expand(-1, 3, -1, -1)
    pictures = draw_pictures(unet, captions, vae, texts, lambda *given: net(*given, torch.cat([drawing, drawing])))
    run.log(control_overlap=overlap(pictures, truth, masks), **summarise(judge_all(pictures, scenes)))
    save_sheet(torch.cat([drawing[:24], pictures[:24]]), run.folder / "control.png")


def train_control(kind: str, total_steps: int) -> None:
    unet, captions, vae, data = load_unet(), Captions(), load_vae(), drawings.load()
    training = Training(f"control-{kind}", ControlNet(unet).requires_grad_(True).to(memory_format=torch.channels_last), total_steps, SEED + len(kind), RATE)

    def loss_at(net: nn.Module, rng: np.random.Generator) -> Tensor:
        at = rng.integers(len(data["latents"]), size=BATCH)
        context, _ = captions.draw([data["scenes"][i] for i in at], rng)
        drawing = data[kind][at].float()[:, None].expand(-1, 3, -1, -1)
        controlled = lambda sample, times, texts: unet(sample, times, texts, residuals=net(sample, times, texts, drawing))
        return loss_of(controlled, data["latents"][at].float(), data["masks"][at].float(), (context,))

    training.go(loss_at, lambda net: measure_control(training.run, net, kind, unet, captions, vae))


if __name__ == "__main__":
    torch.set_num_threads(threads())
    if sys.argv[1] == "sd15":
        train_unet(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
    else:
        train_control(sys.argv[1].removeprefix("control-"), int(sys.argv[2]))
