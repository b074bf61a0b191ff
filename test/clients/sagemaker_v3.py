"""Trains with the unmodified SageMaker Python SDK 3.x: a command of its own in the container, channels `code` and `sm_drivers`. Arguments: role, image, bucket, folder."""
import sys

from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig, SourceCode

role, image, bucket, folder = sys.argv[1:]
trainer = ModelTrainer(
    training_image=image,
    source_code=SourceCode(source_dir=folder, entry_script="sklearn_train.py", requirements="requirements.txt"),
    compute=Compute(instance_type="ml.m5.large", instance_count=1),
    hyperparameters={"rounds": 10, "note": "a b"},
    output_data_config=OutputDataConfig(s3_output_path=f"s3://{bucket}/v3"),
    role=role,
    base_job_name="v3",
)
trainer.train(input_data_config=[InputData(channel_name="train", data_source=f"s3://{bucket}/iris/iris.csv")], logs=False)
job = trainer._latest_training_job
job.refresh()
print("artifact", job.model_artifacts.s3_model_artifacts)
