"""The loop that all UNets, ControlNets and the prior share: Muon and AdamW, an average of the weights, measurements on the way."""

import copy
from typing import Callable

import numpy as np
import torch
from torch import Tensor, nn

from ..muon import Muon
from ..run import ROOT, Run, linear_decay, seeded

RATE, MUON_RATE, AVERAGING, HOLD = 1.5e-3, 0.02, 0.999, 0.55
LOG_EVERY, MEASURE_EVERY = 200, 2000


def split_parameters(unet: nn.Module) -> tuple[list, list]:
    """Matrices of the transformer's blocks for Muon, everything else for AdamW."""
    matrices = [p for name, p in unet.named_parameters() if "blocks" in name and p.ndim == 2]
    chosen = {id(p) for p in matrices}
    return matrices, [p for p in unet.parameters() if id(p) not in chosen]


def optimisers_of(unet: nn.Module) -> dict[str, torch.optim.Optimizer]:
    matrices, rest = split_parameters(unet)
    return {"muon": Muon(matrices, MUON_RATE), "adam": torch.optim.AdamW(rest, RATE, betas=(0.9, 0.98), weight_decay=0.01)}


def weights_of(name: str) -> dict:
    """The averaged weights of a training."""
    return torch.load(ROOT / name / "checkpoint.pt", weights_only=False)["parts"]["average"]


class Training:
    """A network in training with its average, its optimisers and its run on disk."""

    def __init__(self, name: str, net: nn.Module, total_steps: int, seed: int, rate: float = 1.0):
        self.net, self.average = net, copy.deepcopy(net).eval().requires_grad_(False)
        self.optimisers, self.seed, self.rate = optimisers_of(net), seed, rate
        self.run = Run(name, {"unet": net, "average": self.average, **self.optimisers}, total_steps)

    def go(self, loss_at: Callable[[nn.Module, np.random.Generator], Tensor], measure: Callable[[nn.Module], None]) -> None:
        """Trains to the last step. Each step's draws depend on the seed and its number only."""
        running = None
        for step in self.run.steps():
            seeded(self.seed, step)
            loss = loss_at(self.net, np.random.default_rng((self.seed, step)))
            self.update(loss, step)
            running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
            if step % LOG_EVERY == LOG_EVERY - 1:
                self.run.log(loss=round(running, 4))
            if step % MEASURE_EVERY == MEASURE_EVERY - 1:
                self.run.save()
                measure(self.average)
        measure(self.average)
        self.run.finish()

    def update(self, loss: Tensor, step: int) -> None:
        """One step of both optimisers and of the average."""
        factor = self.rate * linear_decay(step, self.run.total, 200, HOLD)
        for key, rate in (("muon", MUON_RATE), ("adam", RATE)):
            for group in self.optimisers[key].param_groups:
                group["lr"] = rate * factor
        self.net.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        for optimiser in self.optimisers.values():
            optimiser.step()
        with torch.no_grad():
            share = 1 - min(AVERAGING, (step + 1) / (step + 20))
            torch._foreach_lerp_(list(self.average.parameters()), list(self.net.parameters()), share)
