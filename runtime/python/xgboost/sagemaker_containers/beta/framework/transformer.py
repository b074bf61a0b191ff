"""The steps from a request to an answer, as inference scripts define them."""
from __future__ import annotations

from typing import Any, Callable, Optional

from sagemaker_containers import content_types, encoders
from sagemaker_containers.beta.framework import worker


def default_model_fn(model_dir: str) -> Any:
    raise NotImplementedError("Please provide a model_fn implementation.")


def default_input_fn(input_data: Any, content_type: str) -> Any:
    text = input_data.decode("utf-8") if isinstance(input_data, bytes) and content_type in content_types.UTF8_TYPES else input_data
    return encoders.decode(text, content_type)


def default_predict_fn(data: Any, model: Any) -> Any:
    raise NotImplementedError("Please provide a predict_fn implementation.")


def default_output_fn(prediction: Any, accept: str) -> worker.Response:
    return worker.Response(response=encoders.encode(prediction, accept), mimetype=accept)


class Transformer:
    def __init__(
        self,
        model_fn: Optional[Callable[..., Any]] = None,
        input_fn: Optional[Callable[..., Any]] = None,
        predict_fn: Optional[Callable[..., Any]] = None,
        output_fn: Optional[Callable[..., Any]] = None,
    ) -> None:
        self._model_fn = model_fn or default_model_fn
        self._input_fn = input_fn or default_input_fn
        self._predict_fn = predict_fn or default_predict_fn
        self._output_fn = output_fn or default_output_fn
