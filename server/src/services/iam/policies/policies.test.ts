import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AttachUserPolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetUserCommand,
  IAMClient,
  ListAttachedUserPoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  type ListPoliciesCommandInput,
  ListPolicyTagsCommand,
  ListPolicyVersionsCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  SetDefaultPolicyVersionCommand,
  TagPolicyCommand,
  UntagPolicyCommand,
} from '@aws-sdk/client-iam';
import { sharedPlatform } from '../../../../../test/harness/shared-platform.ts';
import { allow, makeUser } from '../../../../../test/harness/user.ts';

const shared = sharedPlatform();

const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const missing = (message: string) => ({ name: 'NoSuchEntityException', message });

const readArn = (account: string) => `arn:aws:iam::${account}:policy/ml/Read`;

async function withPolicy() {
  const platform = await shared.newAccount();
  const iam = platform.client(IAMClient);
  const input = { PolicyName: 'Read', Path: '/ml/', PolicyDocument: allow('iam:GetUser') };
  await iam.send(new CreatePolicyCommand(input));
  return {
    platform,
    iam,
    input,
    arn: readArn(platform.account),
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
}

describe('customer-managed policies do', () => {
  it('come back as they were made', async () => {
    await using platform = await shared.newAccount();
    const arn = readArn(platform.account);
    const iam = platform.client(IAMClient);
    const tags = [{ Key: 'team', Value: 'ml' }];
    const { Policy: made } = await iam.send(
      new CreatePolicyCommand({
        PolicyName: 'Read',
        Path: '/ml/',
        PolicyDocument: allow('iam:GetUser'),
        Description: 'Reads',
        Tags: tags,
      }),
    );
    assert.match(made?.PolicyId ?? '', /^ANPA[A-Z2-7]{17}$/);
    const { Policy: got } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }));
    assert.deepEqual(got, {
      PolicyName: 'Read',
      PolicyId: made?.PolicyId,
      Arn: arn,
      Path: '/ml/',
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
      PermissionsBoundaryUsageCount: 0,
      IsAttachable: true,
      Description: 'Reads',
      CreateDate: made?.CreateDate,
      UpdateDate: made?.CreateDate,
      Tags: tags,
    });
    const version = await iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: 'v1' }));
    assert.equal(decodeURIComponent(version.PolicyVersion?.Document ?? ''), allow('iam:GetUser'));
    await iam.send(new TagPolicyCommand({ PolicyArn: arn, Tags: [{ Key: 'TEAM', Value: 'core' }] }));
    const listed = await iam.send(new ListPolicyTagsCommand({ PolicyArn: arn }));
    assert.deepEqual(listed.Tags, [{ Key: 'TEAM', Value: 'core' }]);
    await iam.send(new UntagPolicyCommand({ PolicyArn: arn, TagKeys: ['team'] }));
    assert.deepEqual((await iam.send(new ListPolicyTagsCommand({ PolicyArn: arn }))).Tags, []);
    for (const PolicyArn of [arn, readOnly]) {
      assert.deepEqual((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.Tags, []);
    }
    const untagged = new CreatePolicyCommand({ PolicyName: 'Untagged', PolicyDocument: allow('iam:GetUser') });
    assert.equal((await iam.send(untagged)).Policy?.Tags, undefined);
    await iam.send(new DeletePolicyCommand({ PolicyArn: arn }));
    await assert.rejects(iam.send(new GetPolicyCommand({ PolicyArn: arn })), missing(`Policy ${arn} was not found.`));
  });

  it('have versions, whose numbers are not used again', async () => {
    await using made = await withPolicy();
    const { arn, iam } = made;
    const next = (asDefault: boolean) =>
      iam.send(
        new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: allow('s3:*'), SetAsDefault: asDefault }),
      );
    const second = await next(true);
    assert.deepEqual([second.PolicyVersion?.VersionId, second.PolicyVersion?.IsDefaultVersion], ['v2', true]);
    await next(false);
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: 'v3' }));
    await next(false);
    const { Versions: versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn: arn }));
    assert.deepEqual(
      versions?.map((version) => [version.VersionId, version.IsDefaultVersion, version.Document]),
      [
        ['v4', false, undefined],
        ['v2', true, undefined],
        ['v1', false, undefined],
      ],
    );
    const page = await iam.send(new ListPolicyVersionsCommand({ PolicyArn: arn, MaxItems: 2 }));
    const rest = await iam.send(new ListPolicyVersionsCommand({ PolicyArn: arn, Marker: page.Marker }));
    assert.deepEqual(
      rest.Versions?.map((version) => version.VersionId),
      ['v1'],
    );
    assert.equal((await iam.send(new GetPolicyCommand({ PolicyArn: arn }))).Policy?.DefaultVersionId, 'v2');
  });

  it('grant what their default version says, from the next call on', async () => {
    await using made = await withPolicy();
    const { arn, platform, iam } = made;
    const own = (await makeUser(platform, 'ann')).iam;
    const allowed = async () => assert.equal((await own.send(new GetUserCommand({}))).User?.UserName, 'ann');
    const denied = () => assert.rejects(own.send(new GetUserCommand({})), { name: 'AccessDenied' });
    const attached = { UserName: 'ann', PolicyArn: arn };
    await denied();
    await iam.send(new AttachUserPolicyCommand(attached));
    await allowed();
    await iam.send(
      new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: allow('s3:*'), SetAsDefault: true }),
    );
    await denied();
    await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn: arn, VersionId: 'v1' }));
    await allowed();
    await iam.send(new DetachUserPolicyCommand(attached));
    await denied();
  });

  it('are listed with those of AWS, by scope, path and use', async () => {
    await using made = await withPolicy();
    const { arn, iam } = made;
    await iam.send(new CreatePolicyCommand({ PolicyName: 'Limit', PolicyDocument: allow('*') }));
    await iam.send(new CreatePolicyCommand({ PolicyName: 'Unused', PolicyDocument: allow('*') }));
    const limit = `arn:aws:iam::${made.platform.account}:policy/Limit`;
    await iam.send(new CreateUserCommand({ UserName: 'ann', PermissionsBoundary: limit }));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: arn }));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: readOnly }));
    const names = async (input: ListPoliciesCommandInput) =>
      (await iam.send(new ListPoliciesCommand(input))).Policies?.map((policy) => policy.PolicyName);
    assert.deepEqual(await names({ Scope: 'Local' }), ['Limit', 'Read', 'Unused']);
    assert.deepEqual(await names({ Scope: 'Local', PathPrefix: '/ml/' }), ['Read']);
    assert.deepEqual(await names({ OnlyAttached: true }), ['Limit', 'Read', 'ReadOnlyAccess']);
    assert.deepEqual(await names({ PolicyUsageFilter: 'PermissionsBoundary' }), ['Limit']);
    assert.deepEqual(await names({ Scope: 'AWS', PolicyUsageFilter: 'PermissionsPolicy' }), ['ReadOnlyAccess']);
    const service = await names({ PathPrefix: '/service-role/' });
    assert.ok(service?.includes('AWSLambdaBasicExecutionRole') && !service.includes('ReadOnlyAccess'));
    const all: (string | undefined)[] = [];
    let marker: string | undefined;
    do {
      const page = await iam.send(new ListPoliciesCommand({ MaxItems: 4, Marker: marker }));
      all.push(...(page.Policies ?? []).map((policy) => policy.Arn));
      marker = page.Marker;
    } while (marker);
    assert.equal(new Set(all).size, all.length);
    assert.equal(all.length, ((await names({ Scope: 'AWS' })) ?? []).length + 3);
  });

  it('tell who has them', async () => {
    await using made = await withPolicy();
    const { arn, iam } = made;
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    await iam.send(new CreateUserCommand({ UserName: 'bob', Path: '/eu/' }));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: arn }));
    await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'bob', PermissionsBoundary: arn }));
    const users = async (input: object) =>
      (await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn: arn, ...input }))).PolicyUsers?.map(
        (user) => user.UserName,
      );
    assert.deepEqual(await users({}), ['ann', 'bob']);
    assert.deepEqual(await users({ PolicyUsageFilter: 'PermissionsBoundary' }), ['bob']);
    assert.deepEqual(await users({ PolicyUsageFilter: 'PermissionsPolicy' }), ['ann']);
    assert.deepEqual(await users({ PathPrefix: '/eu/' }), ['bob']);
    assert.deepEqual(await users({ EntityFilter: 'Role' }), []);
    assert.deepEqual(await users({ EntityFilter: 'User' }), ['ann', 'bob']);
    const { Policy: policy } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }));
    assert.deepEqual([policy?.AttachmentCount, policy?.PermissionsBoundaryUsageCount], [1, 1]);
  });
});

describe('managed policies of AWS do', () => {
  it('show one version', async () => {
    await using platform = await shared.newAccount();
    const iam = platform.client(IAMClient);
    const lambda = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
    const { Policy: policy } = await iam.send(new GetPolicyCommand({ PolicyArn: lambda }));
    assert.deepEqual([policy?.PolicyName, policy?.Path], ['AWSLambdaBasicExecutionRole', '/service-role/']);
    assert.equal(policy?.CreateDate?.toISOString(), '2015-04-09T15:03:43.000Z');
    const version = await iam.send(new GetPolicyVersionCommand({ PolicyArn: lambda, VersionId: 'v1' }));
    assert.match(decodeURIComponent(version.PolicyVersion?.Document ?? ''), /logs:PutLogEvents/);
    const { Versions: versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn: lambda }));
    assert.deepEqual(
      versions?.map((one) => one.VersionId),
      ['v1'],
    );
  });
});

describe('inline policies do', () => {
  it('without a version or with the older one take what looks like a variable literally', async () => {
    await using platform = await shared.newAccount();
    const statement = [{ Effect: 'Allow', Action: 'iam:GetUser', Resource: '*' }];
    const own = [{ ...statement[0], Resource: `arn:aws:iam::${platform.account}:user/\${aws:username}` }];
    const user = await makeUser(platform, 'ann');
    const getSelf = () => user.iam.send(new GetUserCommand({ UserName: 'ann' }));
    const put = (document: object) =>
      platform
        .client(IAMClient)
        .send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'P', PolicyDocument: JSON.stringify(document) }));
    await put({ Version: '2012-10-17', Statement: own });
    await getSelf();
    for (const version of [{}, { Version: '2008-10-17' }]) {
      await put({ ...version, Statement: own });
      await assert.rejects(getSelf(), { name: 'AccessDenied' });
      await put({ ...version, Statement: statement });
      await getSelf();
    }
  });
});

describe('managed policies refuse', () => {
  it('names that are taken, documents that are none, versions of the policy language before 2012-10-17', async () => {
    await using made = await withPolicy();
    const { arn, iam, input } = made;
    const unversioned = { Statement: { Effect: 'Allow', Action: 'iam:GetUser', Resource: '*' } };
    for (const document of [unversioned, { Version: '2008-10-17', ...unversioned }]) {
      const tooOld = {
        name: 'MalformedPolicyDocumentException',
        message: 'Policy document must be version 2012-10-17 or greater.',
      };
      const PolicyDocument = JSON.stringify(document);
      await assert.rejects(iam.send(new CreatePolicyCommand({ PolicyName: 'P', PolicyDocument })), tooOld);
      await assert.rejects(iam.send(new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument })), tooOld);
    }
    await assert.rejects(iam.send(new CreatePolicyCommand({ ...input, PolicyName: 'READ', Path: '/' })), {
      name: 'EntityAlreadyExistsException',
      message: 'A policy called READ already exists. Duplicate names are not allowed.',
    });
    await assert.rejects(iam.send(new CreatePolicyCommand({ PolicyName: 'P', PolicyDocument: '{' })), {
      name: 'MalformedPolicyDocumentException',
      message: 'Syntax errors in policy.',
    });
    const long = allow('s3:*', `arn:aws:s3:::${'b'.repeat(6_144)}`);
    await assert.rejects(iam.send(new CreatePolicyCommand({ PolicyName: 'P', PolicyDocument: long })), {
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for PolicySize: 6144',
    });
  });

  it('a sixth version, and to lose the default one', async () => {
    await using made = await withPolicy();
    const { arn, iam, input } = made;
    const version = { PolicyArn: arn, PolicyDocument: input.PolicyDocument };
    for (let count = 1; count < 5; count++) await iam.send(new CreatePolicyVersionCommand(version));
    await assert.rejects(iam.send(new CreatePolicyVersionCommand(version)), {
      name: 'LimitExceededException',
      message:
        'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    });
    await assert.rejects(iam.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: 'v1' })), {
      name: 'DeleteConflictException',
      message: 'Cannot delete the default version of a policy.',
    });
    await assert.rejects(
      iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn: arn, VersionId: 'v9' })),
      missing(`Policy ${arn} version v9 does not exist or is not attachable.`),
    );
    await assert.rejects(
      iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: 'v9' })),
      missing(`Policy ${arn} version v9 does not exist or is not attachable.`),
    );
  });

  it('to go while they are used or have versions', async () => {
    await using made = await withPolicy();
    const { arn, iam, input } = made;
    const gone = new DeletePolicyCommand({ PolicyArn: arn });
    const conflict = (message: string) => ({ name: 'DeleteConflictException', message });
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: arn }));
    await assert.rejects(iam.send(gone), conflict('Cannot delete a policy attached to entities.'));
    await iam.send(new DetachUserPolicyCommand({ UserName: 'ann', PolicyArn: arn }));
    await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'ann', PermissionsBoundary: arn }));
    await assert.rejects(iam.send(gone), conflict('Cannot delete a policy attached to entities.'));
    await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'ann', PermissionsBoundary: readOnly }));
    await iam.send(new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: input.PolicyDocument }));
    await assert.rejects(
      iam.send(gone),
      conflict(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
      ),
    );
  });

  it('an eleventh attachment, an ARN that is none, and changes to those of AWS', async () => {
    await using made = await withPolicy();
    const { arn, iam, input } = made;
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const { Policies: some = [] } = await iam.send(new ListPoliciesCommand({ Scope: 'AWS', MaxItems: 10 }));
    for (const policy of some) {
      await iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: policy.Arn }));
    }
    await iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: some[0]?.Arn }));
    await assert.rejects(iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: arn })), {
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for PoliciesPerUser: 10',
    });
    const attached = await iam.send(new ListAttachedUserPoliciesCommand({ UserName: 'ann' }));
    assert.equal(attached.AttachedPolicies?.length, 10);
    const noArn = 'arn:aws:s3:::bucket/policy';
    await assert.rejects(iam.send(new GetPolicyCommand({ PolicyArn: noArn })), {
      name: 'InvalidInputException',
      message: `ARN ${noArn} is not valid.`,
    });
    await assert.rejects(
      iam.send(new CreatePolicyVersionCommand({ PolicyArn: readOnly, PolicyDocument: input.PolicyDocument })),
      {
        name: 'AccessDenied',
        message: `User: arn:aws:iam::${made.platform.account}:root is not authorized to perform: iam:CreatePolicyVersion on resource: policy ${readOnly}`,
      },
    );
  });
});

describe('managed policies survive', () => {
  it('being deleted while they are attached: either, never both', async () => {
    await using made = await withPolicy();
    const { arn, iam, input } = made;
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const attached = { UserName: 'ann', PolicyArn: arn };
    for (let round = 0; round < 10; round++) {
      const [done, deleted] = await Promise.allSettled([
        iam.send(new AttachUserPolicyCommand(attached)),
        iam.send(new DeletePolicyCommand({ PolicyArn: arn })),
      ]);
      assert.notEqual(done.status, deleted.status);
      if (done.status === 'fulfilled') await iam.send(new DetachUserPolicyCommand(attached));
      else await iam.send(new CreatePolicyCommand(input));
    }
  });

  it('versions made at once: each has a number of its own', async () => {
    await using made = await withPolicy();
    const { arn, iam, input } = made;
    const version = { PolicyArn: arn, PolicyDocument: input.PolicyDocument };
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => iam.send(new CreatePolicyVersionCommand(version))),
    );
    const numbers = results.flatMap((result) =>
      result.status === 'fulfilled' ? [result.value.PolicyVersion?.VersionId] : [result.reason.name],
    );
    const limited = 'LimitExceededException';
    assert.deepEqual(numbers.sort(), [limited, limited, limited, limited, 'v2', 'v3', 'v4', 'v5']);
  });
});
