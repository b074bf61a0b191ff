import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statementsOf } from './bucket-policy.ts';
import { isPublicPolicy } from './public-policy.ts';

const judged = (changes: object) =>
  isPublicPolicy(
    statementsOf(JSON.stringify({ Statement: { Effect: 'Allow', Principal: '*', Action: 's3:*', ...changes } })),
  );
const when = (operator: string, key: string, ...values: string[]) => ({ Condition: { [operator]: { [key]: values } } });

describe('a policy does count as public', () => {
  const cases: [string, object][] = [
    ['without a condition', {}],
    ['with everybody as AWS', { Principal: { AWS: ['111122223333', '*'] } }],
    ['for all but one', { Principal: undefined, NotPrincipal: { AWS: '111122223333' } }],
    ['under a key that callers choose', when('StringEquals', 'aws:Referer', 'https://example.com')],
    ['under a pattern', when('StringLike', 'aws:SourceVpc', 'vpc-*')],
    ['under a variable', when('StringEquals', 'aws:SourceVpc', `$\{aws:userid}`)],
    ['from half of the internet', when('IpAddress', 'aws:SourceIp', '0.0.0.0/1')],
    ['from one narrow and one wide range', when('IpAddress', 'aws:SourceIp', '203.0.113.0/24', '::/0')],
    ['where a missing key passes', when('StringEqualsIfExists', 'aws:SourceVpc', 'vpc-1')],
    ['from all but one', when('StringNotEquals', 'aws:SourceVpc', 'vpc-1')],
  ];
  for (const [what, changes] of cases) it(what, () => assert.equal(judged(changes), true));
});

describe('a policy does not count as public', () => {
  const cases: [string, object][] = [
    ['that denies', { Effect: 'Deny' }],
    ['for an account', { Principal: { AWS: '111122223333' } }],
    ['for a service', { Principal: { Service: 'logging.s3.amazonaws.com' } }],
    ['from a VPC', when('StringEquals', 'AWS:sourceVpc', 'vpc-1', 'vpc-2')],
    ['from a range', when('IpAddress', 'aws:SourceIp', '203.0.113.0/24')],
    ['for an organization', when('StringEquals', 'aws:PrincipalOrgID', 'o-1')],
    [
      'by an account’s access points',
      when('ArnLike', 's3:DataAccessPointArn', 'arn:aws:s3:us-east-1:111122223333:accesspoint/*'),
    ],
  ];
  for (const [what, changes] of cases) it(what, () => assert.equal(judged(changes), false));
});
