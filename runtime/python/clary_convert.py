"""Rewrites an XGBoost model that only Python reads as XGBoost's JSON. Started by runtime/src/models/convert.ts in a sandbox without network or credentials.

Reads what AWS's containers saved: the binary format (images 1.3 to 1.7), a pickled Booster (older images and scripts), of XGBoost 0.90 and later.
A pickle never runs what it says: its objects become stubs that only hold their state, and whatever else it names is refused.

Writes to standard output a line of JSON, {"bytes": n} and then the model, or {"error": …}.
"""
from __future__ import annotations

import json
import os
import pickle
import re
import sys
from pathlib import Path
from typing import Any, BinaryIO

# What the state of a Booster begins with in XGBoost 1.0 to 1.2.
SNAPSHOT = b"CONFIG-offset:"

# What rebuilds plain values: none of it runs code of the model.
PLAIN = {
    ("builtins", "bytearray"),
    ("builtins", "object"),
    ("builtins", "set"),
    ("__builtin__", "bytearray"),
    ("__builtin__", "object"),
    ("__builtin__", "set"),
    ("copyreg", "_reconstructor"),
    ("copy_reg", "_reconstructor"),
    ("_codecs", "encode"),
    ("collections", "OrderedDict"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
}


class Refusal(Exception):
    """What is wrong with the model, in words for its owner."""


class Stub:
    """Stands for an object of XGBoost or scikit-learn: holds what its state is and does nothing."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.state: dict[str, Any] = {}

    def __new__(cls, *_: Any, **__: Any) -> Stub:
        stub = super().__new__(cls)
        stub.state = {}
        return stub

    def __setstate__(self, state: Any) -> None:
        self.state = state if isinstance(state, dict) else {}


class Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] in ("xgboost", "sklearn"):
            return type(name, (Stub,), {})
        if (module, name) in PLAIN:
            return super().find_class(module, name)
        raise Refusal(f"the pickle holds {module}.{name}, which no XGBoost model needs")


def unpickled(file: BinaryIO) -> Any:
    try:
        return Unpickler(file).load()
    except Refusal:
        raise
    except Exception as error:  # noqa: BLE001 - a broken pickle may raise anything
        raise Refusal(f"the pickle cannot be read: {type(error).__name__}: {error}") from error


def booster_state(model: Any) -> bytes:
    """Of a Booster, or of the Booster that an estimator of xgboost.sklearn holds."""
    inner = model.state.get("_Booster", model) if isinstance(model, Stub) else model
    handle = inner.state.get("handle") if isinstance(inner, Stub) else None
    if not isinstance(handle, (bytes, bytearray)):
        raise Refusal(f"the pickle holds a {type(model).__name__}, which is no fitted XGBoost model")
    return bytes(handle)


def from_state(state: bytes) -> bytes:
    # XGBoost 1.3 and later: JSON or UBJSON, which our reader takes as it is. An older XGBoost would read a newer one's wrong without a word.
    if state.startswith(b"{"):
        return state
    import xgboost

    try:
        # Before 1.0 the state was the model itself.
        return written(unserialized(state) if state.startswith(SNAPSHOT) else loaded(bytearray(state)))
    except xgboost.core.XGBoostError as error:
        raise Refusal(first_line(error)) from error


def unserialized(state: bytes) -> Any:
    import xgboost

    booster = xgboost.Booster()
    booster.__setstate__({**booster.__dict__, "handle": bytearray(state)})
    return booster


def loaded(source: Any) -> Any:
    import xgboost

    booster = xgboost.Booster()
    booster.load_model(source)
    return booster


def written(booster: Any) -> bytes:
    return bytes(booster.save_raw(raw_format="json"))


def first_line(error: Exception) -> str:
    """Without its time and its place in the library's source."""
    return re.sub(r"^\[[\d:]+\] \S+: ", "", str(error).strip().split("\n")[0])


def convert(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(16)
        if head[:1] == b"\x80" or head.startswith((b"ccopy_reg", b"ccopyreg", b"cxgboost")):
            file.seek(0)
            return from_state(booster_state(unpickled(file)))
    import xgboost

    try:
        return written(loaded(str(path)))
    except xgboost.core.XGBoostError as error:
        raise Refusal(f"it is neither XGBoost's JSON nor its UBJSON, and XGBoost {xgboost.__version__} cannot read it as its binary format: {first_line(error)}") from error


def answer(path: Path) -> tuple[dict[str, Any], bytes]:
    try:
        model = convert(path)
        return {"bytes": len(model)}, model
    except Refusal as error:
        return {"error": str(error)}, b""
    except ModuleNotFoundError as error:
        return {"error": f"it takes Python with {error.name}: make the environment by `clary environments make xgboost-1.7`"}, b""
    except Exception as error:  # noqa: BLE001 - whatever the library raises is the answer
        return {"error": f"{type(error).__name__}: {error}"}, b""


def main(path: Path) -> None:
    # What libraries print must not come before the answer: it goes to the log.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    head, model = answer(path)
    out.write(json.dumps(head).encode() + b"\n" + model)
    out.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
