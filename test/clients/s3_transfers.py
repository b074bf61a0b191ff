"""boto3's transfers, unmodified: parts and threads up and down, streams, copies, checksums. Prints one JSON object of what it saw."""

import hashlib
import io
import json
import sys
from pathlib import Path

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

BUCKET = "boto3-transfers"
FOLDER = Path(sys.argv[1])
MIB = 1024 * 1024
CONFIG = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=8, io_chunksize=64 * 1024)

s3 = boto3.client("s3")
# boto3 waits and tries again where bytes were damaged.
impatient = boto3.client("s3", config=Config(retries={"total_max_attempts": 1}))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def fetched(key: str) -> str:
    target = io.BytesIO()
    s3.download_fileobj(BUCKET, key, target, Config=CONFIG)
    return sha256(target.getvalue())


def refused(**request: str) -> str:
    try:
        impatient.put_object(Bucket=BUCKET, Key="refused", Body=b"1234", **request)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "accepted"


s3.create_bucket(Bucket=BUCKET)
source = FOLDER / "large.bin"
s3.upload_file(str(source), BUCKET, "parts/up.bin", Config=CONFIG, ExtraArgs={"Metadata": {"learner": "7"}, "ContentType": "text/x-scores"})
s3.download_file(BUCKET, "parts/up.bin", str(FOLDER / "down.bin"), Config=CONFIG)
with source.open("rb") as stream:
    s3.upload_fileobj(stream, BUCKET, "parts/streamed.bin", Config=CONFIG)
s3.upload_fileobj(io.BytesIO(b"small"), BUCKET, "small and single")
s3.copy({"Bucket": BUCKET, "Key": "parts/up.bin"}, BUCKET, "copied in parts ü.bin", Config=CONFIG)
s3.copy({"Bucket": BUCKET, "Key": "small and single"}, BUCKET, "copied whole")
head = s3.head_object(Bucket=BUCKET, Key="parts/up.bin", ChecksumMode="ENABLED")
whole = s3.get_object(Bucket=BUCKET, Key="small and single", ChecksumMode="ENABLED")
keys = [f"many/{number:04d}" for number in range(50)]
for key in keys:
    s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="many/", PaginationConfig={"PageSize": 20})
listed = [entry["Key"] for page in pages for entry in page["Contents"]]
deleted = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys]})

# What empties a bucket with versions before it is deleted.
versioned = boto3.resource("s3").create_bucket(Bucket="boto3-versions")
versioned.Versioning().enable()
for number in range(3):
    versioned.put_object(Key="many", Body=str(number).encode())
versioned.Object("many").delete()
versioned.put_object(Key="many", Body=b"again")
emptied = versioned.object_versions.delete()
versioned.delete()
print(
    json.dumps(
        {
            "down": sha256((FOLDER / "down.bin").read_bytes()),
            "fetched": {key: fetched(key) for key in ["parts/streamed.bin", "small and single", "copied in parts ü.bin", "copied whole"]},
            "head": {
                "size": head["ContentLength"],
                "type": head["ContentType"],
                "metadata": head["Metadata"],
                "checksum": head["ChecksumType"],
                "etag": head["ETag"],
            },
            "crc32": whole["ChecksumCRC32"],
            "body": whole["Body"].read().decode(),
            "listed": listed == keys,
            "deleted": len(deleted["Deleted"]),
            "versions": [len(answer["Deleted"]) for answer in emptied],
            "refused": [refused(ContentMD5="AAAAAAAAAAAAAAAAAAAAAA=="), refused(ChecksumCRC32="AAAAAA==")],
        }
    )
)
