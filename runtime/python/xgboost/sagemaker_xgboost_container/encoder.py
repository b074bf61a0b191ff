"""Bodies of requests as XGBoost's matrices."""
from __future__ import annotations

import csv
import json
from typing import Any, Callable, Optional, Union

import numpy as np
import xgboost
from sagemaker_containers import content_types
from sagemaker_containers.errors import UnsupportedFormatError


def _text(given: Union[str, bytes, bytearray]) -> str:
    return given.decode("utf-8") if isinstance(given, (bytes, bytearray)) else given


def csv_to_dmatrix(input: Union[str, bytes], dtype: Optional[Any] = None) -> xgboost.DMatrix:
    """An empty cell is a missing value; another delimiter than the comma is sniffed."""
    lines = _text(input).split("\n")
    delimiter = csv.Sniffer().sniff(lines[0][:512]).delimiter
    if delimiter.isalnum():
        delimiter = ","
    rows = [["nan" if cell == "" else cell for cell in line.split(delimiter)] for line in lines]
    return xgboost.DMatrix(np.array(rows).astype(np.float32 if dtype is None else dtype))


def libsvm_to_dmatrix(string_like: Union[str, bytes]) -> xgboost.DMatrix:
    """Indexes count from 0, as in training. What a row does not name is missing."""
    rows = [[pair.split(":", 1) for pair in line.split() if ":" in pair] for line in _text(string_like).strip().split("\n")]
    width = 1 + max((int(index) for row in rows for index, _ in row), default=-1)
    values = np.full((len(rows), width), np.nan, dtype=np.float32)
    for number, row in enumerate(rows):
        for index, value in row:
            values[number, int(index)] = float(value)
    return xgboost.DMatrix(values)


_decoders: dict[str, Callable[[Any], xgboost.DMatrix]] = {
    content_types.CSV: csv_to_dmatrix,
    "text/libsvm": libsvm_to_dmatrix,
    "text/x-libsvm": libsvm_to_dmatrix,
}


def decode(obj: Any, content_type: str) -> xgboost.DMatrix:
    media_type = content_type.split(";")[0].strip().lower()
    decoder = _decoders.get(media_type)
    if decoder is None:
        raise UnsupportedFormatError(media_type)
    return decoder(obj)


def json_to_jsonlines(json_data: Union[str, bytes, dict[str, Any]]) -> bytes:
    """The entries of a document's only list, one a line."""
    document = json_data if isinstance(json_data, dict) else json.loads(json_data)
    if len(document) != 1:
        raise ValueError("JSON response is not compatible for conversion to jsonlines.")
    (entries,) = document.values()
    return "".join(json.dumps(entry) + "\n" for entry in entries).encode()
