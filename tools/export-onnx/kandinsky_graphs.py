"""The graphs of Kandinsky 2.2 and of the networks that look at pictures: CLIP's towers and the safety checker."""

import torch
from graphs import BATCH, LATENTS, Graph, picture_axes, pixels_of
from torch import Tensor, nn


class ProjectedText(nn.Module):
    """Kandinsky's text encoder: the embedding of the whole text and the states of its tokens."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: Tensor) -> tuple[Tensor, Tensor]:
        out = self.encoder(input_ids=input_ids.long(), return_dict=True)
        return out.text_embeds, out.last_hidden_state

    def graph(self) -> Graph:
        config = self.encoder.config
        ids = torch.full((2, config.max_position_embeddings), config.vocab_size - 1, dtype=torch.int64)
        names = ["text_embeds", "last_hidden_state"]
        return Graph(self, {"input_ids": ids}, names, {name: {0: BATCH} for name in ["input_ids", *names]})


class TextEmbeddings(ProjectedText):
    """CLIP's text tower alone. Texts may be of any length."""

    def forward(self, input_ids: Tensor) -> Tensor:
        return super().forward(input_ids)[0]

    def graph(self) -> Graph:
        inputs = super().graph().inputs
        return Graph(self, inputs, ["text_embeds"], {"input_ids": {0: BATCH, 1: "tokens"}, "text_embeds": {0: BATCH}})


class ImageEncoder(nn.Module):
    """CLIP's image tower with its projection."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, pixel_values: Tensor) -> Tensor:
        return self.encoder(pixel_values=pixel_values, return_dict=True).image_embeds

    def graph(self) -> Graph:
        side = self.encoder.config.image_size
        axes = {"pixel_values": {0: BATCH}, "image_embeds": {0: BATCH}}
        return Graph(self, {"pixel_values": torch.randn(2, 3, side, side)}, ["image_embeds"], axes)


class Prior(nn.Module):
    """Kandinsky's prior: one step from a noisy image embedding to a clean one."""

    def __init__(self, prior: nn.Module) -> None:
        super().__init__()
        self.prior = prior

    def forward(
        self, hidden_states: Tensor, timestep: Tensor, proj_embedding: Tensor, encoder_hidden_states: Tensor, attention_mask: Tensor
    ) -> Tensor:
        return self.prior(
            hidden_states,
            timestep=timestep,
            proj_embedding=proj_embedding,
            encoder_hidden_states=encoder_hidden_states,
            attention_mask=attention_mask,
            return_dict=False,
        )[0]

    def graph(self) -> Graph:
        config = self.prior.config
        width, tokens = config.embedding_dim, config.num_embeddings
        mask = torch.ones(2, tokens, dtype=torch.bool)
        mask[:, tokens // 2 :] = False
        inputs = {
            "hidden_states": torch.randn(2, width),
            "timestep": torch.tensor(501, dtype=torch.int64),
            "proj_embedding": torch.randn(2, width),
            "encoder_hidden_states": torch.randn(2, tokens, self.prior.encoder_hidden_states_proj.in_features),
            "attention_mask": mask,
        }
        output = "predicted_image_embedding"
        axes = {name: {0: BATCH} for name in [*inputs, output] if name != "timestep"}
        return Graph(self, inputs, [output], axes)


class ImageUnet(nn.Module):
    """Kandinsky's decoder: a UNet that is told an image embedding instead of a text."""

    def __init__(self, unet: nn.Module) -> None:
        super().__init__()
        self.unet = unet

    def forward(self, sample: Tensor, timestep: Tensor, image_embeds: Tensor) -> Tensor:
        conditions = {"image_embeds": image_embeds}
        return self.unet(sample, timestep, encoder_hidden_states=None, added_cond_kwargs=conditions, return_dict=False)[0]

    def graph(self) -> Graph:
        # Its blocks double what they halved, in torch too: only multiples fit, and Kandinsky rounds sizes to such.
        least = 2 ** (len(self.unet.config.block_out_channels) - 1)
        inputs = {
            "sample": torch.randn(2, self.unet.config.in_channels, 3 * least, least),
            "timestep": torch.tensor(501, dtype=torch.int64),
            "image_embeds": torch.randn(2, self.unet.config.encoder_hid_dim),
        }
        axes = {"sample": picture_axes(), "image_embeds": {0: BATCH}, "out_sample": picture_axes()}
        return Graph(self, inputs, ["out_sample"], axes)


class MovqEncoder(nn.Module):
    """movq's encoder: latents that are not quantised."""

    def __init__(self, movq: nn.Module) -> None:
        super().__init__()
        self.movq = movq

    def forward(self, sample: Tensor) -> Tensor:
        return self.movq.encode(sample, return_dict=False)[0]

    def graph(self) -> Graph:
        axes = {"sample": picture_axes(), "latent_sample": picture_axes("latent_height", "latent_width")}
        return Graph(self, {"sample": pixels_of(self.movq)}, ["latent_sample"], axes)


class MovqDecoder(nn.Module):
    """movq's decoder, from latents that are not quantised."""

    def __init__(self, movq: nn.Module) -> None:
        super().__init__()
        self.movq = movq

    def forward(self, latent_sample: Tensor) -> Tensor:
        return self.movq.decode(latent_sample, force_not_quantize=True, return_dict=False)[0]

    def graph(self) -> Graph:
        latents = torch.randn(2, self.movq.config.latent_channels, *LATENTS)
        axes = {"latent_sample": picture_axes("latent_height", "latent_width"), "sample": picture_axes()}
        return Graph(self, {"latent_sample": latents}, ["sample"], axes)


class SafetyChecker(nn.Module):
    """Stable Diffusion's safety checker up to its embedding, with its constants beside it: the verdict is the plugin's."""

    CONSTANTS = ("concept_embeds", "concept_embeds_weights", "special_care_embeds", "special_care_embeds_weights")

    def __init__(self, checker: nn.Module) -> None:
        super().__init__()
        self.checker = checker

    def forward(self, pixel_values: Tensor) -> tuple[Tensor, ...]:
        pooled = self.checker.vision_model(pixel_values)[1]
        constants = (getattr(self.checker, name).clone() for name in self.CONSTANTS)
        return (self.checker.visual_projection(pooled), *constants)

    def graph(self) -> Graph:
        side = self.checker.config.vision_config.image_size
        axes = {"pixel_values": {0: BATCH}, "image_embeds": {0: BATCH}}
        # Thresholds are compared after rounding to three places: float16 would move some of them.
        return Graph(self, {"pixel_values": torch.randn(2, 3, side, side)}, ["image_embeds", *self.CONSTANTS], axes, half=False)
