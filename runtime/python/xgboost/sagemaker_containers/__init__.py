"""Stands for AWS's package of this name in scripts that were written for its XGBoost container: what its examples import. Knows the job by the SM_ variables."""
from sagemaker_containers import content_types as _content_types
from sagemaker_containers import encoders as _encoders
from sagemaker_containers import env as _env
from sagemaker_containers import errors as _errors
from sagemaker_containers.env import TrainingEnv, training_env

__all__ = ["TrainingEnv", "_content_types", "_encoders", "_env", "_errors", "training_env"]
