import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AddPermissionCommand, RemovePermissionCommand } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { until } from '../../../../../examples/workflow/stage.ts';
import { openFunctionBench } from '../../../../../test/harness/functions.ts';
import { startPlatform } from '../../../../../test/harness/platform.ts';

const platform = await startPlatform();
const bench = await openFunctionBench(platform, 'AmazonS3FullAccess');
const s3 = platform.client(S3Client);
after(() => platform[Symbol.asyncDispose]());
const Bucket = 'ml-pipeline-bucket';
const arn = 'arn:aws:lambda:us-east-1:000000000000:function:preprocess';

const notify = (LambdaFunctionArn: string) =>
  s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: {
        LambdaFunctionConfigurations: [
          {
            Id: 'raw',
            LambdaFunctionArn,
            Events: ['s3:ObjectCreated:*'],
            Filter: {
              Key: {
                FilterRules: [
                  { Name: 'prefix', Value: 'raw/' },
                  { Name: 'suffix', Value: '.csv' },
                ],
              },
            },
          },
        ],
      },
    }),
  );
const allow = (StatementId: string, SourceArn: string, SourceAccount: string) =>
  bench.lambda.send(
    new AddPermissionCommand({
      FunctionName: 'preprocess',
      StatementId,
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      SourceArn,
      SourceAccount,
    }),
  );

before(async () => {
  await s3.send(new CreateBucketCommand({ Bucket }));
  await bench.create(
    'preprocess',
    `
import json, os, urllib.parse, boto3
s3 = boto3.client("s3")
def handler(event, context):
    record = event["Records"][0]
    bucket, key = record["s3"]["bucket"]["name"], urllib.parse.unquote_plus(record["s3"]["object"]["key"])
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.put_object(Bucket=bucket, Key=os.environ["OUTPUT_PREFIX"] + os.path.basename(key), Body=body.upper())
    s3.put_object(Bucket=bucket, Key="events/" + os.path.basename(key), Body=json.dumps(record))
`,
    { Environment: { Variables: { OUTPUT_PREFIX: 'processed/' } }, Timeout: 30, MemorySize: 256 },
  );
});

const read = (Key: string) =>
  until(`the object ${Key}`, () =>
    s3.send(new GetObjectCommand({ Bucket, Key })).then(
      ({ Body }) => Body?.transformToString(),
      () => undefined,
    ),
  );

describe('A bucket’s notification to a function', () => {
  it('refuses a function that is not there, and one whose policy does not let the bucket in', async () => {
    const refusal = { name: 'InvalidArgument', message: 'Unable to validate the following destination configurations' };
    await assert.rejects(notify(arn.replace('preprocess', 'nobody')), {
      ...refusal,
      ArgumentValue: `Not authorized to invoke function [${arn.replace('preprocess', 'nobody')}]`,
    });
    await assert.rejects(notify(arn), refusal);
    await allow('another-bucket', 'arn:aws:s3:::another-bucket', '000000000000');
    await assert.rejects(notify(arn), refusal);
    await bench.lambda.send(new RemovePermissionCommand({ FunctionName: 'preprocess', StatementId: 'another-bucket' }));
    await allow('another-account', `arn:aws:s3:::${Bucket}`, '111111111111');
    await assert.rejects(notify(arn), refusal);
  });

  it('invokes it for each object that the filters want, with the key encoded as a form does', async () => {
    await allow('bucket', `arn:aws:s3:::${Bucket}`, '000000000000');
    await notify(arn);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'raw/other.txt', Body: 'not wanted' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'raw/my data+ü.csv', Body: 'a,b' }));
    assert.equal(await read('processed/my data+ü.csv'), 'A,B');
    const record = JSON.parse((await read('events/my data+ü.csv')) ?? '');
    assert.equal(record.s3.object.key, 'raw/my+data%2B%C3%BC.csv');
    assert.deepEqual(
      [record.eventVersion, record.eventSource, record.eventName, record.awsRegion, record.s3.configurationId],
      ['2.1', 'aws:s3', 'ObjectCreated:Put', 'us-east-1', 'raw'],
    );
    assert.deepEqual([record.s3.object.size, record.s3.bucket.arn], [3, `arn:aws:s3:::${Bucket}`]);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'processed/' }));
    assert.deepEqual(
      Contents.map(({ Key }) => Key),
      ['processed/my data+ü.csv'],
    );
  });
});
