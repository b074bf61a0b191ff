/**
 * Docker's daemon for a test, beside the machine's own where there is one, with a containerd of its own as Debian starts them: the daemon may be killed and
 * its containers continue. It creates no network and no firewall rule. Needs root.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../../examples/workflow/stage.ts';
import type { EngineSettings } from './engine-settings.ts';

const containerdProgram = '/usr/bin/containerd';

export async function dockerIn(folder: string, socket: string): Promise<EngineSettings> {
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
  const below = (name: string) => join(folder, name);
  const runtime = below('containerd.sock');
  const containerd = await startContainerd(folder, runtime, env);
  const place = ['--data-root', below('data'), '--exec-root', below('exec'), '--pidfile', below('pid')];
  const noNetworks = ['--iptables=false', '--ip6tables=false', '--bridge=none'];
  const ways = ['--containerd', runtime, '--storage-driver', 'vfs', '--live-restore', '--host', `unix://${socket}`];
  return {
    mend: 'These tests of containers need Docker, as root: apt-get install docker.io busybox-static',
    env,
    client: ['docker', '--host', `unix://${socket}`],
    service: ['dockerd', ...place, ...noNetworks, ...ways],
    removal: ['rm', '--force'],
    async end() {
      const ended = once(containerd, 'exit');
      containerd.kill('SIGTERM');
      await ended;
      await unmountBelow(folder);
    },
  };
}

async function startContainerd(folder: string, socket: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const config = join(folder, 'containerd.toml');
  await writeFile(config, 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n');
  const place = ['--root', join(folder, 'containerd'), '--state', join(folder, 'state'), '--address', socket];
  const child = spawn(containerdProgram, ['--config', config, '--log-level', 'error', ...place], {
    env,
    stdio: 'ignore',
  });
  await once(child, 'spawn');
  await until('a socket of containerd', async () => {
    if (child.exitCode !== null) throw new Error(`it ended with status ${child.exitCode}`);
    return access(socket)
      .then(() => true)
      .catch(() => undefined);
  });
  return child;
}

/** A daemon leaves mounts behind. */
async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`)).reverse()) {
    await promisify(execFile)('umount', ['--lazy', mount]);
  }
}
