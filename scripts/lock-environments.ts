/**
 * Writes the lock files of the Python environments anew, from their requirements: runtime/environments/*.in → *.txt, for every Python from 3.10 on.
 * Run it when a version is to change; it queries the Python package index and runs no downloaded code. Arguments name environments; none means all.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { uv } from '../runtime/src/environments/uv.ts';

const folder = fileURLToPath(new URL('../runtime/environments', import.meta.url));
const wanted = process.argv.slice(2);
const names = (await readdir(folder)).flatMap((file) => /^(.+)\.in$/.exec(file)?.[1] ?? []);
const how = ['--universal', '--python-version', '3.10', '--generate-hashes', '--only-binary', ':all:', '--no-annotate'];

for (const name of names.filter((one) => wanted.length === 0 || wanted.includes(one))) {
  const files = ['--output-file', join(folder, `${name}.txt`), join(folder, `${name}.in`)];
  const header = ['--custom-compile-command', `node scripts/lock-environments.ts ${name}`];
  await uv(process.env, () => {}, 'pip', 'compile', '--quiet', ...how, ...header, ...files);
  console.log(`locked ${name}`);
}
