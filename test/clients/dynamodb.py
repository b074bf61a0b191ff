"""boto3's Table and pynamodb's Model against a platform: prints what they saw as JSON."""

import json
import os
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").create_table(
    TableName="InferenceMetadata",
    KeySchema=[{"AttributeName": "requestId", "KeyType": "HASH"}],
    AttributeDefinitions=[
        {"AttributeName": name, "AttributeType": "S"} for name in ("requestId", "modelName", "timestamp")
    ],
    GlobalSecondaryIndexes=[
        {
            "IndexName": "byModel",
            "KeySchema": [
                {"AttributeName": "modelName", "KeyType": "HASH"},
                {"AttributeName": "timestamp", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    BillingMode="PAY_PER_REQUEST",
)
table.wait_until_exists()
with table.batch_writer() as batch:
    for day in range(1, 31):
        batch.put_item(
            {
                "requestId": f"request-{day}",
                "modelName": "xgboost",
                "timestamp": f"2026-10-{day:02}T00:00:00",
                "prediction": "0.6",
                "latencyMs": Decimal("12.5") + day,
            }
        )
seen = {}
by_model = table.query(
    IndexName="byModel",
    KeyConditionExpression=Key("modelName").eq("xgboost") & Key("timestamp").between("2026-10-10", "2026-10-13"),
    ScanIndexForward=False,
)
seen["queried"] = [item["requestId"] for item in by_model["Items"]]
seen["slow"] = table.scan(FilterExpression=Attr("latencyMs").gt(Decimal("40")), Select="COUNT")["Count"]
updated = table.update_item(
    Key={"requestId": "request-1"},
    UpdateExpression="SET latencyMs = latencyMs + :more ADD tags :tags",
    ExpressionAttributeValues={":more": Decimal("0.125"), ":tags": {"a", "b"}},
    ReturnValues="ALL_NEW",
)["Attributes"]
seen["updated"] = [str(updated["latencyMs"]), sorted(updated["tags"])]
try:
    table.put_item(Item={"requestId": "request-1"}, ConditionExpression=Attr("requestId").not_exists())
except ClientError as error:
    seen["refused"] = error.response["Error"]["Code"]

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model


class ModelVersion(Model):
    class Meta:
        table_name = "ModelVersions"
        host = os.environ["AWS_ENDPOINT_URL"]
        region = os.environ["AWS_REGION"]

    name = UnicodeAttribute(hash_key=True)
    version = NumberAttribute(range_key=True)
    status = UnicodeAttribute(default="PENDING")


ModelVersion.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
with ModelVersion.batch_write() as versions:
    for number in range(40):
        versions.save(ModelVersion("credit", number))
newest = next(iter(ModelVersion.query("credit", scan_index_forward=False, limit=1)))
newest.update(actions=[ModelVersion.status.set("APPROVED")], condition=ModelVersion.status == "PENDING")
newest.refresh()
seen["pynamodb"] = [newest.version, newest.status, ModelVersion.count("credit", ModelVersion.version < 10)]
ModelVersion.delete_table()
table.delete()
table.wait_until_not_exists()
print(json.dumps(seen))
