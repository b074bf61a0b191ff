"""NumPy arrays from and to the media types of requests."""
from __future__ import annotations

import csv
import io
import json
from typing import Any, Callable, Optional, Union

import numpy as np

from sagemaker_containers import content_types
from sagemaker_containers.errors import ClientError, UnsupportedFormatError


def array_to_npy(array_like: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array_like)
    return buffer.getvalue()


def npy_to_numpy(npy_array: bytes) -> np.ndarray:
    # Arrays of objects are pickles: they would run code of whoever sent them.
    return np.load(io.BytesIO(npy_array), allow_pickle=False)


def array_to_json(array_like: Any) -> str:
    return json.dumps(array_like, default=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not JSON serializable")


def json_to_numpy(string_like: Union[str, bytes], dtype: Optional[Any] = None) -> np.ndarray:
    return np.array(json.loads(string_like), dtype=dtype)


def csv_to_numpy(string_like: Union[str, bytes], dtype: Optional[Any] = None) -> np.ndarray:
    text = string_like.decode("utf-8") if isinstance(string_like, bytes) else string_like
    try:
        return np.genfromtxt(io.StringIO(text), dtype=dtype, delimiter=",")
    except ValueError as error:
        raise ClientError(f"Error while decoding csv: {error}") from error


def array_to_csv(array_like: Any) -> str:
    array = np.asarray(array_like)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(array.reshape(-1, 1) if array.ndim < 2 else array)
    return buffer.getvalue()


_encoders: dict[str, Callable[[Any], Any]] = {content_types.NPY: array_to_npy, content_types.CSV: array_to_csv, content_types.JSON: array_to_json}
_decoders: dict[str, Callable[[Any], np.ndarray]] = {content_types.NPY: npy_to_numpy, content_types.CSV: csv_to_numpy, content_types.JSON: json_to_numpy}


def _of(table: dict[str, Callable[[Any], Any]], content_type: str) -> Callable[[Any], Any]:
    found = table.get(content_type.split(";")[0].strip().lower())
    if found is None:
        raise UnsupportedFormatError(content_type)
    return found


def decode(obj: Any, content_type: str) -> np.ndarray:
    return _of(_decoders, content_type)(obj)


def encode(array_like: Any, content_type: str) -> Any:
    return _of(_encoders, content_type)(array_like)
