"""Signed distances to the eight shapes at unit size (x to the right, y downwards); negative inside."""

import math

import torch
from torch import Tensor


def circle(x: Tensor, y: Tensor) -> Tensor:
    return (x * x + y * y).sqrt() - 1


def square(x: Tensor, y: Tensor) -> Tensor:
    return torch.maximum(x.abs(), y.abs()) - 0.86


def triangle(x: Tensor, y: Tensor) -> Tensor:
    slope, inner, lowered = math.sqrt(3) / 2, 0.6, y - 0.2
    return torch.maximum(lowered - inner, torch.maximum(slope * x - 0.5 * lowered, -slope * x - 0.5 * lowered) - inner)


def diamond(x: Tensor, y: Tensor) -> Tensor:
    return (x.abs() / 0.76 + y.abs() / 1.12 - 1) * 0.63


def star(x: Tensor, y: Tensor) -> Tensor:
    """Five points, after Inigo Quilez's sdStar5."""
    inner, outer = 0.48, 1.15
    x, y = x.abs(), 0.05 - y
    for side in (1, -1):
        kx, ky = side * 0.809016994375, -0.587785252292
        reach = (kx * x + ky * y).clamp(min=0)
        x, y = x - 2 * reach * kx, y - 2 * reach * ky
    x, y = x.abs(), y - outer
    bx, by = inner * 0.587785252292, inner * 0.809016994375 - 1
    along = ((x * bx + y * by) / (bx * bx + by * by)).clamp(0, outer)
    dx, dy = x - bx * along, y - by * along
    return (dx * dx + dy * dy).sqrt() * torch.sign(y * bx - x * by)


def heart(x: Tensor, y: Tensor) -> Tensor:
    """After Inigo Quilez's sdHeart."""
    size = 1.75
    x, y = x.abs() / size, (0.97 - y) / size
    lobe = ((x - 0.25) ** 2 + (y - 0.75) ** 2).sqrt() - math.sqrt(2) / 4
    middle = (x + y).clamp(min=0) * 0.5
    body = torch.minimum(x**2 + (y - 1) ** 2, (x - middle) ** 2 + (y - middle) ** 2).sqrt() * torch.sign(x - y)
    return torch.where(x + y > 1, lobe, body) * size


def ring(x: Tensor, y: Tensor) -> Tensor:
    return ((x * x + y * y).sqrt() - 0.74).abs() - 0.27


def cross(x: Tensor, y: Tensor) -> Tensor:
    x, y = x.abs(), y.abs()
    return torch.minimum(torch.maximum(x - 1, y - 0.33), torch.maximum(y - 1, x - 0.33))


# In the order of scenes.SHAPES.
DISTANCES = (circle, square, triangle, diamond, star, heart, ring, cross)
