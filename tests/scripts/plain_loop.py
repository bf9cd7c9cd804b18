"""A training loop of one's own on a build folder: `plain_loop.py BUILD LIST EPOCHS`."""

import sys

from torch.utils.data import DataLoader

sys.path.insert(0, sys.argv[1])
from lists import read_list
from recipe import CLASSES, build_model, build_optimizer, loss, normalise, random_clip
from video import VideoDataset

videos = read_list(sys.argv[2], classes=CLASSES)
loader = DataLoader(VideoDataset(videos, random_clip), batch_size=16, shuffle=True)
model = build_model()
optimizer = build_optimizer(model)
for epoch in range(int(sys.argv[3])):
    total = 0.0
    for clips, labels in loader:
        mean = loss(model(normalise(clips)), labels).mean()
        mean.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += mean.item() / len(loader)
    print(f"epoch {epoch + 1}: loss {total:.3f}")
