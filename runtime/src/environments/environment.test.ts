import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { environmentsFolder } from './catalog.ts';
import { type Environment, findEnvironment, made, writeOverlay } from './environment.ts';
import { listEnvironments, pruneEnvironments, shownList } from './list.ts';
import { packagesIn } from './packages.ts';

function cache() {
  const folder = mkdtempSync(join(tmpdir(), 'environments-'));
  const env = { CLARY_CACHE_DIR: folder };
  return { env, root: environmentsFolder(env), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

const environment = (name: string, hash: string): Environment => ({
  name,
  hash,
  version: '3.11.2',
  overlay: '/nowhere',
  places: [],
  path: [],
  sitePackages: [],
  packages: {},
  executable: '/usr/bin/python3',
  systemSitePackages: false,
});

/** Fills a folder with a file of this size. */
const filled =
  (one: Environment, bytes = 1) =>
  async (work: string) => {
    writeFileSync(join(work, 'file'), Buffer.alloc(bytes));
    return one;
  };

describe('made', () => {
  test('makes what is not there, whole; finds it after that', async () => {
    using here = cache();
    const folder = join(here.root, 'a-1');
    assert.deepEqual(await made(folder, filled(environment('a', '1'))), environment('a', '1'));
    assert.deepEqual(await made(folder, () => assert.fail('made twice')), environment('a', '1'));
    assert.deepEqual(readdirSync(here.root), ['a-1']);
  });

  test('leaves nothing where making fails', async () => {
    using here = cache();
    const failing = made(join(here.root, 'a-1'), async (work) => {
      writeFileSync(join(work, 'half'), '');
      throw new Error('no');
    });
    await assert.rejects(failing, { message: 'no' });
    assert.deepEqual(readdirSync(here.root), []);
  });

  test('lets one of two makers win, and answers both', async () => {
    using here = cache();
    const folder = join(here.root, 'a-1');
    const both = await Promise.all([1, 2].map(() => made(folder, filled(environment('a', '1')))));
    assert.deepEqual(both, [environment('a', '1'), environment('a', '1')]);
    assert.deepEqual(readdirSync(here.root), ['a-1']);
  });

  test('ignores a folder without its description', async () => {
    using here = cache();
    assert.equal(await findEnvironment(join(here.root, 'a-1')), undefined);
  });
});

describe('writeOverlay', () => {
  test('writes a virtual environment that sees the folders named', async () => {
    using here = cache();
    const prefix = join(here.root, 'overlay');
    await writeOverlay(
      prefix,
      { executable: '/usr/bin/python3.11', version: '3.11.2' },
      ['/env/site "packages"'],
      true,
    );
    assert.ok(lstatSync(join(prefix, 'bin/python3')).isSymbolicLink());
    assert.equal(
      readFileSync(join(prefix, 'pyvenv.cfg'), 'utf8'),
      'home = /usr/bin\ninclude-system-site-packages = true\nversion = 3.11.2\n',
    );
    assert.equal(
      readFileSync(join(prefix, 'lib/python3.11/site-packages/clary.pth'), 'utf8'),
      'import site; site.addsitedir("/env/site \\"packages\\"")\n',
    );
  });
});

describe('list and prune', () => {
  const old = new Date(Date.now() - 40 * 86_400_000);

  test('lists existing and possible environments, with their sizes', async () => {
    using here = cache();
    await made(join(here.root, 'scikit-learn-1.2-abc'), filled(environment('scikit-learn-1.2', 'abc'), 3 * 2 ** 20));
    await made(join(here.root, 'scikit-learn-1.2-with-def'), filled(environment('scikit-learn-1.2', 'def')));
    const found = await listEnvironments(here.env);
    assert.deepEqual(
      found.slice(0, 2).map(({ name, hash, isLayer }) => [name, hash, isLayer]),
      [
        ['scikit-learn-1.2', 'abc', false],
        ['scikit-learn-1.2', 'def', true],
      ],
    );
    assert.ok((found[0]?.bytes ?? 0) >= 3 * 2 ** 20);
    assert.ok(found.some(({ name, hash }) => name === 'pytorch-2' && hash === undefined));
    assert.match(
      shownList(found),
      /^name +hash +Python +size +own +used\nscikit-learn-1\.2 +abc +3\.11\.2 +4 MiB +4 MiB +\d{4}-\d\d-\d\d\nscikit-learn-1\.2 \+ requirements\.txt +def/,
    );
  });

  test('counts what is linked to once: in all that have it, as no owner’s', async () => {
    using here = cache();
    const [first, second] = ['a', 'b'].map((name) => join(here.root, name)) as [string, string];
    await made(first, filled(environment('a', 'a'), 3 * 2 ** 20));
    await made(second, async (work) => {
      linkSync(join(first, 'file'), join(work, 'file'));
      return environment('b', 'b');
    });
    const sizes = (await listEnvironments(here.env)).slice(0, 2);
    for (const { bytes = 0, ownBytes = 0 } of sizes) assert.ok(bytes >= 3 * 2 ** 20 && ownBytes < 2 ** 20);
    const [one, other] = await pruneEnvironments(here.env, 0);
    assert.match(one ?? '', /^removed a a \(1 MiB/);
    assert.match(other ?? '', /^removed b b \(4 MiB/);
  });

  test('removes what uv keeps of packages that no environment has any more, but nothing new', async () => {
    using here = cache();
    const archive = (name: string, age: Date) => {
      const folder = join(here.env.CLARY_CACHE_DIR, 'uv', 'archive-v0', name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'module.py'), '');
      utimesSync(folder, age, age);
      return join(folder, 'module.py');
    };
    const linked = archive('linked', old);
    await made(join(here.root, 'new-1'), async (work) => {
      linkSync(linked, join(work, 'module.py'));
      return environment('new', '1');
    });
    for (const [name, age] of [
      ['unused', old],
      ['fresh', new Date()],
    ] as const)
      archive(name, age);
    await pruneEnvironments(here.env, 30);
    assert.deepEqual(readdirSync(join(here.env.CLARY_CACHE_DIR, 'uv', 'archive-v0')).sort(), ['fresh', 'linked']);
  });

  test('removes what was not used for so long, and what a kill left', async () => {
    using here = cache();
    for (const name of ['old-1', 'new-2']) await made(join(here.root, name), filled(environment(name, name)));
    utimesSync(join(here.root, 'old-1', 'environment.json'), old, old);
    for (const name of ['making-x', 'making-y']) await made(join(here.root, name), filled(environment(name, name)));
    rmSync(join(here.root, 'making-x', 'environment.json'));
    rmSync(join(here.root, 'making-y', 'environment.json'));
    utimesSync(join(here.root, 'making-x'), old, old);
    assert.match(
      (await pruneEnvironments(here.env, 30)).join('\n'),
      /^removed old-1 old-1 \(1 MiB, last used \d{4}-\d\d-\d\d\)$/,
    );
    assert.deepEqual(readdirSync(here.root).sort(), ['making-y', 'new-2']);
    assert.deepEqual(await pruneEnvironments(here.env, 30), ['nothing to remove']);
    await pruneEnvironments(here.env, 0);
    assert.ok(!existsSync(join(here.root, 'new-2')));
  });
});

describe('packagesIn', () => {
  test('goes by the names of dist-info folders', async () => {
    using here = cache();
    for (const name of ['scikit_learn-1.2.1.dist-info', 'Torch-1.13.1a0.egg-info', 'numpy', 'x.py'])
      await made(join(here.root, name), filled(environment(name, '')));
    assert.deepEqual(await packagesIn([here.root, '/not/there']), { 'scikit-learn': '1.2.1', torch: '1.13.1a0' });
  });
});
