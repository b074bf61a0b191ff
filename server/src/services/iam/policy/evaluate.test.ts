import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ContextSource, createContext } from './context.ts';
import { evaluate, type Verdict } from './evaluate.ts';
import { parsePolicy } from './policy-document.ts';

type Values = ContextSource;

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

describe('what is not understood refuses', () => {
  const unknown: readonly [string, object, Values][] = [
    ['an operator', { StringMatches: { 'aws:username': 'ann' } }, { 'aws:username': 'ann' }],
    ['a set operator', { 'ForSomeValues:StringEquals': { 'aws:username': 'ann' } }, { 'aws:username': 'ann' }],
    ['Null in a set', { 'ForAllValues:Null': { 'aws:username': 'true' } }, {}],
    ['Null with IfExists', { NullIfExists: { 'aws:username': 'true' } }, {}],
    ['a value of Null', { Null: { 'aws:username': 'maybe' } }, {}],
    ['a key that nobody fills in', { StringNotEquals: { 'x:team': 'x' } }, {}],
    ['a key that nobody fills in, asked by Null', { Null: { 'x:team': 'true' } }, {}],
    ['a key that nobody fills in, with IfExists', { StringEqualsIfExists: { 'x:team': 'x' } }, {}],
    ['tags of a resource that are not known', { StringNotEquals: { 'aws:ResourceTag/team': 'x' } }, {}],
    ['a variable', { StringEquals: { 'aws:username': `\${x:team}` } }, { 'aws:username': 'ann' }],
    ['several values without a set operator', { StringEquals: { 'aws:TagKeys': 'a' } }, { 'aws:TagKeys': ['a', 'b'] }],
    ['binary data', { BinaryEquals: { 'aws:username': '%%' } }, { 'aws:username': 'QUJD' }],
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
    const Condition = { StringMatches: { 'aws:username': 'ann' } };
    assert.equal(decide([allow({}), deny({ Action: 's3:Put*', Condition })], 's3:GetObject', '*'), 'allow');
  });
});
