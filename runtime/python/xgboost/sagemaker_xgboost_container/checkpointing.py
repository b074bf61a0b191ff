"""Checkpoints of training, from which a restarted job goes on: xgboost-checkpoint.<round>."""
from __future__ import annotations

import logging
import os
import re
import tempfile
from typing import Any, Optional

import xgboost

CHECKPOINT_FILENAME = "xgboost-checkpoint"


def train(train_args: dict[str, Any], checkpoint_dir: str) -> xgboost.Booster:
    """xgboost.train() with the arguments given, from the last checkpoint on."""
    arguments = dict(train_args)
    model, start = load_checkpoint(checkpoint_dir)
    if model is not None:
        logging.info("Checkpoint loaded from %s; resuming from iteration %s", model, start)
    arguments["num_boost_round"] = max(0, arguments.get("num_boost_round", 10) - start)
    arguments["callbacks"] = [*arguments.get("callbacks", []), print_checkpointed_evaluation(start_iteration=start), save_checkpoint(checkpoint_dir, start_iteration=start)]
    return xgboost.train(**{**arguments, "verbose_eval": False, "xgb_model": model})


def load_checkpoint(checkpoint_dir: Optional[str], max_try: int = 5) -> tuple[Optional[str], int]:
    """The newest checkpoint that can be read, and the round that follows it."""
    if not checkpoint_dir or not os.path.isdir(checkpoint_dir):
        return None, 0
    names = [name for name in os.listdir(checkpoint_dir) if re.fullmatch(rf"{CHECKPOINT_FILENAME}\.\d+", name)]
    for name in sorted(names, key=_round, reverse=True)[:max_try]:
        file = os.path.join(checkpoint_dir, name)
        try:
            xgboost.Booster(model_file=file)
            return file, _round(name) + 1
        except xgboost.core.XGBoostError:
            logging.warning("%s is no whole checkpoint", file)
    return None, 0


def _round(name: str) -> int:
    return int(name.rsplit(".", 1)[1])


def _write(model: Any, file: str) -> None:
    """Beside its place, then renamed: what is killed halfway leaves no half checkpoint."""
    # The name's end says the format, which an older XGBoost than the file would not know without it.
    with tempfile.TemporaryDirectory(dir=os.path.dirname(file)) as folder:
        written = os.path.join(folder, "model.json")
        model.save_model(written)
        os.replace(written, file)


class SaveCheckpointCallBack(xgboost.callback.TrainingCallback):
    def __init__(self, checkpoint_dir: str, start_iteration: int = 0, max_to_keep: int = 5, rank: int = 0, **_: Any) -> None:
        super().__init__()
        self.checkpoint_dir = checkpoint_dir
        self.start_iteration = start_iteration
        self.max_to_keep = max_to_keep
        self.rank = rank
        os.makedirs(checkpoint_dir, exist_ok=True)

    def format_path(self, iteration: int) -> str:
        return os.path.join(self.checkpoint_dir, f"{CHECKPOINT_FILENAME}.{iteration}")

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        if self.rank == 0:
            iteration = self.start_iteration + epoch
            _write(model, self.format_path(iteration))
            old = self.format_path(iteration - self.max_to_keep)
            if os.path.exists(old):
                os.remove(old)
        return False


def save_checkpoint(checkpoint_dir: str, start_iteration: int = 0, max_to_keep: int = 5, num_round: Optional[int] = None, rank: int = 0, **_: Any) -> SaveCheckpointCallBack:
    return SaveCheckpointCallBack(checkpoint_dir, start_iteration, max_to_keep, rank)


class PrintCheckpoint(xgboost.callback.TrainingCallback):
    """The line of a round as the container prints it, counted from the first job's first round."""

    def __init__(self, start_iteration: int = 0, rank: int = 0, period: int = 1) -> None:
        super().__init__()
        self.start_iteration = start_iteration
        self.rank = rank
        self.period = period

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        if self.rank == 0 and evals_log and self.period and epoch % self.period == 0:
            values = [f"{data}-{metric}:{log[-1]:.5f}" for data, metrics in evals_log.items() for metric, log in metrics.items()]
            print(f"[{epoch + self.start_iteration}]#011" + "#011".join(values), flush=True)
        return False


def print_checkpointed_evaluation(end_iteration: Optional[int] = None, iteration: int = 0, rank: int = 0, period: int = 1, show_stdv: bool = True, start_iteration: int = 0) -> PrintCheckpoint:
    return PrintCheckpoint(start_iteration, rank, period)


class SaveIntermediateModelCallBack(xgboost.callback.TrainingCallback):
    """Keeps the model of the last round, for jobs that may be stopped."""

    def __init__(self, intermediate_model_dir: str, model_name: str, is_master: bool) -> None:
        super().__init__()
        self.file = os.path.join(intermediate_model_dir, model_name)
        self.is_master = is_master
        os.makedirs(intermediate_model_dir, exist_ok=True)

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        if self.is_master:
            _write(model, self.file)
        return False


def save_intermediate_model(intermediate_model_dir: str, model_name: str) -> SaveIntermediateModelCallBack:
    return SaveIntermediateModelCallBack(intermediate_model_dir, model_name, True)
