/** S3's virtual-hosted requests (the bucket in the Host header) as path-style ones. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html */
import type { WireRequest } from './protocol.ts';

const hosted =
  /^(.+?)\.(?:s3(?:[.-](?:dualstack\.)?[a-z]{2}(?:-[a-z]+)+-\d)?\.(?:amazonaws\.com(?:\.cn)?|localhost)|localhost)(?::\d+)?$/;
const endpoint = /^s3(?:[.-][a-z0-9.-]+)?$/;

/** The bucket that a Host header names, if one. */
function bucketOfHost(host: string | undefined): string | undefined {
  const bucket = host === undefined ? undefined : hosted.exec(host)?.[1];
  return bucket === undefined || endpoint.test(bucket) ? undefined : bucket;
}

export function inPathStyle(request: WireRequest): WireRequest {
  const bucket = bucketOfHost(request.headers.host);
  return bucket === undefined ? request : { ...request, path: `/${bucket}${request.path}` };
}
