"""Makes observed-models.json: small models of every kind by the real XGBoost, rows with missing values, and what XGBoost predicts for them.

python -m pip install xgboost-cpu==3.2.0 numpy scipy && python observe-models.py
"""
import base64, gzip, json, os, tempfile
import numpy as np
import xgboost as xgb

random = np.random.default_rng(20261120)
cases = []


def base64_of(data):
    return base64.b64encode(data).decode()


def table(n, f):
    rows = random.normal(size=(n, f)).astype(np.float32)
    rows[random.random((n, f)) < 0.15] = np.nan
    return rows


def linear(x):
    x = np.nan_to_num(x)
    return x[:, 0] * 2 - x[:, 1] + np.sin(x[:, 2])


positive = lambda x: np.exp(linear(x) / 3)
binary = lambda x: (linear(x) > 0).astype(int)
classes = lambda x: np.digitize(linear(x), [-1, 1])


def observe(name, target, rounds=6, fmt="ubj", rows=None, types=None, matrix=None, stop=False, attributes={}, **params):
    rows = table(300, 5) if rows is None else rows
    make = lambda r, y=None: xgb.DMatrix(r, y, feature_types=types, enable_categorical=types is not None)
    train = matrix(rows, target(rows)) if matrix else make(rows, target(rows))
    extra = {}
    if stop:
        other = table(200, rows.shape[1])
        extra = dict(evals=[(make(other, target(other) + random.normal(size=200)), "v")], early_stopping_rounds=2, verbose_eval=False)
    booster = xgb.train({"max_depth": 4, "eta": 0.5, "seed": 1, "nthread": 1, **params}, train, rounds, **extra)
    booster.set_attr(**attributes)
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "model." + fmt)
        booster.save_model(file)
        model = open(file, "rb").read()
    asked = rows[:40].copy()
    end = booster.best_iteration + 1 if stop else 0
    one_by_one = np.concatenate([booster.predict(make(asked[i : i + 1]), iteration_range=(0, end)) for i in range(len(asked))])
    assert np.array_equal(one_by_one, booster.predict(make(asked), iteration_range=(0, end))), name
    cases.append(
        dict(
            name=name,
            features=rows.shape[1],
            model=base64_of(gzip.compress(model, mtime=0)),
            rows=base64_of(asked.tobytes()),
            predictions=base64_of(one_by_one.astype(np.float32).tobytes()),
        )
    )


def ranked(rows, target):
    matrix = xgb.DMatrix(rows, target)
    matrix.set_group([20] * 15)
    return matrix


def censored(rows, target):
    matrix = xgb.DMatrix(rows)
    matrix.set_float_info("label_lower_bound", target)
    matrix.set_float_info("label_upper_bound", target * 2)
    return matrix


pointwise = {
    "reg:squarederror": linear, "reg:squaredlogerror": positive, "reg:pseudohubererror": linear, "reg:absoluteerror": linear,
    "reg:logistic": binary, "binary:logistic": binary, "binary:logitraw": binary, "binary:hinge": binary,
    "count:poisson": lambda x: np.floor(positive(x)), "reg:gamma": positive, "reg:tweedie": positive, "survival:cox": positive,
}
for i, (objective, target) in enumerate(pointwise.items()):
    observe(f"{objective}, gbtree", target, fmt="json" if i % 2 else "ubj", objective=objective)
    observe(f"{objective}, dart", target, fmt="ubj" if i % 2 else "json", objective=objective, booster="dart", rate_drop=0.4, one_drop=1)
    if objective != "reg:absoluteerror":
        observe(f"{objective}, gblinear", target, fmt="json" if i % 3 else "ubj", objective=objective, booster="gblinear", eta=0.1)
for objective in ["multi:softmax", "multi:softprob"]:
    observe(f"{objective}, gbtree, forests", classes, objective=objective, num_class=3, num_parallel_tree=2, subsample=0.5)
    observe(f"{objective}, dart", classes, objective=objective, num_class=3, booster="dart", rate_drop=0.3)
    observe(f"{objective}, gblinear", classes, objective=objective, num_class=3, booster="gblinear", eta=0.1)
observe("reg:quantileerror", linear, objective="reg:quantileerror", quantile_alpha=[0.1, 0.5, 0.9])
observe("two targets", lambda x: np.stack([linear(x), positive(x)], 1), objective="reg:squarederror")
for objective in ["rank:pairwise", "rank:ndcg", "rank:map"]:
    observe(objective, binary, objective=objective, matrix=ranked)
observe("survival:aft", positive, objective="survival:aft", matrix=censored)
for one_hot in [1, 100]:
    rows = table(600, 4)
    rows[:, 0] = random.integers(0, 70, 600)
    rows[:, 2] = random.integers(0, 5, 600)
    rows[random.random((600, 4)) < 0.1] = np.nan
    wanted = lambda x: ((np.nan_to_num(x)[:, 0] % 3 == 1) | (np.nan_to_num(x)[:, 1] > 0.5)).astype(int)
    observe(f"categories, one-hot below {one_hot}", wanted, rows=rows, types=["c", "q", "c", "q"], objective="binary:logistic", tree_method="hist", max_cat_to_onehot=one_hot)
observe("stopped early", linear, rounds=60, stop=True, objective="reg:squarederror", eta=0.9)
observe("stopped early, dart", linear, rounds=60, stop=True, objective="reg:squarederror", booster="dart", rate_drop=0.1, eta=0.9)
observe("a base_score of its own", binary, objective="binary:logistic", base_score=0.137)
observe("deep and uneven", linear, objective="reg:squarederror", max_depth=0, max_leaves=60, grow_policy="lossguide", tree_method="hist", rounds=3)

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "observed-models.json"), "w") as out:
    json.dump({"xgboost": xgb.__version__, "cases": cases}, out, indent=1)
    out.write("\n")
