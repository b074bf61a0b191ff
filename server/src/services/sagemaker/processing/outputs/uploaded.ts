/** Which of an instance's outputs are in S3 already. Kept beside the run, so that a restarted server does not upload them twice. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../../jobs/host.ts';

export interface Uploaded {
  has(output: string, file: string, signature: string): boolean;
  add(output: string, file: string, signature: string): Promise<void>;
  /** Entries that are lost are uploaded once more. */
  keep(): Promise<void>;
}

/** Writing the record takes longer the more files it has. */
const keepEveryMs = 2000;

export async function openUploaded({ dir }: Pick<Host, 'dir'>): Promise<Uploaded> {
  const path = join(dir, 'outputs.json');
  const text = await readFile(path, 'utf8').catch(() => '[]');
  const signatures = new Map<string, string>(JSON.parse(text) as [string, string][]);
  const keyOf = (output: string, file: string) => `${output}/${file}`;
  let changed = false;
  let keptAt = performance.now();
  let writing = Promise.resolve();

  async function write(): Promise<void> {
    if (!changed) return;
    changed = false;
    keptAt = performance.now();
    await writeFile(`${path}.new`, JSON.stringify([...signatures]));
    await rename(`${path}.new`, path);
  }
  const keep = () => {
    writing = writing.catch(() => {}).then(write);
    return writing;
  };
  return {
    has: (output, file, signature) => signatures.get(keyOf(output, file)) === signature,
    async add(output, file, signature) {
      signatures.set(keyOf(output, file), signature);
      changed = true;
      if (performance.now() - keptAt > keepEveryMs) await keep();
    },
    keep,
  };
}
