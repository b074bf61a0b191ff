/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
import { encryptionIn, encryptionMembers } from '../bytes/encryption.ts';
import type { S3Operation } from '../deps.ts';
import { expectationsOf } from '../objects/body-expectations.ts';
import { partAccess } from '../objects/new-object.ts';
import { checksumMembers, quoted } from '../objects/object.ts';
import { announcedAlgorithm, receiveBody } from '../objects/receive-body.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { storePart } from './store-part.ts';
import { checkPartAlgorithm, checkPartNumber, getUpload, secretOfUpload } from './upload.ts';

export const uploadPart: S3Operation<'UploadPart'> = {
  audit: { data: true },
  access: partAccess,
  async handle(input, call, deps) {
    checkPartNumber(input.PartNumber, call);
    refuseUnsupported(input, call);
    const expected = expectationsOf(input, call);
    const { upload } = await getUpload(deps, call, input);
    checkPartAlgorithm(upload, expected.algorithm ?? announcedAlgorithm(input.Body), call);
    const secret = secretOfUpload(upload, input, call, deps);
    const algorithm = upload.checksum_algorithm;
    const body = await receiveBody(input.Body, expected, call, deps, { algorithm, secret });
    const row = await storePart(upload.upload_id, input.PartNumber, body, call, deps);
    return {
      ETag: quoted(row.etag),
      ...checksumMembers(algorithm, undefined, row.checksum_value),
      ...encryptionMembers(encryptionIn(upload)),
    };
  },
};
