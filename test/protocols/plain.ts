/** Values of the SDK and ours as plain data that deepEqual compares: bytes as hexadecimal text, streams drained, the SDK's wrappers unwrapped. */
import { Readable } from 'node:stream';

export async function plain(value: unknown): Promise<unknown> {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (value instanceof Readable) return plain(Buffer.concat(await value.toArray()));
  if (value instanceof Date || value === null || typeof value !== 'object') return value;
  if (value instanceof String) return String(value);
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  if ('transformToByteArray' in value && typeof value.transformToByteArray === 'function') {
    return plain(await value.transformToByteArray());
  }
  const result: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    if (item !== undefined && name !== '$metadata') result[name] = await plain(item);
  }
  return result;
}
