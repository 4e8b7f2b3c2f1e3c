#!/usr/bin/env bash
# One would guess: a runtime that reads an ONNX model whose Resize says antialias=1 (what PyTorch's exporter
# writes for interpolate(..., antialias=True)) filters before it shrinks, as ONNX defines it, or refuses the model.
# What happens: OpenVINO takes the model without a word and samples as if antialias were 0. Shrunk to a quarter, a
# row of 8 pixels loses its only bright one, whose light onnxruntime, ONNX's reference and Pillow's bilinear resize
# spread over the two that are left. It is so in bilinear and in bicubic mode.
# Why it matters: the resize before a classifier is often part of the exported model. With photographs shrunk
# several times over, it then sees other, noisier pictures than in training, and its accuracy drops on this
# runtime alone, with weights and precision above suspicion. OpenVINO's tracker has it open since May 2026 (#35893).
# The project: not affected, it exports no ONNX. Seen 1 December 2026.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" || exit 77
"$folder/venv/bin/pip" install --quiet openvino==2026.4.1 onnx==1.23.2 onnxruntime==1.32.0 \
  pillow==13.0.0 numpy==2.3.5 || exit 77
cd "$folder"
cat >resize.py <<'PYTHON'
import numpy as np
import onnx
import onnxruntime
import openvino
from onnx.reference import ReferenceEvaluator
from PIL import Image

row = np.zeros((1, 1, 1, 8), np.float32)
row[..., 3] = 8
core = openvino.Core()
print("openvino", openvino.__version__, "and onnxruntime", onnxruntime.__version__)
print("a row of 8 pixels,", row.ravel().tolist(), "as 2 pixels:")


def shrink(mode, antialias):
    """What onnxruntime, ONNX's reference and OpenVINO make of the same model."""
    model = onnx.parser.parse_model(
        '<ir_version: 10, opset_import: ["": 19]> shrink (float[1, 1, 1, 8] x) => (float[1, 1, 1, 2] y)'
        " <int64[4] size = {1, 1, 1, 2}> { y = Resize"
        f' <mode = "{mode}", coordinate_transformation_mode = "half_pixel", antialias = {antialias}> (x, , , size) }}'
    )
    onnx.checker.check_model(model, full_check=True)
    data = model.SerializeToString()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    compiled = core.compile_model(core.read_model(data, b""), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    outputs = [run.run(None, {"x": row})[0] for run in (session, ReferenceEvaluator(model))] + [compiled([row])[0]]
    values = [np.round(output.ravel().astype(float), 4).tolist() for output in outputs]
    print(f"  {mode}, antialias={antialias}: onnxruntime {values[0]}, reference {values[1]}, openvino {values[2]}")
    return outputs


near = {"rtol": 0, "atol": 1e-4}
for mode, filter in (("linear", Image.Resampling.BILINEAR), ("cubic", None)):
    plain = shrink(mode, 0)
    assert all(np.allclose(output, plain[0], **near) for output in plain), "antialias=0 is no longer the same for all"
    runtime, reference, unfiltered = shrink(mode, 1)
    assert np.allclose(runtime, reference, **near) and not np.allclose(runtime, plain[0], rtol=0, atol=0.5)
    if filter is not None:
        pillow = np.asarray(Image.fromarray(row[0, 0]).resize((2, 1), filter))
        print("  bilinear by Pillow:", pillow.ravel().tolist())
        assert pillow.min() > 0.5  # other at the edges than ONNX's, as it leaves out what is beyond them
    assert np.allclose(unfiltered, plain[2], **near), "this has changed"
PYTHON
venv/bin/python resize.py 2>messages || { cat messages >&2; exit 1; }
echo "warnings: $(grep -ci 'warn\|antialias' messages || true)"
