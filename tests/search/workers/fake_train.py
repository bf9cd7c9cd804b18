"""Stands for an emitted train.py: epochs that take no time, with its kind of log and checkpoints.

What happens is in member.json, beside it: the accuracy after the last epoch, and what goes wrong.
"""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path

parser = argparse.ArgumentParser()
for name in ("data", "output-dir", "seed", "resume", "keep", "hold-out"):
    parser.add_argument(f"--{name}")
args = parser.parse_args()
plan = json.loads(Path("member.json").read_text())
folder = Path(args.output_dir)
(folder / "checkpoints").mkdir(parents=True, exist_ok=True)
with open("starts.txt", "a") as stream:
    stream.write(f"{os.getpid()}\n")
(folder / "threads.txt").write_text(os.environ.get("OMP_NUM_THREADS", ""))


def end(status: int, *words: str) -> None:
    print(*words, sep="\n", file=sys.stderr, flush=True)
    os._exit(status)


def save(epoch: int) -> None:
    for old in folder.glob("checkpoints/step_*.pt"):
        old.unlink()
    (folder / f"checkpoints/step_{epoch:08}.pt").write_text(str(epoch))


found = sorted(folder.glob("checkpoints/step_*.pt"))
epoch = int(found[-1].read_text()) if found else 0
if epoch:
    print(f"resumed after epoch {epoch}")
    with open("resumed.txt", "a") as stream:
        stream.write(f"{epoch}\n")
signal.signal(signal.SIGTERM, lambda *_: (save(epoch), end(143, "stopped")))

is_mended = (Path(args.data) / "mended").exists()
pause = 0 if is_mended else plan["pause"]
fault = "" if is_mended else plan["fault"]
if fault:
    if fault == "data":
        end(1, "reading lists", "error: samples/train.txt: there is no such list")
    if fault == "diverged" and epoch == 0:
        end(3, "error: diverged at step 7: the loss is nan, the norm of the gradients 3")
    if fault == "crash":
        end(1, "Traceback (most recent call last):", "RuntimeError: out of memory")
while epoch < plan["epochs"]:
    if fault == "disk" and epoch:
        end(4, f"error: cannot write {folder}: No space left on device")
    time.sleep(pause)
    epoch += 1
    accuracy = plan["accuracy"] * epoch / plan["epochs"] + int(args.seed)
    with open(folder / "log.jsonl", "a") as stream:
        stream.write(json.dumps({"step": epoch, "epoch": epoch - 0.5, "loss": 1.0}) + "\n")
        record = {"step": epoch, "epoch": epoch, "val_loss": 1.0, "val_clip@1": accuracy}
        stream.write(json.dumps(record) + "\n")
    save(epoch)
print("done")
