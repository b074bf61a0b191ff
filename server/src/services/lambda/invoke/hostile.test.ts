import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { UpdateFunctionCodeCommand } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { link, openFunctionBench, type ZipEntry, zipOf } from '../../../../../test/harness/functions.ts';
import { startPlatform } from '../../../../../test/harness/platform.ts';

const platform = await startPlatform();
const bench = await openFunctionBench(platform);
after(() => platform[Symbol.asyncDispose]());

await bench.create(
  'hostile',
  `
import os, sys, time
def handler(event, context):
    what = event["do"]
    if what == "crash": os._exit(3)
    if what == "hang": time.sleep(60)
    if what == "print":
        for _ in range(100_000): print("x" * 99)
    if what == "fail": raise ValueError("boom")
    if what == "set": return {1, 2}
    if what == "fill":
        with open("/tmp/big", "wb") as file:
            for _ in range(600): file.write(b"x" * 1048576)
    if what == "memory": return len(b"x" * 400 * 1048576)
    if what == "fork":
        for _ in range(5000): 
            if os.fork() == 0: time.sleep(60)
    if what == "keys": return [os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
    if what == "write": open("/var/task/main.py", "w")
    if what == "secret": return os.path.exists("${platform.dataDir}")
    return "well"
`,
  { Timeout: 2, MemorySize: 256 },
);

type Failure = { readonly errorType: string; readonly errorMessage: string };

describe('A function', () => {
  const cases: readonly [what: string, action: string, type: string, message: RegExp][] = [
    [
      'that crashes',
      'crash',
      'Runtime.ExitError',
      /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 3$/,
    ],
    ['that hangs', 'hang', 'Sandbox.Timedout', /^RequestId: [0-9a-f-]{36} Error: Task timed out after 2.00 seconds$/],
    ['that raises', 'fail', 'ValueError', /^boom$/],
    ['that answers no JSON', 'set', 'Runtime.MarshalError', /^Unable to marshal response/],
    ['that fills its storage', 'fill', 'OSError', /File too large/],
    ['that writes into its code', 'write', 'OSError', /Read-only file system/],
  ];
  for (const [what, action, type, message] of cases) {
    it(`${what} gets AWS’s error, and the next call works`, async () => {
      const answer = await bench.invoke('hostile', { do: action });
      const failure = answer.payload as Failure;
      assert.deepEqual([answer.status, answer.error, failure.errorType], [200, 'Unhandled', type]);
      assert.match(failure.errorMessage, message);
      assert.equal((await bench.invoke('hostile', { do: 'nothing' })).payload, 'well');
    });
  }

  for (const action of ['memory', 'fork'])
    it(`is contained when it takes too much (${action}), and the next call works`, async () => {
      await bench.invoke('hostile', { do: action });
      assert.equal((await bench.invoke('hostile', { do: 'nothing' })).payload, 'well');
    });

  it('prints 10 MB without waiting for its log', async () => {
    const answer = await bench.invoke('hostile', { do: 'print' }, { LogType: 'Tail' });
    assert.equal(answer.payload, 'well');
    assert.match(answer.log, /x\nEND RequestId/);
  });

  it('has credentials that end with its environment', async () => {
    const [accessKeyId, secretAccessKey, sessionToken] = (await bench.invoke('hostile', { do: 'keys' }))
      .payload as string[];
    const credentials = { accessKeyId, secretAccessKey, sessionToken };
    const sts = platform.client(STSClient, { credentials });
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, 'arn:aws:sts::000000000000:assumed-role/functions/hostile');
    await bench.invoke('hostile', { do: 'crash' });
    await assert.rejects(sts.send(new GetCallerIdentityCommand({})), { name: 'ExpiredToken' });
  });

  it('sees no file of the platform', async () => {
    assert.equal((await bench.invoke('hostile', { do: 'secret' })).payload, false);
  });
});

describe('A deployment package', () => {
  const update = (...entries: ZipEntry[]) =>
    bench.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'hostile', ZipFile: zipOf(...entries) }));
  const main = { name: 'main.py', text: 'def handler(event, context): return open("/var/task/linked").read()' };
  const refused: readonly [string, readonly ZipEntry[], RegExp][] = [
    ['a name that leaves it', [{ name: '../evil', text: '' }], /Could not unzip uploaded file|not allowed/],
    ['an absolute name', [{ name: '/etc/evil', text: '' }], /Could not unzip uploaded file|not allowed/],
    ['a link that leaves it', [link('out', '../../etc')], /The link "out" leads out of the archive/],
    ['an absolute link', [link('out', '/etc/passwd')], /The link "out" leads out of the archive/],
    [
      'a link that leaves it by way of another',
      [{ name: 'a/b/c', text: '' }, link('a/up', 'b'), link('a/b/l', '../../a'), link('x', 'a/b/l/../..')],
      /leads out of the archive/,
    ],
    ['a file below a link', [link('d', '.'), { name: 'd/x', text: '' }], /Could not unzip/],
    [
      'more than 250 MB',
      [{ name: 'bomb', text: 'x', claimedSize: 300_000_000 }],
      /Unzipped size must be smaller than 262144000 bytes/,
    ],
    ['a size that is a lie', [{ name: 'lie', text: 'x'.repeat(1000), claimedSize: 10 }], /Could not unzip/],
  ];
  for (const [what, entries, message] of refused)
    it(`is refused with ${what}`, () =>
      assert.rejects(update(...entries), { name: 'InvalidParameterValueException', message }));

  it('keeps the links inside it', async () => {
    await update(main, { name: 'folder/file', text: 'through a link' }, link('linked', 'folder/file'));
    assert.equal((await bench.invoke('hostile', {})).payload, 'through a link');
  });
});
