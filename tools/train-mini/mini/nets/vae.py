"""A small autoencoder: 64x64 pictures to 16x16x4 latents and back (factor 4). Pictures are -1..1 outside."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

WIDTHS, CHANNELS, FACTOR = (48, 80), 4, 4


class Residual(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.silu(self.first(F.silu(x))))


class Encoder(nn.Module):
    """Pictures (n, 3, h, w) to raw mean and log variance (n, 4, h/4, w/4) each."""

    def __init__(self):
        super().__init__()
        wide, narrow = WIDTHS
        self.net = nn.Sequential(
            nn.PixelUnshuffle(2), nn.Conv2d(12, wide, 3, padding=1), Residual(wide),
            nn.PixelUnshuffle(2), nn.Conv2d(4 * wide, narrow, 1), Residual(narrow), Residual(narrow),
            nn.Conv2d(narrow, 2 * CHANNELS, 3, padding=1),
        )

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.net(pictures).chunk(2, 1)
        return mean, log_variance


class Decoder(nn.Module):
    """Raw latents back to pictures."""

    def __init__(self):
        super().__init__()
        wide, narrow = WIDTHS
        self.net = nn.Sequential(
            nn.Conv2d(CHANNELS, narrow, 3, padding=1), Residual(narrow), Residual(narrow),
            nn.Conv2d(narrow, 4 * wide, 1), nn.PixelShuffle(2), Residual(wide), Residual(wide),
            nn.Conv2d(wide, 12, 3, padding=1), nn.PixelShuffle(2),
        )

    def forward(self, latents: Tensor) -> Tensor:
        return self.net(latents)


class Vae(nn.Module):
    """Encoder and decoder with the latents' mean and deviation per channel, so that diffusion sees unit variance."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()
        self.register_buffer("mean", torch.zeros(1, CHANNELS, 1, 1))
        self.register_buffer("deviation", torch.ones(1, CHANNELS, 1, 1))

    def encode(self, pictures: Tensor) -> Tensor:
        """Normalised latents (the mean of the posterior)."""
        return (self.encoder(pictures)[0] - self.mean) / self.deviation

    def decode(self, latents: Tensor) -> Tensor:
        """Pictures from normalised latents."""
        return self.decoder(latents * self.deviation + self.mean)
