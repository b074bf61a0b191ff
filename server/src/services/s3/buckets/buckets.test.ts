import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../test/harness/platform.ts';

const platform = await startPlatform();
const s3 = platform.client(S3Client);
after(() => platform[Symbol.asyncDispose]());

const create = (name: string, constraint?: string) =>
  s3.send(
    new CreateBucketCommand({
      Bucket: name,
      ...(constraint && { CreateBucketConfiguration: { LocationConstraint: constraint as 'eu-west-1' } }),
    }),
  );

/** A refusal with these members and this status. */
function refused(status: number, members: Record<string, unknown>) {
  return (error: Record<string, unknown> & { $metadata?: { httpStatusCode?: number } }) => {
    for (const [name, value] of Object.entries(members)) assert.equal(error[name], value, name);
    assert.equal(error.$metadata?.httpStatusCode, status);
    return true;
  };
}

describe('buckets do', () => {
  it('come into being, are found and go', async () => {
    const { Location: location } = await create('raw-data');
    assert.equal(location, '/raw-data');
    const head = await s3.send(new HeadBucketCommand({ Bucket: 'raw-data' }));
    assert.equal(head.BucketRegion, 'us-east-1');
    await s3.send(new DeleteBucketCommand({ Bucket: 'raw-data' }));
    await assert.rejects(s3.send(new HeadBucketCommand({ Bucket: 'raw-data' })), { name: 'NotFound' });
  });

  it('may be created again in the first region by their owner', async () => {
    await create('again');
    await s3.send(new PutObjectCommand({ Bucket: 'again', Key: 'k', Body: 'x' }));
    await create('again');
    await assert.rejects(s3.send(new DeleteBucketCommand({ Bucket: 'again' })), { name: 'BucketNotEmpty' });
  });

  it('tell their region, the first by silence', async () => {
    await create('first');
    await create('second', 'eu-west-1');
    await create('third', 'EU');
    const locationOf = async (name: string) =>
      (await s3.send(new GetBucketLocationCommand({ Bucket: name }))).LocationConstraint;
    assert.equal(await locationOf('first'), undefined);
    assert.equal(await locationOf('second'), 'eu-west-1');
    assert.equal(await locationOf('third'), 'EU');
    assert.equal((await s3.send(new HeadBucketCommand({ Bucket: 'second' }))).BucketRegion, 'eu-west-1');
  });

  it('are listed page by page, by prefix and by region', async () => {
    const names = ['page-1', 'page-2', 'page-3'];
    for (const name of names) await create(name);
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListBucketsCommand({ Prefix: 'page-', MaxBuckets: 2, ...(token && { ContinuationToken: token }) }),
      );
      seen.push(...(page.Buckets ?? []).map(({ Name: name }) => name ?? ''));
      token = page.ContinuationToken;
    } while (token);
    assert.deepEqual(seen, names);
    const { Buckets: all = [], Owner: owner } = await s3.send(new ListBucketsCommand({}));
    assert.ok(names.every((name) => all.some((bucket) => bucket.Name === name && bucket.CreationDate instanceof Date)));
    assert.match(owner?.ID ?? '', /^[0-9a-f]{64}$/);
    const { Buckets: abroad } = await s3.send(new ListBucketsCommand({ BucketRegion: 'eu-west-1', Prefix: 'page-' }));
    assert.deepEqual(abroad ?? [], []);
  });

  it('take their uploads under way along', async () => {
    await create('halfway');
    const target = { Bucket: 'halfway', Key: 'k' };
    const { UploadId: id = '' } = await s3.send(new CreateMultipartUploadCommand(target));
    await s3.send(new UploadPartCommand({ ...target, UploadId: id, PartNumber: 1, Body: 'part' }));
    await s3.send(new DeleteBucketCommand({ Bucket: 'halfway' }));
    await create('halfway');
    await assert.rejects(s3.send(new AbortMultipartUploadCommand({ ...target, UploadId: id })), {
      name: 'NoSuchUpload',
    });
  });
});

describe('buckets survive', () => {
  it('being asked for while they come and go: what was answered holds', async () => {
    let isOver = false;
    const asking = (async () => {
      while (!isOver) await s3.send(new HeadBucketCommand({ Bucket: 'restless' })).catch(() => {});
    })();
    for (let round = 0; round < 30; round++) {
      await create('restless');
      await s3.send(new HeadBucketCommand({ Bucket: 'restless' }));
      await s3.send(new DeleteBucketCommand({ Bucket: 'restless' }));
      await assert.rejects(s3.send(new HeadBucketCommand({ Bucket: 'restless' })), { name: 'NotFound' });
    }
    isOver = true;
    await asking;
  });
});

describe('buckets refuse', () => {
  it('names that are none', async () => {
    await assert.rejects(
      create('Not_A_Name'),
      refused(400, {
        name: 'InvalidBucketName',
        message: 'The specified bucket is not valid.',
        BucketName: 'Not_A_Name',
      }),
    );
  });

  it('to be created twice outside of the first region', async () => {
    await create('twice', 'eu-west-1');
    await assert.rejects(
      create('twice', 'eu-west-1'),
      refused(409, {
        name: 'BucketAlreadyOwnedByYou',
        message: 'Your previous request to create the named bucket succeeded and you already own it.',
      }),
    );
  });

  it('constraints that are no region or not the endpoint’s', async () => {
    for (const constraint of ['us-east-1', 'eu-east-1', 'foo']) {
      await assert.rejects(create('nowhere', constraint), {
        name: 'InvalidLocationConstraint',
        message: 'The specified location-constraint is not valid',
        LocationConstraint: constraint,
      });
    }
    const abroad = platform.client(S3Client, { region: 'eu-west-1' });
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' as const };
    await assert.rejects(abroad.send(new CreateBucketCommand({ Bucket: 'nowhere', CreateBucketConfiguration })), {
      name: 'IllegalLocationConstraintException',
      message:
        'The eu-central-1 location constraint is incompatible for the region specific endpoint this request was sent to.',
    });
  });

  it('at other regions’ endpoints what is not theirs, a region or not', async () => {
    const abroad = platform.client(S3Client, { region: 'eu-west-1' });
    for (const constraint of ['bar', 'us-east-1']) {
      const CreateBucketConfiguration = { LocationConstraint: constraint as 'eu-west-1' };
      await assert.rejects(abroad.send(new CreateBucketCommand({ Bucket: 'nowhere', CreateBucketConfiguration })), {
        name: 'IllegalLocationConstraintException',
        message: `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
      });
    }
  });

  it('to be listed by what is no region', async () => {
    await assert.rejects(s3.send(new ListBucketsCommand({ BucketRegion: 'eu-east-1' })), {
      name: 'InvalidArgument',
      message: 'Argument value eu-east-1 is not a valid AWS Region',
      ArgumentName: 'bucket-region',
    });
  });

  it('to go while they hold objects', async () => {
    await create('full');
    await s3.send(new PutObjectCommand({ Bucket: 'full', Key: 'k', Body: 'x' }));
    await assert.rejects(
      s3.send(new DeleteBucketCommand({ Bucket: 'full' })),
      refused(409, {
        name: 'BucketNotEmpty',
        message: 'The bucket you tried to delete is not empty',
        BucketName: 'full',
      }),
    );
    await s3.send(new DeleteObjectCommand({ Bucket: 'full', Key: 'k' }));
    await s3.send(new DeleteBucketCommand({ Bucket: 'full' }));
  });

  it('what is not there', async () => {
    await assert.rejects(
      s3.send(new GetBucketLocationCommand({ Bucket: 'not-there' })),
      refused(404, {
        name: 'NoSuchBucket',
        message: 'The specified bucket does not exist',
        BucketName: 'not-there',
      }),
    );
  });

  it('callers who expect another owner', async () => {
    await create('mine');
    const expecting = (owner: string) =>
      s3.send(new GetBucketLocationCommand({ Bucket: 'mine', ExpectedBucketOwner: owner }));
    await expecting(platform.account);
    await assert.rejects(
      expecting('999999999999'),
      refused(403, {
        name: 'AccessDenied',
        message: 'Access Denied',
      }),
    );
  });

  it('what is not built, rather than half of it', async () => {
    await assert.rejects(s3.send(new CreateBucketCommand({ Bucket: 'public', ACL: 'public-read' })), {
      name: 'InvalidBucketAclWithObjectOwnership',
    });
  });
});
