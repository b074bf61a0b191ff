/** The unmodified SageMaker Python SDK 2.x processes data: its processors bring their code as inputs and their own shell beside it (CLARY_TEST_SKLEARN_PYTHON). */
import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { processingLog } from '../harness/processed.ts';
import type { Client } from './client.ts';
import { atHome, here, startSdk } from './sagemaker-home.ts';

async function processed(client: Client, ...args: readonly string[]) {
  const text = await client.run(here('sagemaker_processing.py'), ...args);
  return { text, ...JSON.parse(/result (\{.+\})$/m.exec(text)?.[1] ?? assert.fail(text)) };
}
const rows = { train: 120, test: 30 };

describe('the SageMaker Python SDK 2.x processes by', () => {
  test('SKLearnProcessor: code, inputs from a folder, arguments, environment, outputs of both kinds', async () => {
    await using client = await startSdk('SAGEMAKER2');
    const { role, scripts } = await atHome(client);
    const { status, message, rows: found } = await processed(client, role, 'sklearn', scripts);
    assert.deepEqual({ status, message, found }, { status: 'Completed', message: 'a b, kept', found: rows });
  });

  test('ScriptProcessor: its own command, the log as it comes', async () => {
    await using client = await startSdk('SAGEMAKER2');
    const { role, scripts } = await atHome(client);
    const { text, status, message, rows: found } = await processed(client, role, 'script', scripts);
    assert.deepEqual({ status, message, found }, { status: 'Completed', message: 'a b, no note', found: rows });
    assert.match(text, /split 120 30/);
  });

  test('FrameworkProcessor: a source folder with requirements and modules, by runproc.sh', async () => {
    await using client = await startSdk('SAGEMAKER2');
    const { bench, role, scripts } = await atHome(client);
    const source = join(scripts, 'source');
    await mkdir(source);
    await cp(join(scripts, 'split.py'), join(source, 'helper.py'));
    await writeFile(
      join(source, 'main.py'),
      'import tabulate\nimport helper\nprint("tabulate", tabulate.__version__)\n',
    );
    await writeFile(join(source, 'requirements.txt'), 'tabulate==0.9.0\n');
    const { name, status, rows: found } = await processed(client, role, 'framework', scripts);
    assert.deepEqual({ status, found }, { status: 'Completed', found: rows });
    const log = await processingLog(bench, name);
    assert.equal(log.at(-1), 'tabulate 0.9.0', log.join('\n'));
  });
});
