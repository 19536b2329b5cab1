"""The CLIP pair in transformers.js's layout: onnx/vision_model.onnx and onnx/text_model.onnx."""

import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from ..nets.clip import EMBEDDING, LAYERS, SIDE, WIDTH, ClipPair, VisionEncoder
from ..nets.text import TextEncoder
from ..stages.clip import DEVIATION, MEAN, load_clip
from ..tokenizer import MAX_LENGTH
from .onnx_files import write_onnx
from .parts import BATCH, example_ids, write_json, write_tokenizer


class Vision(nn.Module):
    """pixel_values -> image_embeds."""

    def __init__(self, encoder: VisionEncoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, pixel_values: Tensor) -> Tensor:
        return self.encoder(pixel_values)


class Text(nn.Module):
    """input_ids -> text_embeds, last_hidden_state."""

    def __init__(self, encoder: TextEncoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: Tensor) -> tuple[Tensor, Tensor]:
        encoded = self.encoder(input_ids)
        return encoded.pooled, encoded.last


def write_vision(clip: ClipPair, path: Path) -> float:
    pixels = torch.randn(2, 3, SIDE, SIDE)
    return write_onnx(Vision(clip.vision), {"pixel_values": pixels}, {"image_embeds": BATCH}, {"pixel_values": BATCH}, path)


def write_text(clip: ClipPair, path: Path) -> float:
    outputs = {"text_embeds": BATCH, "last_hidden_state": BATCH}
    return write_onnx(Text(clip.text), {"input_ids": example_ids(clip.text.end)}, outputs, {"input_ids": BATCH}, path)


def preprocessor_config() -> dict:
    """How a picture becomes pixel_values."""
    return {
        "crop_size": SIDE, "do_center_crop": True, "do_normalize": True, "do_resize": True, "feature_extractor_type": "CLIPFeatureExtractor",
        "image_mean": MEAN.flatten().tolist(), "image_std": DEVIATION.flatten().tolist(), "resample": 3, "size": SIDE,
    }


def text_config(clip: ClipPair) -> dict:
    end = clip.text.end
    return {
        "model_type": "clip_text_model", "hidden_size": WIDTH, "projection_dim": EMBEDDING, "num_hidden_layers": LAYERS, "num_attention_heads": 4,
        "intermediate_size": 3 * WIDTH, "max_position_embeddings": MAX_LENGTH, "vocab_size": end + 1, "bos_token_id": end - 1, "eos_token_id": end,
    }


def vision_config() -> dict:
    return {
        "model_type": "clip_vision_model", "hidden_size": WIDTH, "projection_dim": EMBEDDING, "num_hidden_layers": LAYERS, "num_attention_heads": 4,
        "image_size": SIDE, "patch_size": 8,
    }


def write_clip(folder: Path) -> dict[str, float]:
    clip = load_clip()
    write_tokenizer(folder)
    write_json(folder / "preprocessor_config.json", preprocessor_config())
    config = {"model_type": "clip", "projection_dim": EMBEDDING, "text_config": text_config(clip), "vision_config": vision_config()}
    write_json(folder / "config.json", config)
    return {
        "vision_model": write_vision(clip, folder / "onnx" / "vision_model.onnx"),
        "text_model": write_text(clip, folder / "onnx" / "text_model.onnx"),
    }


if __name__ == "__main__":
    print(write_clip(Path(sys.argv[1])))
