/** The folder with the data for pipes. It is outside the instances' folders, so their programs cannot see it. */
import { dirname, join } from 'node:path';
import type { Host } from '../../jobs/host.ts';

const beside = ([host]: readonly Host[], name: string): string => {
  if (!host) throw new Error('a job has at least one instance');
  return join(dirname(host.dir), name);
};

export const stagedFolder = (hosts: readonly Host[]) => beside(hosts, 'staged');
export const feedFolder = (hosts: readonly Host[]) => beside(hosts, 'feed');
export const stagedObjects = (folder: string, index: number) => join(folder, String(index));
export const stagedRecords = (folder: string, index: number) => join(folder, `${index}.records`);
