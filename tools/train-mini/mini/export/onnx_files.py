"""One network to one model.onnx: traced, weights in half precision, compared with PyTorch."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

OPSET = 17
# Smaller tensors stay in single precision: they are scales, shifts and constants of shapes.
HALVED_FROM = 256


def write_onnx(model: nn.Module, inputs: dict[str, Tensor], outputs: dict[str, dict[int, str]], axes: dict[str, dict[int, str]], path: Path) -> float:
    """Exports `model` and returns the largest difference between PyTorch's results and those of the written file.

    `outputs` names each output with its free axes, `axes` the free axes of the inputs.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    model = model.eval()
    with torch.no_grad():
        torch.onnx.export(
            model, tuple(inputs.values()), str(path), input_names=list(inputs), output_names=list(outputs),
            dynamic_axes={**axes, **outputs}, opset_version=OPSET, dynamo=False,
        )
        expected = model(*inputs.values())
    onnx.save(halve_weights(onnx.load(str(path))), str(path))
    return difference(path, inputs, expected if isinstance(expected, tuple) else (expected,))


def halve_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Stores large weights in half precision; they are cast back when the file is loaded, so that computing stays in single precision."""
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < HALVED_FROM:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + ".half"))
        casts.append(helper.make_node("Cast", [name + ".half"], [name], name=name + ".cast", to=TensorProto.FLOAT))
    nodes = casts + list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


def difference(path: Path, inputs: dict[str, Tensor], expected: tuple[Tensor, ...]) -> float:
    """Largest difference over all outputs, relative to the largest value of each."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    wanted = {given.name for given in session.get_inputs()}
    got = session.run(None, {name: value.numpy() for name, value in inputs.items() if name in wanted})
    return max(float(np.abs(a.numpy() - b).max() / np.abs(a.numpy()).max()) for a, b in zip(expected, got))
