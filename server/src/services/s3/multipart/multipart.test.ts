import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, describe, it } from 'node:test';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../test/harness/platform.ts';

const platform = await startPlatform();
const s3 = platform.client(S3Client);
after(() => platform[Symbol.asyncDispose]());
const Bucket = 'multipart';
await s3.send(new CreateBucketCommand({ Bucket }));
const minimum = 5 * 1024 * 1024;

async function begin(Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}) {
  const { UploadId = '' } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  const target = { Bucket, Key, UploadId };
  return {
    target,
    async part(PartNumber: number, Body: Uint8Array | string): Promise<CompletedPart> {
      const ChecksumAlgorithm = more.ChecksumAlgorithm;
      const answer = await s3.send(
        new UploadPartCommand({ ...target, PartNumber, Body, ...(ChecksumAlgorithm && { ChecksumAlgorithm }) }),
      );
      const { $metadata: _metadata, ServerSideEncryption: _sse, ...part } = answer;
      return { PartNumber, ...part };
    },
    complete: (parts: CompletedPart[], extra: object = {}) =>
      s3.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts: parts }, ...extra })),
  };
}

const read = async (Key: string, more: object = {}) => {
  const { Body: body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Buffer.from((await body?.transformToByteArray()) ?? []);
};

/** A refusal with these members and this status. */
function refused(status: number, members: Record<string, unknown>) {
  return (error: Record<string, unknown> & { $metadata?: { httpStatusCode?: number } }) => {
    for (const [name, value] of Object.entries(members)) assert.equal(error[name], value, name);
    assert.equal(error.$metadata?.httpStatusCode, status);
    return true;
  };
}

describe('multipart uploads do', () => {
  it('make one object of parts in the order of their numbers', async () => {
    const upload = await begin('whole', { ContentType: 'text/csv', Metadata: { a: 'b' } });
    const [one, three] = [randomBytes(minimum), randomBytes(1000)];
    const last = await upload.part(30, three);
    await upload.part(1, 'overwritten');
    const first = await upload.part(1, one);
    await upload.part(2, 'left out');
    const answer = await upload.complete([first, last]);
    const md5s = [one, three].map((bytes) => createHash('md5').update(bytes).digest());
    const etag = `"${createHash('md5').update(Buffer.concat(md5s)).digest('hex')}-2"`;
    assert.equal(answer.ETag, etag);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'whole' }));
    assert.deepEqual([head.ETag, head.ContentType, head.Metadata], [etag, 'text/csv', { a: 'b' }]);
    assert.deepEqual(await read('whole'), Buffer.concat([one, three]));
    assert.deepEqual(
      await read('whole', { Range: `bytes=${minimum - 2}-${minimum + 1}` }),
      Buffer.concat([one.subarray(-2), three.subarray(0, 2)]),
    );
    assert.deepEqual(await read('whole', { PartNumber: 2 }), three);
    const part = await s3.send(new HeadObjectCommand({ Bucket, Key: 'whole', PartNumber: 1 }));
    assert.deepEqual([part.PartsCount, part.ContentLength], [2, minimum]);
  });

  it('answer a completion again whose answer was lost', async () => {
    const upload = await begin('twice');
    const parts = [await upload.part(1, 'bytes')];
    const first = await upload.complete(parts);
    const again = await upload.complete(parts);
    assert.equal(again.ETag, first.ETag);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'twice', Body: 'other' }));
    await assert.rejects(upload.complete(parts), { name: 'NoSuchUpload' });
  });

  it('are aborted without effect once they are completed, as long as their object is there', async () => {
    const upload = await begin('finished');
    const abort = () => s3.send(new AbortMultipartUploadCommand(upload.target));
    await upload.complete([await upload.part(1, 'x')]);
    assert.equal((await abort()).$metadata.httpStatusCode, 204);
    assert.equal(String(await read('finished')), 'x');
    await assert.rejects(s3.send(new ListPartsCommand(upload.target)), { name: 'NoSuchUpload' });
    await s3.send(new PutObjectCommand({ Bucket, Key: 'finished', Body: 'another' }));
    await assert.rejects(abort(), { name: 'NoSuchUpload' });
  });

  it('tell a checksum of checksums without the number of parts in their attributes alone', async () => {
    const upload = await begin('attributed', { ChecksumAlgorithm: 'SHA256' });
    const { ChecksumSHA256: told = '' } = await upload.complete([await upload.part(1, 'x')]);
    assert.match(told, /=-1$/);
    const target = { Bucket, Key: 'attributed' };
    const head = await s3.send(new HeadObjectCommand({ ...target, ChecksumMode: 'ENABLED' }));
    assert.equal(head.ChecksumSHA256, told);
    const attributes = await s3.send(new GetObjectAttributesCommand({ ...target, ObjectAttributes: ['Checksum'] }));
    assert.deepEqual(attributes.Checksum, { ChecksumSHA256: told.slice(0, -2), ChecksumType: 'COMPOSITE' });
  });

  it('complete once when asked at once', async () => {
    const upload = await begin('raced');
    const parts = [await upload.part(1, randomBytes(minimum)), await upload.part(2, 'end')];
    const answers = await Promise.all([1, 2, 3, 4].map(() => upload.complete(parts)));
    assert.equal(new Set(answers.map(({ ETag: etag }) => etag)).size, 1);
    assert.equal((await read('raced')).length, minimum + 3);
  });

  it('tell their parts', async () => {
    const upload = await begin('attributes', { ChecksumAlgorithm: 'SHA256' });
    const parts = [await upload.part(1, randomBytes(minimum)), await upload.part(4, 'end')];
    await upload.complete(parts);
    const where = { Bucket, Key: 'attributes', ObjectAttributes: ['ObjectParts', 'ObjectSize', 'Checksum'] as const };
    const ask = (more: object) =>
      s3.send(new GetObjectAttributesCommand({ ...where, ...more, ObjectAttributes: [...where.ObjectAttributes] }));
    const whole = await ask({});
    assert.deepEqual(
      [whole.ObjectSize, whole.ETag, whole.Checksum?.ChecksumType],
      [minimum + 3, undefined, 'COMPOSITE'],
    );
    assert.deepEqual(
      whole.ObjectParts?.Parts?.map(({ PartNumber, Size, ChecksumSHA256 }) => [PartNumber, Size, ChecksumSHA256]),
      [
        [1, minimum, parts[0]?.ChecksumSHA256],
        [4, 3, parts[1]?.ChecksumSHA256],
      ],
    );
    const first = await ask({ MaxParts: 1 });
    assert.deepEqual([first.ObjectParts?.IsTruncated, first.ObjectParts?.NextPartNumberMarker], [true, '1']);
    const second = await ask({ MaxParts: 1, PartNumberMarker: '1' });
    assert.deepEqual([second.ObjectParts?.Parts?.length, second.ObjectParts?.IsTruncated], [1, false]);
  });

  for (const [algorithm, type] of [
    ['CRC32', 'COMPOSITE'],
    ['CRC32', 'FULL_OBJECT'],
    ['CRC32C', 'COMPOSITE'],
    ['CRC32C', 'FULL_OBJECT'],
    ['CRC64NVME', 'FULL_OBJECT'],
    ['SHA1', 'COMPOSITE'],
    ['SHA256', 'COMPOSITE'],
  ] as const) {
    it(`keep ${algorithm} ${type} checksums`, async () => {
      const upload = await begin('checked', { ChecksumAlgorithm: algorithm, ChecksumType: type });
      const bodies = [randomBytes(minimum), randomBytes(77)];
      const parts = [];
      for (const [index, body] of bodies.entries()) parts.push(await upload.part(index + 1, body));
      const answer = await upload.complete(parts);
      assert.equal(answer.ChecksumType, type);
      const member = `Checksum${algorithm}` as const;
      const whole = await s3.send(
        new PutObjectCommand({ Bucket, Key: 'plain', Body: Buffer.concat(bodies), ChecksumAlgorithm: algorithm }),
      );
      if (type === 'FULL_OBJECT') assert.equal(answer[member], whole[member]);
      else assert.match(answer[member] ?? '', /-2$/);
      const found = await s3.send(new GetObjectCommand({ Bucket, Key: 'checked', ChecksumMode: 'ENABLED' }));
      assert.equal((await found.Body?.transformToByteArray())?.length, minimum + 77);
      assert.equal(found[member], answer[member]);
      const second = { Bucket, Key: 'checked', PartNumber: 2, ChecksumMode: 'ENABLED' } as const;
      const head = await s3.send(new HeadObjectCommand(second));
      assert.deepEqual([head[member], head.ChecksumType], [parts[1]?.[member], type]);
      const part = await s3.send(new GetObjectCommand(second));
      assert.equal((await part.Body?.transformToByteArray())?.length, 77);
      assert.deepEqual([part[member], part.ChecksumType], [parts[1]?.[member], type]);
      // A copy has the checksum and the entity tag of the whole.
      await s3.send(new CopyObjectCommand({ Bucket, Key: 'copied', CopySource: `${Bucket}/checked` }));
      const copied = await s3.send(new HeadObjectCommand({ Bucket, Key: 'copied', ChecksumMode: 'ENABLED' }));
      assert.deepEqual([copied[member], copied.ETag], [whole[member], whole.ETag]);
    });
  }

  it('take parts of other objects', async () => {
    const bytes = randomBytes(minimum + 10);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'origin', Body: bytes }));
    const upload = await begin('assembled');
    const copyPart = async (PartNumber: number, CopySourceRange?: string) => {
      const { CopyPartResult: result } = await s3.send(
        new UploadPartCopyCommand({ ...upload.target, PartNumber, CopySource: `${Bucket}/origin`, CopySourceRange }),
      );
      return { PartNumber, ETag: result?.ETag };
    };
    await upload.complete([await copyPart(1), await copyPart(2, 'bytes=5-8')]);
    assert.deepEqual(await read('assembled'), Buffer.concat([bytes, bytes.subarray(5, 9)]));
    const other = await begin('assembled');
    await assert.rejects(
      s3.send(
        new UploadPartCopyCommand({
          ...other.target,
          PartNumber: 1,
          CopySource: `${Bucket}/origin`,
          CopySourceRange: `bytes=0-${bytes.length}`,
        }),
      ),
      { name: 'InvalidArgument', message: `Range specified is not valid for source object of size: ${bytes.length}` },
    );
  });

  it('are listed with their parts, page by page and by groups', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'listed' }));
    const create = async (Key: string) =>
      (await s3.send(new CreateMultipartUploadCommand({ Bucket: 'listed', Key }))).UploadId ?? '';
    const ids = [await create('a'), await create('a')];
    for (const key of ['b/1', 'b/2', 'c']) await create(key);
    const seen: string[] = [];
    let markers = {};
    for (let isTruncated = true; isTruncated; ) {
      const page = await s3.send(new ListMultipartUploadsCommand({ Bucket: 'listed', MaxUploads: 2, ...markers }));
      seen.push(...(page.Uploads ?? []).map(({ Key: key = '' }) => key));
      isTruncated = page.IsTruncated ?? false;
      markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
    assert.deepEqual(seen, ['a', 'a', 'b/1', 'b/2', 'c']);
    const grouped = await s3.send(new ListMultipartUploadsCommand({ Bucket: 'listed', Delimiter: '/' }));
    assert.deepEqual([grouped.Uploads?.length, grouped.CommonPrefixes], [3, [{ Prefix: 'b/' }]]);

    const target = { Bucket: 'listed', Key: 'a', UploadId: ids[0] };
    for (const PartNumber of [1, 2, 7]) await s3.send(new UploadPartCommand({ ...target, PartNumber, Body: 'x' }));
    const first = await s3.send(new ListPartsCommand({ ...target, MaxParts: 2 }));
    assert.deepEqual(
      first.Parts?.map(({ PartNumber: number, Size: size }) => [number, size]),
      [
        [1, 1],
        [2, 1],
      ],
    );
    assert.equal(first.IsTruncated, true);
    const rest = await s3.send(new ListPartsCommand({ ...target, PartNumberMarker: first.NextPartNumberMarker }));
    assert.deepEqual([rest.Parts?.map(({ PartNumber: number }) => number), rest.IsTruncated], [[7], false]);
  });
});

describe('multipart uploads refuse', () => {
  it('parts that are missing, other than told, out of order or too small', async () => {
    const upload = await begin('refused');
    const [one, two] = [await upload.part(1, 'small'), await upload.part(2, 'end')];
    await assert.rejects(upload.complete([one, { PartNumber: 3, ETag: two.ETag }]), {
      name: 'InvalidPart',
      message:
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    });
    await assert.rejects(upload.complete([{ PartNumber: 1, ETag: two.ETag }]), { name: 'InvalidPart' });
    await assert.rejects(upload.complete([two, one]), {
      name: 'InvalidPartOrder',
      message: 'The list of parts was not in ascending order. Parts must be ordered by part number.',
    });
    await assert.rejects(upload.complete([one, two]), {
      name: 'EntityTooSmall',
      message: 'Your proposed upload is smaller than the minimum allowed size',
      ProposedSize: '5',
      MinSizeAllowed: '5242880',
      PartNumber: '1',
    });
    await assert.rejects(upload.complete([]), { name: 'MalformedXML' });
    await assert.rejects(upload.part(10_001, 'x'), {
      name: 'InvalidArgument',
      message: 'Part number must be an integer between 1 and 10000, inclusive',
    });
  });

  it('a checksum of the whole that is not its', async () => {
    const upload = await begin('checksum', { ChecksumAlgorithm: 'CRC64NVME' });
    const part = await upload.part(1, 'bytes');
    await assert.rejects(upload.complete([part], { ChecksumCRC64NVME: 'AAAAAAAAAAA=' }), {
      name: 'BadDigest',
      message: 'The crc64nvme you specified did not match the calculated checksum.',
    });
    await assert.rejects(upload.complete([part], { ChecksumCRC64NVME: 'x' }), {
      name: 'InvalidRequest',
      message: 'Value for x-amz-checksum-crc64nvme header is invalid.',
    });
    await upload.complete([part]);
  });

  it('parts whose checksum is none of the upload’s', async () => {
    const { target, complete } = await begin('algorithms', { ChecksumAlgorithm: 'SHA256' });
    const part = (more: object) => s3.send(new UploadPartCommand({ ...target, PartNumber: 1, Body: 'x', ...more }));
    const mismatch = 'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: ';
    await assert.rejects(part({ ChecksumAlgorithm: 'SHA1' }), { name: 'InvalidRequest', message: `${mismatch}sha1` });
    const bare = platform.client(S3Client, { requestChecksumCalculation: 'WHEN_REQUIRED' });
    const without = new UploadPartCommand({ ...target, PartNumber: 1, Body: 'x' });
    await assert.rejects(bare.send(without), { name: 'InvalidRequest', message: `${mismatch}null` });
    const { ETag } = await part({ ChecksumAlgorithm: 'SHA256' });
    await assert.rejects(complete([{ PartNumber: 1, ETag, ChecksumSHA256: 'x' }]), {
      name: 'InvalidArgument',
      message: 'Invalid Base64 or multiple checksums present in request',
      ArgumentName: 'Checksum',
      ArgumentValue: 'SHA256:x;',
    });
    await assert.rejects(begin('algorithms', { ChecksumType: 'FULL_OBJECT' }), {
      name: 'InvalidRequest',
      message: 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    });
  });

  it('to overwrite where the writer says so', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'there', Body: 'first' }));
    const upload = await begin('there');
    const part = await upload.part(1, 'second');
    await assert.rejects(upload.complete([part], { IfNoneMatch: '*' }), { name: 'PreconditionFailed' });
    assert.equal(String(await read('there')), 'first');
    await upload.complete([part]);
    assert.equal(String(await read('there')), 'second');
  });

  it('to go on when they have been aborted', async () => {
    const upload = await begin('aborted');
    const part = await upload.part(1, 'bytes');
    await s3.send(new AbortMultipartUploadCommand(upload.target));
    const gone = refused(404, {
      name: 'NoSuchUpload',
      message:
        'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      UploadId: upload.target.UploadId,
    });
    await assert.rejects(upload.part(2, 'x'), gone);
    await assert.rejects(upload.complete([part]), gone);
    await assert.rejects(s3.send(new ListPartsCommand(upload.target)), gone);
    await assert.rejects(s3.send(new AbortMultipartUploadCommand(upload.target)), gone);
  });
});
