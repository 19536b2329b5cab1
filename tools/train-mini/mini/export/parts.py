"""Writes the components that several layouts share, each with its config.json."""

import json
import shutil
from pathlib import Path

import torch
from torch import nn

from ..diffusion import SCHEDULER_CONFIG
from ..nets.text import CONTEXT, LAYERS, POOLED, WIDTHS, TextPair
from ..nets.vae import CHANNELS, WIDTHS as VAE_WIDTHS, Vae
from ..tokenizer import FOLDER, MAX_LENGTH
from .onnx_files import write_onnx
from .wrappers import FirstEncoder, SecondEncoder, VaeDecoder, VaeEncoder

LATENT = 16
BATCH = {0: "batch"}
IMAGE = {0: "batch", 2: "height", 3: "width"}
TOKENIZER_FILES = ("vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json")


def write_json(path: Path, value: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def write_tokenizer(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in TOKENIZER_FILES:
        shutil.copyfile(FOLDER / name, folder / name)


def write_index(folder: Path, pipeline: str, parts: dict[str, tuple[str, str]], **settings) -> None:
    write_json(folder / "model_index.json", {"_class_name": pipeline, "_diffusers_version": "0.25.1", **settings, **{k: list(v) for k, v in parts.items()}})
    write_json(folder / "scheduler" / "scheduler_config.json", SCHEDULER_CONFIG)


def text_config(architecture: str, width: int, vocabulary: int, end: int) -> dict:
    return {
        "architectures": [architecture], "model_type": "clip_text_model", "hidden_size": width, "projection_dim": POOLED,
        "num_hidden_layers": LAYERS, "num_attention_heads": 4, "intermediate_size": 3 * width, "hidden_act": "gelu_pytorch_tanh",
        "max_position_embeddings": MAX_LENGTH, "vocab_size": vocabulary, "bos_token_id": end - 1, "eos_token_id": end, "pad_token_id": end,
    }


def example_ids(end: int) -> torch.Tensor:
    """Two rows of ids with their ends at different places."""
    ids = torch.full((2, MAX_LENGTH), end)
    ids[:, 0] = end - 1
    ids[0, 1:9], ids[1, 1:21] = torch.arange(300, 308), torch.arange(300, 320)
    return ids


def write_text_encoders(folder: Path, pair: TextPair) -> dict[str, float]:
    """text_encoder and text_encoder_2, every hidden state named."""
    sizes = {0: "batch", 1: "tokens"}
    hidden = {f"hidden_states.{i}": sizes for i in range(LAYERS + 1)}
    ids, vocabulary = {"input_ids": example_ids(pair.first.end)}, pair.first.embedding.num_embeddings
    first = {"last_hidden_state": sizes, "pooler_output": BATCH, **hidden}
    second = {"text_embeds": BATCH, "last_hidden_state": sizes, **hidden}
    jobs = (
        ("text_encoder", "CLIPTextModel", FirstEncoder(pair.first), first, WIDTHS[0]),
        ("text_encoder_2", "CLIPTextModelWithProjection", SecondEncoder(pair.second), second, WIDTHS[1]),
    )
    differences = {}
    for name, architecture, model, outputs, width in jobs:
        # The length is fixed: positions are learned for MAX_LENGTH tokens.
        differences[name] = write_onnx(model, ids, outputs, {"input_ids": BATCH}, folder / name / "model.onnx")
        write_json(folder / name / "config.json", text_config(architecture, width, vocabulary, pair.first.end))
    return differences


def write_vae(folder: Path, vae: Vae, encoder: str = "vae_encoder", decoder: str = "vae_decoder") -> dict[str, float]:
    config = {
        "_class_name": "AutoencoderKL", "in_channels": 3, "out_channels": 3, "latent_channels": CHANNELS,
        "block_out_channels": [VAE_WIDTHS[0], VAE_WIDTHS[1], VAE_WIDTHS[1]], "scaling_factor": 1.0, "sample_size": 4 * LATENT, "force_upcast": False,
    }
    for name in (encoder, decoder):
        write_json(folder / name / "config.json", config)
    picture, latents = torch.rand(2, 3, 72, 56) * 2 - 1, torch.randn(2, CHANNELS, 18, 14)
    return {
        encoder: write_onnx(VaeEncoder(vae), {"sample": picture}, {"latent_parameters": IMAGE}, {"sample": IMAGE}, folder / encoder / "model.onnx"),
        decoder: write_onnx(VaeDecoder(vae), {"latent_sample": latents}, {"sample": IMAGE}, {"latent_sample": IMAGE}, folder / decoder / "model.onnx"),
    }


def unet_config(**settings) -> dict:
    return {
        "_class_name": "UNet2DConditionModel", "sample_size": LATENT, "in_channels": 4, "out_channels": 4, "center_input_sample": False,
        "block_out_channels": [48, 128], "cross_attention_dim": CONTEXT, "time_cond_proj_dim": None, **settings,
    }


def write_unet(folder: Path, model: nn.Module, inputs: dict[str, torch.Tensor], axes: dict[str, dict[int, str]], config: dict, name: str = "unet") -> dict[str, float]:
    """A UNet; its sample must be of odd size, so that the traced graph knows how to round."""
    assert inputs["sample"].shape[2] % 2 and inputs["sample"].shape[3] % 2
    write_json(folder / name / "config.json", config)
    return {name: write_onnx(model, inputs, {"out_sample": IMAGE}, axes, folder / name / "model.onnx")}
