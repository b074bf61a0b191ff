"""The exam-score workflow with boto3, unmodified: from a raw CSV to a monitored endpoint. Prints one JSON object of what it saw."""

import io
import json
import sys
import tarfile
import time
from pathlib import Path
from typing import Any, Callable

import boto3
import numpy as np
import xgboost

BUCKET = "boto3-workflow"
ROLE = "boto3-workflow-role"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
DATA = Path(sys.argv[1])

s3 = boto3.client("s3")
iam = boto3.client("iam")
sagemaker = boto3.client("sagemaker")
runtime = boto3.client("sagemaker-runtime")
cloudwatch = boto3.client("cloudwatch")
logs = boto3.client("logs")


def until(ask: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.05)
    raise TimeoutError("the state was not reached within a minute")


s3.create_bucket(Bucket=BUCKET)
for name in ("train", "validation"):
    s3.upload_file(str(DATA / f"{name}.csv"), BUCKET, f"processed/{name}/{name}.csv")
trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
iam.attach_role_policy(RoleName=ROLE, PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")

sagemaker.create_training_job(
    TrainingJobName="boto3-workflow",
    RoleArn=role,
    AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
    HyperParameters={"num_round": "50", "max_depth": "4"},
    InputDataConfig=[
        {
            "ChannelName": name,
            "ContentType": "text/csv",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/processed/{name}/"}},
        }
        for name in ("train", "validation")
    ],
    OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/model"},
    ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
    StoppingCondition={"MaxRuntimeInSeconds": 600},
)
job = until(lambda: (d := sagemaker.describe_training_job(TrainingJobName="boto3-workflow"))["TrainingJobStatus"] != "InProgress" and d)
stream = logs.describe_log_streams(logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix="boto3-workflow/")["logStreams"][0]
events = logs.get_log_events(logGroupName="/aws/sagemaker/TrainingJobs", logStreamName=stream["logStreamName"], startFromHead=True)["events"]
artifact = s3.get_object(Bucket=BUCKET, Key="model/boto3-workflow/output/model.tar.gz")["Body"].read()
model_bytes = tarfile.open(fileobj=io.BytesIO(artifact)).extractfile("xgboost-model").read()
booster = xgboost.Booster(model_file=bytearray(model_bytes))

sagemaker.create_model_package_group(ModelPackageGroupName="boto3-workflow")
package = sagemaker.create_model_package(
    ModelPackageGroupName="boto3-workflow",
    ModelApprovalStatus="PendingManualApproval",
    InferenceSpecification={
        "Containers": [{"Image": IMAGE, "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"]}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    },
)["ModelPackageArn"]
until(lambda: sagemaker.describe_model_package(ModelPackageName=package)["ModelPackageStatus"] == "Completed")
sagemaker.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Approved")
sagemaker.create_model(ModelName="boto3-workflow", ExecutionRoleArn=role, PrimaryContainer={"ModelPackageName": package})
sagemaker.create_endpoint_config(
    EndpointConfigName="boto3-workflow",
    ProductionVariants=[{"VariantName": "AllTraffic", "ModelName": "boto3-workflow", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}],
    DataCaptureConfig={
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
    },
)
sagemaker.create_endpoint(EndpointName="boto3-workflow", EndpointConfigName="boto3-workflow")
sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="boto3-workflow", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
rows = np.loadtxt(DATA / "validation.csv", delimiter=",", dtype=np.float32)[:20, 1:]
body = "\n".join(",".join(str(v) for v in row) for row in rows)
answer = runtime.invoke_endpoint(EndpointName="boto3-workflow", ContentType="text/csv", Body=body)["Body"].read().decode()
served = np.array([float(line) for line in answer.split()])
expected = booster.predict(xgboost.DMatrix(rows))
captured = until(lambda: s3.list_objects_v2(Bucket=BUCKET, Prefix="captured/boto3-workflow/AllTraffic/").get("Contents"))


def invocations() -> Any:
    now = time.time()
    query = {
        "Id": "invocations",
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/SageMaker",
                "MetricName": "Invocations",
                "Dimensions": [{"Name": "EndpointName", "Value": "boto3-workflow"}, {"Name": "VariantName", "Value": "AllTraffic"}],
            },
            "Period": 60,
            "Stat": "Sum",
        },
    }
    return cloudwatch.get_metric_data(MetricDataQueries=[query], StartTime=now - 600, EndTime=now + 60)["MetricDataResults"][0]["Values"]


counted = until(invocations)
sagemaker.delete_endpoint(EndpointName="boto3-workflow")
print(
    json.dumps(
        {
            "status": job["TrainingJobStatus"],
            "metrics": sorted(m["MetricName"] for m in job["FinalMetricDataList"]),
            "logged": any("validation-rmse" in e["message"] for e in events),
            "greatest_difference": float(np.max(np.abs(served - expected) / np.abs(expected))),
            "captured": captured[0]["Key"],
            "invocations": counted,
        }
    )
)
