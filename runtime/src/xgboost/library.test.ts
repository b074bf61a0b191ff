import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { cacheFolder } from '../cache-folder.ts';
import { ensureLibrary } from './library.ts';

const inside = join('xgboost-cpu-3.2.0', 'xgboost', 'lib', 'libxgboost.so');

interface Machine extends Disposable {
  readonly cache: string;
  readonly env: Record<string, string>;
}

/** A machine with an empty cache, whose python3 is this shell script, or that has none. */
function machine(python?: string): Machine {
  const root = mkdtempSync(join(tmpdir(), 'library-'));
  const bin = join(root, 'bin');
  mkdirSync(bin);
  if (python !== undefined) {
    writeFileSync(join(bin, 'python3'), `#!/bin/sh\n${python}\n`);
    chmodSync(join(bin, 'python3'), 0o755);
  }
  const cache = join(root, 'cache');
  return {
    cache,
    env: { CLARY_CACHE_DIR: cache, PATH: python === undefined ? bin : `${bin}:/usr/bin:/bin` },
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

/** Stands in for pip and for the unpacking of the wheel, which need a network. */
const working = `if [ "$1" = -c ]; then mkdir -p "$4/xgboost/lib" && echo library > "$4/xgboost/lib/libxgboost.so"; fi`;

const install = 'Install python3 with pip and connect the machine to a package index once, then run the job again.';

describe('cacheFolder', () => {
  test('prefers what is more particular', () => {
    const env = { CLARY_CACHE_DIR: '/a', XDG_CACHE_HOME: '/b', HOME: '/c' };
    assert.equal(cacheFolder(env), '/a');
    assert.equal(cacheFolder({ ...env, CLARY_CACHE_DIR: '' }), '/b/clary');
    assert.equal(cacheFolder({ HOME: '/c' }), '/c/.cache/clary');
    assert.equal(cacheFolder({}), join(homedir(), '.cache', 'clary'));
  });
});

describe('ensureLibrary', () => {
  test('answers what is there, without a word and without Python', async () => {
    using here = machine();
    mkdirSync(join(here.cache, inside, '..'), { recursive: true });
    writeFileSync(join(here.cache, inside), '');
    assert.equal(await ensureLibrary(here.env, assert.fail), join(here.cache, inside));
  });

  test('fetches what is missing, says so, and leaves nothing else behind', async () => {
    using here = machine(working);
    const said: string[] = [];
    const file = await ensureLibrary(here.env, (line) => said.push(line));
    assert.ok(existsSync(file));
    assert.deepEqual(said, [
      `Fetching XGBoost 3.2.0 (xgboost-cpu, 6 MB) into ${join(here.cache, 'xgboost-cpu-3.2.0')}; this happens once.`,
      'Fetched XGBoost 3.2.0.',
    ]);
    assert.deepEqual(readdirSync(here.cache), ['xgboost-cpu-3.2.0']);
  });
});

describe('ensureLibrary refuses', () => {
  test('a machine without Python, in words that say what to install', async () => {
    using here = machine();
    await assert.rejects(
      ensureLibrary(here.env, () => {}),
      {
        message: `XGBoost 3.2.0 could not be fetched from the Python package index: python3 is not installed. ${install}`,
      },
    );
    assert.deepEqual(readdirSync(here.cache), []);
  });

  test('a package index that does not answer, with the last that pip says', async () => {
    using here = machine('echo "WARNING: Retrying" >&2; echo "ERROR: No matching distribution found" >&2; exit 1');
    await assert.rejects(
      ensureLibrary(here.env, () => {}),
      {
        message: `XGBoost 3.2.0 could not be fetched from the Python package index: ERROR: No matching distribution found. ${install}`,
      },
    );
    assert.deepEqual(readdirSync(here.cache), []);
  });

  test('a Python that ends without a word', async () => {
    using here = machine('exit 3');
    await assert.rejects(
      ensureLibrary(here.env, () => {}),
      /could not be fetched .*: Command failed: python3 -m pip/,
    );
  });
});

describe('ensureLibrary survives', () => {
  test('being asked by many at once', async () => {
    using here = machine(working);
    const files = await Promise.all(Array.from({ length: 5 }, () => ensureLibrary(here.env, () => {})));
    assert.deepEqual(new Set(files), new Set([join(here.cache, inside)]));
    assert.deepEqual(readdirSync(here.cache), ['xgboost-cpu-3.2.0']);
  });
});
