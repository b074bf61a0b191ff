/**
 * The bucket that holds the blobs, at any S3 endpoint. What it cannot do now is `Unavailable`, after the SDK's own retries; the log says once that it is
 * away and once that it is back. Credentials never reach the log.
 */
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { Log } from '../../kit/log.ts';
import { Unavailable } from '../../kit/unavailable.ts';

export interface RemoteCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface RemoteOptions {
  /** s3://bucket or s3://bucket/prefix. */
  readonly url: string;
  /** Undefined: AWS's own endpoint of the region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Undefined: what the AWS SDKs find in their variables, files and services. */
  readonly credentials: RemoteCredentials | undefined;
  readonly log: Log;
}

/** With back-off between them. */
const attempts = 4;
const connectMs = 3000;
/** How long a connection may be silent. */
const idleMs = 15_000;
/** Each download holds one until its client has read it. */
const maxConnections = 512;

/** Answers about one object. Anything else that fails is about the store. */
const answers = new Set(['NoSuchKey', 'NotFound', 'NoSuchUpload', 'InvalidRange', 'PreconditionFailed']);

const idPattern = /^[0-9a-f]{32}$/;

export class Remote {
  readonly url: string;
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  readonly endpoint: string;
  readonly #client: S3Client;
  readonly #log: Log;
  #isAway = false;

  constructor({ url, endpoint, region, credentials, log }: RemoteOptions) {
    const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(url) ?? [];
    this.url = url;
    this.bucket = bucket;
    this.prefix = prefix === '' ? '' : `${prefix}/`;
    this.endpoint = endpoint ?? `AWS (${region})`;
    this.#log = log.with({ blobs: url, endpoint: this.endpoint });
    const config: S3ClientConfig = {
      region,
      maxAttempts: attempts,
      // The signature covers the body's SHA-256; not every store knows the newer checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: connectMs,
        socketTimeout: idleMs,
        httpAgent: { keepAlive: true, maxSockets: maxConnections },
        httpsAgent: { keepAlive: true, maxSockets: maxConnections },
      },
      ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
      ...(credentials ? { credentials } : {}),
    };
    this.#client = new S3Client(config);
  }

  /** The same layout as that of the files, so that tools which copy trees can move them. */
  keyOf(id: string): string {
    if (!idPattern.test(id)) throw new TypeError('not a blob id');
    return `${this.prefix}${id.slice(0, 2)}/${id.slice(2, 4)}/${id}`;
  }

  /** Undefined for an object that is no blob. */
  idOf(key: string): string | undefined {
    const id = key.slice(-32);
    return idPattern.test(id) && key === this.keyOf(id) ? id : undefined;
  }

  /** Throws the SDK's error for an answer about the object, else Unavailable with the SDK's error as its cause. */
  async run<Output>(call: (client: S3Client) => Promise<Output>): Promise<Output> {
    try {
      const output = await call(this.#client);
      if (this.#isAway) this.#log.info('blobs: the store answers again');
      this.#isAway = false;
      return output;
    } catch (error) {
      const { name, message } = error as Error;
      if (answers.has(name)) throw error;
      if (!this.#isAway) this.#log.warn('blobs: the store is unavailable; requests that need it answer 503', { error });
      this.#isAway = true;
      throw new Unavailable(`the store of blobs ${this.url} is unavailable: ${name}: ${message}`, { cause: error });
    }
  }

  close(): void {
    this.#client.destroy();
  }
}

export const isMissing = (error: unknown) => ['NoSuchKey', 'NotFound'].includes((error as Error).name);
