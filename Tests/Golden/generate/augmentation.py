#!/usr/bin/env python3
"""Writes augmentation.safetensors: torchvision's transforms with fixed parameters.

    python augmentation.py FOLDER

Pictures are [3, height, width], bytes: `image`, 32×32, is noise, and `smooth` has no steps. For each transform
PICTURE.CASE.pil is the result by way of Pillow, in bytes, and PICTURE.CASE.float that of picture / 255 in float32,
without rounding in between. Rotation and affine transforms take the nearest pixel and fill with 0. Angles are
counter-clockwise in `rotate` and clockwise in `affine`, as in torchvision; translations are in pixels.

Expect `.pil` within one level and `.float` within 1e-4. Nearest sampling may differ in a pixel on an edge.
"""

import numpy as np
import torch
import torchvision.transforms.functional as T
from PIL import Image
from torchvision.transforms import InterpolationMode

import tensor_file
from fill import uniform

NEAREST, BILINEAR = InterpolationMode.NEAREST, InterpolationMode.BILINEAR


def pictures():
    """Noise and a smooth picture; bytes [3, 32, 32]."""
    noise = uniform("augmentation.image", 3 * 32 * 32).reshape(3, 32, 32)
    channel, row, column = np.meshgrid(np.arange(3), np.arange(32), np.arange(32), indexing="ij")
    smooth = np.rint(127.5 + 127.5 * np.sin((column + 2 * row + 5 * channel) / 6))
    return {"image": np.floor(256 * noise).astype(np.uint8), "smooth": smooth.astype(np.uint8)}


def rotation(angle):
    return lambda picture: T.rotate(picture, angle, NEAREST)


def affine(angle, right, down, scale):
    return lambda picture: T.affine(picture, angle, [right, down], scale, [0.0, 0.0], NEAREST)


def adjustment(function, factor):
    return lambda picture: function(picture, factor)


def transforms():
    """Transforms by the names of their cases."""
    cases = {
        "resize227": lambda picture: T.resize(picture, [227, 227], BILINEAR, antialias=True),
        "flip": T.hflip,
    }
    for angle in (-15.0, -7.3, 0.0, 4.2, 15.0):
        cases[f"rotate_{angle}"] = rotation(angle)
    for angle, right, down, scale in (
        (10.0, 2, -3, 0.9), (-15.0, -3, 3, 1.1), (0.0, 1, 0, 1.0), (6.5, 0, 2, 1.05),
    ):
        cases[f"affine_{angle}_{right}_{down}_{scale}"] = affine(angle, right, down, scale)
    for factor in (0.8, 1.0, 1.2):
        cases[f"brightness_{factor}"] = adjustment(T.adjust_brightness, factor)
        cases[f"contrast_{factor}"] = adjustment(T.adjust_contrast, factor)
        cases[f"saturation_{factor}"] = adjustment(T.adjust_saturation, factor)
    for shift in (-0.1, -0.03, 0.0, 0.05, 0.1):
        cases[f"hue_{shift}"] = adjustment(T.adjust_hue, shift)
    return cases


def main():
    options = tensor_file.command_line(__doc__.splitlines()[0]).parse_args()
    torch.set_num_threads(1)
    tensors = {}
    for name, picture in pictures().items():
        tensors[name] = torch.from_numpy(picture)
        for case, transform in transforms().items():
            if (name, case) == ("image", "resize227"):
                continue  # Enlarged noise tests nothing that the smooth picture doesn't.
            pillow = transform(Image.fromarray(picture.transpose(1, 2, 0)))
            tensors[f"{name}.{case}.pil"] = torch.from_numpy(np.asarray(pillow).transpose(2, 0, 1).copy())
            tensors[f"{name}.{case}.float"] = transform(torch.from_numpy(picture).float() / 255)
    tensor_file.save(options.folder, "augmentation", tensors)


if __name__ == "__main__":
    main()
