"""The small UNet: two levels, a transformer in the middle, sizes of pictures free. Names of inputs follow SDXL's."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import Block
from .text import CONTEXT, POOLED

EMBEDDING, WAVES, SIZE_WAVES = 256, 64, 8


def waves(values: Tensor, count: int) -> Tensor:
    """Cosines and sines of values at `count` frequencies, from 1 down to 1/10000; adds a dimension of 2 * count."""
    rates = torch.exp(torch.arange(count, dtype=torch.float32) * (-math.log(10_000) / count))
    angles = values[..., None] * rates
    return torch.cat([angles.sin(), angles.cos()], -1)


class Residual(nn.Module):
    """Two convolutions; the embedding scales and shifts between them."""

    def __init__(self, inside: int, outside: int):
        super().__init__()
        self.first_norm, self.second_norm = nn.GroupNorm(8, inside), nn.GroupNorm(8, outside)
        self.first, self.second = nn.Conv2d(inside, outside, 3, padding=1), nn.Conv2d(outside, outside, 3, padding=1)
        self.modulation = nn.Linear(EMBEDDING, 2 * outside)
        self.skip = nn.Conv2d(inside, outside, 1) if inside != outside else nn.Identity()
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        scale, shift = self.modulation(embedding)[:, :, None, None].chunk(2, 1)
        y = self.second_norm(self.first(F.silu(self.first_norm(x)))) * (1 + scale) + shift
        return self.skip(x) + self.second(F.silu(y))


class Positions(nn.Module):
    """A vector for each place of a grid of any size, from its relative coordinates."""

    def __init__(self, width: int):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(20, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, height: int, width: int) -> Tensor:
        rates = torch.tensor([0.5, 1.0, 2.0, 3.0, 4.0]) * (2 * math.pi)
        line = lambda n: (torch.arange(n, dtype=torch.float32) + 0.5)[:, None] / n * rates
        wave = lambda n: torch.cat([line(n).sin(), line(n).cos()], 1)
        rows, columns = wave(height)[:, None].expand(-1, width, -1), wave(width)[None].expand(height, -1, -1)
        return self.net(torch.cat([rows, columns], 2)).flatten(0, 1)[None]


class Transformer(nn.Module):
    """Blocks over all places of a feature map, which look at the text too."""

    def __init__(self, width: int, context: int, depth: int):
        super().__init__()
        self.norm, self.positions = nn.GroupNorm(8, width), Positions(width)
        self.blocks = nn.ModuleList(Block(width, context) for _ in range(depth))
        self.out = nn.Linear(width, width)
        nn.init.zeros_(self.out.weight)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        height, width = x.shape[2:]
        y = self.norm(x).flatten(2).transpose(1, 2) + self.positions(height, width)
        for block in self.blocks:
            y = block(y, context)
        return x + self.out(y).transpose(1, 2).unflatten(2, (height, width))


class Embedding(nn.Module):
    """Timestep, pooled text and SDXL's six size numbers as one vector."""

    def __init__(self):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(2 * WAVES, EMBEDDING), nn.SiLU(), nn.Linear(EMBEDDING, EMBEDDING))
        self.pooled = nn.Linear(POOLED, EMBEDDING)
        self.sizes = nn.Linear(6 * 2 * SIZE_WAVES, EMBEDDING)
        nn.init.zeros_(self.sizes.weight)

    def forward(self, timestep: Tensor, pooled: Tensor, sizes: Tensor) -> Tensor:
        return F.silu(self.time(waves(timestep, WAVES)) + self.pooled(pooled) + self.sizes(waves(sizes, SIZE_WAVES).flatten(1)))


class Down(nn.Module):
    """The encoder half, which ControlNets copy: two features to skip to and the middle."""

    def __init__(self, channels: int, wide: int, narrow: int, depth: int, context: int):
        super().__init__()
        self.into = nn.Conv2d(channels, wide, 3, padding=1)
        self.high = Residual(wide, wide)
        self.shrink = nn.Conv2d(wide, narrow, 3, 2, 1)
        self.low = Residual(narrow, narrow)
        self.middle = Transformer(narrow, context, depth)

    def forward(self, x: Tensor, embedding: Tensor, context: Tensor, hint: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        x = self.into(x) if hint is None else self.into(x) + hint
        high = self.high(x, embedding)
        low = self.low(self.shrink(high), embedding)
        return high, low, self.middle(low, context)


class UNet(nn.Module):
    """Predicts v for latents (n, 4, h, w) of any h and w, the timestep 0..999 of each and a text."""

    def __init__(self, wide: int = 48, narrow: int = 128, depth: int = 3, channels: int = 4):
        super().__init__()
        self.embedding = Embedding()
        self.down = Down(channels, wide, narrow, depth, CONTEXT)
        self.low = Residual(2 * narrow, narrow)
        self.enlarge = nn.Conv2d(narrow, 4 * wide, 1)
        self.high, self.last = Residual(2 * wide, wide), Residual(wide, wide)
        self.norm, self.out = nn.GroupNorm(8, wide), nn.Conv2d(wide, 4, 3, padding=1)
        nn.init.zeros_(self.out.weight)

    def forward(
        self, sample: Tensor, timestep: Tensor, context: Tensor, pooled: Tensor, sizes: Tensor,
        residuals: tuple[Tensor, ...] | None = None,
    ) -> Tensor:
        embedding = self.embedding(timestep, pooled, sizes)
        high, low, middle = self.down(sample, embedding, context)
        if residuals is not None:
            high, low, middle = high + residuals[0], low + residuals[1], middle + residuals[2]
        x = F.pixel_shuffle(self.enlarge(self.low(torch.cat([middle, low], 1), embedding)), 2)
        # An odd side was rounded up on the way down.
        x = x[:, :, : high.shape[2], : high.shape[3]]
        x = self.last(self.high(torch.cat([x, high], 1), embedding), embedding)
        return self.out(F.silu(self.norm(x)))
