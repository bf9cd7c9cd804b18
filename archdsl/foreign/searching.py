"""What other tools call the settings and methods of searches, and what is set elsewhere here."""

from __future__ import annotations

_CALLED = {
    "method": "algorithm sampler strategy tuner optimizer optimiser engine search_algorithm",
    "maximise": "maximize objective goal metric reward score target",
    "minimise": "minimize",
    "train": "training recipe trainer",
    "finish": "retrain final finetune",
    "hold_out": "holdout held_out validation val split",
    "repeats": "repeat replicates runs n_repeats",
    "seed": "random_state random_seed",
    "keep": "top best n_best top_k topk",
    "warmup": "warm_up warmup_epochs weight_epochs pretrain_epochs",
    "architecture": "arch arch_optimizer arch_optimiser architect alphas alpha_optimizer theta",
    "channels": "masks masking weight_sharing sharing",
    "penalty": "resource_loss flops_loss latency_loss cost_loss regulariser regularizer",
}
"""The settings of searches, each with its names elsewhere."""

_METHODS = {
    "bandit": "bayesian bayes bo gp gpb gaussian_process gp_bandit vizier botorch smac tpe",
    "random": "random_search uniform",
    "evolution": "evolutionary regularized_evolution regularised_evolution genetic ga ea aging",
    "expansion": "x3d expand greedy",
    "probabilistic": "parsec fp_nas fpnas enas reinforce sampled one_shot oneshot supernet",
    "differentiable": "darts gradient gradients gumbel snas supergraph",
}
"""The methods of searches, each with its names elsewhere."""

_FLAG = "it is no setting of a search, but a flag of `archdsl search`"
_TRIALS = "it is an option: write `method bandit(trials = ...)`"
_BOUND = "a bound has the name of its metric: write `macs <= 2G`"
_ELSEWHERE = {
    "data": f"{_FLAG}: `--data`",
    "storage": f"{_FLAG}: `--storage`",
    "study": f"{_FLAG}: `--storage`",
    "gpus": f"{_FLAG}: `--nproc-per-node`",
    "workers": "every process that runs `archdsl search` with the same `--storage` is a worker",
    "direction": "write `maximise top1`, or `minimise macs` beside it",
    "n_trials": _TRIALS,
    "max_trials": _TRIALS,
    "num_samples": _TRIALS,
    "budget": _BOUND,
    "bound": _BOUND,
    "constraint": _BOUND,
    "constraints": _BOUND,
    "max_flops": _BOUND,
    "max_macs": _BOUND,
    "max_params": _BOUND,
}
"""What has no setting of its own, and how it is said."""


def setting_hint(name: str) -> str | None:
    """What to write for a setting of other tools; None for any other name."""
    own = called(name)
    return _ELSEWHERE.get(name) or (f"it is called `{own}` here" if own else None)


def called(name: str) -> str | None:
    """What a setting of other tools is called here."""
    return _own(name, _CALLED)


def method_hint(name: str) -> str | None:
    """The method that is nearest to one of other tools; None for any other name."""
    own = _own(name, _METHODS)
    return f"the method that is nearest to it is `{own}`" if own else None


def _own(name: str, table: dict[str, str]) -> str | None:
    return next((own for own, theirs in table.items() if name.lower() in theirs.split()), None)
