/** Requests as no SDK would send them: paths byte for byte, bodies that end too early. Signed by the rules of SigV4, with an unsigned payload. */
import { createHash, createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestPlatform } from '../harness/platform.ts';

const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

/** The head of a request, ready for the wire. `path` is sent as it is, so it must be in the form that is signed. */
export function signedHead(
  { endpoint, region, credentials }: TestPlatform,
  method: string,
  path: string,
  extra: Readonly<Record<string, string>> = {},
): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const headers: Record<string, string> = {
    host: new URL(endpoint).host,
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    'x-amz-date': time,
    ...extra,
  };
  const names = Object.keys(headers).sort();
  const [bare, query = ''] = path.split('?');
  const canonical = [
    method,
    bare,
    query,
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'],
  ].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  const key = [time.slice(0, 8), region, 's3', 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${credentials.secretAccessKey}`,
  );
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash}`).toString('hex');
  const credential = `${credentials.accessKeyId}/${scope}`;
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `${[`${method} ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`;
}

export function dial({ endpoint }: TestPlatform): Promise<Socket> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Sends a whole request on a connection of its own; answers the whole answer. */
export async function exchange(platform: TestPlatform, head: string, body: string | Buffer = ''): Promise<string> {
  const socket = await dial(platform);
  socket.write(head.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'));
  socket.write(body);
  return text(socket);
}
