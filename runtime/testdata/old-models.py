"""Trains small models with an old XGBoost and prints what old-models.json holds of this version: the files as AWS's containers saved them, and predictions.

python old-models.py, in a virtual environment with numpy<1.24, scipy<1.12, setuptools and xgboost==0.90, 1.0.2 or 1.2.1
"""
import base64
import json
import os
import pickle
import tempfile

import numpy as np
import xgboost

random = np.random.RandomState(0)
rows = random.rand(200, 3).astype("f4")
rows[::7, 1] = np.nan
asked = rows[:8]


def saved(objective, labels, **more):
    booster = xgboost.train({"max_depth": 2, "eta": 0.5, "objective": objective, **more}, xgboost.DMatrix(rows, label=labels), 3)
    file = os.path.join(tempfile.mkdtemp(), "model")
    booster.save_model(file)
    with open(file, "rb") as opened:
        binary = opened.read()
    return {
        "objective": objective,
        "binary": base64.b64encode(binary).decode(),
        "pickle": base64.b64encode(pickle.dumps(booster, protocol=4)).decode(),
        "predictions": np.asarray(booster.predict(xgboost.DMatrix(asked)), dtype=float).ravel().tolist(),
    }


models = [
    saved("reg:squarederror", rows[:, 0] * 10),
    saved("binary:logistic", (rows[:, 0] > 0.6).astype(int)),
    saved("multi:softprob", (rows[:, 0] * 3).astype(int), num_class=3),
]
rows_told = [[None if np.isnan(value) else float(value) for value in row] for row in asked]
print(json.dumps({"version": xgboost.__version__, "rows": rows_told, "models": models}))
