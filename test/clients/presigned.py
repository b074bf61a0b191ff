"""Presigned URLs and a form as boto3 makes them; what was answered, as JSON."""

import json
import sys
import urllib.error
import urllib.request

import boto3
from botocore.config import Config

version = sys.argv[1]
s3 = boto3.client("s3", config=Config(signature_version=version) if version else None)
bucket, key = f"presigned-{version or 'usual'}", "a folder/ü & +.csv"
s3.create_bucket(Bucket=bucket)


def fetch(url, method, body=None, headers=None):
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    with urllib.request.urlopen(request) as answer:
        return answer.status, answer.read().decode()


def url(operation, **parameters):
    return s3.generate_presigned_url(operation, Params={"Bucket": bucket, "Key": key, **parameters})


def post(name, content):
    form = s3.generate_presigned_post(bucket, name)
    lines = []
    for field, value in form["fields"].items():
        lines += ["--boundary", f'Content-Disposition: form-data; name="{field}"', "", value]
    lines += ["--boundary", 'Content-Disposition: form-data; name="file"; filename="x"', "", content, "--boundary--", ""]
    headers = {"Content-Type": "multipart/form-data; boundary=boundary"}
    return fetch(form["url"], "POST", "\r\n".join(lines).encode(), headers)[0]


typed = {"ContentType": "text/csv", "Metadata": {"by": "boto3"}}
answers = {
    "signature": 2 if "AWSAccessKeyId=" in url("get_object") else 4,
    "put": fetch(url("put_object", **typed), "PUT", b"by boto3", {"Content-Type": "text/csv", "x-amz-meta-by": "boto3"})[0],
    "get": fetch(url("get_object", ResponseContentType="text/plain"), "GET")[1],
    "head": fetch(url("head_object"), "HEAD")[0],
    "post": post("posted", "by a form"),
    "posted": s3.get_object(Bucket=bucket, Key="posted")["Body"].read().decode(),
    "delete": fetch(url("delete_object"), "DELETE")[0],
}
print(json.dumps(answers))
