/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
import { versionAccess } from '../access.ts';
import { encryptionIn, secretFor } from '../bytes/encryption.ts';
import type { S3Operation } from '../deps.ts';
import { partChecksum } from './part-checksum.ts';
import { answerOf, findForReading, selectBytes } from './read-object.ts';

export const headObject: S3Operation<'HeadObject'> = {
  audit: { data: true },
  access: versionAccess('s3:GetObject', 's3:GetObjectVersion'),
  async handle(input, call, deps) {
    const found = await findForReading(input, call, deps);
    secretFor(encryptionIn(found.row), input, deps.objectSecret, call);
    const answer = answerOf(input, found, selectBytes(input, found.row, call));
    return { ...answer, ...(await partChecksum(input, found.row, deps)) };
  },
};
