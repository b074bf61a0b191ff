/** Finds the tests and says which tier each is of. */
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';

const folders = ['server/src', 'runtime/src', 'cli/src', 'examples', 'test'];

export async function findTests(filters: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const folder of folders) {
    for await (const file of glob(`${folder}/**/*.test.ts`, { exclude: (name) => name.includes('node_modules') })) {
      if (filters.length === 0 || filters.some((filter) => file.includes(filter))) files.push(file);
    }
  }
  return files.sort();
}

/** journey: kills, whole workflows, foreign clients. machine: containers, other users, PostgreSQL. service: a platform of its own. unit: no server. */
export const tiers = ['journey', 'machine', 'service', 'unit'] as const;
export type Tier = (typeof tiers)[number];

const needsMachine = /harness\/(containers|docker|podman|ordinary-user|postgres|databases)/;

export function tierOf(file: string): Tier {
  const text = readFileSync(file, 'utf8');
  if (needsMachine.test(text)) return 'machine';
  if (/^(test\/(journeys|clients|listener)|examples|cli)\//.test(file)) return 'journey';
  return file.startsWith('test/') || /harness\/|child_process/.test(text) ? 'service' : 'unit';
}

export const isUnitTest = (file: string) => tierOf(file) === 'unit';

/** The long ones first, so that nothing long is left alone at the end. */
export const inOrder = (files: readonly string[]): string[] =>
  files.toSorted((one, other) => tiers.indexOf(tierOf(one)) - tiers.indexOf(tierOf(other)));

/** Tests of the stores, by their operations: what SQL is written in. */
const stores =
  /^server\/src\/services\/(cloudtrail|cloudwatch|cloudwatch-logs|dynamodb|iam|s3|sts|sagemaker\/(endpoint|model|search|tags))/;

export const isOnBothDatabases = (file: string) => stores.test(file) && tierOf(file) === 'service';
