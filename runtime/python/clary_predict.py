"""Opens a model that only Python opens and answers predictions over its standard input and output. Started by runtime/src/models/python.ts, in a sandbox.

Loading a pickle runs what it says: this program must hold no secret, and reach nothing that the model may not reach.

Frames both ways: a line of JSON, then as many little-endian doubles as it says. First an answer without a question: what the model is, or
{"error": …}. Then for each {"rows": n, "columns": m} and n·m numbers: {"kind": …, "width": w} and n·w numbers, or {"error": …}.
"""
from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, Callable, NoReturn, Optional, Tuple

# What pip calls the packages of modules that models ask for.
PACKAGES = {"sklearn": "scikit-learn", "torch": "torch", "tensorflow": "tensorflow", "joblib": "scikit-learn", "xgboost": "xgboost", "cv2": "opencv-python"}

# The environments of script jobs that have them: `clary environments make NAME`.
ENVIRONMENTS = {"sklearn": "scikit-learn-1.4", "joblib": "scikit-learn-1.4", "torch": "pytorch-2", "tensorflow": "tensorflow-2", "xgboost": "xgboost-3.0"}

Predicted = Tuple[str, Any]


class Refusal(Exception):
    """What is wrong with the model, in words for its owner."""


def send(out: BinaryIO, head: dict[str, Any], numbers: bytes = b"") -> None:
    out.write(json.dumps(head).encode() + b"\n" + numbers)
    out.flush()


def fail(out: BinaryIO, message: str) -> NoReturn:
    send(out, {"error": message})
    sys.exit(1)


class Loaded:
    def __init__(self, predict: Callable[[Any], Predicted], model: Any = None) -> None:
        self.predict = predict
        self.features: Optional[int] = _whole(getattr(model, "n_features_in_", None))
        self.classes = _texts(getattr(model, "classes_", None))
        self.names = _texts(getattr(model, "feature_names_in_", None))
        self.importance = _importance(model, self.features)
        self.takes_missing = False


def _whole(value: Any) -> Optional[int]:
    return None if value is None else int(value)


def _texts(value: Any) -> Optional[list[str]]:
    try:
        return None if value is None else [str(int(v)) if isinstance(v, (bool, float)) and float(v).is_integer() else str(v) for v in value.tolist()]
    except (AttributeError, TypeError):
        return None


def _importance(model: Any, features: Optional[int]) -> Optional[dict[str, Any]]:
    import numpy as np

    # Of a pipeline the last step is asked, where the steps before it kept the columns.
    steps = getattr(model, "steps", None)
    last = steps[-1][1] if steps else model
    try:
        for name, measure in (("feature_importances_", "impurity"), ("coef_", "coefficient")):
            given = getattr(last, name, None)
            if given is None:
                continue
            values = np.asarray(given, dtype=np.float64)
            values = np.abs(values).mean(axis=0) if values.ndim == 2 and values.shape[0] > 1 else values.reshape(-1)
            if values.ndim == 1 and values.shape[0] == features:
                return {"measure": measure, "values": values.tolist()}
    except Exception:  # noqa: BLE001 - an estimator may compute these and fail; the model is none the worse
        return None
    return None


def load_joblib(path: Path) -> Loaded:
    import joblib

    model = joblib.load(path)
    if type(model).__module__.split(".")[0] == "xgboost" and hasattr(model, "save_raw"):
        return _booster(model)
    if not hasattr(model, "predict"):
        raise Refusal(f"{path.name} holds a {type(model).__name__}, which has no predict(): dump the fitted model itself")
    return Loaded(lambda rows: _estimate(model, rows), model)


def _estimate(model: Any, rows: Any) -> Predicted:
    import numpy as np

    names = getattr(model, "feature_names_in_", None)
    if names is not None and importlib.util.find_spec("pandas"):
        import pandas

        rows = pandas.DataFrame(rows, columns=names)
    if hasattr(model, "classes_"):
        if hasattr(model, "predict_proba"):
            return "probabilities", model.predict_proba(rows)
        if hasattr(model, "decision_function"):
            return "scores", model.decision_function(rows)
        places = {label: place for place, label in enumerate(model.classes_.tolist())}
        return "labels", np.array([places[label] for label in model.predict(rows).tolist()])
    return "values", model.predict(rows)


def _booster(model: Any) -> Loaded:
    import xgboost

    def predict(rows: Any) -> Predicted:
        return "values", model.predict(xgboost.DMatrix(rows, feature_names=model.feature_names))

    loaded = Loaded(predict)
    loaded.features = model.num_features()
    loaded.names = model.feature_names
    loaded.takes_missing = True
    return loaded


def load_torch(path: Path) -> Loaded:
    import torch

    try:
        model = torch.jit.load(str(path), map_location="cpu")
    except RuntimeError as error:
        raise Refusal(
            f"{path.name} is no TorchScript ({str(error).splitlines()[0]}). A state dict says nothing of the model's code: "
            "save torch.jit.script(model), or bring code/inference.py with model_fn"
        ) from error
    model.eval()

    def predict(rows: Any) -> Predicted:
        with torch.no_grad():
            return "values", model(torch.as_tensor(rows, dtype=torch.float32)).numpy()

    loaded = Loaded(predict)
    # The first table of weights is as wide as the rows, in models of tables.
    first = next((p for p in model.parameters() if p.dim() == 2), None)
    loaded.features = None if first is None else int(first.shape[1])
    return loaded


def load_tensorflow(path: Path) -> Loaded:
    import tensorflow as tf

    model = tf.saved_model.load(str(path))
    if "serving_default" not in model.signatures:
        raise Refusal(f"the SavedModel has no signature serving_default; it has: {', '.join(model.signatures) or 'none'}")
    serve = model.signatures["serving_default"]
    inputs = serve.structured_input_signature[1]
    if len(inputs) != 1:
        raise Refusal(f"the SavedModel takes {len(inputs)} inputs ({', '.join(inputs)}); models of one table are asked here")
    (name, spec), = inputs.items()

    def predict(rows: Any) -> Predicted:
        answers = serve(**{name: tf.constant(rows, dtype=spec.dtype)})
        return "values", next(iter(answers.values())).numpy()

    loaded = Loaded(predict)
    loaded.features = None if spec.shape.rank != 2 else _whole(spec.shape[1])
    return loaded


def load_code(path: Path, folder: Path) -> Loaded:
    """The contract of SageMaker's framework containers: model_fn(model_dir), and predict_fn(data, model) where it is there."""
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location("inference", path)
    if spec is None or spec.loader is None:
        raise Refusal(f"{path.name} cannot be imported")
    code: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(code)
    if not hasattr(code, "model_fn"):
        raise Refusal(f"{path.name} has no model_fn(model_dir), which says how the model is loaded")
    model = code.model_fn(str(folder))
    if hasattr(code, "predict_fn"):
        return Loaded(lambda rows: ("values", code.predict_fn(rows, model)), model)
    if not hasattr(model, "predict"):
        raise Refusal(f"{path.name} has no predict_fn, and what model_fn answers ({type(model).__name__}) has no predict()")
    return Loaded(lambda rows: _estimate(model, rows), model)


def load(kind: str, folder: Path, file: str) -> Loaded:
    path = folder / file
    if kind == "joblib":
        return load_joblib(path)
    if kind == "torch":
        return load_torch(path)
    if kind == "tensorflow":
        return load_tensorflow(path)
    return load_code(path, folder)


def explain(error: BaseException) -> str:
    if isinstance(error, Refusal):
        return str(error)
    if isinstance(error, ModuleNotFoundError) and error.name:
        module = error.name.split(".")[0]
        made = f"make one that has it by `clary environments make {ENVIRONMENTS[module]}`, or " if module in ENVIRONMENTS else ""
        where = f"in {sys.executable} (Python {sys.version.split()[0]})"
        return f"needs {PACKAGES.get(module, module)}: {error}, {where}; {made}name a Python that has it: clary up --python"
    return f"{type(error).__name__}: {error}"


def answer(loaded: Loaded, rows: Any) -> tuple[dict[str, Any], bytes]:
    import numpy as np

    kind, given = loaded.predict(rows)
    values = np.asarray(given.detach().numpy() if hasattr(given, "detach") else given, dtype="<f8")
    values = values.reshape(values.shape[0] if values.ndim else 1, -1)
    if values.shape[0] != rows.shape[0] or values.shape[1] == 0:
        raise Refusal(f"the model answers {values.shape[0]} rows for {rows.shape[0]}")
    return {"kind": kind, "width": values.shape[1]}, np.ascontiguousarray(values).tobytes()


def main(kind: str, folder: Path, file: str) -> None:
    # What the model's code prints must not come between the frames: it goes to the log.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        loaded = load(kind, folder, file)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a model's code throws is the answer
        fail(out, explain(error))
    send(
        out,
        {
            "features": loaded.features,
            "classes": loaded.classes,
            "names": loaded.names,
            "importance": loaded.importance,
            "takesMissing": loaded.takes_missing,
        },
    )
    import numpy as np

    while line := sys.stdin.buffer.readline():
        asked = json.loads(line)
        # A bytearray, for models may write into what they are asked.
        rows = np.frombuffer(bytearray(sys.stdin.buffer.read(asked["rows"] * asked["columns"] * 8)), dtype="<f8")
        try:
            head, numbers = answer(loaded, rows.reshape(asked["rows"], asked["columns"]))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - as above
            fail(out, explain(error))
        send(out, head, numbers)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
