/**
 * S3 reads x-amz-* headers from the query string too: a presigned URL contains them there.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
import type { WireRequest } from './protocol.ts';
import { splitQuery } from './query-string.ts';

const hasParameters = /(?:^|&)x-amz-/i;
/** The signature's own parameters. */
const signature = /^x-amz-(?:algorithm|credential|date|expires|signedheaders|signature|security-token)$/;

export function withPresignedHeaders(request: WireRequest): WireRequest {
  if (!hasParameters.test(request.query)) return request;
  const found: Record<string, string> = {};
  for (const [name, value] of splitQuery(request.query)) {
    const header = name.toLowerCase();
    if (header.startsWith('x-amz-') && !signature.test(header)) found[header] = value;
  }
  return { ...request, headers: { ...found, ...request.headers } };
}
