/** The server is killed (-9) in each phase of a processing job, and jobs are stopped in each: every one ends as it should, and ran once at most. */
import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { StopProcessingJobCommand } from '@aws-sdk/client-sagemaker';
import { until } from '../../examples/workflow/stage.ts';
import { type PlatformProcess, startPlatformProcess } from '../harness/platform.ts';
import { processingEnd, processingLog, s3Input, s3Output, startProcessing, stored } from '../harness/processed.ts';
import { beginnings } from '../harness/runs.ts';
import { openWorkbench, type Workbench } from '../harness/workbench.ts';

let platform: PlatformProcess;
let bench: Workbench;
const largeBytes = 48 * 2 ** 20;
const linkedCount = 300;
/** Large enough to be a file of the store, which jobs link to. */
const linkedText = 'linked'.repeat(20_000);
/** Beside the program's last word: what lies there is copied. */
const large = () => s3Input('large', 'large/', { LocalPath: '/opt/ml/output/large' });

before(async () => {
  // One job at a time.
  platform = await startPlatformProcess({ flags: ['--sandbox', 'required', '--job-cores', '2'] });
  bench = await openWorkbench(platform, { maxAttempts: 10 });
  for (let i = 0; i < 12; i++) await bench.put(`large/${i}`, Buffer.alloc(largeBytes, 'l'));
  await bench.put('small/a', 'a');
  for (let i = 0; i < linkedCount; i++) await bench.put(`many/${i}`, linkedText);
});
after(() => platform[Symbol.asyncDispose]());
afterEach(() => nothingLeft());

/** The test talks with the program by files in its folder: the server need not live for it. */
const talking = `
import os, time, uuid
print('began', uuid.uuid4(), flush=True)
def mark(name): open('/opt/ml/' + name, 'w').close()
def wait(name):
    while not os.path.exists('/opt/ml/' + name): time.sleep(0.02)
def leave(name, text):
    with open('/opt/ml/processing/out/' + name, 'w') as f: f.write(text)
`;
const start = (
  name: string,
  script: string,
  inputs = [s3Input('small', 'small/')],
  mode: 'EndOfJob' | 'Continuous' = 'EndOfJob',
) =>
  startProcessing(bench, name, talking + script, {
    inputs,
    outputs: [s3Output('out', `${name}/out`, { S3UploadMode: mode })],
  });
const stop = (name: string) => bench.sagemaker.send(new StopProcessingJobCommand({ ProcessingJobName: name }));

/** The folder of the only job that runs. */
async function mlFolder(): Promise<string> {
  const runs = join(platform.dataDir, 'runs', 'processing');
  const [run = ''] = await readdir(runs).catch((): string[] => []);
  return join(runs, run, 'algo-1', 'ml');
}
const filesIn = async (...names: string[]) => readdir(join(await mlFolder(), ...names)).catch((): string[] => []);
const thereIs = (what: string, ...folder: string[]) =>
  until(`${what} in the job's folder`, async () => ((await filesIn(...folder)).includes(what) ? true : undefined));
const give = async (name: string) => writeFile(join(await mlFolder(), name), '');

async function again(): Promise<void> {
  await platform.kill9();
  await platform.restart();
}

/** No folder of a job, once they have ended. */
const nothingLeft = () =>
  until('the end of all folders', async () =>
    (await readdir(join(platform.dataDir, 'runs', 'processing'))).length === 0 ? true : undefined,
  );

async function endsAs(name: string, status: string, began = 1) {
  const job = await processingEnd(bench, name);
  assert.equal(job.ProcessingJobStatus, status, job.FailureReason);
  const log = began === 0 ? [] : await processingLog(bench, name);
  assert.equal(beginnings(log), began, log.join('\n'));
}

describe('processing jobs survive kill -9', () => {
  test('as soon as they are acknowledged, and while they wait for their place', async () => {
    const script = `leave('x', open('/opt/ml/processing/input/small/a').read())`;
    await start('first', script);
    await start('second', script);
    await again();
    for (const name of ['first', 'second']) {
      await endsAs(name, 'Completed');
      assert.deepEqual(await stored(bench, `${name}/out/`), { x: 'a' });
    }
  });

  test('while their inputs come: these are whole when the program begins', async () => {
    const script = `
folder = '/opt/ml/output/large/'
leave('sizes', str([os.path.getsize(folder + str(i)) for i in range(12)]))`;
    await start('downloading', script, [large()]);
    for (let kills = 0; kills < 2; kills++) {
      await thereIs('0', 'output', 'large');
      await again();
    }
    await endsAs('downloading', 'Completed');
    assert.deepEqual(await stored(bench, 'downloading/out/'), {
      sizes: JSON.stringify(Array(12).fill(largeBytes)).replaceAll(',', ', '),
    });
  });

  test('while their inputs are linked, and while they change them', async () => {
    const script = `
folder = '/opt/ml/processing/input/many/'
texts = {open(folder + str(i)).read() for i in range(${linkedCount})}
open(folder + '0', 'a').write(' changed')
mark('changed'); wait('go')
leave('texts', str(len(texts)) + str(len(texts.pop())) + open(folder + '0').read()[-8:])`;
    await start('linking', script, [s3Input('many', 'many/')]);
    await until('the first link', async () =>
      (await readdir(join(await mlFolder(), '..', 'linked', '0')).catch(() => [])).length > 0 ? true : undefined,
    );
    await again();
    await thereIs('changed');
    await again();
    await give('go');
    await endsAs('linking', 'Completed');
    assert.deepEqual(await stored(bench, 'linking/out/'), { texts: `1${linkedText.length} changed` });
    assert.equal(Buffer.from(await bench.read('many/0')).toString(), linkedText);
  });

  test('while they run, whether the program continues or ends meanwhile', async () => {
    await start(
      'running',
      `leave('early', 'early'); mark('runs'); wait('go'); leave('late', 'late')`,
      undefined,
      'Continuous',
    );
    await thereIs('runs');
    await until('the early file', async () => ('early' in (await stored(bench, 'running/out/')) ? true : undefined));
    await again();
    await platform.kill9();
    await give('go');
    await platform.restart();
    await endsAs('running', 'Completed');
    assert.deepEqual(await stored(bench, 'running/out/'), { early: 'early', late: 'late' });
  });

  test('while their outputs go: all of them arrive', async () => {
    await start(
      'uploading',
      `
for i in range(300): leave(str(i), str(i) * 100000)
mark('written')`,
    );
    await thereIs('written');
    await until('the first of the outputs', async () =>
      Object.keys(await some('uploading')).length > 0 ? true : undefined,
    );
    await again();
    await endsAs('uploading', 'Completed');
    const found = await stored(bench, 'uploading/out/');
    assert.deepEqual(
      Object.entries(found).filter(([name, text]) => text !== name.repeat(100000)),
      [],
    );
    assert.equal(Object.keys(found).length, 300);
  });
});

const some = (name: string) => stored(bench, `${name}/out/1`);

describe('processing jobs stop', () => {
  test('while they wait, while their inputs come, and while they run', async () => {
    await start('busy', `mark('runs'); wait('go')`);
    await thereIs('runs');
    await start('waits', '');
    await stop('waits');
    await endsAsWaiting('waits');
    await give('go');
    await endsAs('busy', 'Completed');

    await start('comes', `leave('x', 'x')`, [large()]);
    await thereIs('0', 'output', 'large');
    await stop('comes');
    await endsAs('comes', 'Stopped', 0);
    assert.deepEqual(await stored(bench, 'comes/out/'), {});

    await start('runs', `mark('runs'); leave('x', 'x'); wait('never')`);
    await thereIs('runs');
    await stop('runs');
    await again();
    await endsAs('runs', 'Stopped');
  });
});

async function endsAsWaiting(name: string): Promise<void> {
  const job = await processingEnd(bench, name);
  assert.equal(job.ProcessingJobStatus, 'Stopped');
  assert.equal(job.ProcessingStartTime, undefined);
}
