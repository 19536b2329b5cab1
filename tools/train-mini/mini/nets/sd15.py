"""The SD 1.5 layout: the same UNet, where the text encoder's last token carries the pooled vector."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .text import CONTEXT, POOLED
from .unet import UNet

SIZES = (64.0, 64.0, 0.0, 0.0, 64.0, 64.0)


def pack(context: Tensor, pooled: Tensor) -> Tensor:
    """One tensor of SDXL's two: the last token, nearly always padding, gives way to the pooled vector."""
    return torch.cat([context[:, :-1], F.pad(pooled, (0, CONTEXT - POOLED))[:, None]], 1)


def unpack(states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Context, pooled vector and the usual sizes."""
    return states[:, :-1], states[:, -1, :POOLED], torch.tensor([SIZES]).expand(states.shape[0], -1)


class Sd15Unet(nn.Module):
    """sample, timestep, packed states and a ControlNet's residuals."""

    def __init__(self, unet: UNet):
        super().__init__()
        self.unet = unet

    def forward(self, sample: Tensor, timestep: Tensor, states: Tensor, residuals: tuple[Tensor, ...] | None = None) -> Tensor:
        return self.unet(sample, timestep, *unpack(states), residuals=residuals)
