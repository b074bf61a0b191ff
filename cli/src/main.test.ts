import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import packageJson from '../package.json' with { type: 'json' };
import { commands, usage } from './commands.ts';
import { clary, type Installation, installation } from './example-installation.ts';

const stored = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: "it's/+secret" };

function started(here: Installation, more: object = {}): string {
  const data = join(here.dir, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'credentials.json'), JSON.stringify({ ...stored, ...more }));
  return data;
}

describe('clary does', { concurrency: 2 }, () => {
  test('print its usage, and its version', async () => {
    using here = installation();
    for (const args of [[], ['help'], ['--help'], ['-h']])
      assert.deepEqual(await clary(here.env, ...args), { code: 0, out: `${usage}\n`, errors: '' });
    assert.equal((await clary(here.env, '--version')).out, `${packageJson.version}\n`);
  });

  test('print the help of every command, with examples', async () => {
    using here = installation();
    for (const name of Object.keys(commands)) {
      const { code, out } = await clary(here.env, name, '--help');
      assert.equal(code, 0);
      assert.match(out, new RegExp(`^clary ${name}: .+\\n[^]*default[^]*\\nExamples\\n {2}(npx|eval)`), name);
      assert.equal((await clary(here.env, 'help', name)).out, out);
    }
  });

  test('env: warn where no Clary answers', async () => {
    using here = installation();
    const data = started(here, { endpoint: 'http://127.0.0.1:1' });
    const { code, errors } = await clary(here.env, 'env', '--data', data);
    assert.equal(code, 0);
    assert.equal(
      errors,
      `clary env: warning: no Clary answers at http://127.0.0.1:1\nRun \`npx clary up --data ${data}\`, or name its port with --port.\n`,
    );
  });

  test('env: take back a session’s token that the shell still has', async () => {
    using here = installation();
    const data = started(here);
    const { out } = await clary({ ...here.env, AWS_SESSION_TOKEN: 'old' }, 'env', '--data', data);
    assert.match(out, /^unset AWS_SESSION_TOKEN\n/);
  });

  test('env: lines that a shell reads correctly', async () => {
    using here = installation();
    const data = started(here, { endpoint: 'http://127.0.0.1:7001', region: 'eu-west-1' });
    const { code, out } = await clary(here.env, 'env', '--data', data);
    assert.equal(code, 0);
    assert.equal(
      out,
      `export AWS_ENDPOINT_URL='http://127.0.0.1:7001'
export AWS_ACCESS_KEY_ID='AKIAEXAMPLE'
export AWS_SECRET_ACCESS_KEY='it'\\''s/+secret'
export AWS_REGION='eu-west-1'
export AWS_DEFAULT_REGION='eu-west-1'
`,
    );
    const shell = spawn('sh', ['-c', `${out}printf %s "$AWS_SECRET_ACCESS_KEY"`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.equal(String((await once(shell.stdout, 'data'))[0]), stored.secretAccessKey);
  });

  test('env --json, and --port before what is stored', async () => {
    using here = installation();
    const data = started(here, { endpoint: 'http://127.0.0.1:7001', region: 'eu-west-1' });
    const { out } = await clary(here.env, 'env', '--json', '--port', '7002', '--data', data);
    assert.deepEqual(JSON.parse(out), {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:7002',
      AWS_ACCESS_KEY_ID: stored.accessKeyId,
      AWS_SECRET_ACCESS_KEY: stored.secretAccessKey,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
    });
  });

  test('env: look where `clary up` with the same variables keeps its data', async () => {
    using here = installation();
    const data = started(here);
    assert.match((await clary({ ...here.env, CLARY_DATA: data }, 'env')).out, /'AKIAEXAMPLE'/);
    mkdirSync(join(here.dir, '.local/share'), { recursive: true });
    symlinkSync(data, join(here.dir, '.local/share/clary'));
    assert.match((await clary(here.env, 'env')).out, /'AKIAEXAMPLE'/);
  });
});

describe('clary refuses', { concurrency: 2 }, () => {
  test('a command that is none: status 2 and what was meant', async () => {
    using here = installation();
    assert.deepEqual(await clary(here.env, 'dance'), {
      code: 2,
      out: '',
      errors: 'clary: there is no command "dance"\n`clary help` lists the commands.\n',
    });
    const { errors } = await clary(here.env, 'dotcor');
    assert.equal(errors.split('\n')[0], 'clary: there is no command "dotcor": did you mean doctor?');
    assert.equal((await clary(here.env, 'constructor')).code, 2);
  });

  test('flags and words that are none: status 2 and what was meant', async () => {
    using here = installation();
    for (const command of ['env', 'sdk-config', 'doctor', 'demo', 'down']) {
      assert.deepEqual(await clary(here.env, command, '--colour'), {
        code: 2,
        out: '',
        errors: `clary ${command}: there is no flag --colour\n\`clary ${command} --help\` lists what it takes.\n`,
      });
    }
    assert.match(
      (await clary(here.env, 'env', '--prot', '1')).errors,
      /there is no flag --prot: did you mean --port\?/,
    );
    assert.match((await clary(here.env, 'env', 'now')).errors, /^clary env: it takes no word "now"\n/);
    assert.match((await clary(here.env, 'up', '--prot', '1')).errors, /there is no flag --prot: did you mean --port\?/);
  });

  test('an example that is none, before anything is started', async () => {
    using here = installation();
    const { code, out, errors } = await clary(here.env, 'demo', 'scriptmode');
    assert.deepEqual([code, out], [2, '']);
    assert.match(
      errors,
      /^clary demo: there is no example "scriptmode": did you mean script-mode\?\nThe examples are: /,
    );
  });

  test('env where nothing has been started, with the way out', async () => {
    using here = installation();
    const data = join(here.dir, 'data');
    assert.deepEqual(await clary(here.env, 'env', '--data', data), {
      code: 1,
      out: '',
      errors: `clary env: no platform has been started in ${data} yet: ${join(data, 'credentials.json')} is missing\nRun \`npx clary up\` first, or name its folder with --data.\n`,
    });
  });

  test('env where the file cannot be read', async () => {
    using here = installation();
    const file = join(started(here), 'credentials.json');
    writeFileSync(file, '{');
    const broken = await clary(here.env, 'env', '--data', join(here.dir, 'data'));
    assert.deepEqual([broken.code, broken.out], [1, '']);
    assert.ok(broken.errors.startsWith(`clary env: ${file} is no JSON: `), broken.errors);
    rmSync(file);
    mkdirSync(file);
    const folder = await clary(here.env, 'env', '--data', join(here.dir, 'data'));
    assert.ok(folder.errors.startsWith(`clary env: ${file} cannot be read: EISDIR`), folder.errors);
  });

  test('values that cannot be', async () => {
    using here = installation();
    const port = await clary(here.env, 'doctor', '--port', 'http');
    assert.deepEqual(
      [port.code, port.errors],
      [2, 'clary doctor: --port must be a whole number up to 65535, not "http"\n'],
    );
    const data = await clary(here.env, 'env', '--data', '');
    assert.deepEqual(
      [data.code, data.errors],
      [2, 'clary env: --data must not be empty\n`clary env --help` lists what it takes.\n'],
    );
  });
});
