"""The SD 1.5 layout: one text encoder, a UNet with and one without inputs for residuals, the autoencoder."""

import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from ..nets.text import CONTEXT
from ..nets.sd15 import Sd15Unet
from ..stages.latents import load_vae
from ..stages.sd15 import load_unet
from ..stages.text import load_pair
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
        "text_encoder": write_onnx(OneEncoder(pair), {"input_ids": example_ids(pair.first.end)}, outputs, {"input_ids": BATCH}, encoder / "model.onnx"),
        **write_vae(folder, load_vae()),
        **write_unet(folder, Plain(unet), example(), axes, unet_config()),
        **write_unet(folder, Controlled(unet), {**example(), **residuals}, {**axes, **{name: IMAGE for name in RESIDUALS}}, unet_config(), "controlnet"),
    }


if __name__ == "__main__":
    print(write_sd15(Path(sys.argv[2]), sys.argv[1]))
