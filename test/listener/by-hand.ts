/** HTTP as no client sends it: a URL fetched with what headers a test likes, at an address that no resolver knows. */
import { request as open } from 'node:http';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
}

/** Every host name is this machine. */
export const here = (_host: string, options: { all?: boolean }, found: (...answer: never[]) => void): void => {
  const answer = options.all ? [null, [{ address: '127.0.0.1', family: 4 }]] : [null, '127.0.0.1', 4];
  found(...(answer as never[]));
};

export function ask(url: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = typeof body === 'string' || body instanceof Uint8Array ? Buffer.byteLength(body) : undefined;
    const framed =
      length === undefined || headers['transfer-encoding'] ? headers : { 'content-length': String(length), ...headers };
    const request = open(url, { method, headers: framed, agent: false, lookup: here as never }, async (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      resolve({ status, headers: answered as Answer['headers'], body: await text(response) });
    });
    request.once('error', reject);
    if (body !== undefined && length === undefined) (body as Readable).pipe(request);
    else request.end(body);
  });
}

/** The members of S3's error. */
export function errorOf({ status, body }: Answer): Record<string, string> {
  const inside = /<Error>(.*)<\/Error>/s.exec(body)?.[1] ?? '';
  const plain = (value: string) =>
    value.replace(
      /&(lt|gt|quot|apos|amp);/g,
      (_all, name: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name] ?? '',
    );
  const members = [...inside.matchAll(/<([\w-]+)>([^<]*)<\/\1>/g)].map(([, name = '', value = '']) => [
    name,
    plain(value),
  ]);
  const { RequestId: _request, HostId: _host, ...rest } = Object.fromEntries(members);
  return { status: String(status), ...rest };
}
