/** The workshop's preprocessing: an upload below raw/ calls a function, which writes what it has cleaned below processed/; the server is killed on the way. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AddPermissionCommand } from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { until } from '../../examples/workflow/stage.ts';
import { type FunctionBench, openFunctionBench } from '../harness/functions.ts';
import { type PlatformProcess, startPlatformProcess } from '../harness/platform.ts';

const Bucket = 'ml-pipeline-bucket';
const preprocess = `
import csv, io, os, urllib.parse
import boto3

s3 = boto3.client('s3')

def handler(event, context):
    record = event['Records'][0]
    bucket = record['s3']['bucket']['name']
    key = urllib.parse.unquote_plus(record['s3']['object']['key'])
    print('reading', key)
    raw = s3.get_object(Bucket=bucket, Key=key)['Body'].read()
    try:
        text = raw.decode('utf-8')
    except UnicodeDecodeError:
        text = raw.decode('utf-16')
    rows = [row for row in csv.reader(io.StringIO(text)) if all(cell.strip() for cell in row)]
    out = io.StringIO()
    csv.writer(out, lineterminator='\\n').writerows(rows)
    target = os.environ['OUTPUT_PREFIX'] + os.path.basename(key)
    s3.put_object(Bucket=bucket, Key=target, Body=out.getvalue(), ContentType='text/csv')
    print('written', target, len(rows))
    return {'statusCode': 200, 'body': target}
`;

let platform: PlatformProcess;
let bench: FunctionBench;
let s3: S3Client;

before(async () => {
  platform = await startPlatformProcess({ flags: ['--sandbox', 'required'] });
  bench = await openFunctionBench(platform, 'AmazonS3FullAccess');
  s3 = platform.client(S3Client, { maxAttempts: 10 });
  await s3.send(new CreateBucketCommand({ Bucket }));
  await bench.create('preprocessData', preprocess, {
    Timeout: 30,
    MemorySize: 256,
    Environment: { Variables: { OUTPUT_PREFIX: 'processed/' } },
  });
});
after(() => platform[Symbol.asyncDispose]());

const notification = {
  Bucket,
  NotificationConfiguration: {
    LambdaFunctionConfigurations: [
      {
        LambdaFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:preprocessData',
        Events: ['s3:ObjectCreated:*' as const],
        Filter: { Key: { FilterRules: [{ Name: 'prefix' as const, Value: 'raw/' }] } },
      },
    ],
  },
};

const put = (Key: string, Body: string | Buffer) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));

const processed = (name: string) =>
  until(`processed/${name}`, async () => {
    const answer = await s3.send(new GetObjectCommand({ Bucket, Key: `processed/${name}` })).catch(() => undefined);
    return answer?.Body?.transformToString();
  });

const rows = 'a,b\n1,2\n,3\n4,5\n';
const clean = 'a,b\n1,2\n4,5\n';

describe('a bucket that calls a function', () => {
  test('needs the function’s permission', async () => {
    await assert.rejects(s3.send(new PutBucketNotificationConfigurationCommand(notification)), {
      name: 'InvalidArgument',
      message: 'Unable to validate the following destination configurations',
    });
    await bench.lambda.send(
      new AddPermissionCommand({
        FunctionName: 'preprocessData',
        StatementId: 's3',
        Action: 'lambda:InvokeFunction',
        Principal: 's3.amazonaws.com',
        SourceArn: `arn:aws:s3:::${Bucket}`,
        SourceAccount: platform.account,
      }),
    );
    await s3.send(new PutBucketNotificationConfigurationCommand(notification));
  });

  test('calls it for uploads below the prefix, whatever their encoding and their keys', async () => {
    await put('raw/data.csv', rows);
    await put('raw/wide.csv', Buffer.from(`\uFEFF${rows}`, 'utf16le'));
    await put('raw/a key+with ü.csv', rows);
    for (const name of ['data.csv', 'wide.csv', 'a key+with ü.csv']) assert.equal(await processed(name), clean, name);
  });

  test('loses no upload when the server is killed', async () => {
    const names = Array.from({ length: 6 }, (_, i) => `killed-${i}.csv`);
    for (const [i, name] of names.entries()) {
      await put(`raw/${name}`, rows);
      if (i % 2 === 1) {
        await platform.kill9();
        await platform.restart();
      }
    }
    for (const name of names) assert.equal(await processed(name), clean, name);
  });

  test('does not call it for what the function writes, nor for deletions', async () => {
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'raw/data.csv' }));
    const { payload } = await bench.invoke('preprocessData', {
      Records: [{ s3: { bucket: { name: Bucket }, object: { key: 'raw/wide.csv' } } }],
    });
    assert.deepEqual(payload, { statusCode: 200, body: 'processed/wide.csv' });
    const missing = await s3
      .send(new GetObjectCommand({ Bucket, Key: 'processed/processed/data.csv' }))
      .catch((e) => e);
    assert.equal(missing.name, 'NoSuchKey');
  });
});
