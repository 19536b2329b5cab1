"""One ControlNet as a folder with a single graph."""

import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from ..nets.control import ControlNet
from ..nets.text import CONTEXT
from ..stages.sd15 import load_unet
from ..stages.training import weights_of
from .onnx_files import write_onnx
from .parts import IMAGE, write_json
from .sd15 import RESIDUALS, TOKENS, example


class Control(nn.Module):
    """sample, timestep, encoder_hidden_states, controlnet_cond, conditioning_scale -> residuals."""

    def __init__(self, net: ControlNet):
        super().__init__()
        self.net = net

    def forward(self, sample: Tensor, timestep: Tensor, encoder_hidden_states: Tensor, controlnet_cond: Tensor, conditioning_scale: Tensor) -> tuple[Tensor, ...]:
        residuals = self.net(sample, timestep.expand(sample.shape[0]), encoder_hidden_states, controlnet_cond)
        return tuple(residual * conditioning_scale for residual in residuals)


def write_control(kind: str, folder: Path, source: str) -> dict[str, float]:
    """One ControlNet as a folder with a single graph."""
    net = ControlNet(load_unet(source).unet)
    net.load_state_dict(weights_of(f"control-{kind}"))
    inputs = {**example(), "controlnet_cond": torch.rand(2, 3, 68, 60), "conditioning_scale": torch.tensor(1.0)}
    axes = {"sample": IMAGE, "encoder_hidden_states": TOKENS, "controlnet_cond": IMAGE}
    write_json(folder / "config.json", {"_class_name": "ControlNetModel", "in_channels": 4, "conditioning_channels": 3, "cross_attention_dim": CONTEXT, "block_out_channels": [48, 128]})
    return {kind: write_onnx(Control(net.eval()), inputs, {name: IMAGE for name in RESIDUALS}, axes, folder / "model.onnx")}


if __name__ == "__main__":
    kind, source, folder = sys.argv[1:]
    print(write_control(kind, Path(folder), source))
