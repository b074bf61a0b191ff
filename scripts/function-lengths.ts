/** Prints the functions that are longer than docs/style.md wants, so that growth is visible, and fails for those that are far too long. */
import { execFile } from 'node:child_process';
import { relative } from 'node:path';
import { promisify } from 'node:util';

/** Without blank lines. */
const wanted = 60;
const most = 130;
const folders = ['server/src', 'cli/src', 'runtime/src', 'scripts', 'bench', 'examples'];
const rule = '--only=complexity/noExcessiveLinesPerFunction';

const args = ['lint', rule, '--max-diagnostics=none', '--reporter=github', ...folders];
const { stdout } = await promisify(execFile)('biome', args, { maxBuffer: 64 * 1024 * 1024 });
const found = [...stdout.matchAll(/,file=([^,]+),line=(\d+),.*?\((\d+)\)\. Maximum/g)]
  .map(([, file = '', line, length]) => ({ where: `${relative('.', file)}:${line}`, length: Number(length) }))
  .filter(({ where, length }) => length > wanted && !where.includes('.test.ts:'))
  .sort((one, other) => other.length - one.length);
for (const { where, length } of found) console.log(`${String(length).padStart(5)} lines  ${where}`);
console.log(`${found.length} functions are longer than ${wanted} lines; the limit is ${most}`);
if (found.some(({ length }) => length > most)) process.exitCode = 1;
