"""Tiny random models in published folders' form, to try the exports without downloading anything."""

import json
from pathlib import Path

import diffusers
import torch
import transformers
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker

CONTROL_BLOCKS = {"down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D")}
BLOCKS = CONTROL_BLOCKS | {"up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D")}
SMALL = {"block_out_channels": (8, 16), "layers_per_block": 1, "norm_num_groups": 4, "attention_head_dim": 2}
SDXL = {"addition_embed_type": "text_time", "addition_time_embed_dim": 8, "projection_class_embeddings_input_dim": 56}


def text_config(**more: object) -> transformers.CLIPTextConfig:
    """A text encoder of two layers and 8 channels."""
    return transformers.CLIPTextConfig(
        vocab_size=1000, hidden_size=8, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, eos_token_id=999, bos_token_id=998, **more
    )


def load_text(folder: Path) -> torch.nn.Module:
    """A saved text encoder, of the class that its config names."""
    (kind,) = transformers.AutoConfig.from_pretrained(folder).architectures
    return getattr(transformers, kind).from_pretrained(folder, attn_implementation="eager")


def vision_config(**more: object) -> transformers.CLIPVisionConfig:
    """An image encoder of two layers and 8 channels."""
    return transformers.CLIPVisionConfig(
        hidden_size=8, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=64, patch_size=32, projection_dim=8, **more
    )


def vae(force_upcast: bool = False) -> diffusers.AutoencoderKL:
    """A VAE that halves sides once."""
    blocks = {"down_block_types": ("DownEncoderBlock2D",) * 2, "up_block_types": ("UpDecoderBlock2D",) * 2}
    return diffusers.AutoencoderKL(**blocks, sample_size=32, block_out_channels=(8, 8), norm_num_groups=4, force_upcast=force_upcast)


def stable_diffusion(folder: Path, channels: int = 4) -> Path:
    """SD 1.5's components; 9 channels make an inpainting model."""
    torch.manual_seed(1)
    transformers.CLIPTextModel(text_config()).save_pretrained(folder / "text_encoder")
    diffusers.UNet2DConditionModel(**BLOCKS, **SMALL, sample_size=32, in_channels=channels, cross_attention_dim=8).save_pretrained(folder / "unet")
    vae().save_pretrained(folder / "vae")
    diffusers.DDPMScheduler(beta_schedule="scaled_linear").save_pretrained(folder / "scheduler")
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionPipeline"}))
    return folder


def sdxl(folder: Path) -> Path:
    """SDXL's components, with two text encoders."""
    torch.manual_seed(2)
    transformers.CLIPTextModel(text_config()).save_pretrained(folder / "text_encoder")
    transformers.CLIPTextModelWithProjection(text_config(projection_dim=8)).save_pretrained(folder / "text_encoder_2")
    unet = diffusers.UNet2DConditionModel(**BLOCKS, **SMALL, sample_size=32, **SDXL, cross_attention_dim=16, transformer_layers_per_block=(1, 2), use_linear_projection=True)
    unet.save_pretrained(folder / "unet")
    vae(force_upcast=True).save_pretrained(folder / "vae")
    diffusers.EulerDiscreteScheduler().save_pretrained(folder / "scheduler")
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionXLPipeline"}))
    return folder


def controlnet(folder: Path) -> Path:
    """A ControlNet for the tiny SD 1.5, with residuals that are not zero."""
    torch.manual_seed(3)
    net = diffusers.ControlNetModel(**CONTROL_BLOCKS, **SMALL, cross_attention_dim=8, conditioning_embedding_out_channels=(4, 8))
    for block in (*net.controlnet_down_blocks, net.controlnet_mid_block, net.controlnet_cond_embedding.conv_out):
        torch.nn.init.normal_(block.weight, std=0.1)
    net.save_pretrained(folder)
    return folder


def kandinsky(folder: Path) -> tuple[Path, Path, Path]:
    """Folders of the prior, the decoder and the inpainting decoder."""
    torch.manual_seed(4)
    prior, decoder, inpaint = folder / "prior", folder / "decoder", folder / "inpaint"
    transformers.CLIPTextModelWithProjection(text_config(projection_dim=8)).save_pretrained(prior / "text_encoder")
    transformers.CLIPVisionModelWithProjection(vision_config()).save_pretrained(prior / "image_encoder")
    shape = {"num_attention_heads": 2, "attention_head_dim": 8, "num_layers": 2, "embedding_dim": 8, "num_embeddings": 77}
    net = diffusers.PriorTransformer(**shape)
    torch.nn.init.normal_(net.clip_mean)
    net.save_pretrained(prior / "prior")
    diffusers.UnCLIPScheduler(variance_type="fixed_small_log", prediction_type="sample").save_pretrained(prior / "scheduler")
    for target, channels in ((decoder, 4), (inpaint, 9)):
        image_unet(channels).save_pretrained(target / "unet")
    movq().save_pretrained(decoder / "movq")
    diffusers.DDPMScheduler(variance_type="learned_range").save_pretrained(decoder / "scheduler")
    return prior, decoder, inpaint


def image_unet(channels: int) -> diffusers.UNet2DConditionModel:
    """Kandinsky's decoder in small."""
    return diffusers.UNet2DConditionModel(
        **SMALL,
        in_channels=channels,
        out_channels=8,
        down_block_types=("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
        mid_block_type="UNetMidBlock2DSimpleCrossAttn",
        up_block_types=("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
        cross_attention_dim=8,
        encoder_hid_dim=8,
        encoder_hid_dim_type="image_proj",
        addition_embed_type="image",
        resnet_time_scale_shift="scale_shift",
    )


def movq() -> diffusers.VQModel:
    """movq in small, with spatial norms and attention as published."""
    return diffusers.VQModel(
        block_out_channels=(32, 32),
        down_block_types=("DownEncoderBlock2D", "AttnDownEncoderBlock2D"),
        up_block_types=("AttnUpDecoderBlock2D", "UpDecoderBlock2D"),
        latent_channels=4,
        num_vq_embeddings=12,
        norm_num_groups=4,
        vq_embed_dim=4,
        norm_type="spatial",
    )


def safety_checker(folder: Path) -> Path:
    """The safety checker in small."""
    torch.manual_seed(5)
    config = transformers.CLIPConfig(vision_config=vision_config().to_dict(), projection_dim=8)
    checker = StableDiffusionSafetyChecker(config)
    torch.nn.init.normal_(checker.concept_embeds_weights)
    checker.save_pretrained(folder)
    return folder


def clip(folder: Path) -> Path:
    """CLIP in small, both towers in one file as published."""
    torch.manual_seed(6)
    config = transformers.CLIPConfig(
        text_config=text_config(projection_dim=8).to_dict(), vision_config=vision_config().to_dict(), projection_dim=8
    )
    transformers.CLIPModel(config).save_pretrained(folder)
    return folder
