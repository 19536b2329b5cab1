"""Records what diffusers paints with a tiny random Kandinsky 2.2, beside the same model as ONNX: a seed must give the same pictures.

    python record_kandinsky.py --out ../../packages/plugins/kandinsky/test/fixtures/parity

The prior runs once for the prompt and once for the negative one, as in Vision 2.
"""

import argparse
import json
import shutil
from pathlib import Path

import diffusers
import numpy as np
import tiny
import torch
import transformers
from export_onnx import main as export
from record_parity import NEGATIVE, PROMPT, SIZE, mask, picture, shorten, tokenizer

PRIOR = {"num_inference_steps": 6, "guidance_scale": 1.0}
BETAS = {"beta_schedule": "linear", "beta_start": 0.00085, "beta_end": 0.012, "clip_sample": True, "clip_sample_range": 2.0}
VISION = {**BETAS, "variance_type": "learned_range"}
ODD = {"width": 50, "height": 30}


def models(scratch: Path) -> tuple[Path, Path, Path]:
    """The tiny models, with statistics that change embeddings and a decoder loud enough to show differences."""
    prior, decoder, inpaint = tiny.kandinsky(scratch)
    torch.manual_seed(8)
    net = diffusers.PriorTransformer.from_pretrained(prior / "prior")
    torch.nn.init.uniform_(net.clip_std, 0.6, 1.4)
    net.save_pretrained(prior / "prior")
    movq = diffusers.VQModel.from_pretrained(decoder / "movq")
    torch.nn.init.normal_(movq.decoder.conv_out.weight, std=0.05)
    movq.save_pretrained(decoder / "movq")
    diffusers.UnCLIPScheduler(variance_type="fixed_small_log", prediction_type="sample", clip_sample_range=5.0).save_pretrained(prior / "scheduler")
    diffusers.DDPMScheduler(**VISION).save_pretrained(decoder / "scheduler")
    tokenizer(prior / "tokenizer")
    return prior, decoder, inpaint


class Painter:
    """The pipelines over one set of components, and the list of cases."""

    def __init__(self, out: Path, prior: Path, decoder: Path, inpaint: Path) -> None:
        self.out, self.cases = out, []
        eager = {"attn_implementation": "eager"}
        self.prior = diffusers.KandinskyV22PriorPipeline(
            prior=diffusers.PriorTransformer.from_pretrained(prior / "prior"),
            image_encoder=transformers.CLIPVisionModelWithProjection.from_pretrained(prior / "image_encoder", **eager),
            text_encoder=tiny.load_text(prior / "text_encoder"),
            tokenizer=transformers.CLIPTokenizer.from_pretrained(prior / "tokenizer"),
            scheduler=diffusers.UnCLIPScheduler.from_pretrained(prior / "scheduler"),
            image_processor=transformers.CLIPImageProcessor(size={"shortest_edge": 64}, crop_size=64),
        )
        self.movq = diffusers.VQModel.from_pretrained(decoder / "movq")
        self.unet = diffusers.UNet2DConditionModel.from_pretrained(decoder / "unet")
        self.inpaint_unet = diffusers.UNet2DConditionModel.from_pretrained(inpaint / "unet")
        self.prior.set_progress_bar_config(disable=True)

    def case(self, name: str, kind: str, *, size: dict = SIZE, count: int = 1, seeds: int = 1, **asked: object) -> None:
        """Paints a case and keeps its pictures."""
        facts = {"negativePrompt": NEGATIVE, "prior": PRIOR, "scheduler": {"_class_name": "DDPMScheduler", **VISION}, "steps": 6, "guidance": 4.0, "strength": 0.6}
        facts |= size | asked
        seed = [2_000 + 10 * len(self.cases) + i for i in range(seeds)]
        generators = [torch.Generator().manual_seed(one) for one in seed]
        generator = generators if seeds > 1 else generators[0]
        embeds = self.embeddings(kind, facts, count, generator)
        pipeline, inputs = self.pipeline(kind, facts)
        pipeline.set_progress_bar_config(disable=True)
        steps = {"num_inference_steps": facts["steps"], "guidance_scale": facts["guidance"], "generator": generator}
        # Embeddings are already as many as pictures.
        shown = pipeline(**embeds, **inputs, **steps).images
        for i, one in enumerate(shown):
            one.save(self.out / f"{name}-{i}.png")
        self.cases.append({"name": name, "kind": kind, "seeds": seed, "count": count, **facts})
        print(f"{name}: {len(shown)} of {np.asarray(shown[0]).std():.1f} deviation", flush=True)

    def embeddings(self, kind: str, facts: dict, count: int, generator: object) -> dict:
        """What the decoder is to paint and what not."""
        prior, common = facts["prior"], {"num_images_per_prompt": count, "generator": generator}
        if kind == "blend":
            strength = facts["strength"]
            found = self.prior.interpolate(
                [PROMPT, picture(90, 70)], [strength, 1 - strength], negative_prompt=facts["negativePrompt"], **common, **prior
            )
            return {"image_embeds": found.image_embeds, "negative_image_embeds": found.negative_image_embeds}
        wanted = self.prior(PROMPT, **common, **prior)
        negative = facts["negativePrompt"]
        unwanted = wanted.negative_image_embeds if negative is None else self.prior(negative, **common, **prior).image_embeds
        return {"image_embeds": wanted.image_embeds, "negative_image_embeds": unwanted}

    def pipeline(self, kind: str, facts: dict) -> tuple[diffusers.DiffusionPipeline, dict]:
        """The pipeline of a kind of case, and the pictures that it takes."""
        config = dict(facts["scheduler"])
        scheduler = getattr(diffusers, config.pop("_class_name"))(**config)
        size = {"height": facts["height"], "width": facts["width"]}
        if kind == "inpaint":
            pictures = {"image": picture(**SIZE), "mask_image": mask(**SIZE), **size}
            return diffusers.KandinskyV22InpaintPipeline(unet=self.inpaint_unet, movq=self.movq, scheduler=scheduler), pictures
        if kind == "latents":
            # It hands width and height to its image processor the wrong way round, so the picture comes in the right size, and the sides swapped.
            swapped = {"height": facts["width"], "width": facts["height"]}
            pipeline = diffusers.KandinskyV22Img2ImgPipeline(unet=self.unet, movq=self.movq, scheduler=scheduler)
            return pipeline, {"image": picture(facts["width"], facts["height"]), "strength": facts["strength"], **swapped}
        return diffusers.KandinskyV22Pipeline(unet=self.unet, movq=self.movq, scheduler=scheduler), size


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    scratch = out.parent / ".parity-scratch"
    for folder in (out, scratch):
        shutil.rmtree(folder, ignore_errors=True)
    prior, decoder, inpaint = models(scratch)
    export(["kandinsky", "--prior", str(prior), "--decoder", str(decoder), "--inpaint", str(inpaint), "--out", str(out / "model")])
    for file in out.rglob("model.onnx"):
        shorten(file)
    for file in out.rglob("*config.json"):
        config = json.loads(file.read_text())
        config.pop("_name_or_path", None)
        file.write_text(json.dumps(config, indent=1) + "\n")
    picture(90, 70).save(out / "image.png")
    picture(**SIZE).save(out / "whole.png")
    picture(52, 36).save(out / "smaller.png")
    mask(**SIZE).save(out / "mask.png")
    painter = Painter(out, prior, decoder, inpaint)
    painter.case("words", "words")
    painter.case("words-unguided", "words", guidance=1.0)
    painter.case("words-guided-prior", "words", prior={"num_inference_steps": 5, "guidance_scale": 4.0})
    painter.case("words-no-negative", "words", negativePrompt=None)
    painter.case("words-odd-batch", "words", size=ODD, count=3)
    painter.case("words-batch-of-seeds", "words", size=ODD, count=2, seeds=2)
    painter.case("words-thresholding", "words", count=2, scheduler={"_class_name": "DDPMScheduler", **VISION, "clip_sample": False, "thresholding": True, "sample_max_value": 2.0})
    painter.case("words-ddim", "words", scheduler={"_class_name": "DDIMScheduler", **BETAS})
    painter.case("blend", "blend")
    painter.case("blend-empty-negative", "blend", negativePrompt="", count=2, strength=0.3)
    painter.case("latents", "latents")
    painter.case("latents-smaller", "latents", size={"width": 52, "height": 36}, strength=0.35)
    painter.case("inpaint", "inpaint")
    painter.case("inpaint-smaller", "inpaint", size={"width": 44, "height": 36})
    facts = {"diffusers": diffusers.__version__, "torch": torch.__version__, "prompt": PROMPT, "cases": painter.cases}
    (out / "cases.json").write_text(json.dumps(facts, indent=1) + "\n")
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
