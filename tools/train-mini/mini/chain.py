"""The whole chain of trainings, one process a stage; goes on where it was stopped.

    python -m mini.chain           # runs until everything is trained; SIGTERM saves every running stage and ends
    python -m mini.chain --list    # says what is done
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import NamedTuple

from .run import ROOT


class Stage(NamedTuple):
    """A module with its arguments; `needs` are the stages before it, `steps` what its checkpoint must have reached.

    `exports` are written to <data>/export once it has: a module with its arguments, the last of them a folder's name.
    """

    name: str
    module: str
    steps: int
    needs: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    threads: int = 1
    exports: tuple[tuple[str, ...], ...] = ()


# Steps are what each network has had so far or is having; a longer training is a larger number here.
STAGES = (
    Stage("vae", "vae", 4_000, threads=2),
    Stage("text", "text", 1_200),
    Stage("sdxl-a", "sdxl", 10_500, ("vae", "text"), ("2", "1"), 2, (("sdxl", "sdxl-a", "sdxl"), ("sd15", "sdxl-a", "sd15"))),
    Stage("clip", "clip", 2_800, ("text", "sdxl-a"), exports=(("clip", "clip"),)),
    Stage("prior", "kandinsky", 3_500, ("clip",), ("2",)),
    Stage("control-scribble", "sd15", 3_000, ("sdxl-a",), ("sdxl-a",), 2, (("control", "scribble", "sdxl-a", "control-scribble"),)),
    Stage("kandinsky", "kandinsky", 8_500, ("prior", "control-scribble"), ("sdxl-a", "2"), 2, (("kandinsky", "kandinsky"),)),
    Stage("control-canny", "sd15", 3_000, ("control-scribble",), ("sdxl-a",), 1, (("control", "canny", "sdxl-a", "control-canny"),)),
    Stage("sdxl-b", "sdxl", 7_000, ("control-canny",), ("2", "2"), 1, (("sdxl", "sdxl-b", "sdxl-b"),)),
)
# Stages that are several trainings in one module take the name as their first argument.
NAMED = ("sdxl", "sd15", "kandinsky")
# Together the running stages may have this many threads more than there are processors.
EXTRA_THREADS = 1


def done(stage: Stage) -> bool:
    """Whether the stage has finished with all its steps."""
    file = ROOT / stage.name / "finished"
    return file.exists() and int(file.read_text()) >= stage.steps


def start(stage: Stage) -> subprocess.Popen:
    """Starts a stage in the background; its output goes to <data>/<name>.log."""
    named = (stage.name,) if stage.module in NAMED else ()
    command = [sys.executable, "-m", f"mini.stages.{stage.module}", *named, str(stage.steps), *stage.arguments]
    # Waiting threads sleep: on a shared machine spinning ones would take the processors from the threads they wait for.
    environment = {**os.environ, "MINI_THREADS": str(stage.threads), "OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0"}
    print(time.strftime("%H:%M:%S"), "start", stage.name, flush=True)
    return subprocess.Popen(command, env=environment, stdout=open(ROOT / f"{stage.name}.log", "a"), stderr=subprocess.STDOUT)


def export(stage: Stage) -> None:
    """Writes a finished stage's folders beside and swaps them in whole. A failing export is told, and stops nothing."""
    for module, *arguments, name in stage.exports:
        target, beside = ROOT / "export" / name, ROOT / "export" / f"{name}.new"
        shutil.rmtree(beside, ignore_errors=True)
        result = subprocess.run([sys.executable, "-W", "ignore", "-m", f"mini.export.{module}", *arguments, str(beside)], check=False)
        print(time.strftime("%H:%M:%S"), "export", name, result.returncode, flush=True)
        if result.returncode == 0:
            shutil.rmtree(target, ignore_errors=True)
            beside.rename(target)


def stale(stage: Stage) -> bool:
    """Whether a folder of a finished stage is missing or older than its training."""
    trained = (ROOT / stage.name / "finished").stat().st_mtime
    folders = [ROOT / "export" / name for *_, name in stage.exports]
    return any(not folder.exists() or folder.stat().st_mtime < trained for folder in folders)


def run() -> int:
    """Runs stages whose needs are met, in their order, as far as there are threads; ends when all are done or one fails."""
    running: dict[str, subprocess.Popen] = {}
    finished = {stage.name for stage in STAGES if done(stage)}
    most = (os.cpu_count() or 1) + EXTRA_THREADS
    for stage in STAGES:
        if stage.name in finished and stale(stage):
            export(stage)
    signal.signal(signal.SIGTERM, lambda *_: [process.terminate() for process in running.values()])
    while len(finished) < len(STAGES):
        for stage in STAGES:
            used = sum(other.threads for other in STAGES if other.name in running)
            ready = stage.name not in finished | running.keys() and finished.issuperset(stage.needs)
            if ready and (not running or used + stage.threads <= most):
                running[stage.name] = start(stage)
        time.sleep(2)
        for name, process in list(running.items()):
            if process.poll() is None:
                continue
            print(time.strftime("%H:%M:%S"), "end", name, process.returncode, flush=True)
            del running[name]
            if process.returncode != 0:
                for other in running.values():
                    other.terminate()
                return process.returncode
            finished.add(name)
            export(next(stage for stage in STAGES if stage.name == name))
    return 0


if __name__ == "__main__":
    if "--list" in sys.argv:
        for stage in STAGES:
            print(f"{stage.name:12} {'done' if done(stage) else 'to do'}")
    else:
        sys.exit(run())
