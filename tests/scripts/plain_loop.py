"""A training loop of one's own on a build folder: `plain_loop.py BUILD LIST EPOCHS`."""

import sys

from torch.utils.data import DataLoader

sys.path.insert(0, sys.argv[1])
import recipe
from lists import read_list
from recipe import build_model, build_optimizer, learning_rate, loss, normalise
from video import VideoDataset

videos = read_list(sys.argv[2], classes=recipe.CLASSES)
clips = VideoDataset(videos, recipe.random_clip)
loader = DataLoader(clips, batch_size=recipe.BATCH, shuffle=True)
model = build_model()
optimizer = build_optimizer(model)
for epoch in range(int(sys.argv[3])):
    total = 0.0
    for step, (clips, labels) in enumerate(loader):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(epoch + step / len(loader))
        mean = loss(model(normalise(clips)), labels).mean()
        mean.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += mean.item() / len(loader)
    print(f"epoch {epoch + 1}: loss {total:.3f}")
