/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html */
import { versionAccess } from '../access.ts';
import { grantsOf } from '../bucket-configuration/acl/grants.ts';
import type { S3Operation } from '../deps.ts';
import { changeVersion } from '../versions/changed-version.ts';
import { documentIn } from './object.ts';
import { checkedAcl } from './object-acl.ts';

export const putObjectAcl: S3Operation<'PutObjectAcl'> = {
  audit: { data: true },
  access: versionAccess('s3:PutObjectAcl', 's3:PutObjectVersionAcl'),
  async handle(input, call, deps) {
    await changeVersion(input, call, deps, ({ bucket, row }) => {
      const acl = checkedAcl(grantsOf(input, bucket.account, call), bucket, input.Key, 's3:PutObjectAcl', call);
      return { document: JSON.stringify({ ...documentIn(row), acl }) };
    });
    return {};
  },
};
