/** A Content-Encoding header without one of its codings; the rest as it was written. Undefined where nothing is left. */
export function withoutCoding(header: string | undefined, coding: string): string | undefined {
  const kept = header?.split(',').filter((part) => part.trim().toLowerCase() !== coding);
  return kept?.join(',').trim() || undefined;
}
