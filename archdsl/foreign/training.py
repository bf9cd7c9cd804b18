"""What other scripts call the settings of recipes, and what recipes leave to the scripts."""

from __future__ import annotations

_CALLED = {
    "batch": "batch_size batchsize bs total_batch_size",
    "epochs": "epoch num_epochs n_epochs max_epochs total_epochs max_epoch",
    "optimizer": "optim opt optimiser solver",
    "schedule": "scheduler lr_scheduler lr_policy lr_config",
    "warmup": "warmup_epochs warm_up linear_warmup",
    "clip_gradients": "clip_grad grad_clip clip_gradient clip_grad_norm max_norm max_grad_norm",
    "flip": "hflip horizontal_flip random_flip random_horizontal_flip fliplr",
    "crop": "random_crop crop_size input_size img_size train_crop_size",
    "accumulate": "accumulation grad_accum gradient_accumulation accum_iter",
    "precision": "amp mixed_precision fp16 bf16 half",
    "ema": "model_ema ema_decay moving_average",
    "normalise": "normalize normalization standardize",
    "pretrained": "weights checkpoint init_from",
    "loss": "criterion objective loss_function loss_fn",
    "label_smoothing": "smoothing smooth",
    "test": "eval val evaluate validation evaluation testing",
    "short": "short_videos loop pad_short",
    "sampling": "sampler balanced_sampling",
    "class_weights": "class_weight",
    "scale_jitter": "scale short_side short_side_scale random_resize jitter",
    "clip": "clip_len num_frames sample_frames",
}
"""The settings of recipes, each with its names elsewhere."""

_FLAG = "it is no setting of a recipe, but a flag of train.py"
_OWN = "there is no such setting: `recipe.py`, which `archdsl compile` writes, is yours to edit"
_LEFT_TO_SCRIPTS = {
    "workers": f"{_FLAG}: `--workers`",
    "num_workers": f"{_FLAG}: `--workers`",
    "seed": f"{_FLAG}: `--seed`",
    "resume": f"{_FLAG}: `--resume`",
    "compile": f"{_FLAG}: `--compile`",
    "output_dir": f"{_FLAG}: `--output-dir`",
    "data": f"{_FLAG}: `--data`",
    "gpus": "start train.py with `torchrun --nproc-per-node`",
    "devices": "start train.py with `torchrun --nproc-per-node`",
    "mixup": _OWN,
    "cutmix": _OWN,
    "random_erasing": _OWN,
    "color_jitter": _OWN,
    "colour_jitter": _OWN,
    "layer_decay": _OWN,
}
"""What is set when a script is started, or written into it."""


def setting_hint(name: str) -> str | None:
    """What to write for a setting of other scripts; None for any other name."""
    if name in _LEFT_TO_SCRIPTS:
        return _LEFT_TO_SCRIPTS[name]
    own = next((own for own, theirs in _CALLED.items() if name.lower() in theirs.split()), None)
    return f"it is called `{own}` here" if own else None
