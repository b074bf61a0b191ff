/** Whether the platform may create control groups here, which enforce the limits of jobs. Read-only: the server tries it and logs the result. */
import { access, constants, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const needed = ['memory', 'cpu', 'pids'];

const mayWrite = (path: string) =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
const textOf = (file: string) => readFile(file, 'utf8').catch(() => '');

/** Which version, which controllers and where; undefined where there are none to be had. */
export async function controlGroups(root = '/sys/fs/cgroup', self = '/proc/self/cgroup'): Promise<string | undefined> {
  for (const mount of [root, join(root, 'unified')]) {
    const home = /^0::(\/(?!\.\.).*)$/m.exec(await textOf(self))?.[1];
    for (const group of new Set([mount, ...(home ? [join(mount, home)] : [])])) {
      const offered = (await textOf(join(group, 'cgroup.controllers'))).split(/\s+/);
      const controllers = needed.filter((name) => offered.includes(name));
      if (controllers.length > 0 && (await mayWrite(group)) && (await mayWrite(join(group, 'cgroup.subtree_control'))))
        return `version 2 at ${group} (${controllers.join(', ')})`;
    }
  }
  const usable = await Promise.all(
    needed.map(async (name) => ((await mayWrite(join(root, name, 'cgroup.procs'))) ? [name] : [])),
  );
  const controllers = usable.flat();
  return controllers.length > 0 ? `version 1 at ${root} (${controllers.join(', ')})` : undefined;
}
