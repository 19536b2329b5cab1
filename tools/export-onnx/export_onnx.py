"""Exports published diffusers folders to the ONNX layouts that Vision SDK's plugins read.

    python export_onnx.py stable-diffusion --model DIR --out DIR [--controlnet-inputs]      SD 1.5, SDXL, inpainting UNets of 9 channels
    python export_onnx.py controlnet       --model DIR --out DIR
    python export_onnx.py kandinsky        --prior DIR --decoder DIR [--inpaint DIR] --out DIR
    python export_onnx.py safety-checker   --model DIR --out DIR
    python export_onnx.py clip             --model DIR --out DIR

Every command takes `--dtype fp16 | fp32` (fp16 weights keep float32 inputs and outputs) and, where there are several
components, `--only unet,vae_decoder`. Each file is compared with torch before the command ends.
"""

import argparse
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import diffusers
import graphs
import kandinsky_graphs as kandinsky
import transformers
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from graphs import Graph
from write import write_graph

# A component: its name in the layout, where its published files lie, and how its graph is made.
Component = tuple[str, Path, Callable[[], Graph]]


def load(kind: type, folder: Path) -> object:
    """A component with its weights in float32. Attention is written out plainly: fused attention has no ONNX form."""
    eager = {"attn_implementation": "eager"} if issubclass(kind, transformers.PreTrainedModel) else {}
    return kind.from_pretrained(folder, **eager).eval()


def text_model(folder: Path) -> type:
    """CLIPTextModel or the one with a projection, as the folder's config says."""
    architecture = read_json(folder / "config.json").get("architectures") or ["CLIPTextModel"]
    return getattr(transformers, architecture[0])


def stable_diffusion(arguments: argparse.Namespace) -> Iterator[Component]:
    """Components of SD 1.5 and SDXL folders."""
    model: Path = arguments.model
    for name in ("text_encoder", "text_encoder_2"):
        folder = model / name
        if folder.is_dir():
            yield name, folder, lambda folder=folder: graphs.TextEncoder(load(text_model(folder), folder)).graph()
    unet, vae = model / "unet", model / "vae"
    residuals = arguments.controlnet_inputs
    yield "unet", unet, lambda: graphs.Unet(load(diffusers.UNet2DConditionModel, unet), residuals).graph()
    yield "vae_encoder", vae, lambda: graphs.VaeEncoder(load(diffusers.AutoencoderKL, vae)).graph()
    yield "vae_decoder", vae, lambda: graphs.VaeDecoder(load(diffusers.AutoencoderKL, vae)).graph()
    copy_data(model, arguments.out, ["tokenizer", "tokenizer_2", "scheduler"])


def controlnet(arguments: argparse.Namespace) -> Iterator[Component]:
    """The one graph of a ControlNet's folder."""
    yield ".", arguments.model, lambda: graphs.ControlNet(load(diffusers.ControlNetModel, arguments.model)).graph()


def kandinsky22(arguments: argparse.Namespace) -> Iterator[Component]:
    """Components of kandinsky-2-2-prior, -decoder and, if given, -decoder-inpaint, in one folder."""
    prior, decoder = arguments.prior, arguments.decoder
    text, image = prior / "text_encoder", prior / "image_encoder"
    yield "text_encoder", text, lambda: kandinsky.ProjectedText(load(transformers.CLIPTextModelWithProjection, text)).graph()
    yield "image_encoder", image, lambda: kandinsky.ImageEncoder(load(transformers.CLIPVisionModelWithProjection, image)).graph()
    yield "prior", prior / "prior", lambda: kandinsky.Prior(load(diffusers.PriorTransformer, prior / "prior")).graph()
    unets = {"unet": decoder, "unet_inpaint": arguments.inpaint}
    for name, folder in unets.items():
        if folder is not None:
            yield name, folder / "unet", lambda folder=folder: kandinsky.ImageUnet(unet_of(folder / "unet")).graph()
    movq = decoder / "movq"
    yield "movq_encoder", movq, lambda: kandinsky.MovqEncoder(load(diffusers.VQModel, movq)).graph()
    yield "movq_decoder", movq, lambda: kandinsky.MovqDecoder(load(diffusers.VQModel, movq)).graph()
    copy_data(prior, arguments.out, ["tokenizer", "image_processor"])
    copy_folder(prior / "scheduler", arguments.out / "prior_scheduler")
    copy_data(decoder, arguments.out, ["scheduler"])
    add_clip_statistics(prior / "prior", arguments.out / "prior")
    write_json(arguments.out / "model_index.json", {"_class_name": "KandinskyV22CombinedPipeline"})


def unet_of(folder: Path) -> object:
    """A UNet with attention that torch can trace: the processors that add keys and values in their plain form."""
    unet = load(diffusers.UNet2DConditionModel, folder)
    unet.set_default_attn_processor()
    return unet


def safety_checker(arguments: argparse.Namespace) -> Iterator[Component]:
    """Stable Diffusion's safety checker as the one graph of its folder."""
    yield ".", arguments.model, lambda: kandinsky.SafetyChecker(load(StableDiffusionSafetyChecker, arguments.model)).graph()


def clip(arguments: argparse.Namespace) -> Iterator[Component]:
    """Both towers of CLIP, as `onnx/vision_model.onnx` and `onnx/text_model.onnx`."""
    model: Path = arguments.model
    yield "onnx/vision_model", model, lambda: kandinsky.ImageEncoder(load(transformers.CLIPVisionModelWithProjection, model)).graph()
    yield "onnx/text_model", model, lambda: kandinsky.TextEmbeddings(load(transformers.CLIPTextModelWithProjection, model)).graph()


def add_clip_statistics(published: Path, out: Path) -> None:
    """Puts the prior's `clip_mean` and `clip_std`, which are weights in diffusers, into its config."""
    prior = load(diffusers.PriorTransformer, published)
    config = read_json(published / "config.json")
    config |= {name: getattr(prior, name).flatten().tolist() for name in ("clip_mean", "clip_std")}
    write_json(out / "config.json", config)


def copy_data(source: Path, out: Path, names: list[str]) -> None:
    """Copies folders that hold no weights, and the index."""
    for name in names:
        copy_folder(source / name, out / name)
    if (source / "model_index.json").is_file():
        out.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / "model_index.json", out / "model_index.json")


def copy_folder(source: Path, target: Path) -> None:
    """Copies a folder, if there is one."""
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)


def read_json(file: Path) -> dict:
    """A JSON object."""
    return json.loads(file.read_text())


def write_json(file: Path, value: dict) -> None:
    """Writes a JSON object."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value, indent=2) + "\n")


def export(components: Iterator[Component], arguments: argparse.Namespace) -> None:
    """Writes the wanted components one after another, with at most one in memory."""
    wanted = set(arguments.only.split(",")) if arguments.only else None
    for name, published, graph in components:
        if wanted is not None and name not in wanted:
            continue
        if name.startswith("onnx/"):
            difference = write_flat(graph(), arguments.out / name, arguments.dtype)
        else:
            difference = write_graph(graph(), arguments.out / name, arguments.dtype)
        config = arguments.out / ("." if name.startswith("onnx/") else name) / "config.json"
        if (published / "config.json").is_file():
            shutil.copyfile(published / "config.json", config)
        print(f"{name}: {difference:.1e} from torch", flush=True)


def write_flat(graph: Graph, target: Path, dtype: str) -> float:
    """Writes `<target>.onnx`, as transformers.js lays files out."""
    scratch = target.parent / f".{target.name}"
    difference = write_graph(graph, scratch, dtype)
    suffix = "_fp16" if dtype == "fp16" else ""
    shutil.move(scratch / "model.onnx", target.with_name(f"{target.name}{suffix}.onnx"))
    shutil.rmtree(scratch)
    return difference


COMMANDS = {
    "stable-diffusion": stable_diffusion,
    "controlnet": controlnet,
    "kandinsky": kandinsky22,
    "safety-checker": safety_checker,
    "clip": clip,
}


def parse(words: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in COMMANDS:
        command = commands.add_parser(name)
        sources = ["--prior", "--decoder"] if name == "kandinsky" else ["--model"]
        for source in sources:
            command.add_argument(source, type=Path, required=True, help="folder as published, with its weights")
        if name == "kandinsky":
            command.add_argument("--inpaint", type=Path, help="folder of kandinsky-2-2-decoder-inpaint")
        if name == "stable-diffusion":
            command.add_argument("--controlnet-inputs", action="store_true", help="give the UNet inputs for a ControlNet's residuals")
        command.add_argument("--out", type=Path, required=True)
        command.add_argument("--dtype", choices=["fp32", "fp16"], default="fp32")
        command.add_argument("--only", help="names of components, with commas between")
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> None:
    """Runs the command line."""
    arguments = parse(words)
    export(COMMANDS[arguments.command](arguments), arguments)


if __name__ == "__main__":
    main()
