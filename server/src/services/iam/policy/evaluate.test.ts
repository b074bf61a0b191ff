import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createContext } from './context.ts';
import { evaluate, type Verdict } from './evaluate.ts';
import { parsePolicy } from './policy-document.ts';

type Values = Readonly<Record<string, string>>;

function decide(statements: readonly object[], action: string, resource: string, context: Values = {}): Verdict {
  const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'identity');
  return evaluate([policy], { action, resource, context: createContext(context) });
}

const allow = (rest: object) => ({ Effect: 'Allow', Action: '*', Resource: '*', ...rest });
const deny = (rest: object) => ({ Effect: 'Deny', Action: '*', Resource: '*', ...rest });

describe('evaluate does', () => {
  it('deny what nothing allows, and what is denied beside an allow', () => {
    assert.equal(decide([allow({ Action: 's3:GetObject' })], 's3:PutObject', '*'), 'implicit-deny');
    assert.equal(decide([allow({}), deny({ Action: 's3:*' })], 's3:PutObject', '*'), 'explicit-deny');
    assert.equal(decide([deny({ Action: 's3:Delete*' }), allow({})], 's3:PutObject', '*'), 'allow');
  });

  it('match actions without regard to case, resources with it', () => {
    assert.equal(decide([allow({ Action: 'S3:getobject' })], 's3:GetObject', '*'), 'allow');
    assert.equal(decide([allow({ Resource: 'arn:aws:s3:::B' })], 's3:GetObject', 'arn:aws:s3:::b'), 'implicit-deny');
  });

  it('understand NotAction and NotResource', () => {
    const power = [{ Effect: 'Allow', NotAction: ['iam:*'], Resource: '*' }];
    assert.equal(decide(power, 'iam:CreateUser', '*'), 'implicit-deny');
    assert.equal(decide(power, 's3:ListBucket', '*'), 'allow');
    const elsewhere = [{ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::secret/*' }];
    assert.equal(decide(elsewhere, 's3:GetObject', 'arn:aws:s3:::secret/x'), 'implicit-deny');
    assert.equal(decide(elsewhere, 's3:GetObject', 'arn:aws:s3:::open/x'), 'allow');
  });

  it('match ARNs field by field and complete short ones', () => {
    const resource = 'arn:aws:iam::000000000000:role/deep/Worker';
    assert.equal(decide([allow({ Resource: 'arn:aws:iam::*:role/*' })], 'iam:PassRole', resource), 'allow');
    assert.equal(decide([allow({ Resource: 'arn:aws:iam' })], 'iam:PassRole', resource), 'allow');
    assert.equal(decide([allow({ Resource: 'arn:aws:*:role/*' })], 'iam:PassRole', resource), 'implicit-deny');
    assert.equal(decide([allow({ Resource: 'arn:aws:iam::*:role/????/W*r' })], 'iam:PassRole', resource), 'allow');
    assert.equal(decide([allow({ Resource: 'arn:aws:iam::*:user/*' })], 'iam:ListUsers', '*'), 'implicit-deny');
  });

  it('put variables in, literally', () => {
    const own = [allow({ Resource: `arn:aws:s3:::homes/\${aws:username}/*` })];
    assert.equal(decide(own, 's3:GetObject', 'arn:aws:s3:::homes/ann/x', { 'aws:username': 'ann' }), 'allow');
    assert.equal(decide(own, 's3:GetObject', 'arn:aws:s3:::homes/ann/x', { 'aws:username': '*' }), 'implicit-deny');
    assert.equal(decide(own, 's3:GetObject', 'arn:aws:s3:::homes/ann/x'), 'implicit-deny');
    const star = [allow({ Resource: `arn:aws:s3:::b/\${*}` })];
    assert.equal(decide(star, 's3:GetObject', 'arn:aws:s3:::b/*'), 'allow');
    assert.equal(decide(star, 's3:GetObject', 'arn:aws:s3:::b/x'), 'implicit-deny');
    const fallback = [allow({ Resource: `arn:aws:s3:::homes/\${aws:username, 'guest'}` })];
    assert.equal(decide(fallback, 's3:GetObject', 'arn:aws:s3:::homes/guest'), 'allow');
  });
});

describe('conditions do', () => {
  const cases: readonly [string, object, Values, boolean][] = [
    ['StringEquals', { 'aws:username': ['ann', 'bob'] }, { 'aws:username': 'bob' }, true],
    ['StringEquals', { 'aws:username': 'b*' }, { 'aws:username': 'bob' }, false],
    ['StringEquals', { 'AWS:UserName': 'bob' }, { 'aws:username': 'bob' }, true],
    ['StringEquals', { 'aws:username': 'bob' }, {}, false],
    ['StringEqualsIfExists', { 'aws:username': 'bob' }, {}, true],
    ['StringEqualsIfExists', { 'aws:username': 'bob' }, { 'aws:username': 'ann' }, false],
    ['StringNotEquals', { 'aws:username': ['ann', 'bob'] }, { 'aws:username': 'bob' }, false],
    ['StringNotEquals', { 'aws:username': 'bob' }, {}, true],
    ['StringEqualsIgnoreCase', { 'aws:username': 'BOB' }, { 'aws:username': 'bob' }, true],
    ['StringNotEqualsIgnoreCase', { 'aws:username': 'BOB' }, { 'aws:username': 'bob' }, false],
    ['StringLike', { 'aws:username': 'b?b*' }, { 'aws:username': 'bobby' }, true],
    ['StringNotLike', { 'aws:username': 'b*' }, { 'aws:username': 'ann' }, true],
    [
      'ArnLike',
      { 'aws:PrincipalArn': 'arn:aws:iam::*:role/W*' },
      { 'aws:PrincipalArn': 'arn:aws:iam::1:role/W' },
      true,
    ],
    ['ArnEquals', { 'aws:PrincipalArn': 'arn:aws:iam::2:*' }, { 'aws:PrincipalArn': 'arn:aws:iam::1:role/W' }, false],
    ['ArnNotLike', { 'aws:PrincipalArn': 'arn:aws:iam::2:*' }, { 'aws:PrincipalArn': 'arn:aws:iam::1:role/W' }, true],
    [
      'ArnNotEquals',
      { 'aws:PrincipalArn': 'arn:aws:iam::1:*' },
      { 'aws:PrincipalArn': 'arn:aws:iam::1:role/W' },
      false,
    ],
    ['Bool', { 'aws:SecureTransport': false }, { 'aws:SecureTransport': 'false' }, true],
    ['Bool', { 'aws:SecureTransport': 'true' }, { 'aws:SecureTransport': 'false' }, false],
    ['NumericLessThan', { 'aws:EpochTime': 10 }, { 'aws:EpochTime': '9.5' }, true],
    ['NumericGreaterThanEquals', { 'aws:EpochTime': '10' }, { 'aws:EpochTime': '9' }, false],
    ['NumericNotEquals', { 'aws:EpochTime': '10' }, { 'aws:EpochTime': '9' }, true],
    [
      'DateLessThan',
      { 'aws:CurrentTime': '2026-11-20T00:00:00Z' },
      { 'aws:CurrentTime': '2026-11-19T23:59:59Z' },
      true,
    ],
    [
      'DateGreaterThan',
      { 'aws:CurrentTime': '2026-11-20T00:00:00Z' },
      { 'aws:CurrentTime': '2026-11-19T23:59:59Z' },
      false,
    ],
    ['DateEquals', { 'aws:CurrentTime': '1763596800' }, { 'aws:CurrentTime': '2025-11-20T00:00:00Z' }, true],
    ['IpAddress', { 'aws:SourceIp': ['10.0.0.0/8', '127.0.0.1'] }, { 'aws:SourceIp': '::ffff:127.0.0.1' }, true],
    ['IpAddress', { 'aws:SourceIp': '10.0.0.0/8' }, { 'aws:SourceIp': '11.0.0.1' }, false],
    ['IpAddress', { 'aws:SourceIp': '2001:db8::/32' }, { 'aws:SourceIp': '2001:db8::1' }, true],
    ['NotIpAddress', { 'aws:SourceIp': '10.0.0.0/8' }, { 'aws:SourceIp': '11.0.0.1' }, true],
    ['Null', { 'aws:username': 'true' }, {}, true],
    ['Null', { 'aws:username': 'true' }, { 'aws:username': 'ann' }, false],
    ['Null', { 'aws:username': 'false' }, { 'aws:username': 'ann' }, true],
  ];
  for (const [operator, keys, context, met] of cases) {
    it(`${operator} ${JSON.stringify(keys)} ${met ? 'holds' : 'does not hold'} for ${JSON.stringify(context)}`, () => {
      const Condition = { [operator]: keys };
      assert.equal(decide([allow({ Condition })], 's3:GetObject', '*', context), met ? 'allow' : 'implicit-deny');
      const denied = decide([allow({}), deny({ Condition })], 's3:GetObject', '*', context);
      assert.equal(denied, met ? 'explicit-deny' : 'allow');
    });
  }
});

describe('what is not understood refuses', () => {
  const unknown: readonly [string, object, Values][] = [
    ['an operator', { 'ForAllValues:StringEquals': { 'aws:username': 'ann' } }, { 'aws:username': 'ann' }],
    ['a key that nobody fills in', { StringNotEquals: { 'aws:RequestTag/team': 'x' } }, {}],
    ['a key that nobody fills in, asked by Null', { Null: { 'aws:RequestTag/team': 'true' } }, {}],
    ['a key that nobody fills in, with IfExists', { StringEqualsIfExists: { 'aws:RequestTag/team': 'x' } }, {}],
    ['a variable', { StringEquals: { 'aws:username': `\${aws:PrincipalTag/x}` } }, { 'aws:username': 'ann' }],
    ['a number', { NumericLessThan: { 'aws:EpochTime': 'soon' } }, { 'aws:EpochTime': '1' }],
    ['a date', { DateLessThan: { 'aws:CurrentTime': 'soon' } }, { 'aws:CurrentTime': '2026-11-20T00:00:00Z' }],
    ['a network', { IpAddress: { 'aws:SourceIp': '10.0.0.0/33' } }, { 'aws:SourceIp': '10.0.0.1' }],
    ['a truth', { Bool: { 'aws:SecureTransport': 'yes' } }, { 'aws:SecureTransport': 'true' }],
  ];
  for (const [what, Condition, context] of unknown) {
    it(`with ${what}`, () => {
      assert.equal(decide([allow({ Condition })], 's3:GetObject', '*', context), 'implicit-deny');
      assert.equal(decide([allow({}), deny({ Condition })], 's3:GetObject', '*', context), 'explicit-deny');
    });
  }

  it('but not where the rest of the statement does not apply', () => {
    const Condition = { 'ForAllValues:StringEquals': { 'aws:username': 'ann' } };
    assert.equal(decide([allow({}), deny({ Action: 's3:Put*', Condition })], 's3:GetObject', '*'), 'allow');
  });
});
