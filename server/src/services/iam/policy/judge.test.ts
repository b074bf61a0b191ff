import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Principal } from '../../../contract/principal.ts';
import { denial } from '../denial.ts';
import { createContext } from './context.ts';
import { judge, type Permissions, type ResourceSide } from './judge.ts';
import { parsePolicy } from './policy-document.ts';

const account = '000000000000';
const other = '999999999999';
const ann: Principal = { kind: 'user', account, arn: `arn:aws:iam::${account}:user/ann`, userId: 'AIDAX' };
const roleArn = `arn:aws:iam::${account}:role/Worker`;
const sessionArn = `arn:aws:sts::${account}:assumed-role/Worker/job`;
const worker: Principal = { kind: 'assumed-role', account, arn: sessionArn, userId: 'AROAX:job', roleArn };

const action = 's3:GetObject';
const resource = 'arn:aws:s3:::b/k';
const statement = (Effect: string, Action: string, rest: object = {}) => ({ Effect, Action, Resource: '*', ...rest });
const policy = (...statements: object[]) =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'identity');
const may = policy(statement('Allow', action));
const mayNot = policy(statement('Deny', action));
const silent = policy(statement('Allow', 's3:PutObject'));

const bucket = (owner: string, ...statements: object[]): ResourceSide => ({
  account: owner,
  policy: parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'resource'),
});
const to = (AWS: string, Effect = 'Allow') => statement(Effect, action, { Principal: { AWS } });

/** The sentence after "on resource: …", or "allowed". */
function told(principal: Principal, permissions: Permissions, side?: ResourceSide): string {
  const judgement = judge({
    principal,
    permissions,
    resource: side,
    request: { action, resource, context: createContext({}) },
  });
  if (judgement.allowed) return 'allowed';
  const start = `User: ${principal.arn} is not authorized to perform: ${action} on resource: "${resource}" `;
  const reason = denial(principal, { action, resource }, judgement);
  assert.ok(reason.startsWith(start), reason);
  return reason.slice(start.length);
}

const no = (what: string) => `because no ${what} allows the s3:GetObject action`;

describe('judge refuses in AWS’s words', () => {
  const cases: readonly [string, Principal, Permissions, ResourceSide | undefined, string][] = [
    ['nothing allows', ann, { identity: [silent] }, undefined, no('identity-based policy')],
    [
      'an identity policy denies',
      ann,
      { identity: [may, mayNot] },
      undefined,
      'with an explicit deny in an identity-based policy',
    ],
    ['the boundary is silent', ann, { identity: [may], boundary: silent }, undefined, no('permissions boundary')],
    [
      'the boundary denies',
      ann,
      { identity: [may], boundary: mayNot },
      undefined,
      'with an explicit deny in a permissions boundary',
    ],
    ['the session is silent', worker, { identity: [may], session: [silent] }, undefined, no('session policy')],
    ['the session has an empty list', worker, { identity: [may], session: [] }, undefined, no('session policy')],
    [
      'the session denies',
      worker,
      { identity: [may], session: [may, mayNot] },
      undefined,
      'with an explicit deny in a session policy',
    ],
    [
      'the bucket denies',
      ann,
      { identity: [may] },
      bucket(account, to('*', 'Deny')),
      'with an explicit deny in a resource-based policy',
    ],
    [
      'the bucket’s policy is not understood',
      ann,
      { identity: [may] },
      { account, policy: 'malformed' },
      'with an explicit deny in a resource-based policy',
    ],
    [
      'the bucket allows somebody else',
      ann,
      { identity: [silent] },
      bucket(account, to(roleArn)),
      no('identity-based policy'),
    ],
    [
      'the bucket allows the account only',
      ann,
      { identity: [silent] },
      bucket(account, to(account)),
      no('identity-based policy'),
    ],
    [
      'another account’s bucket has no policy',
      ann,
      { identity: [may] },
      { account: other, policy: undefined },
      no('resource-based policy'),
    ],
    [
      'another account’s bucket is silent',
      ann,
      { identity: [may] },
      bucket(other, to(roleArn)),
      no('resource-based policy'),
    ],
    [
      'only another account’s bucket allows',
      ann,
      { identity: [silent] },
      bucket(other, to(ann.arn)),
      no('identity-based policy'),
    ],
    [
      'the bucket allows a limited role',
      worker,
      { identity: [], boundary: silent },
      bucket(account, to(roleArn)),
      no('permissions boundary'),
    ],
    [
      'the bucket allows a limited session’s role',
      worker,
      { identity: [], session: [silent] },
      bucket(account, to(roleArn)),
      no('session policy'),
    ],
    [
      'another account allows a limited session itself',
      worker,
      { identity: [may], session: [silent] },
      bucket(other, to(sessionArn)),
      no('session policy'),
    ],
  ];
  for (const [when, principal, permissions, side, wanted] of cases) {
    it(`when ${when}`, () => {
      assert.equal(told(principal, permissions, side), wanted);
    });
  }
});

describe('a denial does', () => {
  it('leave out a resource that there is not, where AWS does', () => {
    const judgement = { allowed: false, explicit: false, type: 'identity' } as const;
    const reason = (name: string) => denial(ann, { action: name, resource: '*' }, judgement).slice(ann.arn.length + 6);
    assert.equal(
      reason('s3:ListAllMyBuckets'),
      ' is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action',
    );
    assert.equal(
      reason('lambda:ListFunctions'),
      ' is not authorized to perform: lambda:ListFunctions on resource: * because no identity-based policy allows the lambda:ListFunctions action',
    );
  });
});

describe('judge does allow', () => {
  const cases: readonly [string, Principal, Permissions, ResourceSide | undefined][] = [
    ['what an identity policy allows', ann, { identity: [silent, may] }, undefined],
    [
      'what policy, boundary and one session policy allow',
      worker,
      { identity: [may], boundary: may, session: [silent, may] },
      undefined,
    ],
    ['what the bucket alone allows', ann, { identity: [] }, bucket(account, to(ann.arn))],
    [
      'what the bucket allows the user, whatever the boundary',
      ann,
      { identity: [], boundary: silent },
      bucket(account, to(ann.arn)),
    ],
    [
      'what the bucket allows the session, whatever limits it',
      worker,
      { identity: [], boundary: silent, session: [] },
      bucket(account, to(sessionArn)),
    ],
    [
      'what the bucket allows the role within its limits',
      worker,
      { identity: [], boundary: may, session: [may] },
      bucket(account, to(roleArn)),
    ],
    ['what both accounts allow', ann, { identity: [may] }, bucket(other, to(account))],
    [
      'another account’s root that the bucket names',
      { ...ann, kind: 'root', arn: `arn:aws:iam::${account}:root` },
      { identity: undefined },
      bucket(other, to(account)),
    ],
  ];
  for (const [what, principal, permissions, side] of cases) {
    it(what, () => {
      assert.equal(told(principal, permissions, side), 'allowed');
    });
  }
});
