import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Principal } from '../../../contract/principal.ts';
import { createContext } from './context.ts';
import { evaluateResourcePolicy } from './evaluate-resource-policy.ts';
import type { Candidate } from './match-principal.ts';
import { parsePolicy } from './policy-document.ts';

const account = '000000000000';
const ann: Principal = { kind: 'user', account, arn: `arn:aws:iam::${account}:user/ann`, userId: 'AIDAX' };
const worker: Principal = {
  kind: 'assumed-role',
  account,
  arn: `arn:aws:sts::${account}:assumed-role/Worker/job`,
  userId: 'AROAX:job',
  roleArn: `arn:aws:iam::${account}:role/Worker`,
};
const guest: Principal = {
  kind: 'federated-user',
  account,
  arn: `arn:aws:sts::${account}:federated-user/guest`,
  userId: `${account}:guest`,
  session: { issuedAt: 0, issuer: { arn: ann.arn, id: 'AIDAX' } },
};
const nobody: Principal = { kind: 'anonymous', account: 'anonymous', arn: 'anonymous', userId: 'anonymous' };
const root: Principal = { kind: 'root', account, arn: `arn:aws:iam::${account}:root`, userId: account };

function decide(principal: unknown, candidate: Candidate, rest: object = {}) {
  const Statement = [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal, ...rest }];
  const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'trust');
  const context = createContext({ 'sts:ExternalId': 'one' });
  return evaluateResourcePolicy(policy, candidate, { action: 'sts:AssumeRole', resource: '*', context });
}

describe('evaluateResourcePolicy does', () => {
  it('let in who is named', () => {
    assert.equal(decide({ Service: 'sagemaker.amazonaws.com' }, { service: 'sagemaker.amazonaws.com' }), 'direct');
    assert.equal(decide({ AWS: ann.arn }, { principal: ann }), 'direct');
    assert.equal(decide({ AWS: worker.arn }, { principal: worker }), 'direct');
    assert.equal(decide({ AWS: worker.roleArn }, { principal: worker }), 'granted');
    assert.equal(decide({ AWS: ann.arn }, { principal: guest }), 'granted');
    assert.equal(decide({ AWS: guest.arn }, { principal: guest }), 'direct');
    assert.equal(decide('*', { principal: ann }), 'granted');
    assert.equal(decide('*', { principal: nobody }), 'granted');
  });

  it('leave it to the account that is named', () => {
    for (const name of [account, root.arn]) {
      assert.equal(decide({ AWS: name }, { principal: ann }), 'delegated');
      assert.equal(decide({ AWS: name }, { principal: root }), 'direct');
    }
  });
});

describe('evaluateResourcePolicy refuses', () => {
  it('who has no name wherever a name is asked for, and spares only everybody', () => {
    for (const name of [account, root.arn, ann.arn])
      assert.equal(decide({ AWS: name }, { principal: nobody }), 'implicit-deny');
    const spare = (AWS: string) =>
      decide(undefined, { principal: nobody }, { Principal: undefined, NotPrincipal: { AWS }, Effect: 'Deny' });
    assert.equal(spare(account), 'explicit-deny');
    assert.equal(spare('*'), 'implicit-deny');
  });

  it('everybody else', () => {
    assert.equal(decide({ Service: 'lambda.amazonaws.com' }, { service: 'sagemaker.amazonaws.com' }), 'implicit-deny');
    assert.equal(decide({ AWS: '*' }, { service: 'sagemaker.amazonaws.com' }), 'implicit-deny');
    assert.equal(decide({ AWS: '111111111111' }, { principal: ann }), 'implicit-deny');
  });

  it('a wrong external id, an explicit deny, and NotPrincipal', () => {
    const wrong = { Condition: { StringEquals: { 'sts:ExternalId': 'two' } } };
    assert.equal(decide({ AWS: ann.arn }, { principal: ann }, wrong), 'implicit-deny');
    assert.equal(decide('*', { principal: ann }, { Effect: 'Deny' }), 'explicit-deny');
    const except = { Principal: undefined, NotPrincipal: { AWS: ann.arn } };
    assert.equal(decide(undefined, { principal: worker }, except), 'implicit-deny');
    assert.equal(decide(undefined, { principal: worker }, { ...except, Effect: 'Deny' }), 'explicit-deny');
  });

  it('by NotPrincipal all but those of whom every level is named', () => {
    const spare = (AWS: readonly (string | undefined)[], principal: Principal) =>
      decide(undefined, { principal }, { Principal: undefined, NotPrincipal: { AWS }, Effect: 'Deny' });
    assert.equal(spare([ann.arn, account], ann), 'implicit-deny');
    assert.equal(spare([ann.arn], ann), 'explicit-deny');
    assert.equal(spare([worker.arn, worker.roleArn, root.arn], worker), 'implicit-deny');
    assert.equal(spare([worker.roleArn, root.arn], worker), 'explicit-deny');
    assert.equal(spare([account], root), 'implicit-deny');
    assert.equal(spare(['*'], ann), 'implicit-deny');
    const service = { service: 'lambda.amazonaws.com' };
    const but = { Principal: undefined, NotPrincipal: { Service: service.service }, Effect: 'Deny' };
    assert.equal(decide(undefined, service, but), 'implicit-deny');
    assert.equal(decide(undefined, { service: 'sagemaker.amazonaws.com' }, but), 'explicit-deny');
  });
});
