"""Teaches the text encoders to know what a caption says, before any picture is drawn. It stands in for CLIP's training."""

import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..nets.text import Reader, TextPair
from ..run import ROOT, Run, linear_decay, seeded, threads
from ..tokenizer import Tokenizer
from ..world import Scene, caption, sample_scenes

BATCH, RATE, POOL = 64, 1.5e-3, 20_000


def make_pair(words: Tokenizer) -> TextPair:
    return TextPair(len(words.vocabulary), words.end)


def load_pair() -> TextPair:
    """The trained encoders, frozen."""
    pair = make_pair(Tokenizer.load())
    pair.load_state_dict(torch.load(ROOT / "text" / "checkpoint.pt", weights_only=False)["parts"]["pair"])
    return pair.eval().requires_grad_(False)


def answers(scene: Scene) -> list[int]:
    """The classes of a scene in the order of CLASSES."""
    rows = [list((thing.colour, thing.shape, thing.place, thing.size)) for thing in scene.things]
    rows += [[10, 8, 9, 3]] * (3 - len(rows))
    return [scene.background, scene.style, *(value for row in rows for value in row)]


def draw(count: int, seed: int, words: Tokenizer, split: str = "train") -> tuple[Tensor, Tensor]:
    """Captions as ids (count, 40) and their answers (count, 14)."""
    rng = np.random.default_rng(seed)
    scenes = sample_scenes(count, rng, split)
    return torch.tensor([words.padded(caption(scene, rng)) for scene in scenes]), torch.tensor([answers(scene) for scene in scenes])


@torch.no_grad()
def measure(pair: TextPair, reader: Reader, words: Tokenizer) -> dict:
    """Share of kept-back captions of which everything is read right, out of the context and out of the pooled vector."""
    ids, right = draw(1000, 77, words, "validation")
    whole = [torch.stack([guess.argmax(1) for guess in guesses], 1).eq(right).all(1) for guesses in reader(*pair(ids))]
    return {"context": round(whole[0].float().mean().item(), 4), "pooled": round(whole[1].float().mean().item(), 4)}


def train(total_steps: int) -> None:
    torch.manual_seed(0)
    words = Tokenizer.load()
    pair, reader = make_pair(words), Reader()
    parameters = [*pair.parameters(), *reader.parameters()]
    optimiser = torch.optim.AdamW(parameters, RATE, betas=(0.9, 0.98), weight_decay=0.01)
    run = Run("text", {"pair": pair, "reader": reader, "optimiser": optimiser}, total_steps)
    ids, right = draw(POOL, 11, words)
    for step in run.steps():
        seeded(2, step)
        for group in optimiser.param_groups:
            group["lr"] = RATE * linear_decay(step, total_steps)
        at = torch.randint(POOL, (BATCH,))
        context, pooled = pair(ids[at])
        read = reader(context + 0.05 * torch.randn_like(context), pooled + 0.05 * torch.randn_like(pooled))
        loss = sum(F.cross_entropy(guess, right[at, k]) for guesses in read for k, guess in enumerate(guesses))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        if step % 300 == 299:
            run.log(loss=round(loss.item(), 3), **measure(pair, reader, words))
    run.finish(**measure(pair, reader, words))


if __name__ == "__main__":
    torch.set_num_threads(threads())
    train(int(sys.argv[1]))
