"""Stands for an emitted search.py: it finds what plan.json says at once, or what goes wrong."""

import argparse
import json
import os
import sys
from pathlib import Path

parser = argparse.ArgumentParser()
for name in ("data", "output-dir", "seed", "resume"):
    parser.add_argument(f"--{name}")
args = parser.parse_args()
plan = json.loads(Path("plan.json").read_text())
with open("starts.txt", "a") as stream:
    stream.write(f"{args.seed} {args.resume}\n")
print(f"epoch 1/1 of seed {args.seed}", flush=True)
if (why := plan["diverging"].get(args.seed)) and not (Path(args.data) / "mended").exists():
    print(f"error: {why}", file=sys.stderr, flush=True)
    os._exit(3)
if plan["fault"] and not (Path(args.data) / "mended").exists():
    print("a line before", f"error: {plan['fault']}", sep="\n", file=sys.stderr, flush=True)
    os._exit(1)
folder = Path(args.output_dir)
random = {"spec": "found/random_1.arch", "choices": {}}
found = [random, {"spec": "found/1.arch", "choices": plan["found"].get(args.seed)}]
if plan["found"]:
    (folder / "found.json").write_text(json.dumps({"found": found}))
