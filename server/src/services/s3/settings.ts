/** Settings of S3. */
import { oneOf } from '../../kit/setting.ts';

export const s3Settings = {
  defaultEncryption: oneOf(['none', 'AES256'], {
    flag: 'default-encryption',
    default: 'none',
    doc: 'Encryption at rest of objects for which neither the request nor the bucket specifies one: none, or AES256, the default of AWS since 2023.',
  }),
};
