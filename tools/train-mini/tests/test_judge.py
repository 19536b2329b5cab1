"""The judge is right about true pictures and refuses wrong ones."""

import numpy as np

from mini.judge import judge, judge_all, summarise
from mini.prove_judge import prove
from mini.world import SHAPES, Scene, Thing, render, sample_scenes


def draw(scene: Scene) -> np.ndarray:
    return render([scene], 64)[0][0].permute(1, 2, 0).numpy()


def test_proof():
    result = prove()
    assert result["true"]["right"] >= 98 and result["mismatched"]["right"] <= 5


def test_each_attribute_is_refused_alone():
    scene = Scene(8, 0, (Thing(0, 0, 4, 1),))
    picture = draw(scene)
    assert judge(picture, scene).right
    wrong = lambda **change: judge(picture, scene._replace(things=(scene.things[0]._replace(**change),))).things[0]
    assert not wrong(colour=5).colour and not wrong(place=3).place
    assert not any(wrong(shape=k).shape for k in range(1, len(SHAPES)))
    assert not judge(picture, scene._replace(background=2)).background
    assert not judge(picture, scene._replace(style=2)).style
    assert not judge(picture, scene._replace(things=scene.things + (Thing(5, 1, 0, 1),))).count


def test_shapeless_pictures_fail():
    rng = np.random.default_rng(0)
    scenes = sample_scenes(100, rng)
    noise = rng.random((100, 64, 64, 3)).astype(np.float32)
    blurred, _ = render(scenes, 64, rng)
    blurred = blurred.unfold(2, 16, 16).unfold(3, 16, 16).mean((4, 5)).repeat_interleave(16, 2).repeat_interleave(16, 3)
    assert sum(judge(picture, scene).right for picture, scene in zip(noise, scenes)) == 0
    assert summarise(judge_all(blurred, scenes))["shape"] < 25
