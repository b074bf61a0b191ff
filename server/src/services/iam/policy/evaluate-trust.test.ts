import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Principal } from '../../../contract/principal.ts';
import { createContext } from './context.ts';
import { type Candidate, evaluateTrust } from './evaluate-trust.ts';
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
const root: Principal = { kind: 'root', account, arn: `arn:aws:iam::${account}:root`, userId: account };

function decide(principal: unknown, candidate: Candidate, rest: object = {}) {
  const Statement = [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal, ...rest }];
  const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'trust');
  return evaluateTrust(policy, 'sts:AssumeRole', candidate, createContext({ 'sts:ExternalId': 'one' }));
}

describe('evaluateTrust does', () => {
  it('let in who is named', () => {
    assert.equal(decide({ Service: 'sagemaker.amazonaws.com' }, { service: 'sagemaker.amazonaws.com' }), 'allow');
    assert.equal(decide({ AWS: ann.arn }, { principal: ann }), 'allow');
    assert.equal(decide({ AWS: worker.roleArn }, { principal: worker }), 'allow');
    assert.equal(decide({ AWS: worker.arn }, { principal: worker }), 'allow');
    assert.equal(decide('*', { principal: ann }), 'allow');
  });

  it('leave it to the account that is named', () => {
    for (const name of [account, root.arn]) {
      assert.equal(decide({ AWS: name }, { principal: ann }), 'delegate');
      assert.equal(decide({ AWS: name }, { principal: root }), 'allow');
    }
  });
});

describe('evaluateTrust refuses', () => {
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
});
