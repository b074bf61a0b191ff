import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MalformedPolicy, type PolicyKind, parsePolicy } from './policy-document.ts';

const document = (statement: unknown) => JSON.stringify({ Version: '2012-10-17', Statement: statement });
const good = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'sagemaker.amazonaws.com' } };

describe('parsePolicy refuses', () => {
  const cases: readonly [PolicyKind, string, string][] = [
    ['identity', '{', 'Syntax errors in policy.'],
    ['identity', '[]', 'Syntax errors in policy.'],
    ['identity', document([]), 'Syntax errors in policy.'],
    ['identity', document({ ...good, Effect: 'allow' }), 'Syntax errors in policy.'],
    ['identity', document({ ...good, Extra: 1 }), 'Syntax errors in policy.'],
    ['identity', document({ ...good, NotAction: 's3:*' }), 'Syntax errors in policy.'],
    ['identity', document({ ...good, Condition: { Bool: 'x' } }), 'Syntax errors in policy.'],
    ['identity', JSON.stringify({ Statement: good }), 'Policy document must be version 2012-10-17 or greater.'],
    ['identity', document({ ...good, Action: undefined }), 'Policy statement must contain actions.'],
    ['identity', document({ ...good, Resource: [] }), 'Policy statement must contain resources.'],
    [
      'identity',
      document({ ...good, Action: 'GetObject' }),
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    ],
    ['identity', document({ ...good, Action: 's3:Get Object' }), 'The policy failed legacy parsing'],
    ['identity', document({ ...good, Resource: 'bucket' }), 'Resource bucket must be in ARN format or "*".'],
    [
      'identity',
      document({ ...good, Resource: 'arn:azure:s3:::b' }),
      'Partition "azure" is not valid for resource "arn:azure:s3:::b".',
    ],
    ['identity', document({ ...good, Principal: '*' }), 'Policy document should not specify a principal.'],
    [
      'identity',
      document([
        { ...good, Sid: 'One' },
        { ...good, Sid: 'One' },
      ]),
      'Statement IDs (SID) in a single policy must be unique.',
    ],
    ['trust', 'nothing', 'This policy contains invalid Json'],
    ['trust', document({ ...trust, Resource: '*' }), 'Has prohibited field Resource'],
    ['trust', document({ ...trust, Principal: undefined }), 'Missing required field Principal'],
    [
      'trust',
      document({ ...trust, Action: 's3:GetObject' }),
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [
      'trust',
      document({ ...trust, Principal: { Service: 'sagemaker' } }),
      'Invalid principal in policy: "SERVICE":"sagemaker"',
    ],
    ['trust', document({ ...trust, Principal: { AWS: 'ann' } }), 'Invalid principal in policy: "AWS":"ann"'],
  ];
  for (const [kind, text, message] of cases) {
    it(`${kind} ${text}`, () => {
      assert.throws(
        () => parsePolicy(text, kind),
        (error) => error instanceof MalformedPolicy && error.message === message,
      );
    });
  }
});

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

  it('read trust policies of either version', () => {
    assert.deepEqual(parsePolicy(JSON.stringify({ Statement: trust }), 'trust').statements[0]?.principals, {
      Service: ['sagemaker.amazonaws.com'],
    });
    assert.deepEqual(parsePolicy(document({ ...trust, Principal: '*' }), 'trust').statements[0]?.principals, {
      AWS: ['*'],
    });
  });
});
