/**
 * Channels whose files are links into the platform's store. They are outside the folder of /opt/ml, and the program sees them through a
 * mount that keeps its changes apart: it cannot reach the store's bytes.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mount } from '../../../../engine/executor.ts';
import type { Host } from '../../jobs/host.ts';

export const linkedFolder = (host: Pick<Host, 'dir'>) => join(host.dir, 'linked');

export async function linkedMounts(host: Host): Promise<Mount[]> {
  const names = await readdir(linkedFolder(host)).catch(() => []);
  return names.map((name) => ({
    from: join(linkedFolder(host), name),
    to: join('/opt/ml/input/data', name),
    writable: 'copy',
  }));
}
