"""Trains the Kandinsky layout's prior (text to embedding) and decoder (embedding to latents) on the CLIP pair's embeddings."""

import pickle
import sys
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..diffusion import STEPS, sample_ddim
from ..judge import judge_all, summarise
from ..nets.clip import SIDE
from ..nets.kandinsky import ImageUnet, Prior
from ..nets.unet import UNet
from ..run import ROOT, threads
from ..sheet import save_sheet
from ..tokenizer import Tokenizer
from ..world import caption, sample_scenes
from .clip import DEVIATION, MEAN, load_clip
from .latents import load, load_vae
from .sdxl import BATCH, GUIDANCE, SAMPLING_STEPS, UNCONDITIONAL, loss_of, validation
from .training import Training, weights_of

SEED, PRIOR_STEPS = 22, 25


def prior_levels() -> Tensor:
    """The signal's share of the variance at each timestep of UnCLIP's cosine schedule."""
    bar = lambda t: torch.cos((t + 0.008) / 1.008 * torch.pi / 2) ** 2
    times = torch.arange(STEPS, dtype=torch.float64) / STEPS
    betas = (1 - bar(times + 1 / STEPS) / bar(times)).clamp(max=0.999)
    return (1 - betas).cumprod(0).float()


class Embeddings(NamedTuple):
    """Embeddings of the latents' pictures, their mean and deviation, and the embedding of no picture (zeros)."""

    rows: Tensor
    mean: Tensor
    deviation: Tensor
    nothing: Tensor


@torch.no_grad()
def embeddings(parts: int) -> Embeddings:
    """Made once for the first parts of the latents and each training of the CLIP pair: the CLIP pair looks at what the autoencoder makes of them."""
    file = ROOT / f"embeddings-{parts}-of-{(ROOT / 'clip' / 'finished').read_text()}.pickle"
    if not file.exists():
        clip, vae, (latents, _, _) = load_clip(), load_vae(), load(parts)
        see = lambda some: clip.vision((vae.decode(some.float()).clamp(-1, 1) / 2 + 0.5 - MEAN) / DEVIATION)
        rows = torch.cat([see(some) for some in latents.split(250)])
        nothing = clip.vision(torch.zeros(1, 3, SIDE, SIDE))
        file.write_bytes(pickle.dumps((rows, rows.mean(0, keepdim=True), rows.std(0, keepdim=True), nothing)))
    return Embeddings(*pickle.loads(file.read_bytes()))


class Words:
    """Captions as the prior takes them."""

    def __init__(self):
        self.tokenizer, self.encoder = Tokenizer.load(), load_clip().text

    @torch.no_grad()
    def encode(self, texts: list[str]) -> tuple[Tensor, Tensor, Tensor]:
        """Pooled vectors, states, and 1 for real tokens."""
        ids = torch.tensor([self.tokenizer.padded(text) for text in texts])
        lengths = torch.tensor([len(self.tokenizer.encode(text)) for text in texts])
        encoded = self.encoder(ids)
        return encoded.pooled, encoded.last, (torch.arange(ids.shape[1])[None] < lengths[:, None]).float()


@torch.no_grad()
def imagine(prior: Prior, words: Words, texts: list[str], known: Embeddings, steps: int = PRIOR_STEPS) -> Tensor:
    """Embeddings for texts: the prior's estimate, made surer step by step without adding noise."""
    levels, said = prior_levels(), words.encode(texts)
    x = torch.randn(len(texts), known.rows.shape[1], generator=torch.Generator().manual_seed(5))
    timesteps = np.linspace(STEPS - 1, 0, steps).round().astype(int)
    for now, after in zip(timesteps, [*timesteps[1:], -1]):
        clean = prior(x, torch.tensor(float(now)), *said).clamp(-5, 5)
        noise = (x - levels[now].sqrt() * clean) / (1 - levels[now]).sqrt()
        x = clean if after < 0 else levels[after].sqrt() * clean + (1 - levels[after]).sqrt() * noise
    return x * known.deviation + known.mean


def train_prior(total_steps: int, parts: int) -> None:
    torch.manual_seed(SEED)
    training = Training("prior", Prior(), total_steps, SEED)
    known, words, (_, _, scenes), levels = embeddings(parts), Words(), load(parts), prior_levels()
    rows = (known.rows - known.mean) / known.deviation

    def loss_at(prior: nn.Module, rng: np.random.Generator) -> Tensor:
        at = rng.integers(len(rows), size=64)
        texts = ["" if rng.random() < UNCONDITIONAL else caption(scenes[i], rng) for i in at]
        timesteps = torch.randint(STEPS, (len(at),))
        level = levels[timesteps][:, None]
        noisy = level.sqrt() * rows[at] + (1 - level).sqrt() * torch.randn(len(at), rows.shape[1])
        return F.mse_loss(prior(noisy, timesteps, *words.encode(texts)), rows[at])

    def measure(prior: nn.Module) -> None:
        rng = np.random.default_rng(12)
        some = sample_scenes(200, rng)
        clip = load_clip()
        imagined = imagine(prior, words, [caption(scene, rng) for scene in some], known)
        said = words.encode([caption(scene, rng) for scene in some])[0]
        alike = F.normalize(imagined, dim=1) @ F.normalize(said, dim=1).T
        training.run.log(top1_of_200=(alike.argmax(1) == torch.arange(200)).float().mean().item(), scale=clip.log_scale.item())

    training.go(loss_at, measure)


def load_prior() -> Prior:
    prior = Prior()
    prior.load_state_dict(weights_of("prior"))
    return prior.eval().requires_grad_(False)


@torch.no_grad()
def draw_pictures(unet: nn.Module, vae, embeds: Tensor, nothing: Tensor, seed: int = 1) -> Tensor:
    """Pictures 0..1 for embeddings."""
    count = len(embeds)
    both = torch.cat([embeds, nothing.expand(count, -1)])

    def predict(sample: Tensor, timestep: int) -> Tensor:
        doubled = torch.cat([sample, sample]).contiguous(memory_format=torch.channels_last)
        wanted, plain = unet(doubled, torch.full((2 * count,), float(timestep)), both).chunk(2)
        return plain + GUIDANCE * (wanted - plain)

    noise = torch.randn(count, 4, SIDE // 4, SIDE // 4, generator=torch.Generator().manual_seed(seed))
    return vae.decode(sample_ddim(predict, noise, SAMPLING_STEPS)) / 2 + 0.5


def train_decoder(total_steps: int, source: str, parts: int) -> None:
    torch.manual_seed(SEED)
    unet = UNet()
    unet.load_state_dict(weights_of(source))
    net = ImageUnet(unet).to(memory_format=torch.channels_last)
    known, words, vae, prior = embeddings(parts), Words(), load_vae(), load_prior()
    training = Training("kandinsky", net, total_steps, SEED + 1, 0.7)
    # After a checkpoint is read: the CLIP pair may have been trained further since.
    for each in (training.net, training.average):
        each.mean.copy_(known.mean)
        each.deviation.copy_(known.deviation)
    latents, masks, _ = load(parts)

    def loss_at(unet: nn.Module, rng: np.random.Generator) -> Tensor:
        at = rng.integers(len(latents), size=BATCH)
        kept = torch.from_numpy(rng.random(BATCH) >= UNCONDITIONAL)[:, None]
        # Imagined embeddings are a little off those of pictures: so are the ones trained on.
        shaken = known.rows[at] + 0.1 * known.deviation * torch.randn(BATCH, known.rows.shape[1])
        return loss_of(unet, latents[at].float(), masks[at].float(), (torch.where(kept, shaken, known.nothing),))

    def measure(unet: nn.Module) -> None:
        for name, (wanted, texts) in validation().items():
            pictures = draw_pictures(unet, vae, imagine(prior, words, texts, known), known.nothing)
            training.run.log(set=name, **summarise(judge_all(pictures, wanted)))
            save_sheet(pictures[:48], training.run.folder / f"{name}.png")

    training.go(loss_at, measure)


if __name__ == "__main__":
    torch.set_num_threads(threads())
    if sys.argv[1] == "prior":
        train_prior(int(sys.argv[2]), int(sys.argv[3]))
    else:
        train_decoder(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
