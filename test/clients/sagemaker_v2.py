"""Trains by script mode with the unmodified SageMaker Python SDK 2.x, as a notebook would. Arguments: role, framework, folder of scripts."""
import sys

from sagemaker import Session
from sagemaker.sklearn import SKLearn
from sagemaker.xgboost import XGBoost

role, framework, folder = sys.argv[1:]
session = Session()
estimators = {
    "sklearn": lambda **rest: SKLearn(entry_point="sklearn_train.py", framework_version="1.2-1", **rest),
    "xgboost": lambda **rest: XGBoost(entry_point="xgboost_train.py", framework_version="3.0-5", **rest),
}
estimator = estimators[framework](
    source_dir=folder,
    role=role,
    instance_type="ml.m5.large",
    instance_count=1,
    hyperparameters={"rounds": 10, "note": "a b"},
    sagemaker_session=session,
)
data = session.upload_data(f"{folder}/iris.csv", key_prefix="iris")
estimator.fit({"train": data}, logs=False)
print("artifact", estimator.model_data)
