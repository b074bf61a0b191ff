/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */

import { bucketArn } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { successorOf } from '../listing/key-order.ts';
import { readToken, writeToken } from '../listing/token.ts';
import { ownerOf } from '../owner.ts';
import { invalidArgument } from '../refusals.ts';
import { listBuckets as listRows } from './bucket-store.ts';
import { firstRegion, isOtherRegion } from './regions.ts';

const maxBuckets = 10_000;

export const listBuckets: S3Operation<'ListBuckets'> = {
  access: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
  async handle(input, call, deps) {
    const limit = input.MaxBuckets ?? maxBuckets;
    if (!Number.isInteger(limit) || limit < 1 || limit > maxBuckets) {
      const message = `Argument max-buckets must be an integer between 1 and ${maxBuckets}`;
      throw invalidArgument(call, message, 'max-buckets', String(limit));
    }
    const { BucketRegion: region, ContinuationToken: token } = input;
    if (region !== undefined && region !== firstRegion && !isOtherRegion(region)) {
      throw invalidArgument(call, `Argument value ${region} is not a valid AWS Region`, 'bucket-region', region);
    }
    const rows = await listRows(deps.database, {
      account: call.account,
      after: token ? readToken(token, call) : undefined,
      from: input.Prefix ?? '',
      until: input.Prefix === undefined ? undefined : successorOf(input.Prefix),
      region,
      limit: limit + 1,
    });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      Owner: ownerOf(call.account),
      Buckets: shown.map((row) => ({
        Name: row.name,
        CreationDate: new Date(row.created_at),
        BucketRegion: row.region,
        BucketArn: bucketArn(row, row.name),
      })),
      Prefix: input.Prefix,
      ContinuationToken: rows.length > limit && last ? writeToken(last.name, call) : undefined,
    };
  },
};
