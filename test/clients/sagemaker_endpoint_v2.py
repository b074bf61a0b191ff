"""Trains the built-in XGBoost, reads its metrics, deploys and clears up with the unmodified SageMaker Python SDK 2.x, as a notebook would. Arguments: role, bucket."""
import json
import sys
import time

from sagemaker import Session, image_uris
from sagemaker.deserializers import CSVDeserializer
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.serializers import CSVSerializer

role, bucket = sys.argv[1:]
session = Session()
# The SDK polls every 30 seconds where a cloud takes minutes.
wait = time.sleep
time.sleep = lambda seconds: wait(min(seconds, 0.2))
estimator = Estimator(
    image_uri=image_uris.retrieve("xgboost", "us-east-1", "1.7-1"),
    role=role,
    instance_count=1,
    instance_type="ml.m5.large",
    output_path=f"s3://{bucket}/model",
    hyperparameters={"num_round": 4, "eval_metric": "rmse"},
    sagemaker_session=session,
)
estimator.fit({"train": TrainingInput(f"s3://{bucket}/train", content_type="text/csv")}, logs=False)
metrics = estimator.training_job_analytics.dataframe()
predictor = estimator.deploy(1, "ml.m5.large", serializer=CSVSerializer(), deserializer=CSVDeserializer())
prediction = float(predictor.predict("4,1")[0][0])
predictor.delete_model()
predictor.delete_endpoint()
client = session.sagemaker_client
left = {
    "models": len(client.list_models()["Models"]),
    "configurations": len(client.list_endpoint_configs()["EndpointConfigs"]),
}
while client.list_endpoints()["Endpoints"]:
    wait(0.2)
print("result", json.dumps({"metrics": sorted(set(metrics["metric_name"])), "prediction": prediction, "left": left}))
