import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { commandOf, entryPointOf, installation } from './entry-point.ts';

describe('an entry point is', () => {
  test('what the toolkit takes it for', () => {
    assert.equal(entryPointOf('train.py', ['train.py']), 'python');
    assert.equal(entryPointOf('train.sh', ['train.sh', 'setup.py']), 'command');
    assert.equal(entryPointOf('train', ['train', 'setup.py']), 'package');
    assert.equal(entryPointOf('train.py', ['train.py', 'setup.py']), 'package');
    assert.equal(entryPointOf('train', ['train']), 'command');
  });

  test('started as the toolkit starts it', () => {
    assert.deepEqual(commandOf('python', 'a/train.py', '/p', ['--x', '1']), ['/p', 'a/train.py', '--x', '1']);
    assert.deepEqual(commandOf('package', 'train.py', '/p', []), ['/p', '-m', 'train']);
    assert.deepEqual(commandOf('command', 'train.sh', '/p', ['a b']), [
      '/bin/sh',
      '-c',
      '"./$0" "$@"',
      'train.sh',
      'a b',
    ]);
  });

  test('preceded by what must be installed', () => {
    assert.equal(installation('python', ['requirements.txt'], true), undefined);
    assert.equal(installation('command', ['requirements.txt'], false), undefined);
    assert.equal(
      installation('python', ['requirements.txt'], false),
      'python3 -m pip install --progress-bar off -r requirements.txt || exit',
    );
    assert.match(installation('package', ['setup.py'], false) ?? '', /--no-build-isolation \. \|\| exit$/);
    assert.match(installation('package', ['setup.py', 'pyproject.toml'], true) ?? '', /off \. \|\| exit$/);
  });
});
