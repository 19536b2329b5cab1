"""Records what diffusers draws with tiny random models, beside the same models as ONNX: a seed must give the same picture.

    python record_parity.py --out ../../packages/diffusion/test/fixtures/parity

Unlike a replay, this runs everything: tokens, text encoders, every step of the UNet, the VAE.
"""

import argparse
import json
import shutil
from pathlib import Path

import diffusers
import numpy as np
import onnx
import tiny
import torch
from export_onnx import main as export
from PIL import Image
from transformers import CLIPTokenizer

SIZE = {"width": 72, "height": 48}
PROMPT, NEGATIVE = "a red circle on a white background", "blurry, worst quality"


def tokenizer(folder: Path) -> CLIPTokenizer:
    """A tokenizer in CLIP's file format that knows single bytes and a few merges, written to `folder`."""
    letters = [chr(code) for code in (*range(33, 127), *range(161, 173), *range(174, 256), *range(256, 324))]
    merges = ["r e", "re d</w>", "c i", "o n</w>", "b l", "bl u", "w h", "i t"]
    words = [*letters, *(f"{letter}</w>" for letter in letters), *("".join(pair.split()) for pair in merges)]
    words += [f"unused{i}" for i in range(998 - len(words))] + ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}))
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n")
    end = "<|endoftext|>"
    config = {"model_max_length": 77, "bos_token": "<|startoftext|>", "eos_token": end, "unk_token": end, "pad_token": end}
    (folder / "tokenizer_config.json").write_text(json.dumps(config | {"tokenizer_class": "CLIPTokenizer"}))
    return CLIPTokenizer.from_pretrained(folder)


def picture(width: int, height: int) -> Image.Image:
    """A picture with edges and slopes."""
    y, x = np.mgrid[0:height, 0:width]
    channels = [x * 255 // width, y * 255 // height, np.where((x - width / 2) ** 2 + (y - height / 2) ** 2 < 200, 230, 40)]
    return Image.fromarray(np.stack(channels, -1).astype(np.uint8))


def mask(width: int, height: int) -> Image.Image:
    """White where the picture is to be made anew."""
    grid = np.zeros((height, width), np.uint8)
    grid[height // 4 : height * 3 // 4, width // 3 : width * 2 // 3] = 255
    return Image.fromarray(grid)


def livelier(vae: diffusers.AutoencoderKL) -> None:
    """Random decoders give almost grey pictures; louder ones show differences."""
    torch.nn.init.normal_(vae.decoder.conv_out.weight, std=0.12)


def scheduler(name: str) -> object:
    """A scheduler with Stable Diffusion's betas."""
    extra = {"steps_offset": 1, "clip_sample": False} if name in ("DDPMScheduler", "DDIMScheduler") else {}
    return getattr(diffusers, name)(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", **extra)


def shorten(file: Path) -> None:
    """Half of a tiny graph's bytes are names that nothing outside refers to."""
    model = onnx.load(file)
    kept = {value.name for value in (*model.graph.input, *model.graph.output)}
    short: dict[str, str] = {"": ""}
    for node in model.graph.node:
        node.ClearField("name")
        node.ClearField("doc_string")
        for names in (node.input, node.output):
            names[:] = [name if name in kept else short.setdefault(name, f"v{len(short)}") for name in names]
    for tensor in model.graph.initializer:
        tensor.name = short.setdefault(tensor.name, f"v{len(short)}")
    del model.graph.value_info[:]
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, file)


class Recorder:
    """Writes models, inputs and pictures, and keeps the list of cases."""

    def __init__(self, out: Path, scratch: Path) -> None:
        self.out, self.scratch, self.cases = out, scratch, []
        out.mkdir(parents=True)
        picture(**SIZE).save(out / "image.png")
        mask(**SIZE).save(out / "mask.png")

    def model(self, name: str, pipeline: diffusers.DiffusionPipeline) -> None:
        """Exports a pipeline's components."""
        folder = self.scratch / name
        pipeline.save_pretrained(folder)
        self.export("stable-diffusion", folder, self.out / name)

    def export(self, command: str, model: Path, out: Path, *more: str) -> None:
        """Runs a command of the export."""
        export([command, "--model", str(model), "--out", str(out), *more])
        for file in out.rglob("model.onnx"):
            shorten(file)

    def case(self, name: str, pipeline: diffusers.DiffusionPipeline, model: str, **call: object) -> None:
        """Runs a pipeline and keeps its picture."""
        seed = 1_000 + len(self.cases)
        pipeline.set_progress_bar_config(disable=True)
        shown = pipeline(prompt=PROMPT, negative_prompt=NEGATIVE, generator=torch.Generator().manual_seed(seed), **call).images[0]
        shown.save(self.out / f"{name}.png")
        plain = {key: value for key, value in call.items() if isinstance(value, int | float)}
        config = dict(pipeline.scheduler.config)
        self.cases.append({"name": name, "model": model, "seed": seed, "scheduler": {"_class_name": type(pipeline.scheduler).__name__, **config}, **plain})
        print(f"{name}: {np.asarray(shown).std():.1f} deviation", flush=True)

    def finish(self) -> None:
        """Writes the list."""
        facts = {"diffusers": diffusers.__version__, "torch": torch.__version__, "prompt": PROMPT, "negativePrompt": NEGATIVE, "cases": self.cases}
        (self.out / "cases.json").write_text(json.dumps(facts, indent=1, default=str) + "\n")


def stable_diffusion(recorder: Recorder, scratch: Path) -> None:
    """SD 1.5: from words, from a picture, inpainting, with a ControlNet."""
    folder = tiny.stable_diffusion(scratch / "tiny-sd")
    parts = components(folder, scratch)
    plain = diffusers.StableDiffusionPipeline(**parts, scheduler=scheduler("PNDMScheduler"))
    recorder.model("sd", plain)
    recorder.case("sd-pndm", plain, "sd", **SIZE, num_inference_steps=5, guidance_scale=6.0)
    plain.scheduler = scheduler("UniPCMultistepScheduler")
    recorder.case("sd-unipc", plain, "sd", **SIZE, num_inference_steps=6, guidance_scale=4.5)
    image = diffusers.StableDiffusionImg2ImgPipeline(**parts, scheduler=scheduler("DDIMScheduler"))
    recorder.case("sd-image", image, "sd", image=picture(**SIZE), strength=0.6, num_inference_steps=8, guidance_scale=5.0)
    inpaint = diffusers.StableDiffusionInpaintPipeline(**parts, scheduler=scheduler("DDPMScheduler"))
    pictures = {"image": picture(**SIZE), "mask_image": mask(**SIZE)}
    recorder.case("sd-inpaint4", inpaint, "sd", **SIZE, **pictures, strength=0.8, num_inference_steps=6, guidance_scale=5.0)

    net = diffusers.ControlNetModel.from_pretrained(tiny.controlnet(scratch / "net"))
    control = diffusers.StableDiffusionControlNetPipeline(**parts, controlnet=net, scheduler=scheduler("EulerDiscreteScheduler"))
    recorder.export("controlnet", scratch / "net", recorder.out / "control/controlnet")
    recorder.export("stable-diffusion", folder, recorder.out / "control", "--controlnet-inputs", "--only", "unet")
    shown = {"image": picture(**SIZE), "controlnet_conditioning_scale": 0.8}
    recorder.case("sd-control", control, "sd", **SIZE, **shown, num_inference_steps=5, guidance_scale=5.0)


def sdxl(recorder: Recorder, scratch: Path) -> None:
    """SDXL: from words and from a picture."""
    folder = tiny.sdxl(scratch / "tiny-sdxl")
    parts = {name: part for name, part in components(folder, scratch).items() if name not in ("safety_checker", "feature_extractor", "requires_safety_checker")}
    parts |= {"tokenizer_2": parts["tokenizer"], "text_encoder_2": tiny.load_text(folder / "text_encoder_2")}
    words = diffusers.StableDiffusionXLPipeline(**parts, scheduler=scheduler("EulerDiscreteScheduler"), add_watermarker=False)
    recorder.model("sdxl", words)
    recorder.case("sdxl-euler", words, "sdxl", **SIZE, num_inference_steps=5, guidance_scale=5.0)
    words.scheduler = scheduler("EulerAncestralDiscreteScheduler")
    recorder.case("sdxl-unguided", words, "sdxl", **SIZE, num_inference_steps=3, guidance_scale=1.0)
    image = diffusers.StableDiffusionXLImg2ImgPipeline(**parts, scheduler=scheduler("DDPMScheduler"), add_watermarker=False)
    recorder.case("sdxl-image", image, "sdxl", image=picture(**SIZE), strength=0.5, num_inference_steps=6, guidance_scale=3.0)


def components(folder: Path, scratch: Path) -> dict:
    """What every pipeline of a folder is made of."""
    vae = diffusers.AutoencoderKL.from_pretrained(folder / "vae")
    torch.manual_seed(7)
    livelier(vae)
    return {
        "tokenizer": tokenizer(scratch / f"{folder.name}-tokenizer"),
        "text_encoder": tiny.load_text(folder / "text_encoder"),
        "unet": diffusers.UNet2DConditionModel.from_pretrained(folder / "unet"),
        "vae": vae,
        "safety_checker": None,
        "feature_extractor": None,
        "requires_safety_checker": False,
    }


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    shutil.rmtree(out, ignore_errors=True)
    scratch = out.parent / ".parity-scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    recorder = Recorder(out, scratch)
    stable_diffusion(recorder, scratch)
    sdxl(recorder, scratch)
    recorder.finish()
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
