/** The settings that say where the bytes of objects are. */
import { resolve } from 'node:path';
import { parsed, SettingError } from './kit/setting.ts';

const bucketUrl = /^s3:\/\/[a-z0-9][a-z0-9.-]+[a-z0-9](\/[\w!.*'()/-]*)?$/;

export const blobSettings = {
  /** files, or s3://bucket/prefix. */
  blobs: parsed({
    flag: 'blobs',
    default: 'files',
    doc: 'Where the bytes of objects are: files (in the data folder), or s3://bucket/prefix at any S3 endpoint. Objects of up to 64 KiB are in the database in both cases.',
    parse({ value = 'files', source }) {
      if (value === 'files' || bucketUrl.test(value)) return value;
      throw new SettingError(`${source} must be files or look like s3://bucket/prefix, not "${value}"`);
    },
  }),
  blobsEndpoint: parsed({
    flag: 'blobs-endpoint',
    default: 'the endpoint of AWS in the region',
    doc: 'Address of the S3 endpoint of --blobs, as http://127.0.0.1:9000.',
    parse({ value, source }) {
      // The text of such an address would reach the terminal and the log.
      if (value?.includes('@'))
        throw new SettingError(`${source} must be an address without credentials: use --blobs-credentials`);
      if (value === undefined || /^https?:\/\/[^/]+\/?$/.test(value)) return value;
      throw new SettingError(`${source} must look like http://127.0.0.1:9000, not "${value}"`);
    },
  }),
  blobsRegion: parsed({
    flag: 'blobs-region',
    default: '$AWS_REGION, else $AWS_DEFAULT_REGION, else --region',
    doc: 'Region of the bucket of --blobs.',
    parse: ({ value, env }) => value ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined),
  }),
  /** Absolute. */
  blobsCredentialsFile: parsed({
    flag: 'blobs-credentials',
    default: '$AWS_ACCESS_KEY_ID and $AWS_SECRET_ACCESS_KEY, else what the AWS SDKs find',
    doc: 'File with the credentials for --blobs: JSON with accessKeyId and secretAccessKey, as in the credentials.json of another Clary. It is read at the start.',
    parse: ({ value }) => value && resolve(value),
  }),
};
