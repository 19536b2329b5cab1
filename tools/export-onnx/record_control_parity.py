"""Records what diffusers draws with ControlNets on tiny random models: several nets, windows, guess mode, SDXL, batches.

    python record_control_parity.py --out ../../packages/diffusion/test/fixtures/control-parity

What it exports besides are the graphs that `record_parity.py` does not: tests take the others from there.
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

SECONDS = {"control_guidance_start": 0.2, "control_guidance_end": 0.7}


def drawing(width: int, height: int) -> Image.Image:
    """A grey drawing of another size than the result's, with odd sides."""
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(np.where(abs((x + y) % 24 - 12) < 3, 235, 15).astype(np.uint8))


def another(folder: Path, **more: object) -> diffusers.ControlNetModel:
    """A ControlNet with residuals that are not zero, of other weights than `tiny.controlnet`."""
    torch.manual_seed(11)
    shape = {"cross_attention_dim": 8} | more
    net = diffusers.ControlNetModel(**tiny.CONTROL_BLOCKS, **tiny.SMALL, conditioning_embedding_out_channels=(4, 8), **shape)
    for block in (*net.controlnet_down_blocks, net.controlnet_mid_block, net.controlnet_cond_embedding.conv_out):
        torch.nn.init.normal_(block.weight, std=0.1)
    net.save_pretrained(folder)
    return net


class Controls:
    """Runs pipelines with ControlNets and keeps what they were asked."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def case(self, name: str, pipeline: diffusers.DiffusionPipeline, nets: dict[str, dict], **call: object) -> None:
        """`nets` has, by the name of the ControlNet, its picture, scale and window."""
        keys = ("controlnet_conditioning_scale", "control_guidance_start", "control_guidance_end")
        values = [tuple(control.get(key, default) for control in nets.values()) for key, default in zip(keys, (1.0, 0.0, 1.0), strict=True)]
        pictures = [Image.open(self.recorder.out / control["image"]) for control in nets.values()]
        several = len(nets) > 1
        asked = {key: list(value) if several else value[0] for key, value in zip(keys, values, strict=True)}
        seed = 2_000 + len(self.recorder.cases)
        pipeline.set_progress_bar_config(disable=True)
        words = {"prompt": call.pop("prompt", PROMPT), "negative_prompt": NEGATIVE}
        given = {"image": pictures if several else pictures[0], "generator": torch.Generator().manual_seed(seed)}
        shown = pipeline(**words, **given, **asked, **SIZE, **call).images
        for i, one in enumerate(shown):
            one.save(self.recorder.out / f"{name}-{i}.png")
        config = {"_class_name": type(pipeline.scheduler).__name__}
        config |= {key: value for key, value in pipeline.scheduler.config.items() if not key.startswith("_")}
        kept = zip(nets.items(), *values, strict=True)
        controls = [{"net": net, "image": control["image"], "scale": scale, "from": start, "to": end} for (net, control), scale, start, end in kept]
        facts = {"name": name, "prompt": words["prompt"], "seed": seed, "scheduler": config, "controls": controls, "pictures": len(shown)}
        self.recorder.cases.append(facts | call)
        print(f"{name}: {np.asarray(shown[0]).std():.1f} deviation", flush=True)


def stable_diffusion(controls: Controls, scratch: Path) -> None:
    """SD 1.5 with the ControlNet of `record_parity.py` and another."""
    parts = components(tiny.stable_diffusion(scratch / "tiny-sd"), scratch)
    first = diffusers.ControlNetModel.from_pretrained(tiny.controlnet(scratch / "net"))
    second = another(scratch / "other")
    controls.recorder.export("controlnet", scratch / "other", controls.recorder.out / "other")
    one = diffusers.StableDiffusionControlNetPipeline(**parts, controlnet=first, scheduler=scheduler("DDIMScheduler"))
    two = diffusers.StableDiffusionControlNetPipeline(**parts, controlnet=[first, second], scheduler=scheduler("PNDMScheduler"))
    shown = {"image": "image.png"}
    drawn = {"image": "drawing.png"}
    usual = {"num_inference_steps": 5, "guidance_scale": 5.0}
    controls.case("sd-drawing", one, {"net": drawn}, **usual)
    controls.case("sd-window", one, {"net": shown | SECONDS}, **usual)
    controls.case("sd-guess", one, {"net": shown | {"controlnet_conditioning_scale": 1.3}}, **usual, guess_mode=True, prompt="")
    controls.case("sd-guess-unguided", one, {"net": shown}, **usual | {"guidance_scale": 1.0}, guess_mode=True)
    controls.case("sd-batch", one, {"net": shown | {"controlnet_conditioning_scale": 0.6}}, **usual, num_images_per_prompt=2)
    both = {"net": shown | {"controlnet_conditioning_scale": 0.8, "control_guidance_end": 0.8}, "other": drawn | SECONDS | {"controlnet_conditioning_scale": 0.5}}
    controls.case("sd-two", two, both, **usual | {"num_inference_steps": 7})
    controls.case("sd-two-guess", two, both, **usual, guess_mode=True)


def sdxl(controls: Controls, scratch: Path) -> None:
    """SDXL with one ControlNet."""
    folder = tiny.sdxl(scratch / "tiny-sdxl")
    parts = {name: part for name, part in components(folder, scratch).items() if name not in ("safety_checker", "feature_extractor", "requires_safety_checker")}
    parts |= {"tokenizer_2": parts["tokenizer"], "text_encoder_2": tiny.load_text(folder / "text_encoder_2")}
    net = another(scratch / "xl", **tiny.SDXL, cross_attention_dim=16, transformer_layers_per_block=(1, 2), use_linear_projection=True)
    controls.recorder.export("controlnet", scratch / "xl", controls.recorder.out / "xl/net")
    controls.recorder.export("stable-diffusion", folder, controls.recorder.out / "xl/model", "--controlnet-inputs", "--only", "unet")
    pipeline = diffusers.StableDiffusionXLControlNetPipeline(**parts, controlnet=net, scheduler=scheduler("EulerDiscreteScheduler"), add_watermarker=False)
    shown = {"image": "drawing.png", "controlnet_conditioning_scale": 0.7}
    controls.case("sdxl-drawing", pipeline, {"xl": shown | {"control_guidance_end": 0.6}}, num_inference_steps=5, guidance_scale=4.0)
    controls.case("sdxl-guess", pipeline, {"xl": shown}, num_inference_steps=4, guidance_scale=3.0, guess_mode=True)
    controls.case("sdxl-unguided", pipeline, {"xl": shown}, num_inference_steps=3, guidance_scale=1.0)


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    shutil.rmtree(out, ignore_errors=True)
    scratch = out.parent / ".control-parity-scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    recorder = Recorder(out, scratch)
    (out / "mask.png").unlink()
    drawing(61, 45).save(out / "drawing.png")
    controls = Controls(recorder)
    stable_diffusion(controls, scratch)
    sdxl(controls, scratch)
    facts = {"diffusers": diffusers.__version__, "torch": torch.__version__, "negativePrompt": NEGATIVE, **SIZE, "cases": recorder.cases}
    (out / "cases.json").write_text(json.dumps(facts, indent=1, default=str) + "\n")
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
