"""The networks with inputs and outputs as published exports have them."""

import torch
from torch import Tensor, nn

from ..nets.sd15 import pack
from ..nets.text import TextEncoder, TextPair
from ..nets.unet import UNet
from ..nets.vae import Vae


class FirstEncoder(nn.Module):
    """input_ids -> last_hidden_state, pooler_output, hidden_states.N."""

    def __init__(self, encoder: TextEncoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: Tensor) -> tuple[Tensor, ...]:
        encoded = self.encoder(input_ids)
        return encoded.last, encoded.pooled, *encoded.hidden


class SecondEncoder(nn.Module):
    """input_ids -> text_embeds, last_hidden_state, hidden_states.N."""

    def __init__(self, encoder: TextEncoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: Tensor) -> tuple[Tensor, ...]:
        encoded = self.encoder(input_ids)
        return encoded.pooled, encoded.last, *encoded.hidden


class OneEncoder(nn.Module):
    """Both encoders as the single one of SD 1.5: input_ids -> last_hidden_state, pooler_output."""

    def __init__(self, pair: TextPair):
        super().__init__()
        self.pair = pair

    def forward(self, input_ids: Tensor) -> tuple[Tensor, Tensor]:
        context, pooled = self.pair(input_ids)
        return pack(context, pooled), pooled


class SdxlUnet(nn.Module):
    """sample, timestep, encoder_hidden_states, text_embeds, time_ids -> out_sample."""

    def __init__(self, unet: UNet):
        super().__init__()
        self.unet = unet

    def forward(self, sample: Tensor, timestep: Tensor, encoder_hidden_states: Tensor, text_embeds: Tensor, time_ids: Tensor) -> Tensor:
        return self.unet(sample, timestep.expand(sample.shape[0]), encoder_hidden_states, text_embeds, time_ids)


class VaeEncoder(nn.Module):
    """sample -> latent_parameters: mean and log variance of normalised latents."""

    def __init__(self, vae: Vae):
        super().__init__()
        self.vae = vae

    def forward(self, sample: Tensor) -> Tensor:
        mean, log_variance = self.vae.encoder(sample)
        log_variance = log_variance.clamp(-8, 4) - 2 * self.vae.deviation.log()
        return torch.cat([(mean - self.vae.mean) / self.vae.deviation, log_variance], 1)


class VaeDecoder(nn.Module):
    """latent_sample -> sample."""

    def __init__(self, vae: Vae):
        super().__init__()
        self.vae = vae

    def forward(self, latent_sample: Tensor) -> Tensor:
        return self.vae.decode(latent_sample)
