import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ContextSource, createContext } from './context.ts';
import { evaluate } from './evaluate.ts';
import { parsePolicy } from './policy-document.ts';

const name = 'aws:username';
const arn = 'aws:PrincipalArn';
const ip = 'aws:SourceIp';
const time = 'aws:CurrentTime';
const epoch = 'aws:EpochTime';
const tls = 'aws:SecureTransport';
const keys = 'aws:TagKeys';
const role = 'arn:aws:iam::1:role/W';

type Row = readonly [operator: string, wanted: object, context: ContextSource, met: boolean];

const strings: readonly Row[] = [
  ['StringEquals', { [name]: ['ann', 'bob'] }, { [name]: 'bob' }, true],
  ['StringEquals', { [name]: 'b*' }, { [name]: 'bob' }, false],
  ['StringEquals', { [name]: 'b*' }, { [name]: 'b*' }, true],
  ['StringEquals', { 'AWS:UserName': 'bob' }, { [name]: 'bob' }, true],
  ['stringequals', { [name]: 'bob' }, { [name]: 'bob' }, true],
  ['StringEquals', { [name]: 'Bob' }, { [name]: 'bob' }, false],
  ['StringEquals', { [name]: 'bob' }, {}, false],
  ['StringEqualsIfExists', { [name]: 'bob' }, {}, true],
  ['StringEqualsIfExists', { [name]: 'bob' }, { [name]: 'ann' }, false],
  ['StringNotEquals', { [name]: ['ann', 'bob'] }, { [name]: 'bob' }, false],
  ['StringNotEquals', { [name]: ['ann', 'bob'] }, { [name]: 'eve' }, true],
  ['StringNotEquals', { [name]: 'bob' }, {}, true],
  ['StringNotEqualsIfExists', { [name]: 'bob' }, {}, true],
  ['StringEqualsIgnoreCase', { [name]: 'BOB' }, { [name]: 'bob' }, true],
  ['StringNotEqualsIgnoreCase', { [name]: 'BOB' }, { [name]: 'bob' }, false],
  ['StringLike', { [name]: 'b?b*' }, { [name]: 'bobby' }, true],
  ['StringLike', { [name]: 'B*' }, { [name]: 'bobby' }, false],
  ['StringLikeIfExists', { [name]: 'b*' }, {}, true],
  ['StringNotLike', { [name]: 'b*' }, { [name]: 'ann' }, true],
  ['StringNotLike', { [name]: 'b*' }, {}, true],
];

const arns: readonly Row[] = [
  ['ArnLike', { [arn]: 'arn:aws:iam::*:role/W*' }, { [arn]: role }, true],
  ['ArnLike', { [arn]: 'arn:*:role/W' }, { [arn]: role }, false],
  ['ArnEquals', { [arn]: 'arn:aws:iam::?:role/*' }, { [arn]: role }, true],
  ['ArnEquals', { [arn]: 'arn:aws:iam::2:*' }, { [arn]: role }, false],
  ['ArnEquals', { [arn]: role }, {}, false],
  ['ArnEqualsIfExists', { [arn]: role }, {}, true],
  ['ArnNotLike', { [arn]: 'arn:aws:iam::2:*' }, { [arn]: role }, true],
  ['ArnNotEquals', { [arn]: 'arn:aws:iam::1:*' }, { [arn]: role }, false],
  ['ArnNotEquals', { [arn]: 'arn:aws:iam::1:*' }, {}, true],
];

const numbersAndDates: readonly Row[] = [
  ['NumericEquals', { [epoch]: '10' }, { [epoch]: '10.0' }, true],
  ['NumericNotEquals', { [epoch]: '10' }, { [epoch]: '9' }, true],
  ['NumericLessThan', { [epoch]: 10 }, { [epoch]: '9.5' }, true],
  ['NumericLessThan', { [epoch]: 10 }, { [epoch]: '10' }, false],
  ['NumericLessThanEquals', { [epoch]: 10 }, { [epoch]: '10' }, true],
  ['NumericGreaterThan', { [epoch]: 10 }, { [epoch]: '11' }, true],
  ['NumericGreaterThanEquals', { [epoch]: '10' }, { [epoch]: '9' }, false],
  ['NumericLessThan', { [epoch]: 10 }, {}, false],
  ['NumericLessThanIfExists', { [epoch]: 10 }, {}, true],
  ['DateEquals', { [time]: '1763596800' }, { [time]: '2025-11-20T00:00:00Z' }, true],
  ['DateEquals', { [time]: '2025' }, { [time]: '2025-01-01T00:00:00Z' }, true],
  ['DateNotEquals', { [time]: '2025-11-20' }, { [time]: '2025-11-20T00:00:00Z' }, false],
  ['DateLessThan', { [time]: '2026-11-20T00:00:00Z' }, { [time]: '2026-11-19T23:59:59Z' }, true],
  ['DateLessThanEquals', { [time]: '2026-11-20T00:00:00Z' }, { [time]: '2026-11-20T00:00:00Z' }, true],
  ['DateGreaterThan', { [time]: '2026-11-20T00:00:00Z' }, { [time]: '2026-11-19T23:59:59Z' }, false],
  ['DateGreaterThanEquals', { [time]: '2026-11-20T01:00:00+01:00' }, { [time]: '2026-11-20T00:00:00Z' }, true],
];

const others: readonly Row[] = [
  ['Bool', { [tls]: false }, { [tls]: 'false' }, true],
  ['Bool', { [tls]: 'true' }, { [tls]: 'false' }, false],
  ['Bool', { [tls]: 'false' }, {}, false],
  ['BoolIfExists', { [tls]: 'false' }, {}, true],
  ['BinaryEquals', { [name]: 'QUJD' }, { [name]: 'QUJD' }, true],
  ['BinaryEquals', { [name]: 'QUI=' }, { [name]: 'QUI' }, true],
  ['BinaryEquals', { [name]: 'QUJD' }, { [name]: 'QUJE' }, false],
  ['IpAddress', { [ip]: ['10.0.0.0/8', '127.0.0.1'] }, { [ip]: '::ffff:127.0.0.1' }, true],
  ['IpAddress', { [ip]: '10.0.0.0/8' }, { [ip]: '11.0.0.1' }, false],
  ['IpAddress', { [ip]: '0.0.0.0/0' }, { [ip]: '11.0.0.1' }, true],
  ['IpAddress', { [ip]: '0.0.0.0/0' }, { [ip]: '2001:db8::1' }, false],
  ['IpAddress', { [ip]: '2001:db8::/32' }, { [ip]: '2001:db8::1' }, true],
  ['NotIpAddress', { [ip]: '10.0.0.0/8' }, { [ip]: '11.0.0.1' }, true],
  ['NotIpAddress', { [ip]: '10.0.0.0/8' }, {}, true],
  ['Null', { [name]: 'true' }, {}, true],
  ['Null', { [name]: 'true' }, { [name]: 'ann' }, false],
  ['Null', { [name]: 'false' }, { [name]: 'ann' }, true],
  ['Null', { [keys]: 'true' }, { [keys]: [] }, true],
  ['Null', { [keys]: ['true', 'false'] }, { [keys]: ['a'] }, true],
];

// The rows for ForAllValues with StringNotLike are AWS's own:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition_examples-multi-valued-context-keys.html
const sets: readonly Row[] = [
  ['ForAllValues:StringEquals', { [keys]: ['a', 'b'] }, { [keys]: ['a'] }, true],
  ['ForAllValues:StringEquals', { [keys]: ['a', 'b'] }, { [keys]: ['a', 'c'] }, false],
  ['ForAllValues:StringEquals', { [keys]: 'a' }, {}, true],
  ['ForAllValues:StringEquals', { [keys]: 'a' }, { [keys]: [''] }, true],
  ['ForAllValues:StringNotLike', { [keys]: 'key1*' }, { [keys]: ['key1:legal'] }, false],
  ['ForAllValues:StringNotLike', { [keys]: 'key1*' }, { [keys]: ['key1:hr', 'key1:personnel'] }, false],
  ['ForAllValues:StringNotLike', { [keys]: 'key1*' }, { [keys]: ['key2:audit'] }, true],
  ['ForAllValues:StringNotLike', { [keys]: 'key1*' }, {}, true],
  ['ForAnyValue:StringEquals', { [keys]: ['a', 'b'] }, { [keys]: ['c', 'b'] }, true],
  ['ForAnyValue:StringEquals', { [keys]: ['a', 'b'] }, { [keys]: ['c'] }, false],
  ['ForAnyValue:StringEquals', { [keys]: 'a' }, {}, false],
  ['ForAnyValue:StringEqualsIfExists', { [keys]: 'a' }, {}, true],
  ['ForAnyValue:StringNotEquals', { [keys]: 'a' }, { [keys]: ['a', 'b'] }, true],
  ['ForAnyValue:StringNotEquals', { [keys]: 'a' }, { [keys]: ['a'] }, false],
  ['ForAnyValue:StringNotEquals', { [keys]: 'a' }, {}, false],
  ['forallvalues:stringequals', { [name]: 'ann' }, { [name]: 'ann' }, true],
  ['ForAllValues:ArnLike', { [arn]: 'arn:aws:iam::1:*' }, { [arn]: role }, true],
  ['ForAnyValue:NumericLessThan', { [epoch]: '5' }, { [epoch]: ['9', '4'] }, true],
  ['StringEquals', { [keys]: 'a' }, { [keys]: ['a'] }, true],
];

const variables: readonly Row[] = [
  ['StringEquals', { [name]: `\${aws:PrincipalTag/owner}` }, { [name]: 'ann', 'aws:PrincipalTag/owner': 'ann' }, true],
  ['StringEquals', { [name]: `\${aws:PrincipalTag/owner}` }, { [name]: 'ann' }, false],
  ['StringNotEquals', { [name]: `\${aws:PrincipalTag/owner}` }, { [name]: 'ann' }, true],
  ['StringEquals', { [name]: `\${aws:PrincipalTag/owner, 'ann'}` }, { [name]: 'ann' }, true],
  ['StringLike', { [name]: `\${aws:PrincipalTag/p}*` }, { [name]: 'abc', 'aws:PrincipalTag/p': 'a*' }, false],
  ['StringLike', { [name]: `a\${*}c\${?}d\${$}` }, { [name]: 'a*c?d$' }, true],
  ['StringLike', { [name]: `a\${*}` }, { [name]: 'ab' }, false],
  ['StringEquals', { [name]: `\${aws:TagKeys}` }, { [name]: 'a', [keys]: ['a'] }, false],
  [
    'ArnEquals',
    { [arn]: `arn:aws:iam::1:role/\${aws:PrincipalTag/r}` },
    { [arn]: role, 'aws:PrincipalTag/r': 'W' },
    true,
  ],
];

function decide(Condition: object, context: ContextSource, effect: 'Allow' | 'Deny') {
  const all = { Effect: 'Allow', Action: '*', Resource: '*' };
  const one = { ...all, Effect: effect, Condition };
  const policy = parsePolicy(
    JSON.stringify({ Version: '2012-10-17', Statement: effect === 'Deny' ? [all, one] : one }),
    'identity',
  );
  return evaluate([policy], { action: 's3:GetObject', resource: '*', context: createContext(context) });
}

for (const [group, rows] of Object.entries({ strings, arns, numbersAndDates, others, sets, variables })) {
  describe(`conditions on ${group} do`, () => {
    for (const [operator, wanted, context, met] of rows) {
      it(`${operator} ${JSON.stringify(wanted)} ${met ? 'holds' : 'does not hold'} for ${JSON.stringify(context)}`, () => {
        assert.equal(decide({ [operator]: wanted }, context, 'Allow'), met ? 'allow' : 'implicit-deny');
        assert.equal(decide({ [operator]: wanted }, context, 'Deny'), met ? 'explicit-deny' : 'allow');
      });
    }
  });
}

describe('conditions refuse', () => {
  it('where one of several is not met', () => {
    const Condition = { StringEquals: { [name]: 'ann', [arn]: role }, Bool: { [tls]: 'true' } };
    const context = { [name]: 'ann', [arn]: role, [tls]: 'true' };
    assert.equal(decide(Condition, context, 'Allow'), 'allow');
    for (const key of Object.keys(context)) {
      assert.equal(decide(Condition, { ...context, [key]: 'false' }, 'Allow'), 'implicit-deny');
    }
  });

  it('variables in policies of before 2012-10-17, where they are plain text', () => {
    const statement = {
      Effect: 'Allow',
      Action: 's3:*',
      Resource: '*',
      Principal: '*',
      Condition: { StringEquals: { [name]: `\${aws:PrincipalTag/a}` } },
    };
    const policy = parsePolicy(JSON.stringify({ Version: '2008-10-17', Statement: statement }), 'resource');
    const verdict = (value: string) =>
      evaluate([policy], {
        action: 's3:GetObject',
        resource: '*',
        context: createContext({ [name]: value, 'aws:PrincipalTag/a': 'ann' }),
      });
    assert.equal(verdict('ann'), 'implicit-deny');
    assert.equal(verdict(`\${aws:PrincipalTag/a}`), 'allow');
  });
});
