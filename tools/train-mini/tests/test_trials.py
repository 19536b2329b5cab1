"""The trials' measures call right what is right and wrong what is not."""

import json

import numpy as np
import pytest

from mini.trials import clip, control, repaint, upscale
from mini.trials.__main__ import TRIALS
from mini.trials.material import box_around, captions_of, picture_without, true_mask, true_picture, unlike
from mini.trials.measures import farthest, follow, nearest, psnr, seam, share_of_colour
from mini.trials.trial import Job, read_answers, write_job
from mini.trials.words import judge_kandinsky, judge_sdxl, make_kandinsky, make_sdxl

ONE, TWO = captions_of(1), captions_of(2)


def values(rows) -> dict[str, float]:
    return {row.what: row.value for row in rows}


def verdicts(rows) -> set[str]:
    return {row.verdict for row in rows if row.target is not None}


def some_of(jobs: dict[str, Job]) -> dict[str, Job]:
    """Every fifth case."""
    return {name: job._replace(cases=job.cases[::5]) for name, job in jobs.items()}


def turned(items: list) -> list:
    """Everything in another's place."""
    return items[1:] + items[:1]


@pytest.mark.parametrize(("make", "judge"), [(make_sdxl, judge_sdxl), (make_kandinsky, judge_kandinsky)])
def test_words_are_followed_by_true_pictures_alone(make, judge, tmp_path):
    jobs = make(tmp_path)
    true = {name: [true_picture(case.truth) for case in job.cases] for name, job in jobs.items()}
    assert verdicts(judge(jobs, true)) == {"met"}
    assert verdicts(judge(jobs, {name: turned(pictures) for name, pictures in true.items()})) == {"MISSED"}


def test_image_to_image_tells_the_picture_from_the_words(tmp_path):
    jobs = some_of(repaint.make_repaint(tmp_path))
    pictures = lambda of: [true_picture(getattr(case.truth, of)) for case in jobs["keeping"].cases]
    right = {"keeping": pictures("given"), "following": pictures("told")}
    assert verdicts(repaint.judge_repaint(jobs, right)) == {"met"}
    wrong = repaint.judge_repaint(jobs, {"keeping": pictures("told"), "following": pictures("given")})
    assert verdicts(wrong) == {"MISSED"} and max(row.value for row in wrong) < 10


def test_words_of_image_to_image_are_like_the_picture_in_nothing():
    for i, (_, _, scene) in enumerate(ONE):
        other = unlike(scene, ONE, i)[2]
        assert other.background != scene.background and not set(other.things[0][:3]) & {None} and all(a != b for a, b in zip(other.things[0][:3], scene.things[0][:3]))


def test_inpainting_is_right_under_the_mask_and_unchanged_beside_it(tmp_path):
    jobs = some_of(repaint.make_inpaint(tmp_path))
    within = lambda hole, picture: np.where(hole.mask[:, :, None], picture, hole.before)
    of = lambda draw: {name: [draw(case.truth) for case in job.cases] for name, job in jobs.items()}
    right = values(repaint.judge_inpaint(jobs, of(lambda hole: within(hole, true_picture(hole.scene)))))
    assert all(value >= 99 for what, value in right.items() if what.endswith("%"))
    nothing = values(repaint.judge_inpaint(jobs, of(lambda hole: hole.before)))
    assert all(value < 2 for what, value in nothing.items() if "what is told under" in what)
    changed = values(repaint.judge_inpaint(jobs, of(lambda hole: 255 - hole.before)))
    assert all(value == 0 for what, value in changed.items() if "nothing changed" in what) and changed["as diffusers: PSNR beyond 6 pixels of the mask, dB"] < 10


def test_masks_cover_the_thing_and_leave_the_other():
    for _, _, scene in ONE:
        assert not (true_mask(scene) & ~box_around(scene, scene.things[0])).any()
    for _, _, scene in TWO:
        mask, changed = box_around(scene, scene.things[1]), true_picture(scene) != picture_without(scene, 1)
        assert not (changed.any(-1) & ~mask).any()
        assert not (mask & true_mask(scene._replace(things=scene.things[:1]))).any() or scene.things[0].size > 0


def test_uncropping_goes_on_as_the_true_picture_does(tmp_path):
    jobs = some_of(repaint.make_uncrop(tmp_path))
    cases = jobs[""].cases
    right = repaint.judge_uncrop(jobs, {"": [true_picture(case.truth.scene) for case in cases]})
    assert values(right) == {row.what: 100 for row in right}
    elsewhere = lambda scene: true_picture(scene._replace(background=next(c for c in (5, 2, 0) if c not in (scene.background, scene.things[0].colour))))
    other = lambda case: np.where(case.truth.old[:, :, None], true_picture(case.truth.scene), elsewhere(case.truth.scene))
    wrong = values(repaint.judge_uncrop(jobs, {"": [other(case) for case in cases]}))
    assert wrong["the original's pixels are unchanged, %"] == 100
    assert max(wrong["the background's colour goes on, %"], wrong["no seam of more than 8 levels, %"]) < 15
    plain = [true_picture(case.truth.scene._replace(style=(case.truth.scene.style + 1) % 5)) for case in cases]
    assert values(repaint.judge_uncrop(jobs, {"": plain}))["the background's pattern goes on, %"] == 0
    whole = values(repaint.judge_uncrop(jobs, {"": [np.clip(true_picture(case.truth.scene).astype(int) + 1, 0, 255).astype(np.uint8) for case in cases]}))
    assert whole["the original's pixels are unchanged, %"] < 5


def test_a_crop_gives_nothing_of_the_thing_away():
    for _, _, scene in ONE:
        padding, old = repaint.cut_of(scene)
        ((side, width),) = padding.items()
        assert width >= 8 and (~old).sum() == width * 64 and not (true_mask(scene) & ~old).any()


@pytest.mark.parametrize("kind", ["scribble", "canny"])
def test_outlines_are_followed_by_their_own_pictures_alone(kind, tmp_path):
    jobs = getattr(control, f"make_{kind}")(tmp_path)
    own = [row[2] for row in control.loosely("canny")] if kind == "canny" else None
    masks = [case.truth.mask for case in jobs[""].cases]
    drawn = own or [np.where(mask[:, :, None], (215, 35, 40), (245, 245, 245)).astype(np.uint8) for mask in masks]
    right, wrong = (values(control.judge_control(jobs, {"": some})) for some in (drawn, turned(drawn)))
    assert right["mean overlap with the control"] > 0.95 and right["overlap of 0.7 at least, %"] == 100
    assert wrong["mean overlap with the control"] < 0.3
    if own:
        assert right["colour, %"] == 100 and wrong["colour, %"] < 40


def test_an_empty_picture_follows_no_outline():
    rng, mask = np.random.default_rng(0), true_mask(ONE[0][2])
    assert follow(np.full((64, 64, 3), 200, np.uint8), mask).overlap == 0
    assert follow((200 + 8 * rng.random((64, 64, 3))).astype(np.uint8), mask).overlap == 0


def test_the_right_caption_is_found_among_fifty(tmp_path):
    jobs = clip.make(tmp_path)
    assert set(jobs) == {"captions", "true pictures"} and all(len(case.truth) == 50 for job in jobs.values() for case in job.cases)
    vectors = [np.eye(50)[np.arange(50)].tolist() for _ in range(6)]
    answers = {"captions": [{"text_embeddings": v} for v in vectors], "true pictures": [{"image_embeddings": v} for v in vectors]}
    assert values(clip.judge(jobs, answers)) == {row.what: 100 for row in clip.judge(jobs, answers)}
    answers["true pictures"] = [{"image_embeddings": v[1:] + v[:1]} for v in vectors]
    assert max(values(clip.judge(jobs, answers)).values()) < 5


def test_the_bicubic_filter_gains_nothing_on_itself(tmp_path):
    jobs = upscale.make(tmp_path)
    bicubic = [upscale.resized(case.request["image"], 2) for case in jobs[""].cases]
    assert values(upscale.judge(jobs, {"": bicubic}))["mean gain over bicubic, dB"] == 0
    better = [(photo.truth.astype(int) + by) // 2 for photo, by in zip(jobs[""].cases, bicubic)]
    assert values(upscale.judge(jobs, {"": better}))["mean gain over bicubic, dB"] > 5


def test_plain_measures():
    a, b = np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 3), np.uint8)
    b[0, 0, 1] = 7
    assert farthest(a, b, np.ones((4, 4), bool)) == 7 and farthest(a, b, ~np.eye(4, dtype=bool)) == 0
    assert psnr(a, b, np.ones((4, 4), bool)) == pytest.approx(10 * np.log10(255**2 * 48 / 49))
    old = np.zeros((4, 4), bool)
    old[:, :2] = True
    step = np.where(old, 0, 12)[:, :, None].repeat(3, 2).astype(np.uint8)
    assert seam(step, a, old) == 12 and seam(step, step, old) == 0
    assert share_of_colour(a, old, 9) == 1 and share_of_colour(step + 100, old, 9) == 0
    assert nearest(step, [a + 12, step + 1, a], ~old) == 0 and nearest(step, [a + 12, step + 1, a], old) == 2


def test_jobs_are_written_and_answers_read_or_missed(tmp_path):
    job = repaint.make_uncrop(tmp_path)[""]
    write_job(tmp_path / "uncrop", job._replace(cases=job.cases[:2]))
    written = json.loads((tmp_path / "uncrop" / "requests.json").read_text())
    assert written["synapse"] == "Uncrop" and (tmp_path / "uncrop" / written["requests"][1]["init_image"]["file"]).exists()
    assert read_answers(tmp_path / "uncrop", 2) is None


def test_every_trial_is_named_once():
    assert list(TRIALS) == ["text-to-image", "kandinsky", "image-to-image", "inpaint", "uncrop", "scribble", "canny", "clip", "upscale", "speed"]
