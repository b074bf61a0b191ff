import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AddUserToGroupCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GetContextKeysForCustomPolicyCommand,
  GetContextKeysForPrincipalPolicyCommand,
  IAMClient,
  type PolicyIdentifier,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  paginateSimulateCustomPolicy,
  SimulateCustomPolicyCommand,
  type SimulateCustomPolicyCommandInput,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { sharedPlatform } from '../../../../../test/harness/shared-platform.ts';

const shared = sharedPlatform();

const statement = (Effect: string, Action: string, rest: object = {}) => ({ Effect, Action, Resource: '*', ...rest });
const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allowGet = policy(statement('Allow', 's3:GetObject'));

async function withIam() {
  const platform = await shared.newAccount();
  const iam = platform.client(IAMClient);
  const userArn = `arn:aws:iam::${platform.account}:user/ann`;
  return {
    iam,
    userArn,
    account: platform.account,
    /** The first result. */
    async custom(input: Partial<SimulateCustomPolicyCommandInput>) {
      const ActionNames = ['s3:GetObject'];
      const command = new SimulateCustomPolicyCommand({ PolicyInputList: [allowGet], ActionNames, ...input });
      const [result] = (await iam.send(command)).EvaluationResults ?? [];
      assert.ok(result);
      return result;
    },
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
}

describe('SimulateCustomPolicy does', () => {
  it('decide each action and show the statements that decided', async () => {
    await using made = await withIam();
    const document = policy(statement('Allow', 's3:*'), statement('Deny', 's3:Delete*'));
    const answer = await made.iam.send(
      new SimulateCustomPolicyCommand({
        PolicyInputList: [document],
        ActionNames: ['s3:GetObject', 's3:DeleteObject', 'iam:CreateUser'],
      }),
    );
    const start = (text: string) => ({ Line: 1, Column: document.indexOf(text) + 1 });
    const first = {
      StartPosition: start('{"Effect":"Allow"'),
      EndPosition: { Line: 1, Column: document.indexOf(',{"Effect":"Deny"') + 1 },
    };
    const second = { StartPosition: start('{"Effect":"Deny"'), EndPosition: { Line: 1, Column: document.length - 1 } };
    const source = { SourcePolicyId: 'PolicyInputList.1', SourcePolicyType: 'IAM Policy' };
    assert.deepEqual(
      answer.EvaluationResults?.map((one) => [
        one.EvalActionName,
        one.EvalResourceName,
        one.EvalDecision,
        one.MatchedStatements,
      ]),
      [
        ['s3:GetObject', '*', 'allowed', [{ ...source, ...first }]],
        ['s3:DeleteObject', '*', 'explicitDeny', [{ ...source, ...second }]],
        ['iam:CreateUser', '*', 'implicitDeny', []],
      ],
    );
    assert.equal(answer.IsTruncated, false);
  });

  it('decide each resource, the worst of them for the action', async () => {
    await using made = await withIam();
    const PolicyInputList = [policy(statement('Allow', 's3:*', { Resource: 'arn:aws:s3:::a/*' }))];
    const ResourceArns = ['arn:aws:s3:::a/x', 'arn:aws:s3:::b/x'];
    const result = await made.custom({ PolicyInputList, ResourceArns });
    assert.equal(result.EvalDecision, 'implicitDeny');
    assert.deepEqual(
      result.ResourceSpecificResults?.map((one) => [one.EvalResourceName, one.EvalResourceDecision]),
      [
        ['arn:aws:s3:::a/x', 'allowed'],
        ['arn:aws:s3:::b/x', 'implicitDeny'],
      ],
    );
  });

  it('take context entries and name those that are missing', async () => {
    await using made = await withIam();
    const Condition = {
      StringEquals: { 'aws:RequestedRegion': 'eu-west-1' },
      'ForAllValues:StringLike': { 'aws:TagKeys': ['a*', `\${aws:PrincipalTag/own}`] },
    };
    const PolicyInputList = [policy(statement('Allow', 's3:*', { Condition }))];
    const without = await made.custom({ PolicyInputList });
    assert.equal(without.EvalDecision, 'implicitDeny');
    assert.deepEqual(without.MissingContextValues, ['aws:RequestedRegion', 'aws:TagKeys', 'aws:PrincipalTag/own']);
    const withAll = await made.custom({
      PolicyInputList,
      ContextEntries: [
        { ContextKeyName: 'aws:requestedregion', ContextKeyType: 'string', ContextKeyValues: ['eu-west-1'] },
        { ContextKeyName: 'aws:TagKeys', ContextKeyType: 'stringList', ContextKeyValues: ['ab', 'b'] },
        { ContextKeyName: 'aws:PrincipalTag/own', ContextKeyType: 'string', ContextKeyValues: ['b'] },
      ],
    });
    assert.deepEqual([withAll.EvalDecision, withAll.MissingContextValues], ['allowed', []]);
  });

  it('set a permissions boundary', async () => {
    await using made = await withIam();
    for (const [boundary, allowed] of [
      ['s3:GetObject', true],
      ['s3:PutObject', false],
    ] as const) {
      const result = await made.custom({ PermissionsBoundaryPolicyInputList: [policy(statement('Allow', boundary))] });
      assert.equal(result.EvalDecision, allowed ? 'allowed' : 'implicitDeny');
      assert.deepEqual(result.PermissionsBoundaryDecisionDetail, { AllowedByPermissionsBoundary: allowed });
    }
  });

  it('ask a resource’s policy, of the caller’s account or of another one', async () => {
    await using made = await withIam();
    const { userArn } = made;
    const ResourcePolicy = policy(statement('Allow', 's3:GetObject', { Principal: { AWS: userArn } }));
    const nothing = [policy(statement('Allow', 's3:PutObject'))];
    const asked = { ResourcePolicy, CallerArn: userArn, ResourceArns: ['arn:aws:s3:::b/k'] };
    const own = await made.custom({ ...asked, PolicyInputList: nothing });
    assert.equal(own.EvalDecision, 'allowed');
    assert.equal(own.MatchedStatements?.[0]?.SourcePolicyType, 'Resource Policy');
    const foreign = await made.custom({ ...asked, PolicyInputList: nothing, ResourceOwner: '999999999999' });
    assert.equal(foreign.EvalDecision, 'implicitDeny');
    assert.deepEqual(foreign.EvalDecisionDetails, { 'IAM Policy': 'implicitDeny', 'Resource Policy': 'allowed' });
    const both = await made.custom({ ...asked, ResourceOwner: '999999999999' });
    assert.equal(both.EvalDecision, 'allowed');
  });

  it('answer in pages', async () => {
    await using made = await withIam();
    const ActionNames = ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 'iam:GetUser', 'iam:GetRole'];
    const pages = paginateSimulateCustomPolicy(
      { client: made.iam, pageSize: 2 },
      { PolicyInputList: [allowGet], ActionNames },
    );
    const seen: (string | undefined)[][] = [];
    for await (const page of pages) seen.push((page.EvaluationResults ?? []).map((one) => one.EvalActionName));
    assert.deepEqual(seen, [ActionNames.slice(0, 2), ActionNames.slice(2, 4), ActionNames.slice(4)]);
    const ResourceArns = Array.from({ length: 1500 }, (_, n) => `arn:aws:s3:::b/${n}`);
    const wide = { PolicyInputList: [allowGet], ActionNames: ActionNames.slice(0, 2), ResourceArns };
    const first = await made.iam.send(new SimulateCustomPolicyCommand(wide));
    assert.deepEqual([first.EvaluationResults?.length, first.IsTruncated], [1, true]);
    const rest = await made.iam.send(new SimulateCustomPolicyCommand({ ...wide, Marker: first.Marker }));
    assert.deepEqual([rest.EvaluationResults?.[0]?.EvalActionName, rest.IsTruncated], ['s3:PutObject', false]);
  });
});

describe('SimulatePrincipalPolicy does', () => {
  it('allow a role with AmazonSageMakerFullAccess what SageMaker’s SDK 3 asks for before it uses the role', async () => {
    await using made = await withIam();
    const { iam, account } = made;
    const trust = policy({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: 'sagemaker.amazonaws.com' },
    });
    await iam.send(new CreateRoleCommand({ RoleName: 'Worker', AssumeRolePolicyDocument: trust }));
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonSageMakerFullAccess';
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'Worker', PolicyArn }));
    const networks = ['CreateNetworkInterface', 'CreateNetworkInterfacePermission', 'DeleteNetworkInterface'];
    const described = ['NetworkInterfaces', 'Vpcs', 'DhcpOptions', 'Subnets', 'SecurityGroups'];
    const ActionNames = [
      'ecr:GetAuthorizationToken',
      'cloudwatch:PutMetricData',
      'ec2:DeleteNetworkInterfacePermission',
      ...networks.map((action) => `ec2:${action}`),
      ...described.map((what) => `ec2:Describe${what}`),
    ];
    const { EvaluationResults: results = [] } = await iam.send(
      new SimulatePrincipalPolicyCommand({ PolicySourceArn: `arn:aws:iam::${account}:role/Worker`, ActionNames }),
    );
    assert.deepEqual(
      results.map((one) => [one.EvalActionName, one.EvalDecision]),
      ActionNames.map((action) => [action, 'allowed']),
    );
  });

  it('take a user’s or a role’s policies as they are now, and who they are', async () => {
    await using made = await withIam();
    const { iam, userArn, account } = made;
    await iam.send(new CreateUserCommand({ UserName: 'ann', Tags: [{ Key: 'team', Value: 'red' }] }));
    const own = statement('Allow', 's3:GetObject', {
      Resource: `arn:aws:s3:::\${aws:PrincipalTag/team}/\${aws:username}`,
    });
    await iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'Own', PolicyDocument: policy(own) }));
    const asked = { PolicySourceArn: userArn, ActionNames: ['s3:GetObject'], ResourceArns: ['arn:aws:s3:::red/ann'] };
    const one = async () => (await iam.send(new SimulatePrincipalPolicyCommand(asked))).EvaluationResults?.[0];
    const before = await one();
    assert.deepEqual(
      [before?.EvalDecision, before?.MatchedStatements?.[0]?.SourcePolicyId],
      ['allowed', 'user_ann_Own'],
    );
    const read = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
    await iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: read }));
    const ids = (await one())?.MatchedStatements?.map((matched) => matched.SourcePolicyId);
    assert.deepEqual(ids, ['user_ann_Own', 'AmazonS3ReadOnlyAccess']);
    const trust = policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: userArn } });
    await iam.send(new CreateRoleCommand({ RoleName: 'Worker', AssumeRolePolicyDocument: trust }));
    await iam.send(new PutRolePolicyCommand({ RoleName: 'Worker', PolicyName: 'P', PolicyDocument: allowGet }));
    const PolicySourceArn = `arn:aws:iam::${account}:role/Worker`;
    const answer = await iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn,
        PolicyInputList: [policy(statement('Deny', 's3:PutObject'))],
        ActionNames: ['s3:GetObject', 's3:PutObject'],
      }),
    );
    assert.deepEqual(
      answer.EvaluationResults?.map((result) => [result.EvalDecision, result.MatchedStatements?.[0]?.SourcePolicyId]),
      [
        ['allowed', 'role_Worker_P'],
        ['explicitDeny', 'PolicyInputList.1'],
      ],
    );
  });

  it('take a group’s policies, and for a user those of its groups', async () => {
    await using made = await withIam();
    const { iam, userArn, account } = made;
    const [GroupName, UserName] = ['readers', 'ann'];
    await iam.send(new CreateGroupCommand({ GroupName, Path: '/teams/' }));
    await iam.send(new CreateUserCommand({ UserName }));
    await iam.send(new AddUserToGroupCommand({ GroupName, UserName }));
    await iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName: 'P', PolicyDocument: allowGet }));
    const asked = { ActionNames: ['s3:GetObject', 's3:PutObject'] };
    for (const PolicySourceArn of [`arn:aws:iam::${account}:group/teams/readers`, userArn]) {
      const answer = await iam.send(new SimulatePrincipalPolicyCommand({ ...asked, PolicySourceArn }));
      assert.deepEqual(
        answer.EvaluationResults?.map((one) => [one.EvalDecision, one.MatchedStatements?.[0]?.SourcePolicyId]),
        [
          ['allowed', 'group_readers_P'],
          ['implicitDeny', undefined],
        ],
      );
    }
    const ResourcePolicy = policy(statement('Allow', 's3:PutObject', { Principal: { AWS: userArn } }));
    const ofGroup = { ...asked, PolicySourceArn: `arn:aws:iam::${account}:group/teams/readers`, ResourcePolicy };
    await assert.rejects(iam.send(new SimulatePrincipalPolicyCommand(ofGroup)), {
      name: 'InvalidInputException',
      message: 'CallerArn must be specified when ResourcePolicy is specified.',
    });
    const named = await iam.send(new SimulatePrincipalPolicyCommand({ ...ofGroup, CallerArn: userArn }));
    assert.deepEqual(
      named.EvaluationResults?.map((one) => one.EvalDecision),
      ['allowed', 'allowed'],
    );
  });

  it('leave out the policies that are to be left out', async () => {
    await using made = await withIam();
    const { iam, userArn, account } = made;
    const [GroupName, UserName] = ['readers', 'ann'];
    const ownArn = `arn:aws:iam::${account}:policy/Own`;
    const awsArn = 'arn:aws:iam::aws:policy/AmazonSNSFullAccess';
    const allow = (action: string) => policy(statement('Allow', action));
    await iam.send(new CreatePolicyCommand({ PolicyName: 'Own', PolicyDocument: allow('sqs:SendMessage') }));
    await iam.send(
      new CreatePolicyCommand({
        PolicyName: 'Most',
        PolicyDocument: policy(statement('Allow', '*'), statement('Deny', 'logs:PutLogEvents')),
      }),
    );
    await iam.send(new CreateGroupCommand({ GroupName }));
    await iam.send(new CreateUserCommand({ UserName, PermissionsBoundary: `arn:aws:iam::${account}:policy/Most` }));
    await iam.send(new AddUserToGroupCommand({ GroupName, UserName }));
    await iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName: 'P', PolicyDocument: allowGet }));
    const document = policy(statement('Allow', 's3:PutObject'), statement('Allow', 'logs:PutLogEvents'));
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'P', PolicyDocument: document }));
    for (const PolicyArn of [ownArn, awsArn]) await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
    const actions = ['s3:GetObject', 's3:PutObject', 'logs:PutLogEvents', 'sqs:SendMessage', 'sns:Publish'];
    const allowed = async (...PolicyExclusionList: PolicyIdentifier[]) => {
      const asked = { PolicySourceArn: userArn, ActionNames: actions, PolicyExclusionList };
      const { EvaluationResults: results } = await iam.send(new SimulatePrincipalPolicyCommand(asked));
      const names = results?.flatMap((one) =>
        one.EvalDecision === 'allowed' ? [one.EvalActionName?.split(':')[1]] : [],
      );
      return names?.join(' ');
    };
    const inline = (AttachmentType: 'user' | 'group', AttachmentName: string, PolicyName = 'P') => ({
      InlinePolicyIdentifier: { PolicyName, AttachmentType, AttachmentName },
    });
    assert.equal(await allowed(), 'GetObject PutObject SendMessage Publish');
    assert.equal(
      await allowed({ PolicyType: 'permission-boundary' }),
      'GetObject PutObject PutLogEvents SendMessage Publish',
    );
    assert.equal(await allowed({ PolicyType: 'inline' }), 'SendMessage Publish');
    assert.equal(await allowed({ PolicyType: 'aws-managed' }), 'GetObject PutObject SendMessage');
    assert.equal(await allowed({ PolicyType: 'user-managed' }, { PolicyType: 'scp' }), 'GetObject PutObject Publish');
    assert.equal(await allowed(inline('group', 'readers')), 'PutObject SendMessage Publish');
    assert.equal(await allowed(inline('user', 'ann'), inline('group', 'ann')), 'GetObject SendMessage Publish');
    assert.equal(await allowed({ PolicyArn: ownArn }, { PolicyArn: `${awsArn}x` }), 'GetObject PutObject Publish');
    assert.equal(await allowed({ PolicyArn: 'arn:aws:iam::aws:policy/AmazonSNS*' }), 'GetObject PutObject SendMessage');
    for (const wrong of [
      { PolicyArn: 'arn:aws:iam::*:policy/Own' },
      { PolicyArn: `${ownArn}**` },
      { PolicyArn: 'Own-and-twenty-characters' },
    ]) {
      await assert.rejects(allowed(wrong), { name: 'InvalidInputException', message: /^Invalid policy identifier: / });
    }
  });

  it('name the context keys that policies ask for', async () => {
    await using made = await withIam();
    const { iam, userArn } = made;
    const Condition = { Bool: { 'aws:SecureTransport': 'true' }, Null: { 'AWS:securetransport': 'false' } };
    const document = policy(statement('Allow', 's3:*', { Resource: `arn:aws:s3:::\${aws:username}`, Condition }));
    const custom = await iam.send(new GetContextKeysForCustomPolicyCommand({ PolicyInputList: [document] }));
    assert.deepEqual(custom.ContextKeyNames, ['aws:username', 'aws:SecureTransport']);
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    await iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'P', PolicyDocument: document }));
    const more = policy(statement('Allow', 's3:*', { Condition: { Bool: { 'aws:ViaAWSService': 'true' } } }));
    const principal = await iam.send(
      new GetContextKeysForPrincipalPolicyCommand({ PolicySourceArn: userArn, PolicyInputList: [more] }),
    );
    assert.deepEqual(principal.ContextKeyNames, ['aws:username', 'aws:SecureTransport', 'aws:ViaAWSService']);
  });
});

describe('simulations refuse', () => {
  it('who does not exist, and what is not understood', async () => {
    await using made = await withIam();
    const { iam, userArn, custom } = made;
    const principal = (PolicySourceArn: string) =>
      iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames: ['s3:GetObject'] }));
    await assert.rejects(principal(userArn), {
      name: 'NoSuchEntityException',
      message: 'The user with name ann cannot be found.',
    });
    await assert.rejects(principal('arn:aws:s3:::a-bucket-and-no-user'), {
      name: 'InvalidInputException',
      message: 'Invalid Entity Arn: arn:aws:s3:::a-bucket-and-no-user does not clearly define entity type and name.',
    });
    const invalid = (input: Parameters<typeof custom>[0], message: string) =>
      assert.rejects(custom(input), { name: 'InvalidInputException', message });
    await invalid({ PolicyInputList: ['{'] }, 'Syntax errors in policy.');
    await invalid({ ActionNames: ['GetObject'] }, 'Invalid action: GetObject');
    await invalid({ ResourcePolicy: allowGet }, 'CallerArn must be specified when ResourcePolicy is specified.');
    await invalid({ Marker: 'x' }, 'Invalid Marker.');
  });
});
