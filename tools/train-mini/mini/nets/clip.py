"""The CLIP-layout pair: one vector for a picture, one for a text, near each other where they say the same."""

import torch
from torch import Tensor, nn

from .attention import Block
from .text import CLASSES, TextEncoder

SIDE, WIDTH, LAYERS, EMBEDDING = 64, 128, 3, 128


class VisionEncoder(nn.Module):
    """Pictures (n, 3, 64, 64), normalised as CLIP's, to vectors (n, 128)."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            nn.PixelUnshuffle(4), nn.Conv2d(48, 64, 3, padding=1), nn.GELU(), nn.Conv2d(64, 64, 3, padding=1), nn.GELU(),
            nn.Conv2d(64, WIDTH, 3, 2, 1),
        )
        self.position = nn.Parameter(torch.randn(1, (SIDE // 8) ** 2, WIDTH) * 0.3)
        self.blocks = nn.ModuleList(Block(WIDTH) for _ in range(LAYERS))
        # One learned question gathers what matters from all places.
        self.gather, self.norm = nn.Linear(WIDTH, 4), nn.LayerNorm(WIDTH)
        self.projection = nn.Linear(4 * WIDTH, EMBEDDING)

    def forward(self, pixels: Tensor) -> Tensor:
        x = self.stem(pixels).flatten(2).transpose(1, 2) + self.position
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        return self.projection((self.gather(x).softmax(1).transpose(1, 2) @ x).flatten(1))


class ClipPair(nn.Module):
    """Both encoders, the temperature of their comparison, and a reader of attributes that is only there to train them."""

    def __init__(self, vocabulary: int, end: int):
        super().__init__()
        self.vision, self.text = VisionEncoder(), TextEncoder(vocabulary, end, WIDTH, EMBEDDING)
        self.log_scale = nn.Parameter(torch.tensor(2.3))
        self.reader = nn.Linear(EMBEDDING, sum(CLASSES))
