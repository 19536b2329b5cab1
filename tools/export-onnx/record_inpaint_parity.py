"""Records how diffusers inpaints with tiny random models: 9 and 4 channels, strength, padding crops, masks of any kind, batches, SDXL.

    python record_inpaint_parity.py --out ../../packages/diffusion/test/fixtures/inpaint-parity

What it exports besides is the UNet of 9 channels: tests take everything else from `record_parity.py`.
"""

import argparse
import json
import shutil
from pathlib import Path

import diffusers
import numpy as np
import tiny
import torch
from PIL import Image
from record_parity import NEGATIVE, PROMPT, SIZE, Recorder, components, picture, scheduler

LARGE = {"width": 131, "height": 97}


def soft_spot(width: int, height: int) -> Image.Image:
    """A white disc that fades to black, off the middle."""
    y, x = np.mgrid[0:height, 0:width]
    far = np.hypot(x - width * 0.7, y - height * 0.4)
    return Image.fromarray(np.clip(300 - 14 * far, 0, 255).astype(np.uint8))


def coloured(width: int, height: int) -> Image.Image:
    """A mask in colours, some of them about half as bright as white."""
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(np.stack([x * 255 // width, y * 255 // height, (x * 7 + y * 5) % 256], -1).astype(np.uint8))


class Holes:
    """Runs inpainting pipelines and keeps what they were asked."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def case(self, name: str, pipeline: diffusers.DiffusionPipeline, seeds: list[int] | None = None, **call: object) -> None:
        """`image` and `mask_image` are names of files; several seeds are generators of their own."""
        seeds = seeds or [3_000 + len(self.recorder.cases)]
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        files = {key: call.pop(key) for key in ("image", "mask_image")}
        shown = {key: Image.open(self.recorder.out / file) for key, file in files.items()}
        pipeline.set_progress_bar_config(disable=True)
        given = {"generator": generators if len(seeds) > 1 else generators[0]}
        pictures = pipeline(prompt=PROMPT, negative_prompt=NEGATIVE, **given, **shown, **SIZE, **call).images
        for i, one in enumerate(pictures):
            one.save(self.recorder.out / f"{name}-{i}.png")
        config = {"_class_name": type(pipeline.scheduler).__name__}
        config |= {key: value for key, value in pipeline.scheduler.config.items() if not key.startswith("_")}
        self.recorder.cases.append({"name": name, "seeds": seeds, "scheduler": config, "pictures": len(pictures)} | files | call)
        print(f"{name}: {np.asarray(pictures[0]).std():.1f} deviation", flush=True)


def stable_diffusion(holes: Holes, scratch: Path) -> None:
    """SD 1.5 with the components of `record_parity.py`, and with a UNet of 9 channels."""
    parts = components(tiny.stable_diffusion(scratch / "tiny-sd"), scratch)
    nine = tiny.stable_diffusion(scratch / "tiny-sd9", 9)
    holes.recorder.export("stable-diffusion", nine, holes.recorder.out / "nine", "--only", "unet")
    told = {**parts, "unet": diffusers.UNet2DConditionModel.from_pretrained(nine / "unet")}

    def inpaint(components: dict, name: str) -> diffusers.StableDiffusionInpaintPipeline:
        return diffusers.StableDiffusionInpaintPipeline(**components, scheduler=scheduler(name))

    usual = {"num_inference_steps": 5, "guidance_scale": 5.0, "image": "image.png", "mask_image": "mask.png", "strength": 1.0}
    large = usual | {"image": "large.png", "mask_image": "spot.png"}
    holes.case("sd9-noise", inpaint(told, "DDIMScheduler"), **usual)
    holes.case("sd9-strength", inpaint(told, "EulerDiscreteScheduler"), **usual | {"strength": 0.65})
    holes.case("sd9-crop", inpaint(told, "DDPMScheduler"), **large, padding_mask_crop=6)
    holes.case("sd9-size", inpaint(told, "PNDMScheduler"), **large)
    holes.case("sd9-batch", inpaint(told, "DDPMScheduler"), **usual | {"strength": 0.8}, num_images_per_prompt=2)
    holes.case("sd9-seeds", inpaint(told, "DDPMScheduler"), [41, 42], **usual, num_images_per_prompt=2)
    holes.case("sd9-unguided", inpaint(told, "DDIMScheduler"), **usual | {"guidance_scale": 1.0})
    holes.case("sd4-noise", inpaint(parts, "EulerAncestralDiscreteScheduler"), **usual)
    holes.case("sd4-crop", inpaint(parts, "DDIMScheduler"), **large | {"strength": 0.8}, padding_mask_crop=20)
    holes.case("sd4-coloured", inpaint(parts, "DDPMScheduler"), **usual | {"mask_image": "coloured.png", "strength": 0.7})
    holes.case("sd4-batch", inpaint(parts, "UniPCMultistepScheduler"), **usual, num_images_per_prompt=2)


def sdxl(holes: Holes, scratch: Path) -> None:
    """SDXL, whose UNet of 4 channels knows nothing of the mask."""
    folder = tiny.sdxl(scratch / "tiny-sdxl")
    parts = {name: part for name, part in components(folder, scratch).items() if name not in ("safety_checker", "feature_extractor", "requires_safety_checker")}
    parts |= {"tokenizer_2": parts["tokenizer"], "text_encoder_2": tiny.load_text(folder / "text_encoder_2")}
    pipeline = diffusers.StableDiffusionXLInpaintPipeline(**parts, scheduler=scheduler("EulerDiscreteScheduler"), add_watermarker=False)
    usual = {"num_inference_steps": 5, "guidance_scale": 4.0, "image": "image.png", "mask_image": "mask.png"}
    holes.case("sdxl-strength", pipeline, **usual, strength=0.7)
    holes.case("sdxl-crop", pipeline, **usual | {"image": "large.png", "mask_image": "spot.png"}, strength=1.0, padding_mask_crop=12)


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    shutil.rmtree(out, ignore_errors=True)
    scratch = out.parent / ".inpaint-parity-scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    recorder = Recorder(out, scratch)
    picture(**LARGE).save(out / "large.png")
    soft_spot(**LARGE).save(out / "spot.png")
    coloured(50, 61).save(out / "coloured.png")
    holes = Holes(recorder)
    stable_diffusion(holes, scratch)
    sdxl(holes, scratch)
    facts = {"diffusers": diffusers.__version__, "torch": torch.__version__, "prompt": PROMPT, "negativePrompt": NEGATIVE, **SIZE, "cases": recorder.cases}
    (out / "cases.json").write_text(json.dumps(facts, indent=1, default=str) + "\n")
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
