/** `npm ci` prints no warning: every package admits the oldest Node of the README, and npm knows every setting of .npmrc. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The README says Node ≥ 20; some packages require the end of that line. */
const oldest = [20, 19] as const;

/** Whether a range such as `^20.12||^22||>=24` admits it. */
function admitsOldest(range: string): boolean {
  if (range === '*') return true;
  return range.split('||').some((part) => {
    const [, sign = '', major = '', minor = '0'] = /^\s*(>=|\^)?\s*(\d+)(?:\.(\d+|\*))?/.exec(part) ?? [];
    const isSame = Number(major) === oldest[0] && (minor === '*' || Number(minor) <= oldest[1]);
    return isSame || (sign === '>=' && Number(major) < oldest[0]);
  });
}

test('every package admits Node 20', async () => {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { engines?: { node?: string } }>;
  };
  const others = Object.entries(lock.packages).filter(
    ([, { engines }]) => engines?.node && !admitsOldest(engines.node),
  );
  assert.deepEqual(others, []);
});

test('npm knows every setting of .npmrc', async () => {
  const { stderr } = await promisify(execFile)('npm', ['config', 'get', 'save-exact'], { cwd: root });
  assert.doesNotMatch(stderr, /project config/);
});
