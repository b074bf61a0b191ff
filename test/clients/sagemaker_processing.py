"""Processes data with the unmodified SageMaker Python SDK 2.x, as a notebook would. Arguments: role, processor, folder of scripts and data."""
import json
import sys

from sagemaker import Session
from sagemaker.processing import FrameworkProcessor, ProcessingInput, ProcessingOutput, ScriptProcessor
from sagemaker.sklearn.estimator import SKLearn
from sagemaker.sklearn.processing import SKLearnProcessor

role, kind, folder = sys.argv[1:]
session = Session()
rest = dict(role=role, instance_type="ml.t3.medium", instance_count=1, sagemaker_session=session)
outputs = [
    ProcessingOutput(output_name="train", source="/opt/ml/processing/train"),
    ProcessingOutput(output_name="test", source="/opt/ml/processing/test", s3_upload_mode="Continuous"),
]
inputs = [ProcessingInput(source=f"{folder}/iris.csv", destination="/opt/ml/processing/input")]
arguments = ["--test-share", "0.2", "--note", "a b"]

if kind == "sklearn":
    processor = SKLearnProcessor(framework_version="1.2-1", env={"NOTE": "kept"}, **rest)
    processor.run(code=f"{folder}/split.py", inputs=inputs, outputs=outputs, arguments=arguments, logs=False)
elif kind == "script":
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
    processor = ScriptProcessor(image_uri=image, command=["python3", "-u"], max_runtime_in_seconds=600, **rest)
    processor.run(code=f"{folder}/split.py", inputs=inputs, outputs=outputs, arguments=arguments, logs=True)
else:
    processor = FrameworkProcessor(estimator_cls=SKLearn, framework_version="1.2-1", **rest)
    processor.run(
        code="main.py",
        source_dir=f"{folder}/source",
        inputs=inputs,
        outputs=outputs,
        arguments=arguments,
        logs=False,
    )
job = processor.latest_job.describe()
places = {o["OutputName"]: o["S3Output"]["S3Uri"] for o in job["ProcessingOutputConfig"]["Outputs"]}


def count(uri):
    bucket, prefix = uri.removeprefix("s3://").split("/", 1)
    return len(session.read_s3_file(bucket, f"{prefix}/rows.csv").splitlines())


rows = {name: count(uri) for name, uri in places.items()}
ended = {"name": job["ProcessingJobName"], "status": job["ProcessingJobStatus"], "message": job.get("ExitMessage")}
print("result", json.dumps({**ended, "rows": rows}))
