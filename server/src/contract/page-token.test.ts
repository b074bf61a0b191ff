import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPageToken, writePageToken } from './page-token.ts';

const token = writePageToken('Things by name', 'ü', 7);

describe('a page token', () => {
  it('gives its position back to the list that gave it', () => {
    assert.deepEqual(readPageToken('Things by name', token, 'string', 'number'), ['ü', 7]);
    assert.deepEqual(readPageToken('l', writePageToken('l', null), 'any'), [null]);
  });

  for (const [what, given] of Object.entries({
    'of another list': writePageToken('Things by time', 'ü', 7),
    'with a part of another kind': writePageToken('Things by name', 'ü', '7'),
    'with too few parts': writePageToken('Things by name', 'ü'),
    'that is no JSON': Buffer.from('["Things').toString('base64url'),
    'that no list gave': 'AAAA',
    'that was changed': `${token}=`,
    'that is too long': token.padEnd(9000, 'A'),
    'that is empty': '',
  })) {
    it(`${what} is refused`, () => {
      assert.equal(readPageToken('Things by name', given, 'string', 'number'), undefined);
    });
  }
});
