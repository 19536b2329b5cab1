"""Every command on tiny random models: names, any size, torch's own numbers. Run with `pytest`."""

import json
from pathlib import Path

import diffusers
import graphs
import kandinsky_graphs
import numpy as np
import onnx
import onnxruntime
import pytest
import tiny
import torch
import transformers
import write
from export_onnx import main


def session(file: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])


def names(file: Path) -> tuple[list[str], list[str]]:
    opened = session(file)
    return [value.name for value in opened.get_inputs()], [value.name for value in opened.get_outputs()]


def agree(file: Path, module: torch.nn.Module, inputs: dict[str, torch.Tensor], tolerance: float = 5e-5) -> None:
    """The file gives what torch gives, at shapes other than the traced ones."""
    expected = write.compute(module, inputs)
    actual = session(file).run(None, {name: value.numpy() for name, value in inputs.items()})
    for got, want in zip(actual, expected, strict=True):
        assert got.shape == want.shape
        np.testing.assert_allclose(got, want, atol=tolerance * max(1, np.abs(want).max()))


def resized(graph: graphs.Graph, height: int, width: int, batch: int = 1) -> dict[str, torch.Tensor]:
    """The example inputs with another size for what is open in them."""
    shape = {"batch": batch, "height": height, "width": width}

    def change(name: str, value: torch.Tensor) -> torch.Tensor:
        open_ = graph.axes.get(name, {})
        size = [shape.get(open_.get(axis), length) for axis, length in enumerate(value.shape)]
        return torch.randn(size) if value.is_floating_point() and value.ndim > 1 else value[:batch] if value.ndim else value

    return {name: change(name, value) for name, value in graph.inputs.items()}


@pytest.mark.parametrize("channels", [4, 9])
def test_stable_diffusion(tmp_path: Path, channels: int) -> None:
    model, out = tiny.stable_diffusion(tmp_path / "sd", channels), tmp_path / "out"
    main(["stable-diffusion", "--model", str(model), "--out", str(out)])
    states = ["hidden_states.0", "hidden_states.1", "hidden_states.2"]
    assert names(out / "text_encoder/model.onnx") == (["input_ids"], ["last_hidden_state", "pooler_output", *states])
    assert names(out / "unet/model.onnx") == (["sample", "timestep", "encoder_hidden_states"], ["out_sample"])
    assert names(out / "vae_encoder/model.onnx") == (["sample"], ["latent_parameters"])
    assert names(out / "vae_decoder/model.onnx") == (["latent_sample"], ["sample"])
    assert json.loads((out / "unet/config.json").read_text())["in_channels"] == channels
    assert (out / "scheduler/scheduler_config.json").is_file()
    assert (out / "model_index.json").is_file()
    net = graphs.Unet(diffusers.UNet2DConditionModel.from_pretrained(model / "unet"))
    for size in [(8, 8), (5, 12), (13, 3)]:
        agree(out / "unet/model.onnx", net, resized(net.graph(), *size))


def test_sdxl(tmp_path: Path) -> None:
    model, out = tiny.sdxl(tmp_path / "sdxl"), tmp_path / "out"
    main(["stable-diffusion", "--model", str(model), "--out", str(out)])
    inputs, _ = names(out / "unet/model.onnx")
    assert inputs == ["sample", "timestep", "encoder_hidden_states", "text_embeds", "time_ids"]
    _, outputs = names(out / "text_encoder_2/model.onnx")
    assert outputs == ["text_embeds", "last_hidden_state", "hidden_states.0", "hidden_states.1", "hidden_states.2"]
    net = graphs.Unet(diffusers.UNet2DConditionModel.from_pretrained(model / "unet"))
    agree(out / "unet/model.onnx", net, resized(net.graph(), 8, 11, batch=3) | time_ids(3))


def time_ids(batch: int) -> dict[str, torch.Tensor]:
    return {"time_ids": torch.tensor([[48.0, 64.0, 8.0, 0.0, 64.0, 64.0]] * batch)}


def test_float16_keeps_its_inputs_and_outputs(tmp_path: Path) -> None:
    model, out = tiny.sdxl(tmp_path / "sdxl"), tmp_path / "out"
    main(["stable-diffusion", "--model", str(model), "--out", str(out), "--dtype", "fp16", "--only", "unet,vae_decoder"])
    assert not (out / "text_encoder").exists()
    unet = onnx.load(out / "unet/model.onnx")
    assert {value.type.tensor_type.elem_type for value in (*unet.graph.input, *unet.graph.output)} == {onnx.TensorProto.FLOAT}
    kinds = [tensor.data_type for tensor in unet.graph.initializer if len(tensor.dims) > 1]
    assert kinds and set(kinds) == {onnx.TensorProto.FLOAT16}
    decoder = onnx.load(out / "vae_decoder/model.onnx")  # force_upcast: stays in float32
    assert onnx.TensorProto.FLOAT16 not in {tensor.data_type for tensor in decoder.graph.initializer}


def test_controlnet_and_the_unet_that_takes_its_residuals(tmp_path: Path) -> None:
    model, net = tiny.stable_diffusion(tmp_path / "sd"), tiny.controlnet(tmp_path / "net")
    main(["stable-diffusion", "--model", str(model), "--out", str(tmp_path / "out"), "--controlnet-inputs", "--only", "unet"])
    main(["controlnet", "--model", str(net), "--out", str(tmp_path / "control")])
    inputs, residuals = names(tmp_path / "control/model.onnx")
    assert inputs == ["sample", "timestep", "encoder_hidden_states", "controlnet_cond", "conditioning_scale"]
    assert residuals == [*(f"down_block_{i}_additional_residual" for i in range(4)), "mid_block_additional_residual"]
    assert names(tmp_path / "out/unet/model.onnx")[0][3:] == residuals

    unet = graphs.Unet(diffusers.UNet2DConditionModel.from_pretrained(model / "unet"), residuals=True)
    control = graphs.ControlNet(diffusers.ControlNetModel.from_pretrained(net))
    given = resized(control.graph(), 6, 10)
    given["controlnet_cond"] = torch.rand(1, 3, 12, 20)
    agree(tmp_path / "control/model.onnx", control, given)
    with torch.no_grad():
        down = dict(zip(residuals, control(*given.values()), strict=True))
    agree(tmp_path / "out/unet/model.onnx", unet, {name: given[name] for name in inputs[:3]} | down)


def test_kandinsky(tmp_path: Path) -> None:
    prior, decoder, inpaint = tiny.kandinsky(tmp_path)
    out = tmp_path / "out"
    main(["kandinsky", "--prior", str(prior), "--decoder", str(decoder), "--inpaint", str(inpaint), "--out", str(out)])
    steps = ["hidden_states", "timestep", "proj_embedding", "encoder_hidden_states", "attention_mask"]
    expected = {
        "text_encoder": (["input_ids"], ["text_embeds", "last_hidden_state"]),
        "image_encoder": (["pixel_values"], ["image_embeds"]),
        "prior": (steps, ["predicted_image_embedding"]),
        "unet": (["sample", "timestep", "image_embeds"], ["out_sample"]),
        "unet_inpaint": (["sample", "timestep", "image_embeds"], ["out_sample"]),
        "movq_encoder": (["sample"], ["latent_sample"]),
        "movq_decoder": (["latent_sample"], ["sample"]),
    }
    assert {name: names(out / name / "model.onnx") for name in expected} == expected
    assert len(json.loads((out / "prior/config.json").read_text())["clip_mean"]) == 8
    assert (out / "prior_scheduler/scheduler_config.json").is_file()
    assert (out / "scheduler/scheduler_config.json").is_file()
    unet = kandinsky_graphs.ImageUnet(diffusers.UNet2DConditionModel.from_pretrained(decoder / "unet"))
    agree(out / "unet/model.onnx", unet, resized(unet.graph(), 8, 12))
    movq = kandinsky_graphs.MovqDecoder(diffusers.VQModel.from_pretrained(decoder / "movq"))
    agree(out / "movq_decoder/model.onnx", movq, {"latent_sample": torch.randn(1, 4, 6, 8)})


def test_safety_checker_gives_its_constants(tmp_path: Path) -> None:
    main(["safety-checker", "--model", str(tiny.safety_checker(tmp_path / "checker")), "--out", str(tmp_path / "out"), "--dtype", "fp16"])
    opened = session(tmp_path / "out/model.onnx")
    outputs = opened.run(None, {"pixel_values": np.zeros((3, 3, 64, 64), np.float32)})
    assert [value.shape for value in outputs] == [(3, 8), (17, 8), (17,), (3, 8), (3,)]


def test_clip(tmp_path: Path) -> None:
    model = tiny.clip(tmp_path / "clip")
    main(["clip", "--model", str(model), "--out", str(tmp_path / "out")])
    assert names(tmp_path / "out/onnx/vision_model.onnx") == (["pixel_values"], ["image_embeds"])
    assert names(tmp_path / "out/onnx/text_model.onnx") == (["input_ids"], ["text_embeds"])
    text = transformers.CLIPTextModelWithProjection.from_pretrained(model, attn_implementation="eager")
    short = {"input_ids": torch.tensor([[998, 5, 6, 999]])}
    agree(tmp_path / "out/onnx/text_model.onnx", kandinsky_graphs.TextEmbeddings(text), short)


def test_large_graphs_keep_their_weights_beside_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "INLINE_LIMIT", 1000)
    model, out = tiny.stable_diffusion(tmp_path / "sd"), tmp_path / "out"
    main(["stable-diffusion", "--model", str(model), "--out", str(out), "--only", "unet"])
    assert sorted(file.name for file in (out / "unet").iterdir()) == ["config.json", "model.onnx", "model.onnx_data"]


def test_a_file_that_differs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(write.TOLERANCE, "fp32", -1.0)
    model = tiny.stable_diffusion(tmp_path / "sd")
    with pytest.raises(ValueError, match="differs from torch"):
        main(["stable-diffusion", "--model", str(model), "--out", str(tmp_path / "out"), "--only", "unet"])
