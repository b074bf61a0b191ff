/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
import { listAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { keyWriter } from '../url-encoding.ts';
import { behindMarker, readPage, readPageSize } from './listing.ts';

export const listObjects: S3Operation<'ListObjects'> = {
  audit: { data: true },
  access: listAccess,
  async handle(input, call, deps) {
    const size = readPageSize(input.MaxKeys, 'max-keys', call);
    const write = keyWriter(input.EncodingType, call);
    const from = behindMarker(input.Marker, input);
    const page = await readPage(input, { from, size, withOwner: true, write }, call, deps);
    return {
      Name: input.Bucket,
      Prefix: write(input.Prefix ?? ''),
      Marker: write(input.Marker ?? ''),
      // Without a delimiter clients take the last key.
      NextMarker: page.isTruncated && input.Delimiter && page.last !== undefined ? write(page.last) : undefined,
      Delimiter: input.Delimiter ? write(input.Delimiter) : undefined,
      EncodingType: input.EncodingType,
      MaxKeys: size,
      IsTruncated: page.isTruncated,
      Contents: [...page.contents],
      CommonPrefixes: [...page.commonPrefixes],
    };
  },
};
