"""A channel's files as XGBoost's matrices, read by the library itself."""
from __future__ import annotations

import csv
import os
import tempfile
from pathlib import Path
from typing import Optional, Union

import xgboost

Paths = Union[str, list[str]]

_CSV = ("csv", "text/csv")
_LIBSVM = ("libsvm", "text/libsvm", "text/x-libsvm")


class UserError(Exception):
    """What is wrong with the job's data."""


def get_content_type(content_type_cfg_val: Optional[str]) -> str:
    """csv or libsvm; libsvm where none is given."""
    if content_type_cfg_val is None:
        return "libsvm"
    name = content_type_cfg_val.split(";")[0].strip().lower()
    if name in _CSV:
        return "csv"
    if name in _LIBSVM:
        return "libsvm"
    raise UserError(f"{content_type_cfg_val} is not an accepted ContentType: {', '.join(_CSV + _LIBSVM)}.")


def _files(path: str) -> list[Path]:
    place = Path(path)
    if place.is_file():
        return [place]
    return [file for file in sorted(place.rglob("*")) if file.is_file() and not file.name.startswith((".", "_"))]


def get_size(data_path: str, is_pipe: bool = False) -> int:
    """In bytes; 0 where nothing is there."""
    if is_pipe and os.path.exists(f"{data_path}_0"):
        return 1
    return sum(file.stat().st_size for file in _files(data_path)) if os.path.exists(data_path) else 0


def _delimiter(file: Path) -> str:
    with file.open() as lines:
        return csv.Sniffer().sniff(lines.readline()).delimiter


def get_dmatrix(data_path: Paths, content_type: str, csv_weights: int = 0, is_pipe: bool = False) -> Optional[xgboost.DMatrix]:
    """None where the channel is not there or empty. The first column of CSV is the label, the second the weight with csv_weights 1."""
    if is_pipe:
        raise UserError("Pipe mode is read by the built-in algorithm alone. Use TrainingInputMode File in scripts.")
    kind = get_content_type(content_type)
    paths = [data_path] if isinstance(data_path, str) else list(data_path or [])
    files = [file for path in paths if path and os.path.exists(path) for file in _files(path) if file.stat().st_size > 0]
    if not files:
        return None
    with tempfile.TemporaryDirectory() as folder:
        # The library reads the files of one folder.
        for number, file in enumerate(files):
            os.symlink(file.resolve(), os.path.join(folder, f"{number:06}-{file.name}"))
        if kind == "libsvm":
            return xgboost.DMatrix(f"{folder}?format=libsvm")
        weights = "&weight_column=1" if csv_weights == 1 else ""
        return xgboost.DMatrix(f"{folder}?format=csv&label_column=0&delimiter={_delimiter(files[0])}{weights}")
