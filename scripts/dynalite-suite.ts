/**
 * `node scripts/dynalite-suite.ts <checkout of github.com/architect/dynalite>`: runs its test-suite, whose expectations were recorded on DynamoDB, against a
 * platform of its own. The checkout needs `npm install`. More arguments go to mocha (`--grep query`).
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startPlatform } from '../test/harness/platform.ts';

const [checkout, ...more] = process.argv.slice(2);
if (checkout === undefined) {
  console.error('node scripts/dynalite-suite.ts <checkout of dynalite> [arguments of mocha]');
  process.exit(2);
}
await using platform = await startPlatform();
const preload = fileURLToPath(new URL('./dynalite-preload.cjs', import.meta.url));
const mocha = spawn(
  process.execPath,
  ['node_modules/.bin/mocha', '--exit', '--require', preload, '--require', 'should', '--timeout', '30000', ...more],
  { cwd: checkout, stdio: 'inherit', env: { ...process.env, ...platform.environment } },
);
process.exitCode = await new Promise<number>((resolve) => mocha.once('exit', (code) => resolve(code ?? 1)));
