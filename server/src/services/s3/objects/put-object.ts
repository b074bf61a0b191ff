/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */

import { objectAccess } from '../access.ts';
import { getBucket } from '../buckets/bucket.ts';
import type { S3Operation } from '../deps.ts';
import type { ObjectRow } from '../tables.ts';
import { refuseGrants, refuseUnsupported } from '../unsupported-headers.ts';
import { expectationsOf } from './body-expectations.ts';
import { checksumMembers, quoted } from './object.ts';
import { documentOf } from './object-document.ts';
import { checkKey } from './object-key.ts';
import { receiveBody } from './receive-body.ts';
import { storageClassOf } from './storage-class.ts';
import { storeObject, writeCondition } from './store-object.ts';

export const putObject: S3Operation<'PutObject'> = {
  access: objectAccess('s3:PutObject'),
  async handle(input, call, deps) {
    checkKey(input.Key, call);
    refuseUnsupported(input, call);
    refuseGrants(input, call);
    const condition = writeCondition(input, call);
    const storageClass = storageClassOf(input.StorageClass, call);
    const document = documentOf(input, call);
    const expected = expectationsOf(input, call);
    const bucket = await getBucket(deps, call, input);
    const body = await receiveBody(input.Body, expected, call, deps);
    const row: ObjectRow = {
      bucket: bucket.name,
      key: input.Key,
      blob_id: body.blobId,
      size: body.size,
      etag: body.etag,
      last_modified: call.now.getTime(),
      storage_class: storageClass,
      checksum_algorithm: body.checksumAlgorithm,
      checksum_type: 'FULL_OBJECT',
      checksum_value: body.checksum,
      document: JSON.stringify(document),
    };
    await storeObject({ bucket, row, condition, reason: 'PutObject', isNewBlob: true }, call, deps);
    return { ETag: quoted(row.etag), ...checksumMembers(row.checksum_algorithm, 'FULL_OBJECT', row.checksum_value) };
  },
};
