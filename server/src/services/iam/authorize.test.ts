/** Decisions over real identities, with resources' policies as services hand them in. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readConfig } from '../../config.ts';
import type { Decision } from '../../contract/identity.ts';
import type { Access, ContextValue } from '../../contract/operation.ts';
import type { Principal } from '../../contract/principal.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLog } from '../../kit/log.ts';
import { soleServer } from '../../open-database.ts';
import { buildPlatform } from '../../platform.ts';

const account = '000000000000';
const other = '999999999999';
const root: Principal = { kind: 'root', account, arn: `arn:aws:iam::${account}:root`, userId: account };

const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const get = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' };
const allowGet = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };

/** A platform with the user ann, who has one inline policy. */
async function withAnn(document: string, tags: { Key: string; Value: string }[] = []) {
  const dataDir = await mkdtemp(join(tmpdir(), 'clary-authorize-'));
  const platform = await buildPlatform({
    config: readConfig(['--data', dataDir], {}),
    clock: systemClock,
    log: createLog('silent', () => {}),
    platformKey: randomBytes(32),
    administrator: { accessKeyId: 'AKIAADMINISTRATOR', secretAccessKey: 'secret' },
    endpoint: new Promise(() => {}),
    servers: soleServer,
  });
  const { identity, access } = platform.pipeline;
  const aws = access.as(root);
  const { User: user } = await aws.call('iam', 'CreateUser', { UserName: 'ann', Tags: tags });
  await aws.call('iam', 'PutUserPolicy', { UserName: 'ann', PolicyName: 'P', PolicyDocument: document });
  const ann: Principal = { kind: 'user', account, arn: user?.Arn ?? '', userId: user?.UserId ?? '' };
  return {
    identity,
    ann,
    decide: (principal: Principal, one: Access, context: Record<string, ContextValue> = {}) =>
      identity.authorize(principal, [one], () => context),
    async [Symbol.asyncDispose]() {
      await platform.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const reasonOf = async (decision: Decision | Promise<Decision>) => {
  const made = await decision;
  return made.allowed ? 'allowed' : made.reason.replace(/^.* on resource: \S+ /, '');
};

describe('authorize does', () => {
  it('answer at once where everything is cached, and never asks root’s context', async () => {
    await using made = await withAnn(policy(allowGet));
    const { identity, ann, decide } = made;
    await decide(ann, get);
    assert.deepEqual(decide(ann, get), { allowed: true });
    const unasked = () => assert.fail('the context was asked for');
    assert.deepEqual(identity.authorize(root, [get], unasked), { allowed: true });
    assert.deepEqual(identity.authorize(ann, [get], unasked), { allowed: true });
  });

  it('let callers of other accounts in where both accounts allow it', async () => {
    await using made = await withAnn(policy(allowGet));
    const { ann, decide } = made;
    const document = policy({ ...allowGet, Principal: { AWS: account } });
    assert.equal(await reasonOf(decide(ann, { ...get, resourcePolicy: { account: other, document } })), 'allowed');
    assert.equal(
      await reasonOf(decide(ann, { ...get, resourcePolicy: { account: other } })),
      'because no resource-based policy allows the s3:GetObject action',
    );
    assert.equal(
      await reasonOf(decide(root, { ...get, resourcePolicy: { account: other } })),
      'because no resource-based policy allows the s3:GetObject action',
    );
  });

  it('know the principal’s, the resource’s and the request’s tags', async () => {
    const conditions = {
      StringEquals: {
        'aws:ResourceTag/team': `\${aws:PrincipalTag/team}`,
        'aws:RequestTag/team': `\${aws:PrincipalTag/team}`,
        'aws:ResourceAccount': other,
      },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'stage'] },
    };
    await using made = await withAnn(policy({ ...allowGet, Condition: conditions }), [{ Key: 'team', Value: 'red' }]);
    const { ann, decide } = made;
    const document = policy({ ...allowGet, Principal: '*' });
    const tagged = { ...get, resourceTags: { team: 'red' }, resourcePolicy: { account: other, document } };
    const request = { 'aws:RequestTag/team': 'red', 'aws:TagKeys': ['team', 'stage'] };
    assert.equal(await reasonOf(decide(ann, tagged, request)), 'allowed');
    const refused = 'because no identity-based policy allows the s3:GetObject action';
    assert.equal(await reasonOf(decide(ann, { ...tagged, resourceTags: { team: 'blue' } }, request)), refused);
    assert.equal(await reasonOf(decide(ann, { ...tagged, resourceTags: {} }, request)), refused);
    const more = { ...request, 'aws:TagKeys': ['team', 'owner'] };
    assert.equal(await reasonOf(decide(ann, tagged, more)), refused);
  });

  it('take what a service says is absent for a fact, and nothing else', async () => {
    await using made = await withAnn(policy({ ...allowGet, Condition: { Null: { 's3:prefix': 'true' } } }));
    const { ann, decide } = made;
    assert.equal(await reasonOf(decide(ann, { ...get, context: { 's3:prefix': undefined } })), 'allowed');
    assert.match(await reasonOf(decide(ann, get)), /^because no identity-based policy/);
  });
});

describe('authorize refuses', () => {
  it('who has not signed everything but what a resource allows everybody', async () => {
    await using made = await withAnn(policy(allowGet));
    const nobody: Principal = { kind: 'anonymous', account: 'anonymous', arn: 'anonymous', userId: 'anonymous' };
    const asking = (...statements: object[]) => ({
      ...get,
      resourcePolicy: { account, document: policy(...statements) },
    });
    const everybody = { ...allowGet, Principal: '*' };
    assert.deepEqual(made.decide(nobody, asking(everybody)), { allowed: true });
    for (const one of [
      get,
      { ...get, resourcePolicy: { account } },
      { ...get, resourcePolicy: { account: 'anonymous' } },
      { action: 'sagemaker:ListModels', resource: '*' },
      { action: 'iam:PassRole', resource: `arn:aws:iam::${account}:role/r` },
      asking({ ...everybody, Principal: { AWS: account } }),
      asking(everybody, { ...everybody, Effect: 'Deny' }),
      asking({ ...everybody, Action: 's3:PutObject' }),
      asking({ ...everybody, Condition: { StringLike: { 'aws:PrincipalArn': '*' } } }),
    ])
      assert.equal(await reasonOf(made.decide(nobody, one)), 'Access Denied', JSON.stringify(one));
  });

  it('everybody what is of another account and has no policy that could let them in', async () => {
    await using made = await withAnn(policy({ Effect: 'Allow', Action: '*', Resource: '*' }));
    const action = 'sagemaker:DescribeModelPackageGroup';
    const groupOf = (owner: string) => ({
      action,
      resource: `arn:aws:sagemaker:us-east-1:${owner}:model-package-group/g`,
    });
    for (const principal of [made.ann, root]) {
      assert.equal(await reasonOf(made.decide(principal, groupOf(account))), 'allowed');
      assert.equal(
        await reasonOf(made.decide(principal, groupOf(other))),
        `because no resource-based policy allows the ${action} action`,
      );
    }
  });

  it('even root what a bucket’s policy forbids, but not to take that policy away', async () => {
    await using made = await withAnn(policy(allowGet));
    const document = policy({ Effect: 'Deny', Action: 's3:*', Resource: '*', Principal: '*' });
    const resourcePolicy = { account, document };
    assert.equal(
      await reasonOf(made.decide(root, { ...get, resourcePolicy })),
      'with an explicit deny in a resource-based policy',
    );
    const remove = { action: 's3:DeleteBucketPolicy', resource: 'arn:aws:s3:::b', resourcePolicy };
    assert.equal(await reasonOf(made.decide(root, remove)), 'allowed');
    const elsewhere = { ...remove, resourcePolicy: { account: other, document } };
    assert.notEqual(await reasonOf(made.decide(root, elsewhere)), 'allowed');
  });

  it('everything where a resource’s policy cannot be read', async () => {
    await using made = await withAnn(policy(allowGet));
    assert.equal(
      await reasonOf(made.decide(made.ann, { ...get, resourcePolicy: { account, document: '{' } })),
      'with an explicit deny in a resource-based policy',
    );
  });

  it('who is gone, and another one of the same name', async () => {
    await using made = await withAnn(policy(allowGet));
    const { ann, decide } = made;
    for (const gone of [
      { ...ann, arn: `${ann.arn}e` },
      { ...ann, userId: 'AIDAANOTHER' },
    ]) {
      assert.match(await reasonOf(decide(gone, get)), /^because no identity-based policy/);
    }
  });
});
