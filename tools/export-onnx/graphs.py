"""The graphs of our weight layouts, each a torch module whose `forward` takes and gives exactly what the ONNX file does.

Names of inputs and outputs follow optimum where it exports such a graph (text encoders, UNet, VAE), OnnxStack where
it alone does (ControlNets and the UNets that take their residuals) and diffusers' own arguments elsewhere (Kandinsky).
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

# The batch may be of any size, pictures and latents of any height and width; a UNet that is traced with even latents
# gives wrong shapes for odd ones (its skip connections are then cut to a fixed size), so samples are odd.
LATENTS = (9, 7)
BATCH, HEIGHT, WIDTH, TOKENS = "batch", "height", "width", "tokens"


@dataclass(frozen=True)
class Graph:
    """A module to trace: example inputs by name, names of its outputs, and what is open in the shape of each."""

    module: nn.Module
    inputs: dict[str, Tensor]
    outputs: list[str]
    axes: dict[str, dict[int, str]] = field(default_factory=dict)
    half: bool = True  # False where float16 overflows, whatever is asked


def picture_axes(height: str = HEIGHT, width: str = WIDTH) -> dict[int, str]:
    """Open dimensions of N, C, H, W."""
    return {0: BATCH, 2: height, 3: width}


class TextEncoder(nn.Module):
    """Token ids to hidden states; with a projection to `text_embeds` besides, else to `pooler_output`."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.projects = hasattr(encoder, "text_projection")

    def forward(self, input_ids: Tensor) -> tuple[Tensor, ...]:
        out = self.encoder(input_ids=input_ids.long(), output_hidden_states=True, return_dict=True)
        if self.projects:
            return (out.text_embeds, out.last_hidden_state, *out.hidden_states)
        return (out.last_hidden_state, out.pooler_output, *out.hidden_states)

    def graph(self) -> Graph:
        config = self.encoder.config
        states = [f"hidden_states.{i}" for i in range(config.num_hidden_layers + 1)]
        outputs = ["text_embeds", "last_hidden_state"] if self.projects else ["last_hidden_state", "pooler_output"]
        ids = torch.full((2, config.max_position_embeddings), config.vocab_size - 1, dtype=torch.int64)
        ids[:, 0] = config.vocab_size - 2
        axes = {name: {0: BATCH} for name in ["input_ids", *outputs, *states]}
        return Graph(self, {"input_ids": ids}, [*outputs, *states], axes)


class Unet(nn.Module):
    """The denoiser of SD 1.5 and SDXL, if wanted with ControlNet residuals as further inputs."""

    def __init__(self, unet: nn.Module, residuals: bool = False) -> None:
        super().__init__()
        self.unet = unet
        self.names = input_names(unet)
        self.residuals = residual_names(unet) if residuals else []

    def forward(self, *values: Tensor) -> Tensor:
        given = dict(zip([*self.names, *self.residuals], values, strict=True))
        down = tuple(given[name] for name in self.residuals[:-1])
        return self.unet(
            given["sample"],
            given["timestep"],
            encoder_hidden_states=given["encoder_hidden_states"],
            added_cond_kwargs=added_conditions(given),
            down_block_additional_residuals=down or None,
            mid_block_additional_residual=given[self.residuals[-1]] if self.residuals else None,
            return_dict=False,
        )[0]

    def graph(self) -> Graph:
        inputs = denoiser_inputs(self.unet)
        axes = denoiser_axes(self.names)
        for name, shape in zip(self.residuals, residual_shapes(self.unet), strict=False):
            inputs[name] = torch.randn(shape)
            axes[name] = picture_axes(f"{name}_height", f"{name}_width")
        return Graph(self, inputs, ["out_sample"], axes | {"out_sample": picture_axes()})


class ControlNet(nn.Module):
    """A ControlNet: residuals for the UNet, times `conditioning_scale`."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        self.names = [*input_names(net), "controlnet_cond", "conditioning_scale"]

    def forward(self, *values: Tensor) -> tuple[Tensor, ...]:
        given = dict(zip(self.names, values, strict=True))
        down, mid = self.net(
            given["sample"],
            given["timestep"],
            encoder_hidden_states=given["encoder_hidden_states"],
            controlnet_cond=given["controlnet_cond"],
            conditioning_scale=given["conditioning_scale"],
            added_cond_kwargs=added_conditions(given),
            return_dict=False,
        )
        return (*down, mid)

    def graph(self) -> Graph:
        inputs = denoiser_inputs(self.net)
        pixels = conditioning_scale(self.net.config)
        channels = self.net.config.conditioning_channels
        inputs["controlnet_cond"] = torch.rand(2, channels, LATENTS[0] * pixels, LATENTS[1] * pixels)
        inputs["conditioning_scale"] = torch.tensor(0.7)
        outputs = residual_names(self.net)
        axes = denoiser_axes(self.names)
        axes["controlnet_cond"] = picture_axes("image_height", "image_width")
        axes |= {name: picture_axes(f"{name}_height", f"{name}_width") for name in outputs}
        return Graph(self, inputs, outputs, axes)


class VaeEncoder(nn.Module):
    """Pixels from -1 to 1 to the means and logarithms of variance of the latents. The drawing is left to the caller's seed."""

    def __init__(self, vae: nn.Module) -> None:
        super().__init__()
        self.vae = vae

    def forward(self, sample: Tensor) -> Tensor:
        hidden = self.vae.encoder(sample)
        return hidden if self.vae.quant_conv is None else self.vae.quant_conv(hidden)

    def graph(self) -> Graph:
        axes = {"sample": picture_axes(), "latent_parameters": picture_axes("latent_height", "latent_width")}
        return Graph(self, {"sample": pixels_of(self.vae)}, ["latent_parameters"], axes, half=halves(self.vae))


class VaeDecoder(nn.Module):
    """Latents, already divided by the scaling factor, to pixels from -1 to 1."""

    def __init__(self, vae: nn.Module) -> None:
        super().__init__()
        self.vae = vae

    def forward(self, latent_sample: Tensor) -> Tensor:
        if self.vae.post_quant_conv is not None:
            latent_sample = self.vae.post_quant_conv(latent_sample)
        return self.vae.decoder(latent_sample)

    def graph(self) -> Graph:
        latents = torch.randn(2, self.vae.config.latent_channels, *LATENTS)
        axes = {"latent_sample": picture_axes("latent_height", "latent_width"), "sample": picture_axes()}
        return Graph(self, {"latent_sample": latents}, ["sample"], axes, half=halves(self.vae))


def halves(vae: nn.Module) -> bool:
    """Whether a VAE works in float16: SDXL's own overflows, and its config says so."""
    return not getattr(vae.config, "force_upcast", False)


def pixels_of(vae: nn.Module) -> Tensor:
    """An example picture for an encoder."""
    scale = 2 ** (len(vae.config.block_out_channels) - 1)
    return torch.rand(2, vae.config.in_channels, LATENTS[0] * scale, LATENTS[1] * scale) * 2 - 1


def input_names(net: nn.Module) -> list[str]:
    """Inputs that a UNet and its ControlNets have in common."""
    added = ["text_embeds", "time_ids"] if net.config.addition_embed_type == "text_time" else []
    return ["sample", "timestep", "encoder_hidden_states", *added]


def added_conditions(given: dict[str, Tensor]) -> dict[str, Tensor] | None:
    """SDXL's pooled text and sizes, where there are any."""
    added = {name: given[name] for name in ("text_embeds", "time_ids") if name in given}
    return added or None


def denoiser_inputs(net: nn.Module) -> dict[str, Tensor]:
    """Example inputs of a UNet or ControlNet, by name. The timestep is a float: some schedulers have fractions of steps."""
    config = net.config
    width = config.cross_attention_dim if isinstance(config.cross_attention_dim, int) else config.cross_attention_dim[0]
    inputs = {
        "sample": torch.randn(2, config.in_channels, *LATENTS),
        "timestep": torch.tensor(501.0),
        "encoder_hidden_states": torch.randn(2, 77, width),
    }
    if "time_ids" in input_names(net):
        ids = 6
        pooled = config.projection_class_embeddings_input_dim - ids * config.addition_time_embed_dim
        inputs["text_embeds"] = torch.randn(2, pooled)
        inputs["time_ids"] = torch.tensor([[64.0, 72.0, 0.0, 0.0, 64.0, 72.0]] * 2)
    return inputs


def denoiser_axes(names: list[str]) -> dict[str, dict[int, str]]:
    """Open dimensions of a UNet's or ControlNet's inputs."""
    axes = {name: {0: BATCH} for name in names if name not in ("timestep", "conditioning_scale")}
    return axes | {"sample": picture_axes(), "encoder_hidden_states": {0: BATCH, 1: TOKENS}}


def residual_names(net: nn.Module) -> list[str]:
    """Names of a ControlNet's residuals, the middle last."""
    count = sum(net.config.layers_per_block + 1 for _ in net.config.block_out_channels)
    return [*(f"down_block_{i}_additional_residual" for i in range(count)), "mid_block_additional_residual"]


def residual_shapes(net: nn.Module) -> list[tuple[int, int, int, int]]:
    """Shapes of the residuals for the example latents: as deep as the UNet's own skip connections."""
    channels, (height, width) = net.config.block_out_channels, LATENTS
    shapes = [(2, channels[0], height, width)]
    for block, depth in enumerate(channels):
        shapes += [(2, depth, height, width)] * net.config.layers_per_block
        if block < len(channels) - 1:
            height, width = (height + 1) // 2, (width + 1) // 2
            shapes.append((2, depth, height, width))
    return [*shapes, (2, channels[-1], height, width)]


def conditioning_scale(config: object) -> int:
    """Pixels of the control picture for each latent: one halving after every block of its embedding but the first."""
    return 2 ** (len(config.conditioning_embedding_out_channels) - 1)
