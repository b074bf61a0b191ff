import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import {
  administratorOf,
  checkDatabase,
  keepCredentials,
  lockFolder,
  platformKeyOf,
  recordDatabase,
  serversOf,
} from './data-folder.ts';

interface Folder extends Disposable {
  readonly dir: string;
  readonly lock: string;
}

function folder(): Folder {
  const root = mkdtempSync(join(tmpdir(), 'data-folder-'));
  const dir = join(root, 'data');
  return { dir, lock: join(dir, 'server.lock'), [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);
const refusal = (dir: string, pid: number | string | undefined) =>
  `another server (process ${pid}) uses ${dir}: stop it, or choose another folder with --data`;

/** Takes the lock, says so and lives on; or says why not and ends. */
const holder = `import { lockFolder } from ${JSON.stringify(new URL('./data-folder.ts', import.meta.url).href)};
await lockFolder(process.argv[1], process.argv[2]).then(
  () => { console.log(process.pid); setInterval(() => {}, 1e9); },
  (error) => console.log(error.message),
);`;
const holderArgs = (dir: string) => ['--input-type=module', '-e', holder, dir];

interface Held extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly line: string;
}

async function hold(dir: string, program = process.execPath, args = holderArgs(dir)): Promise<Held> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return {
    child,
    line,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('a data folder does', () => {
  test('keep everything from other users', async () => {
    using here = folder();
    const lock = await lockFolder(here.dir);
    const administrator = await administratorOf(here.dir, '123456789012');
    await platformKeyOf(here.dir);
    await keepCredentials(here.dir, { ...administrator, account: '123456789012', region: 'r', endpoint: 'e' });
    assert.equal(modeOf(here.dir), '700');
    for (const file of ['credentials.json', 'platform.key', 'server.lock'])
      assert.equal(modeOf(join(here.dir, file)), '600', file);
    assert.deepEqual(readdirSync(here.dir).sort(), ['credentials.json', 'platform.key', 'server.lock']);
    await lock.release();
  });

  test('keep its keys and credentials from start to start', async () => {
    using here = folder();
    await (await lockFolder(here.dir)).release();
    const first = await administratorOf(here.dir, '000000000000');
    assert.match(first.accessKeyId, /^AKIA[A-Z2-7]{16}$/);
    assert.match(first.secretAccessKey, /^[A-Za-z0-9+/]{40}$/);
    const key = await platformKeyOf(here.dir);
    assert.equal(key.length, 32);
    const stored = { ...first, account: '000000000000', region: 'eu-west-1', endpoint: 'http://127.0.0.1:1' };
    await keepCredentials(here.dir, stored);
    assert.deepEqual(JSON.parse(readFileSync(join(here.dir, 'credentials.json'), 'utf8')), stored);
    const second = await administratorOf(here.dir, '000000000000');
    assert.deepEqual([second.accessKeyId, second.secretAccessKey], [first.accessKeyId, first.secretAccessKey]);
    assert.deepEqual(await platformKeyOf(here.dir), key);
  });

  test('give the lock free', async () => {
    using here = folder();
    for (let round = 0; round < 3; round++) await (await lockFolder(here.dir)).release();
    assert.deepEqual(readdirSync(here.dir), []);
  });

  test('hold servers with the same database beside each other', async () => {
    using here = folder();
    await using first = await hold(here.dir, process.execPath, [...holderArgs(here.dir), 'one']);
    const lock = await lockFolder(here.dir, 'one');
    assert.equal(lock.isFirst, false);
    assert.deepEqual(await serversOf(here.dir), [Number(first.line), process.pid]);
    await lock.release();
  });

  test('leave a lock alone that is no longer its own', async () => {
    using here = folder();
    const lock = await lockFolder(here.dir);
    writeFileSync(here.lock, '1 2\n');
    await lock.release();
    assert.equal(readFileSync(here.lock, 'utf8'), '1 2\n');
  });
});

describe('a data folder refuses', () => {
  test('a second server while the first lives', async () => {
    using here = folder();
    await using first = await hold(here.dir);
    assert.equal(first.line, String(first.child.pid));
    await assert.rejects(lockFolder(here.dir), { message: refusal(here.dir, first.line) });
    assert.equal(readFileSync(here.lock, 'utf8').split(' ')[0], first.line);
  });

  test('a server with another database while the first lives', async () => {
    using here = folder();
    await using first = await hold(here.dir, process.execPath, [...holderArgs(here.dir), 'one']);
    await assert.rejects(lockFolder(here.dir, 'two'), {
      message: `a server with another database (process ${first.line}) uses ${here.dir}: stop it, give both the same --database, or choose another folder with --data`,
    });
    assert.deepEqual(readdirSync(here.dir), ['server.lock']);
  });

  test('one that does not share it while one lives that does, whichever lock that one has', async () => {
    using here = folder();
    const first = await hold(here.dir, process.execPath, [...holderArgs(here.dir), 'one']);
    await using second = await hold(here.dir, process.execPath, [...holderArgs(here.dir), 'one']);
    await first[Symbol.asyncDispose]();
    await assert.rejects(lockFolder(here.dir), { message: refusal(here.dir, second.line) });
  });

  test('one that shares it while one lives that does not', async () => {
    using here = folder();
    await using first = await hold(here.dir);
    await assert.rejects(lockFolder(here.dir, 'one'), { message: refusal(here.dir, first.line) });
  });

  test('another account', async () => {
    using here = folder();
    await (await lockFolder(here.dir)).release();
    await administratorOf(here.dir, '111111111111');
    await assert.rejects(administratorOf(here.dir, '222222222222'), {
      message: `${here.dir} belongs to account 111111111111, not 222222222222: start with --account 111111111111, or choose another --data`,
    });
  });
});

describe('a data folder survives', () => {
  test('a server that was killed', async () => {
    using here = folder();
    const first = await hold(here.dir);
    await first[Symbol.asyncDispose]();
    await (await lockFolder(here.dir)).release();
  });

  test('a server that dies while the next one waits', async () => {
    using here = folder();
    await using first = await hold(here.dir);
    const next = lockFolder(here.dir);
    first.child.kill('SIGKILL');
    await (await next).release();
  });

  test('a killed server whose parent never looks', async () => {
    using here = folder();
    // `sleep` takes the shell's place and so is the parent; it waits for nobody.
    const script = '"$0" "$@" & exec sleep 1000';
    await using first = await hold(here.dir, '/bin/sh', ['-c', script, process.execPath, ...holderArgs(here.dir)]);
    process.kill(Number(first.line), 'SIGKILL');
    await (await lockFolder(here.dir)).release();
  });

  test('a lock whose process has another in its place', async () => {
    using here = folder();
    await (await lockFolder(here.dir)).release();
    for (const content of [`${process.pid} 1\n`, '999999999 5\n', `${process.pid}\n`, 'rubbish', '\n', '']) {
      writeFileSync(here.lock, content);
      await (await lockFolder(here.dir)).release();
    }
  });

  test('many that start at once over a dead lock: one gets it', async () => {
    using here = folder();
    await (await lockFolder(here.dir)).release();
    writeFileSync(here.lock, '999999999 5\n');
    const all = await Promise.all(Array.from({ length: 4 }, () => hold(here.dir)));
    const winners = all.filter(({ child, line }) => line === String(child.pid));
    assert.equal(winners.length, 1, all.map(({ line }) => line).join('\n'));
    const refused = all.filter((one) => !winners.includes(one));
    assert.deepEqual(new Set(refused.map(({ line }) => line)), new Set([refusal(here.dir, winners[0]?.line)]));
    for (const one of all) await one[Symbol.asyncDispose]();
    assert.deepEqual(readdirSync(here.dir), ['server.lock']);
  });
});

describe('a data folder', () => {
  test('is used with the database that its objects belong to, until it is moved', async () => {
    using here = folder();
    mkdirSync(here.dir, { recursive: true });
    await checkDatabase(here.dir, 'sqlite');
    await checkDatabase(here.dir, 'sqlite');
    await assert.rejects(checkDatabase(here.dir, 'postgres://db:5432/clary?schema=clary'), {
      message: new RegExp(
        `^the objects of ${here.dir} belong to sqlite, not to postgres://db:5432/clary\\?schema=clary:`,
      ),
    });
    await recordDatabase(here.dir, 'postgres://db:5432/clary?schema=clary');
    await checkDatabase(here.dir, 'postgres://db:5432/clary?schema=clary');
  });
});
