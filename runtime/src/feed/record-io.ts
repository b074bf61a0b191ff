/**
 * MXNet's RecordIO: a magic number, a length whose upper three bits say which part of a record this is, the bytes, and zeros up to a multiple of four.
 * https://mxnet.apache.org/versions/1.9.1/api/architecture/note_data_loading#data-format
 */
const magic = 0xced7230a;
const maxPartBytes = 2 ** 29 - 1;

type PartOf = 'whole' | 'first' | 'middle' | 'last';
const flags: Record<PartOf, number> = { whole: 0, first: 1, middle: 2, last: 3 };

function headOf(length: number, part: PartOf): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(magic, 0);
  head.writeUInt32LE(((flags[part] << 29) | length) >>> 0, 4);
  return head;
}

const paddingOf = (length: number) => Buffer.alloc((4 - (length % 4)) % 4);

/** Wraps bytes of known length as one record; a record too long for one part becomes several. `partBytes` is for tests. */
export async function* recordIo(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  length: number,
  partBytes = maxPartBytes,
): AsyncGenerator<Buffer> {
  const parts = Math.max(1, Math.ceil(length / partBytes));
  let part = 0;
  let left = 0;
  const begin = () => {
    left = part === parts - 1 ? length - part * partBytes : partBytes;
    const kind = parts === 1 ? 'whole' : part === 0 ? 'first' : part === parts - 1 ? 'last' : 'middle';
    part += 1;
    return headOf(left, kind);
  };
  yield begin();
  for await (let chunk of chunks) {
    while (chunk.length > left) {
      yield chunk.subarray(0, left);
      chunk = chunk.subarray(left);
      yield paddingOf(partBytes);
      yield begin();
    }
    left -= chunk.length;
    yield chunk;
  }
  if (left !== 0) throw new Error('the bytes are not as long as was said');
  yield paddingOf(part === parts ? length - (parts - 1) * partBytes : partBytes);
}
