/** Which container engine answers on this machine. Asks only what version it is; where the server looks, this looks. */
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

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemVersion */
function versionAt(socketPath: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/version', timeout: answerMs }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      answer.on('end', () => resolve(nameOf(text)));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined)).end();
  });
}

function nameOf(text: string): string | undefined {
  try {
    const { Version: version, Components: components = [] } = JSON.parse(text) as Version;
    const [engine] = components;
    return engine ? `${engine.Name} ${engine.Version}` : version && `Docker Engine API, version ${version}`;
  } catch {
    return undefined;
  }
}

/** The first that answers. */
export async function containerEngine(): Promise<string | undefined> {
  for (const socket of containerSockets()) {
    const version = await versionAt(socket);
    if (version) return `${version} at ${socket}`;
  }
  return undefined;
}
