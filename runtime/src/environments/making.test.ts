/** Environments made in earnest, by uv from the package index: the smallest one, pip's. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from '../cache-folder.ts';
import type { Environment } from './environment.ts';
import { ensureUv } from './uv.ts';

const execute = promisify(execFile);
const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const bubblewrap = process.env.CLARY_TEST_BWRAP ?? '/usr/bin/bwrap';
let uvFolder: string;

before(async () => {
  const file = await ensureUv(process.env, () => {});
  uvFolder = join(cacheFolder(process.env), file.slice(cacheFolder(process.env).length + 1).split('/')[0] ?? '');
});

/** A cache that has uv and nothing else. */
function machine() {
  const cache = mkdtempSync(join(tmpdir(), 'making-'));
  const root = join(cache, 'environments');
  const env = { ...process.env, CLARY_CACHE_DIR: cache };
  symlinkSync(uvFolder, join(cache, uvFolder.split('/').at(-1) ?? ''));
  const result = join(cache, 'result.json');
  const words = (...more: string[]) => [main, 'environments', 'make', ...more, '--result', result];
  return {
    cache,
    root,
    env,
    words,
    made: (): Environment => JSON.parse(readFileSync(result, 'utf8')),
    make: (...more: string[]) => execute(process.execPath, words(...more), { env }),
    [Symbol.dispose]: () => rmSync(cache, { recursive: true }),
  };
}

/** Makes an environment of a source distribution whose setup.py does this first. */
async function makeBrought(here: ReturnType<typeof machine>, attempt: string): Promise<void> {
  const links = join(here.cache, 'links');
  const folder = join(links, 'brought-1.2');
  mkdirSync(folder, { recursive: true });
  const setup = `from setuptools import setup\n${attempt}setup(name="brought", version="1.2", py_modules=[])\n`;
  writeFileSync(join(folder, 'setup.py'), setup);
  await execute('tar', ['-czf', `${folder}.tar.gz`, '-C', links, 'brought-1.2']);
  const requirements = join(here.cache, 'requirements.txt');
  writeFileSync(requirements, 'brought==1.2\n');
  const words = here.words('pip', '--requirements', requirements, '--bubblewrap', bubblewrap);
  await execute(process.execPath, words, { env: { ...here.env, PIP_FIND_LINKS: links } });
}

describe('environments make', () => {
  test('makes one once, also where two make it at the same time; its Python has what the lock says', async () => {
    using here = machine();
    await Promise.all([here.make('pip'), here.make('pip')]);
    const { overlay, packages, hash } = here.made();
    assert.deepEqual(readdirSync(here.root), [`pip-${hash}`]);
    const { stdout } = await execute(join(overlay, 'bin', 'pip3'), ['--version']);
    assert.match(stdout, new RegExp(`^pip ${packages.pip} from ${here.root}/pip-${hash}/python/`));
    assert.match((await here.make('pip')).stdout, /^pip \(Python 3\.\d+\.\d+\) is there: \S+\n$/);
  });

  test('survives a kill halfway: nothing half-made is taken for an environment', async () => {
    using here = machine();
    const child = spawn(process.execPath, here.words('pip'), { env: here.env, stdio: 'ignore', detached: true });
    while (!existsSync(here.root) || !readdirSync(here.root).some((name) => name.startsWith('making-'))) {
      assert.equal(child.exitCode, null);
      await new Promise((resolve) => setImmediate(resolve));
    }
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await once(child, 'exit');
    assert.ok(readdirSync(here.root).every((name) => name.startsWith('making-')));
    await here.make('pip');
    assert.ok(existsSync(here.made().overlay));
  });

  test('adds what a requirements.txt asks for in a layer, programs too', async () => {
    using here = machine();
    const requirements = join(here.cache, 'requirements.txt');
    writeFileSync(requirements, '# nothing but one\ntabulate==0.9.0\n');
    await here.make('pip', '--requirements', requirements, '--bubblewrap', bubblewrap);
    const { overlay, packages, places } = here.made();
    assert.equal(packages.tabulate, '0.9.0');
    const { stdout } = await execute(join(overlay, 'bin', 'python3'), [
      '-c',
      'import pip, tabulate; print(tabulate.__file__)',
    ]);
    assert.ok(
      places.some((place) => stdout.startsWith(place)),
      stdout,
    );
    const { stdout: help } = await execute(join(dirname(overlay), 'python', 'bin', 'tabulate'), ['--help']);
    assert.match(help, /tabulate/i);
  });

  test('runs the code of a source distribution in a sandbox: it writes nowhere else', async () => {
    using here = machine();
    const trespass = join(here.cache, 'trespass');
    const attempt = `try:\n    open(${JSON.stringify(trespass)}, "w").write("x")\nexcept OSError:\n    pass\n`;
    await makeBrought(here, attempt);
    assert.equal(here.made().packages.brought, '1.2');
    assert.ok(!existsSync(trespass));
  });

  for (const [what, places] of [
    ['description and overlay', { 'environment.json': 'file', overlay: 'folder' }],
    ['programs', { 'python/bin': 'folder' }],
  ] as const) {
    test(`write nothing by way of a link that such code left in the place of its ${what}`, async () => {
      using here = machine();
      const kept = join(here.cache, 'kept');
      mkdirSync(join(kept, 'folder'), { recursive: true });
      writeFileSync(join(kept, 'folder', 'script'), '#!/bin/sh\n', { mode: 0o600 });
      // In the last step, after which pip needs its programs no more. Its TMPDIR lies beside the layer's other folders.
      const attempt = `
import os, sys
for place, target in (${JSON.stringify(places)} if 'bdist_wheel' in sys.argv else {}).items():
    place = os.path.join(os.path.dirname(os.environ['TMPDIR']), place)
    try:
        if os.path.isdir(place): os.rename(place, place + '-before')
        os.symlink(os.path.join(${JSON.stringify(kept)}, target), place)
    except OSError: pass
`;
      await makeBrought(here, attempt).catch(() => undefined);
      assert.deepEqual(readdirSync(kept), ['folder']);
      assert.deepEqual(readdirSync(join(kept, 'folder')), ['script']);
      assert.equal(statSync(join(kept, 'folder', 'script')).mode & 0o777, 0o600);
    });
  }
});

describe('environments make refuses', () => {
  test('a name that there is not, a Python that is none', async () => {
    using here = machine();
    await assert.rejects(here.make('mxnet-1'), {
      stderr:
        /^there is no environment mxnet-1; there are: huggingface-pytorch, lambda-python, pytorch-2, scikit-learn-1\.2,/,
    });
    await assert.rejects(here.make('pytorch-2', '--python', '/bin/false'), {
      stderr: /^\/bin\/false is not a Python that runs/,
    });
  });

  test('to be made where there is no package index, and says what to do', async () => {
    using here = machine();
    const env = { ...here.env, PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_FIND_LINKS: '', UV_HTTP_RETRIES: '0' };
    const offline = execute(process.execPath, here.words('pip'), { env });
    await assert.rejects(offline, {
      stderr: /(error|failed)[\s\S]*\. Connect the machine to a Python package index[\s\S]*--python-environment\n$/i,
    });
    assert.deepEqual(readdirSync(here.root), []);
  });
});
