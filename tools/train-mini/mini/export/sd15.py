"""The SD 1.5 layout: one text encoder, a UNet with and one without inputs for residuals, the autoencoder; and ControlNets beside it."""

import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from ..nets.control import ControlNet
from ..nets.text import CONTEXT
from ..nets.sd15 import Sd15Unet
from ..run import ROOT
from ..stages.latents import load_vae
from ..stages.sd15 import load_unet
from ..stages.text import load_pair
from ..stages.training import weights_of
from .onnx_files import write_onnx
from .parts import BATCH, IMAGE, example_ids, text_config, unet_config, write_index, write_json, write_tokenizer, write_unet, write_vae
from .wrappers import OneEncoder

PARTS = {
    "scheduler": ("diffusers", "DDIMScheduler"), "text_encoder": ("transformers", "CLIPTextModel"), "tokenizer": ("transformers", "CLIPTokenizer"),
    "unet": ("diffusers", "UNet2DConditionModel"), "vae": ("diffusers", "AutoencoderKL"),
}
RESIDUALS = ("down_block_0_additional_residual", "down_block_1_additional_residual", "mid_block_additional_residual")
TOKENS = {0: "batch", 1: "tokens"}


class Plain(nn.Module):
    """sample, timestep, encoder_hidden_states -> out_sample."""

    def __init__(self, unet: Sd15Unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample: Tensor, timestep: Tensor, encoder_hidden_states: Tensor) -> Tensor:
        return self.unet(sample, timestep.expand(sample.shape[0]), encoder_hidden_states)


class Controlled(nn.Module):
    """The same with a ControlNet's residuals."""

    def __init__(self, unet: Sd15Unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample: Tensor, timestep: Tensor, encoder_hidden_states: Tensor, first: Tensor, second: Tensor, middle: Tensor) -> Tensor:
        return self.unet(sample, timestep.expand(sample.shape[0]), encoder_hidden_states, (first, second, middle))


class Control(nn.Module):
    """sample, timestep, encoder_hidden_states, controlnet_cond, conditioning_scale -> residuals."""

    def __init__(self, net: ControlNet):
        super().__init__()
        self.net = net

    def forward(self, sample: Tensor, timestep: Tensor, encoder_hidden_states: Tensor, controlnet_cond: Tensor, conditioning_scale: Tensor) -> tuple[Tensor, ...]:
        residuals = self.net(sample, timestep.expand(sample.shape[0]), encoder_hidden_states, controlnet_cond)
        return tuple(residual * conditioning_scale for residual in residuals)


def example() -> dict[str, Tensor]:
    return {"sample": torch.randn(2, 4, 17, 15), "timestep": torch.tensor(999.0), "encoder_hidden_states": torch.randn(2, 40, CONTEXT)}


def write_sd15(folder: Path, source: str) -> dict[str, float]:
    pair, unet = load_pair(), load_unet(source)
    write_index(folder, "StableDiffusionPipeline", PARTS)
    write_tokenizer(folder / "tokenizer")
    encoder = folder / "text_encoder"
    write_json(encoder / "config.json", text_config("CLIPTextModel", CONTEXT, pair.first.embedding.num_embeddings, pair.first.end))
    outputs = {"last_hidden_state": BATCH, "pooler_output": BATCH}
    axes = {"sample": IMAGE, "encoder_hidden_states": TOKENS}
    residuals = dict(zip(RESIDUALS, (torch.randn(2, 48, 17, 15), torch.randn(2, 128, 9, 8), torch.randn(2, 128, 9, 8))))
    return {
        "text_encoder": write_onnx(OneEncoder(pair), {"input_ids": example_ids(pair)}, outputs, {"input_ids": BATCH}, encoder / "model.onnx"),
        **write_vae(folder, load_vae()),
        **write_unet(folder, Plain(unet), example(), axes, unet_config()),
        **write_unet(folder, Controlled(unet), {**example(), **residuals}, {**axes, **{name: IMAGE for name in RESIDUALS}}, unet_config(), "controlnet"),
    }


def write_control(kind: str, folder: Path, source: str) -> dict[str, float]:
    """One ControlNet as a folder with a single graph."""
    net = ControlNet(load_unet(source).unet)
    net.load_state_dict(weights_of(f"control-{kind}"))
    inputs = {**example(), "controlnet_cond": torch.rand(2, 3, 68, 60), "conditioning_scale": torch.tensor(1.0)}
    axes = {"sample": IMAGE, "encoder_hidden_states": TOKENS, "controlnet_cond": IMAGE}
    write_json(folder / "config.json", {"_class_name": "ControlNetModel", "in_channels": 4, "conditioning_channels": 3, "cross_attention_dim": CONTEXT, "block_out_channels": [48, 128]})
    return {kind: write_onnx(Control(net.eval()), inputs, {name: IMAGE for name in RESIDUALS}, axes, folder / "model.onnx")}


if __name__ == "__main__":
    source, folder = sys.argv[1], Path(sys.argv[2])
    print(write_sd15(folder / "sd15", source))
    for kind in ("scribble", "canny"):
        if (ROOT / f"control-{kind}").exists():
            print(write_control(kind, folder / f"control-{kind}", source))
