"""Trains the UNet of the SDXL layout on latents and frozen text encoders. A second seed gives a different member of the family."""

import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..diffusion import draw_timesteps, noised, sample_ddim
from ..judge import judge_all, summarise
from ..nets.unet import UNet
from ..run import Run, threads
from ..sheet import save_sheet
from ..tokenizer import Tokenizer
from ..world import caption, sample_scenes
from .latents import load, load_vae
from .text import load_pair
from .training import Training, weights_of

BATCH, UNCONDITIONAL, THING_WEIGHT = 16, 0.1, 3.0
GUIDANCE, SAMPLING_STEPS, SIDE = 3.0, 8, 64


def draw_sizes(count: int) -> Tensor:
    """SDXL's six numbers. Nothing depends on them, so training varies them."""
    height, width = torch.randint(32, 129, (2, count)).float()
    zero = torch.zeros(count)
    drawn = torch.stack([height, width, zero, zero, height, width], 1)
    usual = torch.tensor([SIDE, SIDE, 0.0, 0.0, SIDE, SIDE]).expand(count, -1)
    return torch.where(torch.rand(count, 1) < 0.7, usual, drawn)


class Captions:
    """Draws a new caption for a scene each time, encoded by the frozen text encoders; sometimes none at all."""

    def __init__(self):
        self.words, self.pair = Tokenizer.load(), load_pair()

    @torch.no_grad()
    def encode(self, texts: list[str]) -> tuple[Tensor, Tensor]:
        return self.pair(torch.tensor([self.words.padded(text) for text in texts]))

    @torch.no_grad()
    def draw(self, scenes: list, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Context and pooled vector. Pipelines ask for "no text" as an empty prompt or as zeros: both are trained."""
        texts = ["" if rng.random() < UNCONDITIONAL / 2 else caption(scene, rng) for scene in scenes]
        context, pooled = self.encode(texts)
        kept = torch.from_numpy((rng.random(len(scenes)) >= UNCONDITIONAL / 2).astype(np.float32))
        return context * kept[:, None, None], pooled * kept[:, None]


def loss_of(unet: nn.Module, clean: Tensor, mask: Tensor, condition: tuple) -> Tensor:
    """Squared error of v, weighted towards things and noisy timesteps."""
    timesteps = draw_timesteps(len(clean))
    sample, target, weight = noised(clean, torch.randn_like(clean), timesteps)
    error = (unet(sample.contiguous(memory_format=torch.channels_last), timesteps.float(), *condition) - target).square()
    weights = weight * (1 + THING_WEIGHT * F.max_pool2d(mask, 3, 1, 1))
    return (error * weights).mean() / weights.mean()


@torch.no_grad()
def draw_pictures(unet: nn.Module, captions: Captions, vae, texts: list[str], seed: int = 1, steps: int = SAMPLING_STEPS, guidance: float = GUIDANCE) -> Tensor:
    """Pictures 0..1 for texts, with guidance, as the product's pipeline draws them."""
    count = len(texts)
    context, pooled = captions.encode(list(texts) + [""] * count)
    sizes = torch.tensor([[SIDE, SIDE, 0.0, 0.0, SIDE, SIDE]]).expand(2 * count, -1)

    def predict(sample: Tensor, timestep: int) -> Tensor:
        doubled = torch.cat([sample, sample]).contiguous(memory_format=torch.channels_last)
        wanted, plain = unet(doubled, torch.full((2 * count,), float(timestep)), context, pooled, sizes).chunk(2)
        return plain + guidance * (wanted - plain)

    noise = torch.randn(count, 4, SIDE // 4, SIDE // 4, generator=torch.Generator().manual_seed(seed))
    return vae.decode(sample_ddim(predict, noise, steps)) / 2 + 0.5


def validation() -> dict[str, tuple[list, list[str]]]:
    """Captions to watch while training: kept from training, and other than the ones of the final table."""
    rng = np.random.default_rng(555)
    sets = {"one": sample_scenes(96, rng, "validation", (1.0, 0.0, 0.0)), "two": sample_scenes(48, rng, "validation", (0.0, 1.0, 0.0))}
    return {name: (scenes, [caption(scene, rng) for scene in scenes]) for name, scenes in sets.items()}


def measure(run: Run, unet: nn.Module, captions: Captions, vae) -> None:
    """Judges pictures of the validation captions, logs the shares and saves a sheet."""
    for name, (scenes, texts) in validation().items():
        pictures = draw_pictures(unet, captions, vae, texts)
        run.log(set=name, **summarise(judge_all(pictures, scenes)))
        save_sheet(pictures[:48], run.folder / f"{name}.png")


def train(name: str, total_steps: int, parts: int, seed: int, source: str | None = None) -> None:
    """Trains from nothing, or from the averaged weights of another training."""
    torch.manual_seed(seed)
    unet = UNet()
    if source is not None:
        unet.load_state_dict(weights_of(source))
    training = Training(name, unet.to(memory_format=torch.channels_last), total_steps, seed)
    captions, vae = Captions(), load_vae()
    latents, masks, scenes = load(parts)

    def loss_at(unet: nn.Module, rng: np.random.Generator) -> Tensor:
        at = rng.integers(len(latents), size=BATCH)
        condition = (*captions.draw([scenes[i] for i in at], rng), draw_sizes(BATCH))
        return loss_of(unet, latents[at].float(), masks[at].float(), condition)

    training.go(loss_at, lambda unet: measure(training.run, unet, captions, vae))


if __name__ == "__main__":
    torch.set_num_threads(threads())
    name, total, parts, seed, *source = sys.argv[1:]
    train(name, int(total), int(parts), int(seed), *source)
