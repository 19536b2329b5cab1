"""One training run on disk: resumes where it was, saves every ten minutes, logs each measurement as a line of JSON."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import torch

ROOT = Path(os.environ.get("MINI_DATA", Path(__file__).parents[1] / "data"))
SAVE_EVERY_S = 600


class Run:
    """State of a run in `ROOT/name`: whatever has a state_dict, and the number of steps done."""

    def __init__(self, name: str, parts: dict[str, object], total_steps: int):
        self.folder, self.parts, self.total, self.done = ROOT / name, parts, total_steps, 0
        self.folder.mkdir(parents=True, exist_ok=True)
        self.saved_at, self.asked_to_end = time.monotonic(), False
        signal.signal(signal.SIGTERM, self.ask_to_end)
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, weights_only=False)
            for part, value in state["parts"].items():
                self.parts[part].load_state_dict(value)
            self.done = state["done"]

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    def steps(self):
        """Numbers of the steps still to do; saves on the way and at the end."""
        while self.done < self.total:
            yield self.done
            self.done += 1
            if time.monotonic() - self.saved_at > SAVE_EVERY_S or self.done == self.total:
                self.save()
            if self.asked_to_end:
                self.save()
                sys.exit(75)

    def ask_to_end(self, *_) -> None:
        """SIGTERM: the step at work ends, then the run saves and exits with 75."""
        self.asked_to_end = True

    def save(self) -> None:
        """Writes beside and renames, so that a run killed in the middle keeps its older checkpoint."""
        beside = self.checkpoint.with_suffix(".new")
        torch.save({"done": self.done, "parts": {name: part.state_dict() for name, part in self.parts.items()}}, beside)
        beside.replace(self.checkpoint)
        self.saved_at = time.monotonic()

    def finish(self, **values) -> None:
        """Saves, logs the last values and notes how many steps the finished training had."""
        self.save()
        self.log(final=True, **values)
        (self.folder / "finished").write_text(str(self.done))

    def log(self, **values) -> None:
        """Adds a line to log.jsonl and prints it."""
        line = json.dumps({"step": self.done, "time": time.strftime("%H:%M:%S"), **values})
        with open(self.folder / "log.jsonl", "a") as file:
            file.write(line + "\n")
        print(self.folder.name, line, flush=True)


def seeded(seed: int, step: int) -> None:
    """Makes every draw of a step a function of (seed, step), so that a resumed run goes on as an unbroken one would."""
    torch.manual_seed(seed * 1_000_003 + step)


def linear_decay(step: int, total: int, warm_up: int = 100, hold: float = 0.0) -> float:
    """Learning rate factor: up over `warm_up` steps, 1 until `hold` of the way, then linearly down to 0.01."""
    done = step / total
    return min(1.0, (step + 1) / warm_up) * max(0.01, min(1.0, (1 - done) / (1 - hold)))


def threads() -> int:
    """Threads of a training: MINI_THREADS, by default all processors."""
    return int(os.environ.get("MINI_THREADS", os.cpu_count() or 1))
