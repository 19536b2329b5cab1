"""Traces a graph to an ONNX file and compares the file with torch, at the traced size and at others."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from graphs import Graph
from torch import Tensor, nn

OPSET = 17
INLINE_LIMIT = 1_900_000_000  # bytes; protobuf itself ends at 2 GiB
TOLERANCE = {"fp32": 5e-5, "fp16": 2e-2}  # relative to the largest value of an output


class InHalf(nn.Module):
    """Computes in float16 between float32 inputs and outputs, so that callers need not know."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module.half()

    def forward(self, *values: Tensor) -> tuple[Tensor, ...]:
        # Timesteps stay as they are: above 2048 a half knows no odd number, and embeddings of time are computed in float32.
        halves = (value.half() if value.is_floating_point() and value.ndim > 1 else value for value in values)
        outputs = self.module(*halves)
        return tuple(value.float() for value in (outputs if isinstance(outputs, tuple) else (outputs,)))


def write_graph(graph: Graph, folder: Path, dtype: str) -> float:
    """Writes `folder/model.onnx`, with `model.onnx_data` beside it where the weights are large.

    Returns the largest difference from torch relative to the largest value; raises ValueError where it is above the tolerance.
    """
    kind = dtype if graph.half else "fp32"
    expected = compute(graph.module, graph.inputs)
    module = InHalf(graph.module) if kind == "fp16" else graph.module
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "model.onnx"
    trace(module, graph, target)
    if kind == "fp16":
        graph.module.float()
    difference = compare(target, graph, expected)
    if difference > TOLERANCE[kind]:
        raise ValueError(f"{target} differs from torch by {difference:.1e}, more than {TOLERANCE[kind]:.0e}")
    return difference


def compute(module: nn.Module, inputs: dict[str, Tensor]) -> list[np.ndarray]:
    """What torch gives in float32."""
    with torch.no_grad():
        outputs = module.eval().float()(*inputs.values())
    return [value.float().numpy() for value in (outputs if isinstance(outputs, tuple) else (outputs,))]


def trace(module: nn.Module, graph: Graph, target: Path) -> None:
    """Writes the file in a folder of its own first, since torch puts the tensors of a large graph in files of their own."""
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        raw = Path(scratch) / "model.onnx"
        with torch.no_grad():
            torch.onnx.export(
                module.eval(),
                tuple(graph.inputs.values()),
                str(raw),
                input_names=list(graph.inputs),
                output_names=graph.outputs,
                dynamic_axes=graph.axes,
                opset_version=OPSET,
                do_constant_folding=True,
                dynamo=False,
            )
        if sum(path.stat().st_size for path in Path(scratch).iterdir()) < INLINE_LIMIT:
            shutil.copyfile(raw, target)
            return
        (target.parent / "model.onnx_data").unlink(missing_ok=True)
        model = onnx.load(str(raw))
        onnx.save_model(model, str(target), save_as_external_data=True, all_tensors_to_one_file=True, location="model.onnx_data")


def compare(target: Path, graph: Graph, expected: list[np.ndarray]) -> float:
    """The largest difference of any output, relative to that output's largest value."""
    session = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    known = {value.name for value in session.get_inputs()}
    if missing := set(graph.inputs) - known:
        raise ValueError(f"{target} takes no {', '.join(sorted(missing))}: torch found that nothing depends on it")
    actual = session.run(graph.outputs, {name: value.numpy() for name, value in graph.inputs.items()})
    worst = 0.0
    for name, got, want in zip(graph.outputs, actual, expected, strict=True):
        if got.shape != want.shape or not np.isfinite(got).all():
            raise ValueError(f"{target}: {name} is {got.shape} with {np.isfinite(got).mean():.0%} finite values; torch has {want.shape}")
        worst = max(worst, float(np.abs(got - want).max() / max(1e-6, np.abs(want).max())))
    return worst
