"""The same in Lightning: `lightning_module.py BUILD TRAIN VAL EPOCHS` prints an accuracy."""

import sys

import lightning
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader

sys.path.insert(0, sys.argv[1])
import recipe
from lists import read_list
from video import VideoDataset


class Classifier(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.model = recipe.build_model()

    def configure_optimizers(self):
        optimizer = recipe.build_optimizer(self.model)
        steps = self.trainer.estimated_stepping_batches / self.trainer.max_epochs
        rate = LambdaLR(
            optimizer, lambda step: recipe.learning_rate(step / steps) / recipe.LEARNING_RATE
        )
        return [optimizer], [{"scheduler": rate, "interval": "step"}]

    def training_step(self, batch, _):
        clips, labels = batch
        return recipe.loss(self.model(recipe.normalise(clips)), labels).mean()

    def validation_step(self, batch, _):
        clips, labels = batch
        found = self.model(recipe.normalise(clips)).argmax(1)
        self.log("accuracy", (found == labels).float().mean(), batch_size=len(labels))


def loader(path, read, **options):
    videos = read_list(path, classes=recipe.CLASSES)
    return DataLoader(VideoDataset(videos, read), batch_size=recipe.BATCH, **options)


lightning.seed_everything(0)
kept = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
trainer = lightning.Trainer(max_epochs=int(sys.argv[4]), accelerator="cpu", **kept)
train = loader(sys.argv[2], recipe.random_clip, shuffle=True)
trainer.fit(Classifier(), train, loader(sys.argv[3], recipe.centre_clip))
print(f"accuracy {trainer.callback_metrics['accuracy']:.3f}")
