"""Trains the autoencoder. About 0.07 s a step of 8 pictures on two threads."""

import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..nets.vae import Vae
from ..run import Run, linear_decay, seeded, threads
from ..world import render, sample_scenes

SIDE, BATCH, RATE, POOL = 64, 8, 2e-3, 4000
KL_WEIGHT, THING_WEIGHT = 4e-4, 2.0


def draw(count: int, seed: int, split: str = "train") -> tuple[Tensor, Tensor]:
    """Pictures -1..1 and the loss weights of their pixels: more on things and just around them."""
    rng = np.random.default_rng(seed)
    pictures, masks = render(sample_scenes(count, rng, split), SIDE, rng)
    return pictures * 2 - 1, 1 + THING_WEIGHT * F.max_pool2d(masks, 5, 1, 2)


def loss_of(vae: Vae, pictures: Tensor, weights: Tensor) -> Tensor:
    """Weighted L1 + squared error, and a light pull of the posterior towards the unit normal."""
    with torch.autocast("cpu", torch.bfloat16):
        mean, log_variance = vae.encoder(pictures)
        mean, log_variance = mean.float(), log_variance.float().clamp(-8, 4)
        drawn = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        error = (vae.decoder(drawn).float() - pictures) / 2
    divergence = 0.5 * (mean * mean + log_variance.exp() - 1 - log_variance)
    return (weights * (error.abs() + 4 * error.square())).mean() / weights.mean() + KL_WEIGHT * divergence.mean()


@torch.no_grad()
def measure(vae: Vae) -> dict:
    """PSNR in decibels on pictures of kept-back scenes."""
    pictures, _ = draw(256, 99, "validation")
    error = (vae.decoder(vae.encoder(pictures)[0]).clamp(-1, 1) - pictures) / 2
    return {"psnr": round((-10 * error.square().mean((1, 2, 3)).log10()).mean().item(), 2)}


@torch.no_grad()
def settle(vae: Vae) -> None:
    """Measures the latents' mean and deviation per channel."""
    mean = vae.encoder(draw(1000, 5)[0])[0]
    vae.mean.copy_(mean.mean((0, 2, 3), keepdim=True))
    vae.deviation.copy_(mean.std((0, 2, 3), keepdim=True))


def train(total_steps: int) -> None:
    torch.manual_seed(0)
    vae = Vae().to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(vae.parameters(), RATE, betas=(0.9, 0.95), weight_decay=1e-3)
    run = Run("vae", {"vae": vae, "optimiser": optimiser}, total_steps)
    pool, weights = (part.half() for part in draw(POOL if run.done < total_steps else 1, 1 + run.done))
    for step in run.steps():
        seeded(1, step)
        for group in optimiser.param_groups:
            group["lr"] = RATE * linear_decay(step, total_steps)
        if step % 8 == 0:
            at = torch.randperm(POOL)[:64]
            fresh = draw(64, 100_000 + step)
            pool[at], weights[at] = fresh[0].half(), fresh[1].half()
        at = torch.randint(POOL, (BATCH,))
        pictures = pool[at].float().contiguous(memory_format=torch.channels_last)
        loss = loss_of(vae, pictures, weights[at].float())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimiser.step()
        if step % 500 == 499:
            run.log(loss=round(loss.item(), 4), **(measure(vae) if step % 1000 == 999 else {}))
    settle(vae)
    run.finish(**measure(vae))


if __name__ == "__main__":
    torch.set_num_threads(threads())
    train(int(sys.argv[1]))
