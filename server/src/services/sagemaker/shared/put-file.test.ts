/** Files that become objects, put with the official SDK: at once, in parts, and what is left where an upload fails. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';
import { bucket, openWorkbench, type Workbench } from '../../../../../test/harness/workbench.ts';
import type { Aws } from '../../../contract/aws.ts';
import { AwsError } from '../../../contract/aws-error.ts';
import { type Putting, putOpenFile } from './put-file.ts';

const mebibyte = 2 ** 20;
const partBytes = 5 * mebibyte;
const commands = {
  AbortMultipartUpload: AbortMultipartUploadCommand,
  CompleteMultipartUpload: CompleteMultipartUploadCommand,
  CreateMultipartUpload: CreateMultipartUploadCommand,
  PutObject: PutObjectCommand,
  UploadPart: UploadPartCommand,
};

let platform: TestPlatform;
let bench: Workbench;
let folder: string;
before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
  folder = await mkdtemp(join(tmpdir(), 'clary-put-'));
});
after(async () => {
  await platform?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The server's own operations, by the wire. `before` sees each call first. */
const byWire = (before: (operation: string) => Promise<void> = async () => {}): Aws => ({
  async call(_, operation, input) {
    await before(operation);
    const Command = commands[operation as keyof typeof commands] as new (input: unknown) => PutObjectCommand;
    return bench.s3.send(new Command(input)).catch((error: Error) => {
      throw new AwsError(error.name, error.message);
    }) as never;
  },
});

async function put(aws: Aws, key: string, bytes: Buffer, changes: Partial<Putting> = {}): Promise<void> {
  const path = join(folder, 'file');
  await writeFile(path, bytes);
  await using file = await open(path);
  await putOpenFile(aws, { bucket, key }, file, { folder, wholeBytes: partBytes, partBytes, ...changes });
}
const uploads = async () => (await bench.s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? [];
const remembered = async () => (await readdir(folder)).filter((name) => name !== 'file');

describe('a file is put', () => {
  test('at once where it is not large, even empty', async () => {
    for (const size of [0, 1, partBytes]) {
      const bytes = randomBytes(size);
      await put(byWire(), `whole-${size}`, bytes);
      assert.ok(bytes.equals(await bench.read(`whole-${size}`)));
      const { ETag = '' } = await bench.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: `whole-${size}` }));
      assert.match(ETag, /^"[0-9a-f]{32}"$/);
    }
  });

  test('in parts where it is larger, under the key that is named, and nothing is left of them', async () => {
    for (const [size, parts] of [
      [partBytes + 1, 2],
      [3 * partBytes, 3],
    ] as const) {
      const bytes = randomBytes(size);
      await put(byWire(), `parts-${size}`, bytes, { kmsKeyId: 'alias/aws/s3' });
      assert.ok(bytes.equals(await bench.read(`parts-${size}`)));
      const head = await bench.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: `parts-${size}` }));
      assert.match(head.ETag ?? '', new RegExp(`-${parts}"$`));
      assert.equal(head.ServerSideEncryption, 'aws:kms');
    }
    assert.deepEqual([await uploads(), await remembered()], [[], []]);
  });
});

describe('an upload that fails', () => {
  test('leaves no parts, and no object', async () => {
    const denied = async (operation: string) => {
      if (operation !== 'CompleteMultipartUpload') return;
      const Statement = [
        { Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: `arn:aws:s3:::${bucket}/refused` },
      ];
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
      await bench.s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    };
    await assert.rejects(put(byWire(denied), 'refused', randomBytes(partBytes + 1)), { code: 'AccessDenied' });
    assert.deepEqual([await uploads(), await remembered()], [[], []]);
    await assert.rejects(bench.read('refused'), { name: 'NoSuchKey' });
  });

  test('and could not be aborted is aborted when the file is put again', async () => {
    const away = async (operation: string) => {
      if (operation !== 'CompleteMultipartUpload' && operation !== 'AbortMultipartUpload') return;
      throw new Error('the server was killed');
    };
    const bytes = randomBytes(partBytes + 1);
    await assert.rejects(put(byWire(away), 'again', bytes), /killed/);
    assert.deepEqual([(await uploads()).map(({ Key }) => Key), (await remembered()).length], [['again'], 1]);
    await put(byWire(), 'again', bytes);
    assert.ok(bytes.equals(await bench.read('again')));
    assert.deepEqual([await uploads(), await remembered()], [[], []]);
  });
});
