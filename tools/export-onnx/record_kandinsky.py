"""Records what diffusers draws with a tiny random Kandinsky 2.2, beside the same model as ONNX.

    python record_kandinsky.py --out ../../packages/plugins/kandinsky/test/fixtures/parity
"""

import argparse
import json
import shutil
from pathlib import Path

import diffusers
import tiny
import torch
import transformers
from export_onnx import main as export
from record_parity import NEGATIVE, PROMPT, mask, picture, shorten, tokenizer
from transformers import CLIPImageProcessorPil

SIZE = 64
PRIOR_STEPS, STEPS, GUIDANCE = 4, 5, 4.0


def prior_pipeline(folder: Path, scratch: Path) -> diffusers.KandinskyV22PriorPipeline:
    """Kandinsky's prior with its encoders and tokenizer, which the export finds in the folder."""
    side = 64
    pixels = CLIPImageProcessorPil(size={"shortest_edge": side}, crop_size={"height": side, "width": side})
    words = tokenizer(scratch / "tokenizer")
    words.save_pretrained(folder / "tokenizer")
    pixels.save_pretrained(folder / "image_processor")
    return diffusers.KandinskyV22PriorPipeline(
        prior=diffusers.PriorTransformer.from_pretrained(folder / "prior"),
        image_encoder=transformers.CLIPVisionModelWithProjection.from_pretrained(folder / "image_encoder", attn_implementation="eager"),
        text_encoder=tiny.load_text(folder / "text_encoder"),
        tokenizer=words,
        scheduler=diffusers.UnCLIPScheduler.from_pretrained(folder / "scheduler"),
        image_processor=pixels,
    )


def embeddings(prior: diffusers.KandinskyV22PriorPipeline, generator: torch.Generator) -> dict[str, torch.Tensor]:
    """Of the prompt and the negative prompt, each by a run of its own, as Vision's miners made them."""
    drawn = [prior(text, num_inference_steps=PRIOR_STEPS, guidance_scale=1.0, generator=generator).image_embeds for text in (PROMPT, NEGATIVE)]
    return dict(zip(("image_embeds", "negative_image_embeds"), drawn, strict=True))


def record(out: Path, scratch: Path) -> None:
    """Writes the model, its inputs and its pictures."""
    folders = tiny.kandinsky(scratch)
    prior_folder, decoder_folder, inpaint_folder = folders
    torch.manual_seed(8)
    movq = diffusers.VQModel.from_pretrained(decoder_folder / "movq")
    torch.nn.init.normal_(movq.decoder.conv_out.weight, std=0.05)
    movq.save_pretrained(decoder_folder / "movq")
    prior = prior_pipeline(prior_folder, scratch)
    source = ["--prior", str(prior_folder), "--decoder", str(decoder_folder), "--inpaint", str(inpaint_folder)]
    export(["kandinsky", *source, "--out", str(out / "model")])
    for file in (out / "model").rglob("model.onnx"):
        shorten(file)
    picture(SIZE, SIZE).save(out / "image.png")
    mask(SIZE, SIZE).save(out / "mask.png")

    parts = {"movq": movq, "scheduler": diffusers.DDPMScheduler.from_pretrained(decoder_folder / "scheduler")}
    unet = diffusers.UNet2DConditionModel.from_pretrained(decoder_folder / "unet")
    inpaint_unet = diffusers.UNet2DConditionModel.from_pretrained(inpaint_folder / "unet")
    runs = {
        "words": (diffusers.KandinskyV22Pipeline(unet=unet, **parts), {}),
        "image": (diffusers.KandinskyV22Img2ImgPipeline(unet=unet, **parts), {"image": picture(SIZE, SIZE), "strength": 0.6}),
        "hole": (diffusers.KandinskyV22InpaintPipeline(unet=inpaint_unet, **parts), {"image": picture(SIZE, SIZE), "mask_image": mask(SIZE, SIZE)}),
    }
    for seed, (name, (pipeline, call)) in enumerate(runs.items(), start=2_000):
        generator = torch.Generator().manual_seed(seed)
        for stage in (prior, pipeline):
            stage.set_progress_bar_config(disable=True)
        asked = {"height": SIZE, "width": SIZE, "num_inference_steps": STEPS, "guidance_scale": GUIDANCE, "generator": generator}
        pipeline(**embeddings(prior, generator), **asked, **call).images[0].save(out / f"drawn-{name}.png")
    facts = {"diffusers": diffusers.__version__, "prompt": PROMPT, "negativePrompt": NEGATIVE, "size": SIZE, "strength": 0.6}
    facts |= {"steps": STEPS, "priorSteps": PRIOR_STEPS, "guidance": GUIDANCE, "seeds": {name: 2_000 + i for i, name in enumerate(runs)}}
    (out / "facts.json").write_text(json.dumps(facts, indent=1) + "\n")


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    scratch = out.parent / ".parity-scratch"
    for folder in (out, scratch):
        shutil.rmtree(folder, ignore_errors=True)
    out.mkdir(parents=True)
    record(out, scratch)
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
