/**
 * Checks documents against the digests in their headers before they are parsed. Operations check streamed payloads themselves.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html; texts observed.
 */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError } from '../contract/aws-error.ts';
import { crc32c, crc64nvme, reflectedDigest } from '../kit/reflected-crc.ts';
import type { OperationModel } from '../models/service-model.ts';
import { structureOf } from '../models/shape.ts';
import type { WireRequest } from '../wire/protocol.ts';

const checksums: Readonly<Record<string, (body: Uint8Array) => Buffer>> = {
  CRC32: (body) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(body));
    return bytes;
  },
  CRC32C: (body) => reflectedDigest(crc32c, body),
  CRC64NVME: (body) => reflectedDigest(crc64nvme, body),
  SHA1: (body) => hash('sha1', body, 'buffer'),
  SHA256: (body) => hash('sha256', body, 'buffer'),
};

/** `trailers` follow the body and have the same meaning as headers. */
export function checkDigests(
  operation: OperationModel,
  headers: WireRequest['headers'],
  body: Uint8Array,
  trailers: WireRequest['headers'] = {},
): void {
  const length = headers['content-length'];
  if (length !== undefined && Number(length) !== body.length) {
    const message = 'You did not provide the number of bytes specified by the Content-Length HTTP header';
    throw new AwsError('IncompleteBody', message, { status: 400 });
  }
  const md5 = headers['content-md5'];
  if (md5 !== undefined) checkMd5(md5, body);
  for (const [algorithm, compute] of Object.entries(checksums)) {
    const header = `x-amz-checksum-${algorithm.toLowerCase()}`;
    const declared = headers[header] ?? trailers[header];
    // A member of the operation is the checksum of something else: CompleteMultipartUpload's is that of the object.
    if (declared === undefined || isMember(operation, header)) continue;
    checkChecksum(algorithm, declared, compute(body));
  }
}

function checkChecksum(algorithm: string, declared: string, computed: Buffer): void {
  const bytes = Buffer.from(declared, 'base64');
  if (bytes.length !== computed.length || bytes.toString('base64') !== declared) {
    const message = `Value for x-amz-checksum-${algorithm.toLowerCase()} header is invalid.`;
    throw new AwsError('InvalidRequest', message, { status: 400 });
  }
  if (bytes.equals(computed)) return;
  const message = `The ${algorithm} you specified did not match the calculated checksum.`;
  throw new AwsError('BadDigest', message, { status: 400 });
}

function isMember(operation: OperationModel, header: string): boolean {
  return structureOf(operation.input).members.some(({ http }) => http.header === header);
}

function checkMd5(declared: string, body: Uint8Array): void {
  const bytes = Buffer.from(declared, 'base64');
  if (bytes.length !== 16 || bytes.toString('base64') !== declared) {
    throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.', {
      status: 400,
      fields: { 'Content-MD5': declared },
    });
  }
  const computed = hash('md5', body, 'base64');
  if (computed === declared) return;
  throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
    status: 400,
    fields: { ExpectedDigest: bytes.toString('hex'), CalculatedDigest: computed },
  });
}
