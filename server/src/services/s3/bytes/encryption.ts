/**
 * Encryption at rest: AES-256 in counter mode, so that a range can be read without what is before it, under a key of each blob's own, derived from
 * the platform's key (SSE-S3, SSE-KMS) or from the customer's, which is never kept (SSE-C). That the bytes are those that were written is what the
 * object's checksums are for. https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html
 */
import { createCipheriv, createHash, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { Call } from '../../../contract/call.ts';
import { managedKeyArn } from '../bucket-configuration/encryption/managed-key.ts';
import { invalidArgument, invalidRequest } from '../refusals.ts';
import type { BucketRow } from '../tables.ts';

/** What a row keeps of it, as JSON. */
export type Encryption =
  | { readonly kind: 'AES256' }
  | { readonly kind: 'aws:kms'; readonly keyId: string; readonly bucketKey?: boolean }
  /** Base64 of the MD5 of the customer's key. */
  | { readonly kind: 'SSE-C'; readonly keyMd5: string };

export interface EncryptionInput {
  readonly ServerSideEncryption?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly SSECustomerKey?: string | undefined;
  readonly SSECustomerKeyMD5?: string | undefined;
}

const blockBytes = 16;
const keyBytes = 32;

/** Encrypts and decrypts alike, from this place of the blob on. */
export function blobCipher(secret: Uint8Array, blobId: string, offset = 0) {
  // A pseudorandom function of the secret (NIST SP 800-108). KeyObjects, because Node 24 takes five times as long where keys are bytes.
  const key = createSecretKey(createHmac('sha256', createSecretKey(secret)).update(`clary/s3-blob/${blobId}`).digest());
  const counter = Buffer.alloc(blockBytes);
  counter.writeBigUInt64BE(BigInt(Math.floor(offset / blockBytes)), blockBytes - 8);
  const cipher = createCipheriv('aes-256-ctr', key, counter);
  if (offset % blockBytes > 0) cipher.update(Buffer.alloc(offset % blockBytes));
  return cipher;
}

export function encryptionIn(row: { readonly encryption: string | null }): Encryption | undefined {
  return row.encryption === null ? undefined : (JSON.parse(row.encryption) as Encryption);
}

/** The members of an answer that tell how an object is encrypted. */
export function encryptionMembers(encryption: Encryption | undefined) {
  if (encryption === undefined) return {};
  if (encryption.kind === 'AES256') return { ServerSideEncryption: 'AES256' as const };
  if (encryption.kind === 'SSE-C') {
    return { SSECustomerAlgorithm: 'AES256', SSECustomerKeyMD5: encryption.keyMd5 };
  }
  const { keyId: SSEKMSKeyId, bucketKey } = encryption;
  return { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId, ...(bucketKey ? { BucketKeyEnabled: true } : {}) };
}

/** The customer's key of a request; undefined without one. Throws S3's errors for an invalid key. */
export function customerKeyOf(input: EncryptionInput, call: Call): Buffer | undefined {
  const { SSECustomerAlgorithm: algorithm, SSECustomerKey: text, SSECustomerKeyMD5: md5 } = input;
  if (algorithm === undefined && text === undefined && md5 === undefined) return undefined;
  if (algorithm === undefined) {
    throw missing(call, 'x-amz-server-side-encryption-customer-algorithm', 'a valid encryption algorithm.');
  }
  if (algorithm !== 'AES256') {
    const message = 'The Encryption request you specified is not valid. Supported value: AES256.';
    throw call.error('InvalidEncryptionAlgorithmError', message, {
      fields: { ArgumentName: 'x-amz-server-side-encryption-customer-algorithm', ArgumentValue: algorithm },
    });
  }
  if (text === undefined)
    throw missing(call, 'x-amz-server-side-encryption-customer-key', 'an appropriate secret key.');
  const key = Buffer.from(text, 'base64');
  if (key.length !== keyBytes) {
    const message = 'The secret key was invalid for the specified algorithm.';
    throw invalidArgument(call, message, 'x-amz-server-side-encryption-customer-key', '');
  }
  if (md5 === undefined) {
    throw missing(
      call,
      'x-amz-server-side-encryption-customer-key-MD5',
      'the client calculated MD5 of the secret key.',
    );
  }
  if (md5 !== md5Of(key)) {
    const message = 'The calculated MD5 hash of the key did not match the hash that was provided.';
    throw invalidArgument(call, message, 'x-amz-server-side-encryption-customer-key-MD5', md5);
  }
  return key;
}

function missing(call: Call, header: string, what: string) {
  const message = `Requests specifying Server Side Encryption with Customer provided keys must provide ${what}`;
  return invalidArgument(call, message, header, 'null');
}

const md5Of = (key: Uint8Array) => createHash('md5').update(key).digest('base64');

/** How new bytes are encrypted: what the row stores, and the secret of their keys. */
export interface Sealing {
  readonly encryption: Encryption | undefined;
  readonly secret: Uint8Array | undefined;
}

/** As the request says, else the bucket's default. */
export function sealingOf(
  input: EncryptionInput,
  usual: Encryption | undefined,
  bucket: Pick<BucketRow, 'account' | 'region'>,
  platformSecret: Uint8Array,
  call: Call,
): Sealing {
  const customerKey = customerKeyOf(input, call);
  const asked = input.ServerSideEncryption;
  if (customerKey !== undefined) {
    if (asked !== undefined) {
      throw invalidArgument(
        call,
        'Server Side Encryption with Customer provided key is incompatible with the encryption method specified',
        'x-amz-server-side-encryption',
        asked,
      );
    }
    return { encryption: { kind: 'SSE-C', keyMd5: md5Of(customerKey) }, secret: customerKey };
  }
  const encryption = asked === undefined ? usual : readAsked(asked, input, bucket, call);
  if (asked === undefined && input.SSEKMSKeyId !== undefined) {
    throw invalidArgument(
      call,
      'You must specify x-amz-server-side-encryption when you specify x-amz-server-side-encryption-aws-kms-key-id.',
      'x-amz-server-side-encryption',
      'null',
    );
  }
  return { encryption, secret: encryption && platformSecret };
}

/** The platform's own key replaces every KMS key that a request may name; the response names it. */
function readAsked(
  asked: string,
  input: EncryptionInput,
  bucket: Pick<BucketRow, 'account' | 'region'>,
  call: Call,
): Encryption {
  if (asked === 'AES256') {
    if (input.SSEKMSKeyId === undefined) return { kind: 'AES256' };
    const message =
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms';
    throw invalidArgument(call, message, 'x-amz-server-side-encryption', asked);
  }
  if (asked === 'aws:kms' || asked === 'aws:kms:dsse') {
    return {
      kind: 'aws:kms',
      keyId: managedKeyArn(bucket),
      ...(input.BucketKeyEnabled ? { bucketKey: true } : {}),
    };
  }
  const message = 'The encryption method specified is not supported';
  throw invalidArgument(call, message, 'x-amz-server-side-encryption', asked);
}

/** The secret to read a row's bytes with. Refuses a customer's key that is missing, wrong or not needed. */
export function secretFor(
  encryption: Encryption | undefined,
  input: EncryptionInput,
  platformSecret: Uint8Array,
  call: Call,
): Uint8Array | undefined {
  const customerKey = customerKeyOf(input, call);
  if (encryption?.kind !== 'SSE-C') {
    if (customerKey === undefined) return encryption && platformSecret;
    throw invalidRequest(call, 'The encryption parameters are not applicable to this object.');
  }
  if (customerKey === undefined) {
    throw invalidRequest(
      call,
      'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
    );
  }
  const [given, wanted] = [Buffer.from(md5Of(customerKey)), Buffer.from(encryption.keyMd5)];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw call.error('AccessDenied', 'Access Denied', { status: 403 });
  }
  return customerKey;
}
