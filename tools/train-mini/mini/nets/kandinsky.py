"""The Kandinsky layout: a prior from text to a picture's embedding, and a UNet that paints what an embedding says."""

import torch
from torch import Tensor, nn

from ..tokenizer import MAX_LENGTH
from .attention import Block
from .clip import EMBEDDING, WIDTH
from .text import CONTEXT
from .unet import WAVES, UNet, waves

TOKENS, DEPTH = 8, 3


class Prior(nn.Module):
    """Predicts the clean embedding (n, 128) from a noisy one and the text; arguments as diffusers' PriorTransformer."""

    def __init__(self):
        super().__init__()
        self.text, self.pooled, self.noisy = nn.Linear(WIDTH, WIDTH), nn.Linear(EMBEDDING, WIDTH), nn.Linear(EMBEDDING, WIDTH)
        self.time = nn.Sequential(nn.Linear(2 * WAVES, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH))
        self.question = nn.Parameter(torch.randn(1, 1, WIDTH) * 0.3)
        self.position = nn.Parameter(torch.randn(1, MAX_LENGTH + 4, WIDTH) * 0.3)
        self.blocks = nn.ModuleList(Block(WIDTH) for _ in range(DEPTH))
        self.norm, self.out = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, EMBEDDING)

    def forward(self, hidden_states: Tensor, timestep: Tensor, proj_embedding: Tensor, encoder_hidden_states: Tensor, attention_mask: Tensor) -> Tensor:
        count = hidden_states.shape[0]
        time = self.time(waves(timestep.to(torch.float32).expand(count), WAVES))
        singles = torch.stack([self.pooled(proj_embedding), time, self.noisy(hidden_states)], 1)
        x = torch.cat([self.text(encoder_hidden_states), singles, self.question.expand(count, -1, -1)], 1) + self.position
        always = torch.ones(count, 4, dtype=torch.float32)
        mask = ((torch.cat([attention_mask.to(torch.float32), always], 1) - 1) * 1e4)[:, None, None, :]
        for block in self.blocks:
            x = block(x, None, mask)
        return self.out(self.norm(x[:, -1]))


class ImageUnet(nn.Module):
    """A UNet of the SDXL kind whose text is made of a picture's embedding."""

    def __init__(self, unet: UNet):
        super().__init__()
        self.unet = unet
        self.register_buffer("mean", torch.zeros(1, EMBEDDING))
        self.register_buffer("deviation", torch.ones(1, EMBEDDING))
        self.tokens, self.pooled = nn.Linear(EMBEDDING, TOKENS * CONTEXT), nn.Linear(EMBEDDING, EMBEDDING)
        self.register_buffer("sizes", torch.tensor([[64.0, 64, 0, 0, 64, 64]]))

    def forward(self, sample: Tensor, timestep: Tensor, image_embeds: Tensor) -> Tensor:
        said = (image_embeds - self.mean) / self.deviation
        context = self.tokens(said).unflatten(1, (TOKENS, CONTEXT))
        return self.unet(sample, timestep, context, self.pooled(said), self.sizes.expand(sample.shape[0], -1))
