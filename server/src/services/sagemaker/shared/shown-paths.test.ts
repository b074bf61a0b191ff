import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutHostPaths } from './shown-paths.ts';

test('withoutHostPaths names what is in a container as the container does, and nothing else of the machine', () => {
  const settings = { runsDir: '/data (1)/runs', cacheDir: '/home/ann/.cache/clary' };
  for (const [text, shown] of [
    ["cannot open '/data (1)/runs/training/r1/algo-1/ml/model/m'", "cannot open '/opt/ml/model/m'"],
    ['no /data (1)/runs/replicas/r2/ml, and /data (1)/runs/replicas/r2/ml/x', 'no /opt/ml, and /opt/ml/x'],
    ['in /data (1)/runs/training/r1/mlx', 'in …/training/r1/mlx'],
    ['no /home/ann/.cache/clary/environments/x', 'no …/environments/x'],
    ['/opt/ml/model', '/opt/ml/model'],
  ] as const)
    assert.equal(withoutHostPaths(text, settings), shown);
});
