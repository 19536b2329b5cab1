"""ControlNet: a copy of the UNet's encoder half that sees a drawing, and adds to what the UNet skips over."""

import copy

from torch import Tensor, nn

from .sd15 import unpack
from .unet import UNet


def silent(layer: nn.Module) -> nn.Module:
    """A layer that says nothing before it is trained."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer


class Hint(nn.Module):
    """The drawing (n, 3, 4h, 4w), 0..1, as features at the latents' size."""

    def __init__(self, wide: int):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1), nn.SiLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.SiLU(), nn.Conv2d(32, wide, 3, 2, 1), nn.SiLU(),
            silent(nn.Conv2d(wide, wide, 3, padding=1)),
        )

    def forward(self, drawing: Tensor) -> Tensor:
        return self.net(drawing)


class ControlNet(nn.Module):
    """Three residuals for a UNet of the SD 1.5 layout: two for its skips, one for its middle."""

    def __init__(self, unet: UNet, wide: int = 48, narrow: int = 128):
        super().__init__()
        self.embedding, self.down = copy.deepcopy(unet.embedding), copy.deepcopy(unet.down)
        self.hint = Hint(wide)
        self.outs = nn.ModuleList(silent(nn.Conv2d(width, width, 1)) for width in (wide, narrow, narrow))

    def forward(self, sample: Tensor, timestep: Tensor, states: Tensor, drawing: Tensor) -> tuple[Tensor, ...]:
        context, pooled, sizes = unpack(states)
        features = self.down(sample, self.embedding(timestep, pooled, sizes), context, self.hint(drawing))
        return tuple(out(feature) for out, feature in zip(self.outs, features))
