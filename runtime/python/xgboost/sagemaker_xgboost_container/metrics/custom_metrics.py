"""Metrics that the container computes by scikit-learn, beside XGBoost's own."""
from __future__ import annotations

from typing import Any, Callable, Iterable

import numpy as np
import xgboost
from sklearn import metrics

Metric = Callable[[np.ndarray, xgboost.DMatrix], "tuple[str, float]"]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def margin_to_class_label(preds: np.ndarray) -> np.ndarray:
    """Classes of margins: the greatest of a row, or what is above 0."""
    return np.argmax(preds, axis=1) if preds.ndim == 2 else (preds > 0).astype(int)


def _of_classes(name: str, compute: Callable[..., float], **more: Any) -> Metric:
    def metric(preds: np.ndarray, dtrain: xgboost.DMatrix) -> tuple[str, float]:
        labels = dtrain.get_label()
        return (name, float(compute(labels, margin_to_class_label(preds), **more))) if labels.size else (name, float("nan"))

    return metric


def _averaged(name: str, compute: Callable[..., float], average: str) -> Metric:
    return _of_classes(name, compute, average=average, zero_division=0)


def _of_values(name: str, compute: Callable[..., float]) -> Metric:
    return lambda preds, dtrain: (name, float(compute(dtrain.get_label(), preds)))


def _precision_or_recall(name: str, compute: Callable[..., float]) -> Metric:
    def metric(preds: np.ndarray, dtrain: xgboost.DMatrix) -> tuple[str, float]:
        average = "macro" if preds.ndim == 2 else "binary"
        return name, float(compute(dtrain.get_label(), margin_to_class_label(preds), average=average, zero_division=0))

    return metric


def _rmse(labels: np.ndarray, preds: np.ndarray) -> float:
    return float(np.sqrt(metrics.mean_squared_error(labels, preds)))


CUSTOM_METRICS: dict[str, Metric] = {
    "accuracy": _of_classes("accuracy", metrics.accuracy_score),
    "balanced_accuracy": _of_classes("balanced_accuracy", metrics.balanced_accuracy_score),
    "f1": _averaged("f1", metrics.f1_score, "macro"),
    "f1_binary": _averaged("f1_binary", metrics.f1_score, "binary"),
    "f1_macro": _averaged("f1_macro", metrics.f1_score, "macro"),
    "mae": _of_values("mae", metrics.mean_absolute_error),
    "mse": _of_values("mse", metrics.mean_squared_error),
    "precision": _precision_or_recall("precision", metrics.precision_score),
    "precision_macro": _averaged("precision_macro", metrics.precision_score, "macro"),
    "precision_micro": _averaged("precision_micro", metrics.precision_score, "micro"),
    "r2": _of_values("r2", metrics.r2_score),
    "recall": _precision_or_recall("recall", metrics.recall_score),
    "recall_macro": _averaged("recall_macro", metrics.recall_score, "macro"),
    "recall_micro": _averaged("recall_micro", metrics.recall_score, "micro"),
    "rmse": _of_values("rmse", _rmse),
}


def get_custom_metrics(eval_metrics: Iterable[str]) -> list[str]:
    """Those of the names that are computed here."""
    return [name for name in eval_metrics if name in CUSTOM_METRICS]


def configure_feval(custom_metric_list: Iterable[str]) -> Callable[[np.ndarray, xgboost.DMatrix], "list[tuple[str, float]]"]:
    """For xgboost.train(feval=…)."""
    chosen = [CUSTOM_METRICS[name] for name in custom_metric_list]
    return lambda preds, dtrain: [metric(preds, dtrain) for metric in chosen]
