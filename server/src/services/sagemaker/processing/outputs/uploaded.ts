/** What of an instance's outputs is in S3 already, kept beside its run: a server that is started again does not upload it twice. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../../jobs/job-work.ts';

export interface Uploaded {
  has(output: string, file: string, signature: string): boolean;
  add(output: string, file: string, signature: string): Promise<void>;
  /** What is lost of it is uploaded once more. */
  keep(): Promise<void>;
}

/** Writing it down takes longer the more there is. */
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
