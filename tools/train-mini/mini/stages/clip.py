"""Trains the CLIP-layout pair: contrast of pictures and captions, helped by reading the scene's attributes out of both vectors."""

import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..nets.clip import SIDE, ClipPair
from ..nets.text import CLASSES
from ..run import ROOT, Run, linear_decay, seeded, threads
from ..tokenizer import Tokenizer
from ..world import caption, render, sample_scenes
from .text import answers

BATCH, RATE, READING = 64, 1e-3, 1.0
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)


def make_clip() -> ClipPair:
    words = Tokenizer.load()
    return ClipPair(len(words.vocabulary), words.end)


def load_clip() -> ClipPair:
    """The trained pair, frozen."""
    pair = make_clip()
    pair.load_state_dict(torch.load(ROOT / "clip" / "checkpoint.pt", weights_only=False)["parts"]["pair"])
    return pair.eval().requires_grad_(False)


def start_text(pair: ClipPair) -> None:
    """The text encoder starts as the second encoder of the SDXL layout, which has read captions before."""
    state = torch.load(ROOT / "text" / "checkpoint.pt", weights_only=False)["parts"]["pair"]
    pair.text.load_state_dict({name.removeprefix("second."): value for name, value in state.items() if name.startswith("second.")})


def draw(count: int, rng: np.random.Generator, words, split: str = "train") -> tuple[Tensor, Tensor, Tensor]:
    """Normalised pictures, ids of captions, answers."""
    scenes = sample_scenes(count, rng, split)
    pictures, _ = render(scenes, SIDE, rng)
    ids = torch.tensor([words.padded(caption(scene, rng)) for scene in scenes])
    return (pictures - MEAN) / DEVIATION, ids, torch.tensor([answers(scene) for scene in scenes])


def loss_of(pair: ClipPair, pictures: Tensor, ids: Tensor, right: Tensor) -> Tensor:
    """Symmetric cross-entropy over the batch, and cross-entropies of the attributes."""
    seen, read = F.normalize(pair.vision(pictures), dim=1), F.normalize(pair.text(ids).pooled, dim=1)
    alike = seen @ read.T * pair.log_scale.clamp(max=4.6).exp()
    same = torch.arange(len(ids))
    contrast = (F.cross_entropy(alike, same) + F.cross_entropy(alike.T, same)) / 2
    guesses = [pair.reader(vector * 8).split(CLASSES, 1) for vector in (seen, read)]
    reading = sum(F.cross_entropy(guess, right[:, k]) for both in guesses for k, guess in enumerate(both)) / len(CLASSES)
    return contrast + READING * reading


@torch.no_grad()
def retrieval(pair: ClipPair, split: str = "validation", rounds: int = 10, among: int = 50) -> float:
    """Share of pictures whose own caption is the nearest of 50."""
    rng, words, right = np.random.default_rng(31), Tokenizer.load(), 0
    for _ in range(rounds):
        pictures, ids, _ = draw(among, rng, words, split)
        alike = F.normalize(pair.vision(pictures), dim=1) @ F.normalize(pair.text(ids).pooled, dim=1).T
        right += (alike.argmax(1) == torch.arange(among)).sum().item()
    return right / (rounds * among)


def train(total_steps: int) -> None:
    torch.manual_seed(0)
    pair, words = make_clip(), Tokenizer.load()
    start_text(pair)
    optimiser = torch.optim.AdamW(pair.parameters(), RATE, betas=(0.9, 0.98), weight_decay=0.02)
    run = Run("clip", {"pair": pair, "optimiser": optimiser}, total_steps)
    for step in run.steps():
        seeded(4, step)
        for group in optimiser.param_groups:
            group["lr"] = RATE * linear_decay(step, total_steps)
        loss = loss_of(pair, *draw(BATCH, np.random.default_rng((4, step)), words))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(pair.parameters(), 1.0)
        optimiser.step()
        if step % 100 == 99:
            run.log(loss=round(loss.item(), 4), **({"top1": retrieval(pair)} if step % 300 == 299 else {}))
    run.finish(top1=retrieval(pair))


if __name__ == "__main__":
    torch.set_num_threads(threads())
    train(int(sys.argv[1]))
