/** Which container engine answers on this machine. Asks only what version it is; where the server looks, this looks. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';

const answerMs = 2000;

export function containerSockets(): string[] {
  const { CLARY_CONTAINER_SOCKET: given, DOCKER_HOST: host, XDG_RUNTIME_DIR: runtime } = process.env;
  if (given) return [given];
  return [
    ...(host?.startsWith('unix://') ? [host.slice('unix://'.length)] : []),
    '/var/run/docker.sock',
    '/run/podman/podman.sock',
    ...(runtime ? [join(runtime, 'podman', 'podman.sock')] : []),
  ];
}

interface Version {
  readonly Version?: string;
  readonly Components?: readonly { readonly Name: string; readonly Version: string }[];
}

/** What it answers to a question; undefined where it does not answer, or not with JSON. */
function ask<Answer>(socketPath: string, path: string): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path, timeout: answerMs }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      answer.on('end', () => resolve(answer.statusCode === 200 ? parsed(text) : undefined));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined)).end();
  });
}

function parsed<Answer>(text: string): Answer | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemVersion */
function nameOf({ Version: version, Components: components = [] }: Version): string | undefined {
  const [engine] = components;
  return engine ? `${engine.Name} ${engine.Version}` : version && `Docker Engine API, version ${version}`;
}

/** The first that answers. */
export async function containerEngine(): Promise<{ version: string; socket: string } | undefined> {
  for (const socket of containerSockets()) {
    const answer = await ask<Version>(socket, '/version');
    const version = answer && nameOf(answer);
    if (version) return { version, socket };
  }
  return undefined;
}

/** Sockets that exist and that this user may not open. */
export async function forbiddenSockets(): Promise<string[]> {
  const isForbidden = (path: string) =>
    access(path, constants.W_OK).then(
      () => false,
      ({ code }: NodeJS.ErrnoException) => code === 'EACCES',
    );
  const sockets = containerSockets();
  const found = await Promise.all(sockets.map(isForbidden));
  return sockets.filter((_, i) => found[i]);
}

/** The limits that an engine cannot enforce. The server's container-machine.ts checks the same. */
export async function missingLimits(socket: string): Promise<string[]> {
  const info = await ask<{ MemoryLimit?: boolean; CpuCfsQuota?: boolean; Rootless?: boolean }>(socket, '/info');
  const own = info?.Rootless && (await ask<{ host?: { cgroupControllers?: string[] } }>(socket, '/v4.0.0/libpod/info'));
  const controllers = own ? own.host?.cgroupControllers : undefined;
  const keepsMemory = controllers?.includes('memory') ?? info?.MemoryLimit !== false;
  const keepsCores = controllers?.includes('cpu') ?? info?.CpuCfsQuota !== false;
  return [...(keepsMemory ? [] : ['memory']), ...(keepsCores ? [] : ['cores'])];
}
