/** S3's virtual-hosted requests (the bucket in the Host header) as path-style ones. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html */
import type { WireRequest } from './protocol.ts';

const region = String.raw`(?:dualstack\.)?[a-z]{2}(?:-[a-z]+)+-\d`;
/** `s3.<region>`, `s3-<region>`: labels that mean S3 and not a bucket. */
const service = new RegExp(`^s3(?:[.-]${region})?$`);
const aws = hostsBelow(String.raw`amazonaws\.com(?:\.cn)?`);
const local = hostsBelow('localhost');
const others = new Map<string, RegExp>();

/** `<bucket>.s3.<region>.<domain>`, `<bucket>.s3.<domain>`. */
function hostsBelow(domain: string): RegExp {
  return new RegExp(String.raw`^(.+?)\.s3(?:[.-]${region})?\.${domain}$`);
}

function ownHosts(domain: string): RegExp {
  let hosts = domain === 'localhost' ? local : others.get(domain);
  if (hosts === undefined) {
    hosts = hostsBelow(domain.replaceAll('.', '\\.'));
    others.set(domain, hosts);
  }
  return hosts;
}

/** The bucket that a Host header names, if one. */
export function bucketOfHost(header: string | undefined, domain = 'localhost'): string | undefined {
  const host = header?.replace(/\.?(?::\d+)?$/, '').toLowerCase();
  if (host === undefined || host === domain) return undefined;
  const bucket = (aws.exec(host) ?? local.exec(host) ?? ownHosts(domain).exec(host))?.[1];
  if (bucket !== undefined) return bucket;
  // Without `s3`, from clients whose endpoint is the domain alone.
  for (const short of [domain, 'localhost']) {
    if (!host.endsWith(`.${short}`)) continue;
    const label = host.slice(0, -short.length - 1);
    return service.test(label) ? undefined : label;
  }
  return undefined;
}

export function inPathStyle(request: WireRequest): WireRequest {
  const bucket = bucketOfHost(request.headers.host, request.domain);
  return bucket === undefined ? request : { ...request, path: `/${bucket}${request.path}` };
}
