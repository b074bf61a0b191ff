import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clary, installation } from './example-installation.ts';

describe('clary environments does', { concurrency: 2 }, () => {
  test('list what is available, in the user’s cache', async () => {
    using here = installation();
    const { code, out } = await clary(here.env, 'environments');
    assert.equal(code, 0);
    assert.match(out, /^name +hash +Python +size +own +used\n(.+ not made\n)*scikit-learn-1\.2 +not made\n/);
    const { out: json } = await clary(here.env, 'environments', 'list', '--json');
    assert.ok(JSON.parse(json).some(({ name }: { name: string }) => name === 'pytorch-2'));
  });

  test('prune where there is nothing', async () => {
    using here = installation();
    assert.deepEqual(await clary(here.env, 'environments', 'prune'), {
      code: 0,
      out: 'nothing to remove\n',
      errors: '',
    });
  });

  test('refuse words that mean nothing, with a status', async () => {
    using here = installation();
    const { code, errors } = await clary(here.env, 'environments', 'sell');
    assert.deepEqual([code, errors], [1, 'there is no "environments sell"; there are: list, make, prune\n']);
    assert.equal((await clary(here.env, 'environments', 'prune', '--days', 'x')).code, 1);
  });
});
