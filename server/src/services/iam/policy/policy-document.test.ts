import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePolicy } from './policy-document.ts';

const document = (statement: unknown) => JSON.stringify({ Version: '2012-10-17', Statement: statement });
const good = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'sagemaker.amazonaws.com' } };

describe('parsePolicy does', () => {
  it('read one statement or several, one text or several', () => {
    assert.equal(parsePolicy(document(good), 'identity').statements.length, 1);
    const policy = parsePolicy(document([good, { ...good, Action: ['s3:*', 'iam:*'] }]), 'identity');
    assert.deepEqual(
      policy.statements.map(({ actions }) => actions.patterns.map(({ text }) => text)),
      [['s3:GetObject'], ['s3:*', 'iam:*']],
    );
  });

  it('read what other services keep with their resources, without judging it', () => {
    const lenient = {
      ...good,
      Principal: { AWS: ['AIDAGONE', '*'], CanonicalUser: 'x' },
      Resource: 'bucket',
      Sid: 'S',
    };
    const { statements } = parsePolicy(JSON.stringify({ Id: 'I', Statement: [lenient, lenient] }), 'resource');
    assert.deepEqual(
      statements.map(({ principals }) => principals),
      [lenient, lenient].map(() => ({ AWS: ['AIDAGONE', '*'], CanonicalUser: ['x'] })),
    );
    assert.throws(() => parsePolicy(document(good), 'resource'), /Missing required field Principal/);
    assert.throws(() => parsePolicy(document({ ...lenient, Conditions: {} }), 'resource'), /Syntax errors in policy/);
  });

  it('go on reading what IAM would not take any more', () => {
    const old = { ...good, Action: 's3:Get Object', Resource: 'arn:azure:s3:::b', Condition: { Odd: { a: 'b' } } };
    assert.equal(parsePolicy(document([old, { ...old, Sid: '' }]), 'identity').statements.length, 2);
  });

  it('read trust policies of either version', () => {
    assert.deepEqual(parsePolicy(JSON.stringify({ Statement: trust }), 'trust').statements[0]?.principals, {
      Service: ['sagemaker.amazonaws.com'],
    });
    assert.deepEqual(parsePolicy(document({ ...trust, Principal: '*' }), 'trust').statements[0]?.principals, {
      AWS: ['*'],
    });
  });
});
