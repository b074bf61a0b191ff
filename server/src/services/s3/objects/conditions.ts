/**
 * Conditional requests. Source: RFC 9110 section 13 and
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (how the headers go together).
 */
export interface Conditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: Date | undefined;
  readonly ifUnmodifiedSince?: Date | undefined;
}

/** Which condition an object breaks. The last two mean "not modified" where an object is read. */
type BrokenCondition = 'If-Match' | 'If-Unmodified-Since' | 'If-None-Match' | 'If-Modified-Since';

export function brokenCondition(
  conditions: Conditions,
  etag: string,
  lastModifiedMs: number,
): BrokenCondition | undefined {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  const seconds = Math.floor(lastModifiedMs / 1000);
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, etag)) return 'If-Match';
  } else if (ifUnmodifiedSince !== undefined && seconds > Math.floor(ifUnmodifiedSince.getTime() / 1000)) {
    return 'If-Unmodified-Since';
  }
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, etag) ? 'If-None-Match' : undefined;
  if (ifModifiedSince !== undefined && seconds <= Math.floor(ifModifiedSince.getTime() / 1000)) {
    return 'If-Modified-Since';
  }
  return undefined;
}

function matches(header: string, etag: string): boolean {
  return header.split(',').some((item) => item.trim() === '*' || bareEtag(item) === etag);
}

/** An entity tag without its quotes, of which one may be missing (observed). */
export function bareEtag(text: string): string {
  return text.trim().replace(/^W\//, '').replace(/^"|"$/g, '');
}
