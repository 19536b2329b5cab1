"""Noise schedule, training targets and the sampler: what scheduler_config.json of the family says, in a few lines.

Scaled-linear betas rescaled to zero terminal signal, v-prediction, DDIM with trailing timesteps.
"""

from typing import Callable

import torch
from torch import Tensor

STEPS = 1000
SCHEDULER_CONFIG = {
    "_class_name": "DDIMScheduler", "_diffusers_version": "0.25.1", "num_train_timesteps": STEPS,
    "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True, "timestep_spacing": "trailing", "set_alpha_to_one": True, "steps_offset": 0,
    "clip_sample": False, "thresholding": False,
}


def signal_levels() -> Tensor:
    """The share of the signal's variance at each timestep (diffusers' alphas_cumprod after rescale_betas_zero_snr)."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, STEPS, dtype=torch.float64) ** 2
    roots = (1 - betas).cumprod(0).sqrt()
    roots = (roots - roots[-1]) * roots[0] / (roots[0] - roots[-1])
    return roots.square().float()


LEVELS = signal_levels()


def draw_timesteps(count: int) -> Tensor:
    """Training timesteps: noisy ones more often, since there a picture's content is decided; every eighth is pure noise."""
    timesteps = ((1 - torch.rand(count) ** 1.3) * STEPS).long().clamp(0, STEPS - 1)
    return torch.where(torch.rand(count) < 0.125, STEPS - 1, timesteps)


def noised(clean: Tensor, noise: Tensor, timesteps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The noisy sample, the v to predict, and the weight of each example's error."""
    level = LEVELS[timesteps].view(-1, 1, 1, 1)
    signal, rest = level.sqrt(), (1 - level).sqrt()
    return signal * clean + rest * noise, signal * noise - rest * clean, rest


@torch.no_grad()
def sample_ddim(predict: Callable[[Tensor, int], Tensor], noise: Tensor, steps: int, start: int = 0) -> Tensor:
    """Goes from noise to clean latents; `predict` gives v for a sample and a timestep. `start` leaves out the first steps."""
    timesteps = [round(STEPS - STEPS / steps * i) - 1 for i in range(steps)]
    x = noise
    for i in range(start, steps):
        level = LEVELS[timesteps[i]]
        # As diffusers: a fixed stride from this timestep, though trailing timesteps are rounded.
        following = timesteps[i] - STEPS // steps
        after = LEVELS[following] if following >= 0 else torch.tensor(1.0)
        v = predict(x, timesteps[i])
        clean = level.sqrt() * x - (1 - level).sqrt() * v
        noise_left = level.sqrt() * v + (1 - level).sqrt() * x
        x = after.sqrt() * clean + (1 - after).sqrt() * noise_left
    return x
