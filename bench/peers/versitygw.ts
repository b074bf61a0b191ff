/** versitygw, an S3 gateway in Go over a folder of plain files, as its users start it. It flushes nothing to the disk before it answers. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installed } from '../go.ts';
import type { Platform } from '../platform.ts';

export const versitygwModule = 'github.com/versity/versitygw/cmd/versitygw';
export const versitygwVersion = 'v1.8.0';

export async function startVersitygw(flags: readonly string[]): Promise<Omit<Platform, 'startMs'>> {
  const program = installed(versitygwModule, versitygwVersion);
  const data = await mkdtemp(join(tmpdir(), 'clary-bench-versitygw-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'a secret for a bench',
    AWS_REGION: 'us-east-1',
  };
  const keys = ['--access', environment.AWS_ACCESS_KEY_ID, '--secret', environment.AWS_SECRET_ACCESS_KEY];
  const child = spawn(program, [...keys, '--port', `127.0.0.1:${port}`, '--quiet', ...flags, 'posix', data], {
    stdio: 'ignore',
  });
  for (;;) {
    if (await fetch(url).catch(() => undefined)) break;
    if (child.exitCode !== null) throw new Error('versitygw did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    process: child,
    environment,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      await rm(data, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
