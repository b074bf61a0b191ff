/** One HTTP request to an address that users may call, within a time limit. Redirects are not followed. */
import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Failure, internalError, networkError, timedOut } from './answers.ts';
import type { ExecutionDeps } from './routes.ts';

interface Sending {
  readonly url: URL;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly deps: ExecutionDeps;
}

interface HttpAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

const maxAnswerBytes = 10 * 1024 * 1024;

export async function sendHttp(sending: Sending): Promise<HttpAnswer> {
  const { url, deps, timeoutMs, signal } = sending;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const limit = new AbortController();
  const timer = deps.clock.after(timeoutMs, () => limit.abort());
  try {
    const address = isIP(host) ? host : (await lookup(host)).address;
    if (await isForbidden(address, url, deps)) throw new Failure(internalError, `${address} may not be called`);
    return await exchange(sending, address, AbortSignal.any([limit.signal, signal]));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(limit.signal.aborted ? timedOut : networkError, error);
  } finally {
    timer.cancel();
  }
}

/** The request goes to the address that was checked, not to what the name means a moment later. */
function exchange({ url, method, headers, body }: Sending, address: string, signal: AbortSignal): Promise<HttpAnswer> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const options = {
      host: address,
      servername: isIP(url.hostname) ? undefined : url.hostname,
      port: url.port || undefined,
      path: `${url.pathname}${url.search}`,
      method,
      headers: { ...headers, host: url.host, ...(body.length > 0 && { 'content-length': body.length }) },
      agent: false,
      signal,
    } as const;
    const sent = send(options, (answer) => read(answer).then(resolve, reject));
    sent.once('error', reject);
    sent.end(body);
  });
}

async function read(answer: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswerBytes) throw new Failure(internalError, 'the answer is larger than 10 MB');
    chunks.push(chunk);
  }
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  return { status: answer.statusCode ?? 502, headers, body: Buffer.concat(chunks) };
}

/** Link-local addresses give out a machine's credentials (instance metadata). */
const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');
linkLocal.addAddress('fd00:ec2::254', 'ipv6');

const thisMachine = new BlockList();
thisMachine.addSubnet('127.0.0.0', 8, 'ipv4');
thisMachine.addSubnet('0.0.0.0', 8, 'ipv4');
thisMachine.addAddress('::1', 'ipv6');
thisMachine.addAddress('::', 'ipv6');

async function isForbidden(address: string, url: URL, { endpoint }: ExecutionDeps): Promise<boolean> {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (linkLocal.check(address, family)) return true;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const own = new URL(await endpoint);
  if (port !== (own.port || (own.protocol === 'https:' ? '443' : '80'))) return false;
  return thisMachine.check(address, family) || isOfInterface(address);
}

function isOfInterface(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '');
  return Object.values(networkInterfaces()).some((one) => one?.some((of) => of.address === plain));
}
