/** podman's service for a test, as root or as an ordinary user with subordinate ids. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EngineSettings } from './engine-settings.ts';

const podman = process.env.CLARY_TEST_PODMAN ?? 'podman';
const runc = process.env.CLARY_TEST_RUNC ?? '/usr/sbin/runc';

/** In a sandbox the hard limits are below podman's defaults, and cannot be raised. */
const configuration = `
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[engine.runtimes]
runc = [${JSON.stringify(runc)}]
`;

export async function podmanIn(folder: string, socket: string): Promise<EngineSettings> {
  const conf = join(folder, 'containers.conf');
  await writeFile(conf, configuration);
  const isRoot = process.getuid?.() === 0;
  const env = { ...process.env, CONTAINERS_CONF: conf, ...(isRoot ? {} : { XDG_RUNTIME_DIR: folder }) };
  const place = ['root', 'runroot', 'tmpdir'].flatMap((name) => [`--${name}`, join(folder, name)]);
  const words = [...place, '--storage-driver', 'vfs'];
  return {
    mend:
      'The tests of containers need podman, runc and a static busybox, as root or with subordinate ids: ' +
      'apt-get install podman runc busybox-static uidmap',
    env,
    client: [podman, ...words],
    service: [podman, ...words, 'system', 'service', '--time', '0', `unix://${socket}`],
    removal: ['rm', '--force', '--time', '0'],
    async end() {
      if (isRoot) return;
      // What a container's own users left is removed by who may: the root of their user namespace, which a process of its own keeps open.
      const keeper = Number(await readFile(join(folder, 'tmpdir', 'pause.pid'), 'utf8').catch(() => ''));
      const left = place.filter((word) => !word.startsWith('--'));
      await promisify(execFile)(podman, [...words, 'unshare', 'rm', '-rf', ...left], { env });
      if (keeper > 1) process.kill(keeper, 'SIGKILL');
    },
  };
}
