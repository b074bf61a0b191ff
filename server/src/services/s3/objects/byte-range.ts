/** The Range header. Source: RFC 9110 section 14; S3 answers one range, and a header that it cannot read as if it was not there. */
import type { ByteRange } from '../../../storage/blobs.ts';

/** Undefined: the whole object. */
export function readRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = header === undefined ? null : /^bytes=(?:(\d+)-(\d*)|-(\d+))$/.exec(header.trim());
  if (match === null) return undefined;
  const [, first, last, suffix] = match;
  if (first === undefined) {
    const length = Math.min(Number(suffix), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}
