"""The SDXL layout: two text encoders, a UNet that takes text_embeds and time_ids, and the autoencoder."""

import sys
from pathlib import Path

import torch

from ..nets.text import CONTEXT, POOLED
from ..nets.unet import UNet
from ..stages.latents import load_vae
from ..stages.text import load_pair
from ..stages.training import weights_of
from .parts import BATCH, IMAGE, unet_config, write_index, write_text_encoders, write_tokenizer, write_unet, write_vae
from .wrappers import SdxlUnet

PARTS = {
    "scheduler": ("diffusers", "DDIMScheduler"), "text_encoder": ("transformers", "CLIPTextModel"),
    "text_encoder_2": ("transformers", "CLIPTextModelWithProjection"), "tokenizer": ("transformers", "CLIPTokenizer"),
    "tokenizer_2": ("transformers", "CLIPTokenizer"), "unet": ("diffusers", "UNet2DConditionModel"), "vae": ("diffusers", "AutoencoderKL"),
}


def load_unet(name: str) -> UNet:
    """The averaged weights of a training."""
    unet = UNet()
    unet.load_state_dict(weights_of(name))
    return unet.eval().requires_grad_(False)


def write_sdxl(name: str, folder: Path) -> dict[str, float]:
    """Writes the folder and returns each graph's difference from PyTorch."""
    write_index(folder, "StableDiffusionXLPipeline", PARTS, force_zeros_for_empty_prompt=False)
    for tokenizer in ("tokenizer", "tokenizer_2"):
        write_tokenizer(folder / tokenizer)
    inputs = {
        "sample": torch.randn(2, 4, 17, 15), "timestep": torch.tensor(999.0), "encoder_hidden_states": torch.randn(2, 40, CONTEXT),
        "text_embeds": torch.randn(2, POOLED), "time_ids": torch.tensor([[64.0, 64, 0, 0, 64, 64]] * 2),
    }
    axes = {"sample": IMAGE, "encoder_hidden_states": {0: "batch", 1: "tokens"}, "text_embeds": BATCH, "time_ids": BATCH}
    config = unet_config(addition_embed_type="text_time", projection_class_embeddings_input_dim=POOLED + 6 * 16, addition_time_embed_dim=16)
    return {
        **write_text_encoders(folder, load_pair()), **write_vae(folder, load_vae()),
        **write_unet(folder, SdxlUnet(load_unet(name)), inputs, axes, config),
    }


if __name__ == "__main__":
    print(write_sdxl(sys.argv[1], Path(sys.argv[2])))
