"""Contact sheets of pictures."""

from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor


def save_sheet(pictures: Tensor, path: Path, columns: int = 12, scale: int = 2) -> None:
    """Writes pictures (n, 3, side, side), 0..1, row by row on grey."""
    arrays = (pictures.clamp(0, 1).permute(0, 2, 3, 1).float().numpy() * 255).round().astype(np.uint8)
    side = arrays.shape[1]
    rows = -(-len(arrays) // columns)
    sheet = np.full((rows * (side + 2), columns * (side + 2), 3), 128, np.uint8)
    for i, array in enumerate(arrays):
        y, x = i // columns * (side + 2), i % columns * (side + 2)
        sheet[y : y + side, x : x + side] = array
    Image.fromarray(sheet).resize((sheet.shape[1] * scale, sheet.shape[0] * scale), 0).save(path)
