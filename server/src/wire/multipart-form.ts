/**
 * Reads a multipart/form-data body while it streams: the fields before the file, and the file as a stream that ends where its part does. Keeps no
 * more than the fields and one chunk in memory. RFC 7578; S3's use of it: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html.
 */
import { Readable } from 'node:stream';
import { AwsError } from '../contract/aws-error.ts';

export interface Form {
  /** As received, in their order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly file: Readable;
  /** The file's name in the part's headers, without folders. */
  readonly fileName: string | undefined;
}

/** Observed: the code is the one in AWS's table without `Error`, the text is the same. */
const maxFieldBytes = 20_480;
const tooMuch = () =>
  new AwsError('MaxPostPreDataLengthExceeded', 'Your POST request fields preceeding the upload file was too large.', {
    status: 400,
    fields: { MaxPostPreDataLengthBytes: maxFieldBytes },
  });

const malformed = () =>
  new AwsError('MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.', {
    status: 400,
  });

/** Fields after the file are ignored. This many bytes of them are read, so that the connection can be used again. */
const maxRestBytes = 64 * 1024;

class PartReader {
  readonly #source: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.from('\r\n');
  taken = 0;

  constructor(stream: Readable) {
    // Destroying the stream would close the connection before the answer is sent.
    this.#source = stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  }

  async more(): Promise<boolean> {
    const { done, value } = await this.#source.next().catch((cause) => {
      throw new AwsError('IncompleteBody', 'The request body terminated unexpectedly', { status: 400, cause });
    });
    if (done) return false;
    this.#buffer = this.#buffer.length === 0 ? value : Buffer.concat([this.#buffer, value]);
    return true;
  }

  /** The bytes before `mark`, as they arrive. The next read begins after it. */
  async *until(mark: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const at = this.#buffer.indexOf(mark);
      const before = at === -1 ? this.#buffer.length - mark.length + 1 : at;
      if (before > 0) {
        const part = this.#buffer.subarray(0, before);
        this.#buffer = this.#buffer.subarray(before);
        this.taken += part.length;
        yield part;
      }
      if (at !== -1) {
        this.#buffer = this.#buffer.subarray(mark.length);
        this.taken += mark.length;
        return;
      }
      if (!(await this.more())) throw malformed();
    }
  }

  /** The same in one buffer, within the limit of all fields together. */
  async whole(mark: Buffer): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.until(mark)) {
      parts.push(part);
      if (this.taken > maxFieldBytes) throw tooMuch();
    }
    return Buffer.concat(parts);
  }

  async drain(): Promise<void> {
    for (let read = this.#buffer.length; read < maxRestBytes; read += this.#buffer.length) {
      this.#buffer = Buffer.alloc(0);
      if (!(await this.more())) return;
    }
  }
}

const lineEnd = Buffer.from('\r\n');

interface PartHead {
  readonly name: string;
  readonly fileName: string | undefined;
}

/** Browsers write quotes and line ends in names as %22, %0D and %0A: https://html.spec.whatwg.org/#multipart-form-data */
const unescaped = (text: string | undefined) =>
  text?.replace(/%(22|0D|0A)/gi, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** The headers of a part; its body is read next. Undefined after the last part. */
async function readPartHead(reader: PartReader): Promise<PartHead | undefined> {
  const rest = (await reader.whole(lineEnd)).toString('latin1');
  if (rest.startsWith('--')) return undefined;
  if (rest.trim() !== '') throw malformed();
  let disposition = '';
  for (;;) {
    const line = (await reader.whole(lineEnd)).toString('utf8');
    if (line === '') break;
    if (/^content-disposition:/i.test(line)) disposition = line;
  }
  const parameter = (name: string) =>
    unescaped(
      new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^;\\s]*))`, 'i')
        .exec(disposition)
        ?.slice(1)
        .find((text) => text !== undefined),
    );
  const name = parameter('name');
  if (!/^content-disposition:\s*form-data\b/i.test(disposition) || name === undefined) throw malformed();
  return { name, fileName: parameter('filename')?.replace(/^.*[/\\]/s, '') };
}

/** Throws for a form whose boundary is missing. */
function boundaryOf(contentType: string): string {
  const match = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw malformed();
  return boundary;
}

async function* fileOf(reader: PartReader, mark: Buffer) {
  yield* reader.until(mark);
  await reader.drain();
}

/** Resolves at the beginning of the file's part. */
export async function readForm(stream: Readable, contentType: string): Promise<Form> {
  const mark = Buffer.from(`\r\n--${boundaryOf(contentType)}`, 'latin1');
  const reader = new PartReader(stream);
  const fields: [string, string][] = [];
  // Text before the first part is ignored.
  await reader.whole(mark);
  for (;;) {
    const part = await readPartHead(reader);
    if (part === undefined) {
      throw new AwsError('InvalidArgument', 'POST requires exactly one file upload per request.', {
        status: 400,
        fields: { ArgumentName: 'file', ArgumentValue: 0 },
      });
    }
    if (part.name.toLowerCase() === 'file') {
      const file = Readable.from(fileOf(reader, mark), { objectMode: false });
      return { fields, file, fileName: part.fileName };
    }
    fields.push([part.name, (await reader.whole(mark)).toString('utf8')]);
  }
}
