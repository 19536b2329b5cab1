"""The transformer block that text encoders, UNets and the prior share."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Attention(nn.Module):
    """Multi-head attention to the tokens themselves or to a context of another width."""

    def __init__(self, width: int, context_width: int | None = None, heads: int = 4):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width, bias=False)
        self.key_value = nn.Linear(context_width or width, 2 * width, bias=False)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, context: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        split = lambda y: y.unflatten(2, (self.heads, -1)).transpose(1, 2)
        key, value = self.key_value(x if context is None else context).chunk(2, -1)
        mixed = F.scaled_dot_product_attention(split(self.query(x)), split(key), split(value), attn_mask=mask)
        return self.out(mixed.transpose(1, 2).flatten(2))


class Block(nn.Module):
    """Self-attention, cross-attention where there is a context, and a feed-forward part, each on normalised tokens."""

    def __init__(self, width: int, context_width: int | None = None, heads: int = 4, growth: int = 3):
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(width), Attention(width, None, heads)
        self.has_context = context_width is not None
        if self.has_context:
            self.context_norm, self.context_attention = nn.LayerNorm(width), Attention(width, context_width, heads)
        self.forward_norm = nn.LayerNorm(width)
        self.feed_forward = nn.Sequential(nn.Linear(width, growth * width), nn.GELU("tanh"), nn.Linear(growth * width, width))

    def forward(self, x: Tensor, context: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        x = x + self.attention(self.norm(x), None, mask)
        if self.has_context:
            x = x + self.context_attention(self.context_norm(x), context)
        return x + self.feed_forward(self.forward_norm(x))
