/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
import { listAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { keyWriter } from '../url-encoding.ts';
import { behindMarker, readPage, readPageSize } from './listing.ts';
import { readToken, writeToken } from './token.ts';

export const listObjectsV2: S3Operation<'ListObjectsV2'> = {
  audit: { data: true },
  access: listAccess,
  async handle(input, call, deps) {
    const size = readPageSize(input.MaxKeys, 'max-keys', call);
    const write = keyWriter(input.EncodingType, call);
    const token = input.ContinuationToken;
    const from = token === undefined ? behindMarker(input.StartAfter, input) : readToken(token, call);
    const page = await readPage(input, { from, size, withOwner: input.FetchOwner === true, write }, call, deps);
    return {
      Name: input.Bucket,
      Prefix: write(input.Prefix ?? ''),
      Delimiter: input.Delimiter ? write(input.Delimiter) : undefined,
      StartAfter: input.StartAfter ? write(input.StartAfter) : undefined,
      EncodingType: input.EncodingType,
      MaxKeys: size,
      KeyCount: page.contents.length + page.commonPrefixes.length,
      IsTruncated: page.isTruncated,
      ContinuationToken: token,
      NextContinuationToken: page.isTruncated && page.next !== undefined ? writeToken(page.next, call) : undefined,
      Contents: [...page.contents],
      CommonPrefixes: [...page.commonPrefixes],
    };
  },
};
