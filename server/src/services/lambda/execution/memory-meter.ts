/** The most memory that a run has used, from the files of its control groups. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const readText = (file: string) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

function readNumber(file: string): number | undefined {
  const text = readText(file).trim();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Of both versions of control groups. These are files in memory: reading them waits for nothing. */
const peakFilesOf = (dir: string): string[] =>
  readText(join(dir, 'groups'))
    .split('\n')
    .filter(Boolean)
    .flatMap((group) => ['memory.peak', 'memory.max_usage_in_bytes'].map((name) => join(group, name)))
    .filter((file) => readNumber(file) !== undefined);

/** Returns megabytes; 0 if the kernel keeps no account. */
export function memoryMeter(dir: string): () => number {
  let files: readonly string[] | undefined;
  return () => {
    files ??= peakFilesOf(dir);
    const peak = files.map(readNumber).find((bytes) => bytes !== undefined) ?? 0;
    return Math.ceil(peak / 1024 / 1024);
  };
}
