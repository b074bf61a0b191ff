"""The names under which AWS's containers and examples import the package."""
from sagemaker_containers import content_types, encoders, entry_point, env, errors
from sagemaker_containers import _logging as logging
from sagemaker_containers.beta.framework import modules, transformer, worker
from sagemaker_containers.env import training_env

__all__ = ["content_types", "encoders", "entry_point", "env", "errors", "logging", "modules", "training_env", "transformer", "worker"]
