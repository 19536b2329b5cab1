"""The data generator: splits that do not mix, captions that say what is drawn, pictures that stay the same."""

import numpy as np
import pytest
import torch

from mini.tokenizer import MAX_LENGTH, Tokenizer, split_words, write
from mini.world import COLOURS, SHAPES, Scene, Thing, caption, centre, radius, render, sample_scenes, split_of
from mini.world.captions import SYNONYMS
from mini.world.splits import bucket, plain_background


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_scenes_belong_to_their_split(split):
    scenes = sample_scenes(500, rng(), split)
    assert {split_of(scene) for scene in scenes} == {split}


def test_training_never_sees_a_kept_back_triple():
    seen = {thing[:3] for scene in sample_scenes(3000, rng(1)) for thing in scene.things}
    kept = {thing[:3] for split in ("validation", "test") for scene in sample_scenes(500, rng(2), split) for thing in scene.things if bucket(thing) < 2}
    assert kept and not seen & kept


def test_a_tenth_of_the_triples_is_kept_back():
    buckets = [bucket(Thing(c, s, p, 0)) for c in range(len(COLOURS)) for s in range(len(SHAPES)) for p in range(9)]
    assert 0.08 < np.mean([b < 2 for b in buckets]) < 0.12


def test_things_lie_inside_apart_and_differ_in_colour():
    for scene in sample_scenes(1000, rng(3)):
        spots = [(np.array(centre(scene, thing)), radius(scene, thing)) for thing in scene.things]
        assert all(r < 0.5 and (xy - r > 0).all() and (xy + r < 1).all() for xy, r in spots)
        assert all(np.linalg.norm(a - b) > 0.9 * (ra + rb) for i, (a, ra) in enumerate(spots) for b, rb in spots[:i])
        colours = [scene.background, *(thing.colour for thing in scene.things)]
        assert len(set(colours)) == len(colours)


def test_captions_name_colours_and_shapes_in_order():
    words = lambda word: SYNONYMS.get(word, (word,))
    generator = rng(4)
    for scene in sample_scenes(500, generator):
        text = caption(scene, generator).lower()
        at = -1
        for thing in scene.things:
            names = [f"{c} {s}" for c in words(list(COLOURS)[thing.colour]) for s in words(SHAPES[thing.shape])]
            found = [text.find(name, at + 1) for name in names]
            at = min((i for i in found if i >= 0), default=-1)
            assert at >= 0, (text, names)
        assert plain_background(scene) or "background" in text or "backdrop" in text


def test_the_same_seed_draws_the_same():
    draw = lambda: (sample_scenes(20, g := rng(5)), render(sample_scenes(20, g), 64, g)[0])
    (scenes, pictures), (again, pictures_again) = draw(), draw()
    assert scenes == again and torch.equal(pictures, pictures_again)


def test_a_picture_shows_its_scene():
    scene = Scene(8, 0, (Thing(0, 0, 4, 1),))
    picture, mask = render([scene], 64)
    assert picture[0, :, 32, 32].tolist() == pytest.approx([215 / 255, 35 / 255, 40 / 255], abs=1e-5)
    assert picture[0, :, 2, 2].tolist() == pytest.approx([245 / 255] * 3, abs=1e-5)
    assert mask.mean().item() == pytest.approx(np.pi * 0.22**2, rel=0.02)


def test_tokens_come_back_as_words(tmp_path):
    write(tmp_path)
    tokenizer = Tokenizer.load(tmp_path)
    generator = rng(6)
    spelled = {i: token for token, i in tokenizer.vocabulary.items()}
    for scene in sample_scenes(300, generator):
        text = caption(scene, generator)
        ids = tokenizer.padded(text)
        assert len(ids) == MAX_LENGTH and ids[0] == tokenizer.start and tokenizer.end in ids
        assert len(tokenizer.encode(text)) == len(split_words(text)) + 2
        assert "".join(spelled[i] for i in tokenizer.encode(text)[1:-1]).replace("</w>", " ").split() == split_words(text)
