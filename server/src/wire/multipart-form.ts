/**
 * A multipart/form-data body read while it streams: the fields before the file, and the file as a stream that ends where its part does. Holds no
 * more than the fields and one chunk. RFC 7578, and https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html for what S3 makes of it.
 */
import { Readable } from 'node:stream';
import { AwsError } from '../contract/aws-error.ts';

export interface Form {
  /** As they came, in their order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly file: Readable;
  /** What the part says of the file's name, without its folders; undefined where it says nothing. */
  readonly fileName: string | undefined;
}

/** Observed: the code without the `Error` of AWS's table, and the text unchanged. */
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

/** Fields behind the file are ignored: so much of them is read, that the connection may be used again. */
const maxRestBytes = 64 * 1024;

class Feed {
  readonly #source: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.from('\r\n');
  taken = 0;

  constructor(stream: Readable) {
    // A stream that is destroyed takes the connection along, and the answer with it.
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

  /** The bytes before `mark`, as they come; behind it goes on what comes next. */
  async *until(mark: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const at = this.#buffer.indexOf(mark);
      const sure = at === -1 ? this.#buffer.length - mark.length + 1 : at;
      if (sure > 0) {
        const part = this.#buffer.subarray(0, sure);
        this.#buffer = this.#buffer.subarray(sure);
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

  /** All of that, within what the fields may take together. */
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

/** The headers of a part; its body is next. Undefined behind the last part. */
async function partHead(feed: Feed): Promise<PartHead | undefined> {
  const rest = (await feed.whole(lineEnd)).toString('latin1');
  if (rest.startsWith('--')) return undefined;
  if (rest.trim() !== '') throw malformed();
  let disposition = '';
  for (;;) {
    const line = (await feed.whole(lineEnd)).toString('utf8');
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

/** Undefined for what is no form; throws for one whose boundary is missing. */
function boundaryOf(contentType: string): string {
  const match = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw malformed();
  return boundary;
}

async function* fileOf(feed: Feed, mark: Buffer) {
  yield* feed.until(mark);
  await feed.drain();
}

/** Resolves when the file's part has begun. */
export async function readForm(stream: Readable, contentType: string): Promise<Form> {
  const mark = Buffer.from(`\r\n--${boundaryOf(contentType)}`, 'latin1');
  const feed = new Feed(stream);
  const fields: [string, string][] = [];
  // Text before the first part is ignored.
  await feed.whole(mark);
  for (;;) {
    const part = await partHead(feed);
    if (part === undefined) {
      throw new AwsError('InvalidArgument', 'POST requires exactly one file upload per request.', {
        status: 400,
        fields: { ArgumentName: 'file', ArgumentValue: 0 },
      });
    }
    if (part.name.toLowerCase() === 'file') {
      const file = Readable.from(fileOf(feed, mark), { objectMode: false });
      return { fields, file, fileName: part.fileName };
    }
    fields.push([part.name, (await feed.whole(mark)).toString('utf8')]);
  }
}
