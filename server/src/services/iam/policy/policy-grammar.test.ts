/** Whole sentences, because they are what users look up. The cases are facts: https://github.com/getmoto/moto/blob/master/tests/test_iam/test_iam_policies.py */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MalformedPolicy } from './policy-document.ts';
import { type NewPolicyKind, readNewPolicy } from './policy-grammar.ts';

const document = (statement: unknown) => JSON.stringify({ Version: '2012-10-17', Statement: statement });
const good = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'sagemaker.amazonaws.com' } };
const legacy = 'The policy failed legacy parsing';
const vendor = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';

describe('readNewPolicy refuses', () => {
  const cases: (readonly [NewPolicyKind, string, string])[] = [
    ['identity', '{', 'Syntax errors in policy.'],
    ['identity', '[]', 'Syntax errors in policy.'],
    ['identity', document([]), 'Syntax errors in policy.'],
    ['identity', document({ ...good, Effect: 'Maybe' }), 'Syntax errors in policy.'],
    ['identity', document({ ...good, Extra: 1 }), 'Syntax errors in policy.'],
    ['identity', document({ ...good, NotAction: 's3:*' }), 'Syntax errors in policy.'],
    ['identity', document({ ...good, Condition: { Bool: 'x' } }), 'Syntax errors in policy.'],
    ['managed', JSON.stringify({ Statement: good }), 'Policy document must be version 2012-10-17 or greater.'],
    [
      'managed',
      JSON.stringify({ Version: '2008-10-17', Statement: { ...good, Action: 'x' } }),
      'Policy document must be version 2012-10-17 or greater.',
    ],
    ['identity', JSON.stringify({ Version: '2011-10-17', Statement: good }), 'Syntax errors in policy.'],
    ['identity', document({ ...good, Action: undefined }), 'Policy statement must contain actions.'],
    ['identity', document({ ...good, Resource: [] }), 'Policy statement must contain resources.'],
    ['identity', document({ ...good, Action: 'GetObject' }), vendor],
    ['identity', document({ ...good, NotAction: '', Action: undefined }), vendor],
    ['identity', document({ ...good, Action: 'a a:ListBucket' }), 'Vendor a a is not valid'],
    ['identity', document({ ...good, Action: 's3:List:Bucket' }), 'Actions/Condition can contain only one colon.'],
    ['identity', document({ ...good, Effect: 'denY' }), legacy],
    ['identity', document({ ...good, Effect: 'aLLow', Action: undefined }), legacy],
    ['identity', document({ ...good, Condition: { x: { a: '1' } } }), 'Syntax errors in policy.'],
    [
      'identity',
      document({ ...good, Condition: { 'ForAnyValue::StringEquals': { a: '1' } } }),
      'Syntax errors in policy.',
    ],
    ['identity', document({ ...good, Condition: { DateLessThan: { a: {} } } }), 'Syntax errors in policy.'],
    ...[
      'sdfdsf',
      '234-13',
      '2016-12-13t2:00:00.593194+1',
      '2016-12-13t2:00:00.1999999999+10:59',
      '9223372036854775808',
    ].map((a) => ['identity', document({ ...good, Condition: { DateLessThan: { a } } }), legacy] as const),
    ['identity', JSON.stringify({ Version: '2012-10-17', Id: {}, Statement: good }), 'Syntax errors in policy.'],
    ['identity', document({ ...good, Resource: 'arn:aws:s3::example_bucket' }), legacy],
    ['identity', document({ ...good, Resource: 'arn:aws::::example_bucket' }), legacy],
    ['identity', document({ ...good, Resource: 'arn:aws:s3::example_bucket', Action: undefined }), legacy],
    ['identity', document({ ...good, Resource: '' }), 'Resource  must be in ARN format or "*".'],
    [
      'identity',
      document({ ...good, Action: 's:3:ListBucket', Resource: 'sdfsadf' }),
      'Resource sdfsadf must be in ARN format or "*".',
    ],
    [
      'identity',
      document({ ...good, Resource: 'a:b:c:d:e:f:g:h' }),
      'Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".',
    ],
    [
      'identity',
      document({ ...good, Resource: 'a:b:cadfsdf' }),
      'Partition "b" is not valid for resource "arn:b:cadfsdf:*:*:*".',
    ],
    [
      'identity',
      document({ ...good, Resource: 'aws:s3:::example_bucket' }),
      'Partition "s3" is not valid for resource "arn:s3:::example_bucket:*".',
    ],
    [
      'identity',
      document({ ...good, Resource: 'arn:aws' }),
      'Resource vendor must be fully qualified and cannot contain regexes.',
    ],
    [
      'identity',
      document({ ...good, Resource: 'arn:aws:iam:us-east-1::user/a' }),
      'IAM resource arn:aws:iam:us-east-1::user/a cannot contain region information.',
    ],
    [
      'identity',
      document({ ...good, Resource: 'arn:aws:s3:us-east-1::b' }),
      'Resource arn:aws:s3:us-east-1::b can not contain region information.',
    ],
    [
      'identity',
      document({ ...good, Resource: 'arn:aws:iam:::b' }),
      'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.',
    ],
    [
      'identity',
      document([
        { ...good, Sid: 'One' },
        { Sid: 'One', Effect: 'Allow' },
      ]),
      'Statement IDs (SID) in a single policy must be unique.',
    ],
    [
      'trust',
      document({ ...trust, Condition: { StringEqual: { 'sts:ExternalId': 'x' } } }),
      'Syntax errors in policy.',
    ],
    ['trust', document({ ...trust, Condition: { DateLessThan: { 'aws:CurrentTime': 'soon' } } }), legacy],
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
    ...['s3:GetObject', 'sts:TagSessions', 'sts:GetCallerIdentity', 'sts:Get*'].map(
      (action) =>
        [
          'trust',
          document({ ...trust, Action: ['sts:AssumeRole', action] }),
          'AssumeRole policy may only specify STS AssumeRole actions.',
        ] as const,
    ),
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
        () => readNewPolicy(text, kind),
        (error) => error instanceof MalformedPolicy && error.message === message,
      );
    });
  }
});

describe('readNewPolicy takes', () => {
  const cases = [
    good,
    { ...good, Action: ['*', '*:*', 'service-prefix:action-name', 's3.s:ListBucket', 'iam: asdf safdsf af '] },
    { ...good, Resource: ['arn:aws:kms:*:123456789012:key/*', null] },
    { ...good, Resource: ['arn:aws:iam::*:*', 'arn:aws:iam::123456789012:role/r', 'arn:*:s3:::b', 'arn:aws:s3', '**'] },
    { ...good, Resource: 'arn:aws:s3:us-west-2:123456789012:accesspoint/a/object/*' },
    {
      ...good,
      Condition: { x: {}, StringEquals: { a: ['1', 2, true] }, NumericLessThanIfExists: { 's3:max-keys': 10 } },
    },
    ...['2020', '2017-07-01T00:00:00Z', '2016-12-13t2:00:00.593194+01:59', '-100', '1500000000'].map((a) => ({
      ...good,
      Condition: { 'ForAllValues:DateLessThanIfExists': { a } },
    })),
  ];
  for (const statement of cases) {
    it(JSON.stringify(statement), () =>
      assert.equal(readNewPolicy(document(statement), 'identity').statements.length, 1),
    );
  }

  for (const version of [{}, { Version: '2008-10-17' }, { Version: '2012-10-17' }]) {
    it(`an inline policy of ${version.Version ?? 'no version'}`, () => {
      const read = readNewPolicy(JSON.stringify({ ...version, Statement: good }), 'identity');
      assert.equal(read.variables, version.Version === '2012-10-17');
    });
  }

  for (const action of ['sts:AssumeRole', 'STS:assumerolewithsaml', 'sts:TagSession', 'sts:SetContext', 'sts:*', '*']) {
    it(`a trust policy for ${action}`, () => {
      assert.equal(readNewPolicy(document({ ...trust, Action: action }), 'trust').statements.length, 1);
    });
  }
});
