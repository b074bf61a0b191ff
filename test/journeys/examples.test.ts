/** The examples as a newcomer runs them: the command line starts a platform of its own, the example runs the whole workflow, everything stops. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));

async function demo(...args: string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [program, 'demo', ...args])).stdout;
}

describe('clary demo does', () => {
  test('exam-score: eight stages, the gate, a prediction, what was captured', async () => {
    const text = await demo();
    const stages = [...text.matchAll(/^\d\. ([A-Z][a-z ]+) \(/gm)].map((match) => match[1]);
    assert.deepEqual(stages, [
      'Collect',
      'Prepare',
      'Train',
      'Validate',
      'Register',
      'Approve and deploy',
      'Predict',
      'Monitor',
    ]);
    assert.match(text, /decision: passed/);
    const score = Number(/predicted score: ([\d.]+)/.exec(text)?.[1]);
    assert.ok(Math.abs(score - 474) < 30, `predicted ${score}, the formula says 474`);
    assert.match(
      text,
      /"captureData":\{"endpointInput":\{"observedContentType":"text\/csv","mode":"INPUT","data":"3,1,60,5"/,
    );
  });

  test('governed-store: versions, locks, a session that may read one prefix', async () => {
    const text = await demo('governed-store');
    assert.match(text, /2 versions under 1 delete marker; the first still says "the first model"/);
    assert.match(text, /deleting it is refused: Access Denied because object protected by object lock\./);
    assert.match(text, /reads "the release"/);
    assert.match(
      text,
      /may not write: User: .* is not authorized to perform: s3:PutObject .* because no session policy/,
    );
  });

  test('iris: both objectives know the flower', async () => {
    const text = await demo('iris');
    assert.equal(text.match(/decision: passed/g)?.length, 2);
    assert.equal(text.match(/Iris setosa/g)?.length, 2);
  });

  test('script-mode: a user’s script classifies flowers', async () => {
    const text = await demo('script-mode');
    const accuracy = Number(/Train \([\d.]+ s\): accuracy ([\d.]+)/.exec(text)?.[1]);
    assert.ok(accuracy > 0.9 && accuracy <= 1, text);
    assert.match(text, /→ s3:\/\/script-mode-\S+\/output\/model\.tar\.gz/);
  });

  test('preprocess: a script splits and scales, its word is the job’s', async () => {
    const text = await demo('preprocess');
    assert.match(text, /2\. Process \([\d.]+ s\): 120 rows to train with, 30 to test with/);
    assert.match(text, /120 scaled rows to train with\n {3}[a-z]+,-?\d\.\d+,/);
  });
});
