"""The Kandinsky 2.2 layout: text and image encoder of the CLIP pair, prior, decoder, and the autoencoder as movq."""

import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from ..nets.clip import EMBEDDING, WIDTH
from ..nets.kandinsky import ImageUnet, Prior
from ..nets.unet import UNet
from ..nets.vae import Vae
from ..stages.clip import load_clip
from ..stages.kandinsky import embeddings, load_prior
from ..stages.latents import load_vae
from ..stages.training import weights_of
from ..tokenizer import MAX_LENGTH
from .clip import preprocessor_config, text_config, vision_config, write_text, write_vision
from .onnx_files import write_onnx
from .parts import BATCH, IMAGE, unet_config, write_index, write_json, write_tokenizer, write_unet, write_vae

PARTS = {
    "scheduler": ("diffusers", "DDIMScheduler"), "tokenizer": ("transformers", "CLIPTokenizer"), "unet": ("diffusers", "UNet2DConditionModel"),
    "movq": ("diffusers", "VQModel"), "prior_prior": ("diffusers", "PriorTransformer"), "prior_scheduler": ("diffusers", "UnCLIPScheduler"),
}
PRIOR_SCHEDULER = {
    "_class_name": "UnCLIPScheduler", "_diffusers_version": "0.25.1", "num_train_timesteps": 1000, "variance_type": "fixed_small_log",
    "prediction_type": "sample", "clip_sample": True, "clip_sample_range": 5.0,
}


class Decoder(nn.Module):
    """sample, timestep, image_embeds -> out_sample: v, and a second half of zeros where Kandinsky has the variance, which DDIM leaves out."""

    def __init__(self, unet: ImageUnet):
        super().__init__()
        self.unet = unet

    def forward(self, sample: Tensor, timestep: Tensor, image_embeds: Tensor) -> Tensor:
        v = self.unet(sample, timestep.to(torch.float32).expand(sample.shape[0]), image_embeds)
        return torch.cat([v, torch.zeros_like(v)], 1)


class Mean(nn.Module):
    """movq's encoder: sample -> latent_sample."""

    def __init__(self, vae: Vae):
        super().__init__()
        self.vae = vae

    def forward(self, sample: Tensor) -> Tensor:
        return self.vae.encode(sample)


def write_prior(folder: Path, prior: Prior, parts: int) -> dict[str, float]:
    known = embeddings(parts)
    write_json(folder / "prior" / "config.json", {
        "_class_name": "PriorTransformer", "embedding_dim": EMBEDDING,
        "clip_mean": known.mean.flatten().tolist(), "clip_std": known.deviation.flatten().tolist(),
    })
    write_json(folder / "prior_scheduler" / "scheduler_config.json", PRIOR_SCHEDULER)
    inputs = {
        "hidden_states": torch.randn(2, EMBEDDING), "timestep": torch.tensor(500), "proj_embedding": torch.randn(2, EMBEDDING),
        "encoder_hidden_states": torch.randn(2, MAX_LENGTH, WIDTH), "attention_mask": torch.arange(MAX_LENGTH).expand(2, -1) < torch.tensor([[12], [30]]),
    }
    axes = {name: BATCH for name in inputs if name != "timestep"}
    return {"prior": write_onnx(prior, inputs, {"predicted_image_embedding": BATCH}, axes, folder / "prior" / "model.onnx")}


def write_movq(folder: Path, vae: Vae) -> dict[str, float]:
    """The autoencoder under movq's names; the encoder gives the mean instead of a posterior."""
    differences = write_vae(folder, vae, "movq_encoder", "movq_decoder")
    picture = {"sample": torch.rand(2, 3, 72, 56) * 2 - 1}
    return {**differences, "movq_encoder": write_onnx(Mean(vae), picture, {"latent_sample": IMAGE}, {"sample": IMAGE}, folder / "movq_encoder" / "model.onnx")}


def load_decoder() -> ImageUnet:
    unet = ImageUnet(UNet())
    unet.load_state_dict(weights_of("kandinsky"))
    return unet.eval().requires_grad_(False)


def write_kandinsky(folder: Path, parts: int = 2) -> dict[str, float]:
    clip = load_clip()
    write_index(folder, "KandinskyV22CombinedPipeline", PARTS)
    write_tokenizer(folder / "tokenizer")
    write_json(folder / "text_encoder" / "config.json", text_config(clip))
    write_json(folder / "image_encoder" / "config.json", vision_config())
    write_json(folder / "image_processor" / "preprocessor_config.json", preprocessor_config())
    inputs = {"sample": torch.randn(2, 4, 17, 15), "timestep": torch.tensor(999), "image_embeds": torch.randn(2, EMBEDDING)}
    return {
        "text_encoder": write_text(clip, folder / "text_encoder" / "model.onnx"),
        "image_encoder": write_vision(clip, folder / "image_encoder" / "model.onnx"),
        **write_prior(folder, load_prior(), parts), **write_movq(folder, load_vae()),
        **write_unet(folder, Decoder(load_decoder()), inputs, {"sample": IMAGE, "image_embeds": BATCH}, unet_config(out_channels=8)),
    }


if __name__ == "__main__":
    print(write_kandinsky(Path(sys.argv[1])))
