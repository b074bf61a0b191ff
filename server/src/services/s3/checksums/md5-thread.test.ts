import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { blockBytes, createMd5Thread, type RunningMd5 } from './md5-thread.ts';

const md5Of = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');
const thread = createMd5Thread();
after(() => thread.stop());

async function feed(digest: RunningMd5, bytes: Uint8Array, chunkBytes: number): Promise<string> {
  for (let at = 0; at < bytes.length; at += chunkBytes) await digest.update(bytes.subarray(at, at + chunkBytes));
  return (await digest.digest()).toString('hex');
}

describe('the thread for MD5 does', () => {
  it('what the hash does, however the bytes are cut', async () => {
    for (const length of [0, 1, blockBytes - 1, blockBytes, blockBytes + 1, 3_000_000]) {
      const bytes = randomBytes(length);
      for (const chunkBytes of [65_536, 100_001, blockBytes, 1_000_000]) {
        assert.equal(await feed(thread.start(), bytes, chunkBytes), md5Of(bytes), `${length} by ${chunkBytes}`);
      }
    }
  });

  it('more of them at once than it has blocks, and nobody waits for one who pauses', async () => {
    const paused = thread.start();
    await paused.update(randomBytes(blockBytes + 1));
    const texts = Array.from({ length: 40 }, () => randomBytes(700_000));
    const digests = await Promise.all(texts.map((text) => feed(thread.start(), text, 65_536)));
    assert.deepEqual(digests, texts.map(md5Of));
    paused.drop();
  });

  it('a text of more blocks than there are, given at once', async () => {
    const bytes = randomBytes(20 * blockBytes);
    const digest = thread.start();
    await digest.update(bytes);
    assert.equal((await digest.digest()).toString('hex'), md5Of(bytes));
  });
});

describe('the thread for MD5 survives', () => {
  it('its end: who waits is told, and the next begins anew', async () => {
    const mortal = createMd5Thread();
    const digest = mortal.start();
    const waiting = digest.update(randomBytes(50 * blockBytes));
    const told = assert.rejects(async () => waiting, /the thread for MD5 has ended/);
    await mortal.stop();
    await told;
    await assert.rejects(async () => digest.digest(), /the thread for MD5 has ended/);
    const bytes = randomBytes(2 * blockBytes);
    assert.equal(await feed(mortal.start(), bytes, 65_536), md5Of(bytes));
    await mortal.stop();
  });
});
