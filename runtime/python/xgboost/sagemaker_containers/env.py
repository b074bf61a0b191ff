"""The job as its script sees it: SM_TRAINING_ENV, which the platform sets as AWS's toolkit does."""
from __future__ import annotations

import json
import os
from typing import Any, Iterator, Mapping


class TrainingEnv(Mapping[str, Any]):
    """Every value of SM_TRAINING_ENV, as an attribute and by its name."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self._values: dict[str, Any] = json.loads(os.environ.get("SM_TRAINING_ENV", "{}"))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(name)
        return self._values[name]

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class ServingEnv:
    """What an inference script may ask."""

    def __init__(self) -> None:
        program = os.environ.get("SAGEMAKER_PROGRAM") or None
        self.module_name = program[:-3] if program and program.endswith(".py") else program
        self.model_dir = os.environ.get("SM_MODEL_DIR", "/opt/ml/model")
        self.default_accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "application/json")
        self.framework_module = os.environ.get("SAGEMAKER_FRAMEWORK_MODULE")


def training_env() -> TrainingEnv:
    return TrainingEnv()


def read_hyperparameters() -> dict[str, Any]:
    return json.loads(os.environ.get("SM_HPS", "{}"))


def read_resource_config() -> dict[str, Any]:
    return json.loads(os.environ.get("SM_RESOURCE_CONFIG", "{}"))


def read_input_data_config() -> dict[str, Any]:
    return json.loads(os.environ.get("SM_INPUT_DATA_CONFIG", "{}"))
