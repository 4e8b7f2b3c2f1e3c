#!/usr/bin/env bash
# One would guess: onnx.reference.ReferenceEvaluator, which the ONNX project ships as the meaning of its
# operators in Python, agrees with the runtimes and with ONNX's own shape inference on a max pooling of
# pictures padded at the bottom and on the right.
# What happens: for a stride of 1 it takes the four pads, which ONNX orders top, left, bottom, right, for top,
# bottom, left, right. A 2×2 pooling with pads [0, 0, 1, 1], which keeps the size ("same" padding written out, as
# in Tiny YOLO), makes a 2×4 map of a 3×3 one: the padding at the bottom has moved to the left. A stride of 2 and
# symmetric pads give the right sizes, and so do onnxruntime and the shape that ONNX infers.
# Why it matters: who tests an exporter or a runtime against the reference finds the fault in the wrong place;
# with a global pooling after it no shape shows it, only other scores.
# The project: not affected, it has nothing to do with this evaluator. Seen 1 December 2026.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" || exit 77
"$folder/venv/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy==2.3.5 || exit 77
cd "$folder"
venv/bin/python - <<'PYTHON'
import numpy as np
import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator

print("onnx", onnx.__version__, "and onnxruntime", onnxruntime.__version__)
picture = np.arange(1, 10, dtype=np.float32).reshape(1, 1, 3, 3)


def pool(kind, strides, then=""):
    """The output's size by shape inference, and the outputs of the reference and of onnxruntime."""
    model = onnx.parser.parse_model(
        f'<ir_version: 10, opset_import: ["": 22]> pool (float[1, 1, 3, 3] x) => (float[1, 1, h, w] y) {{'
        f"p = {kind} <kernel_shape = [2, 2], pads = [0, 0, 1, 1], strides = {strides}> (x)"
        f" y = {then or 'Identity'} (p) }}"
    )
    onnx.checker.check_model(model, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(model).graph.value_info[0].type.tensor_type.shape.dim
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    outputs = [run.run(None, {"x": picture})[0] for run in (ReferenceEvaluator(model), session)]
    return [size.dim_value for size in inferred[2:]], *(output[0, 0] for output in outputs)


inferred, reference, runtime = pool("MaxPool", [1, 1])
print("MaxPool, stride 1: inferred size", inferred)
print("  reference  ", reference.tolist())
print("  onnxruntime", runtime.tolist())
assert inferred == [3, 3] and runtime.tolist() == [[5, 6, 6], [8, 9, 9], [8, 9, 9]]
assert reference.tolist() == [[4, 5, 6, 6], [7, 8, 9, 9]], "this has changed"
_, reference_mean, runtime_mean = pool("MaxPool", [1, 1], "GlobalAveragePool")
print(f"  and a global average after it: reference {reference_mean.item():g}, onnxruntime {runtime_mean.item():g}")
assert abs(reference_mean.item() - runtime_mean.item()) > 0.5, "this has changed"
for kind, strides in (("AveragePool", [1, 1]), ("MaxPool", [2, 2])):
    inferred, reference, runtime = pool(kind, strides)
    print(f"{kind}, stride {strides[0]}: inferred size {inferred}, both give {runtime.tolist()}")
    assert reference.tolist() == runtime.tolist(), "this has changed"
PYTHON
