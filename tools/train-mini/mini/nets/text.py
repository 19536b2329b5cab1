"""The two text encoders of the SDXL layout, and the reader that is only there to train them."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..tokenizer import MAX_LENGTH
from .attention import Attention, Block

WIDTHS, LAYERS, POOLED = (96, 128), 3, 128
CONTEXT = sum(WIDTHS)


class Encoded(NamedTuple):
    """Embeddings and each layer's output, the last one normalised, and one vector for the whole text."""

    hidden: list[Tensor]
    last: Tensor
    pooled: Tensor


class TextEncoder(nn.Module):
    """A transformer in which every token sees all tokens up to the first end token."""

    def __init__(self, vocabulary: int, end: int, width: int, pooled: int = POOLED):
        super().__init__()
        self.end = end
        self.embedding = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.embedding.weight, std=0.5)
        self.position = nn.Parameter(torch.randn(1, MAX_LENGTH, width) * 0.3)
        self.blocks = nn.ModuleList(Block(width) for _ in range(LAYERS))
        self.norm = nn.LayerNorm(width)
        self.projection = nn.Linear(width, pooled)

    def forward(self, ids: Tensor) -> Encoded:
        ends = (ids == self.end).to(torch.float32)
        # 1 up to and with the first end token, 0 after it.
        real = ((ends.cumsum(1) - ends) < 0.5).to(torch.float32)
        mask = ((real - 1) * 1e4)[:, None, None, :]
        hidden = [self.embedding(ids) + self.position]
        for block in self.blocks:
            hidden.append(block(hidden[-1], None, mask))
        last = self.norm(hidden[-1])
        weights = (real / real.sum(1, keepdim=True))[:, :, None]
        return Encoded(hidden, last, self.projection((last * weights).sum(1)))


class TextPair(nn.Module):
    """Both encoders as SDXL uses them: context (n, tokens, 224) from the layers before the last, and a pooled vector (n, 128)."""

    def __init__(self, vocabulary: int, end: int):
        super().__init__()
        self.first = TextEncoder(vocabulary, end, WIDTHS[0])
        self.second = TextEncoder(vocabulary, end, WIDTHS[1])

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        first, second = self.first(ids), self.second(ids)
        return torch.cat([first.hidden[-2], second.hidden[-2]], 2), second.pooled


# Background, style, then colour, shape, place and size of three things, each with one more class for "not there".
CLASSES = (10, 5) + (11, 9, 10, 4) * 3


class Reader(nn.Module):
    """Reads a scene's attributes out of the context (a question for the background and one for each thing) and out of the pooled vector."""

    def __init__(self, width: int = 96):
        super().__init__()
        self.questions = nn.Parameter(torch.randn(1, 4, width) * 0.5)
        self.attention, self.norm = Attention(width, CONTEXT), nn.LayerNorm(width)
        self.background, self.thing = nn.Linear(width, 15), nn.Linear(width, 34)
        self.pooled = nn.Linear(POOLED, sum(CLASSES))

    def forward(self, context: Tensor, pooled: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        answers = self.norm(self.attention(self.questions.expand(len(context), -1, -1), context))
        read = torch.cat([self.background(answers[:, 0]), self.thing(answers[:, 1:]).flatten(1)], 1)
        return list(read.split(CLASSES, 1)), list(self.pooled(pooled).split(CLASSES, 1))
