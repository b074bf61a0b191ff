/** Finds the tests. A unit test is one that starts no platform: it does not import the harness. */
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';

const places = ['server/src', 'runtime/src', 'cli/src', 'examples', 'test'];

export async function findTests(filters: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const place of places) {
    for await (const file of glob(`${place}/**/*.test.ts`, { exclude: (name) => name.includes('node_modules') })) {
      if (filters.length === 0 || filters.some((filter) => file.includes(filter))) files.push(file);
    }
  }
  return files.sort();
}

export const isUnitTest = (file: string) =>
  !file.startsWith('test/') && !/harness\/|child_process/.test(readFileSync(file, 'utf8'));
