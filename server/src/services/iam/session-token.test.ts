import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Principal } from '../../contract/principal.ts';
import { createSealer } from '../../kit/sealed.ts';
import { issueSession, openSession } from './session-token.ts';

const platformKey = randomBytes(32);
const sealer = createSealer(platformKey, 'session-tokens');
const expiration = new Date('2026-11-21T00:00:00Z');
const worker: Principal = {
  kind: 'assumed-role',
  account: '000000000000',
  arn: 'arn:aws:sts::000000000000:assumed-role/Worker/job',
  userId: 'AROAX:job',
  roleArn: 'arn:aws:iam::000000000000:role/Worker',
};

describe('session tokens do', () => {
  it('hold all that is needed, for another process with the same key', () => {
    const issued = issueSession(sealer, worker, expiration);
    assert.match(issued.accessKeyId, /^ASIA[A-Z2-7]{16}$/);
    assert.deepEqual(
      openSession(createSealer(platformKey, 'session-tokens'), issued.accessKeyId, issued.sessionToken),
      {
        principal: { ...worker, accessKeyId: issued.accessKeyId },
        secretAccessKey: issued.secretAccessKey,
        expiration,
      },
    );
  });

  it('say nothing to those who read them', () => {
    const issued = issueSession(sealer, worker, expiration);
    const bytes = Buffer.from(issued.sessionToken, 'base64').toString('latin1');
    for (const secret of [issued.secretAccessKey, 'Worker']) assert.ok(!bytes.includes(secret));
  });
});

describe('session tokens refuse', () => {
  const issued = issueSession(sealer, worker, expiration);
  const other = issueSession(sealer, worker, expiration);

  it('another access key id', () => {
    assert.equal(openSession(sealer, other.accessKeyId, issued.sessionToken), undefined);
  });

  it('another platform key, and another purpose of the same key', () => {
    for (const stranger of [
      createSealer(randomBytes(32), 'session-tokens'),
      createSealer(platformKey, 'access-keys'),
    ]) {
      assert.equal(openSession(stranger, issued.accessKeyId, issued.sessionToken), undefined);
    }
  });

  it('a token with any bit changed', () => {
    const bytes = Buffer.from(issued.sessionToken, 'base64');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.equal(openSession(sealer, issued.accessKeyId, changed.toString('base64')), undefined, `byte ${at}`);
    }
  });

  it('what is no token', () => {
    for (const text of ['', 'x', 'A'.repeat(38), issued.sessionToken.slice(0, -8)]) {
      assert.equal(openSession(sealer, issued.accessKeyId, text), undefined);
    }
  });
});
