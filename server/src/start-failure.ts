/** Why a start failed, for the person at the terminal: what failed, why, what to do. */
import { holderOfPort } from './port-holder.ts';

const answerMs = 1000;

async function answersAsClary(host: string, port: number): Promise<boolean> {
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/_clary/health`;
  return fetch(url, { signal: AbortSignal.timeout(answerMs) })
    .then(
      async (answer) => ((await answer.json()) as { status?: string }).status === 'ok',
      () => false,
    )
    .catch(() => false);
}

interface ListenError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
}

async function portTaken(address: string, port: number): Promise<string> {
  const holder = await holderOfPort(port);
  const isClary = await answersAsClary(address, port);
  const who = isClary
    ? `another Clary${holder ? `, ${holder},` : ''} answers there`
    : `it is held by ${holder ?? 'a process that this user cannot see'}`;
  return `port ${port} of ${address} is taken: ${who}\nStart with --port 0 (any free port) or --port N, or end the other program.`;
}

export async function explainStart(error: Error): Promise<string> {
  const { code, syscall, address = '', port = 0 } = error as ListenError;
  if (syscall === 'listen' && code === 'EADDRINUSE') return portTaken(address, port);
  if (syscall === 'listen' && code === 'EACCES')
    return `port ${port} of ${address} cannot be opened by this user: ports below 1024 need root\nStart with --port N above 1023.`;
  if (syscall === 'listen' && code === 'EADDRNOTAVAIL')
    return `${address} is not an address of this machine\nStart with --host 127.0.0.1, or with an address that \`ip address\` lists.`;
  return error.message;
}
