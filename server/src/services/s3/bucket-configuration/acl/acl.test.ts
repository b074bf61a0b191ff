import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  CreateBucketCommand,
  DeleteBucketOwnershipControlsCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAclCommand,
  GetBucketOwnershipControlsCommand,
  type ObjectOwnership,
  PutBucketAclCommand,
  type PutBucketAclCommandInput,
  PutBucketOwnershipControlsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../../test/harness/platform.ts';

const platform = await startPlatform();
const s3 = platform.client(S3Client);
after(() => platform[Symbol.asyncDispose]());
await s3.send(new CreateBucketCommand({ Bucket: 'enforced' }));
await s3.send(new CreateBucketCommand({ Bucket: 'granting', ObjectOwnership: 'BucketOwnerPreferred' }));

const put = (Bucket: string, acl: Omit<PutBucketAclCommandInput, 'Bucket'>) =>
  s3.send(new PutBucketAclCommand({ Bucket, ...acl }));
const grantsOf = async (Bucket: string) =>
  ((await s3.send(new GetBucketAclCommand({ Bucket }))).Grants ?? []).map(
    ({ Grantee: grantee, Permission: permission }) => [grantee?.URI ?? grantee?.ID, permission],
  );
const setOwnership = (Bucket: string, ...ownership: ObjectOwnership[]) =>
  s3.send(
    new PutBucketOwnershipControlsCommand({
      Bucket,
      OwnershipControls: { Rules: ownership.map((ObjectOwnership) => ({ ObjectOwnership })) },
    }),
  );
const ownershipOf = async (Bucket: string) =>
  (await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }))).OwnershipControls?.Rules;
const { Owner: owner, Grants: usual } = await s3.send(new GetBucketAclCommand({ Bucket: 'enforced' }));
const logs = 'http://acs.amazonaws.com/groups/s3/LogDelivery';
const all = 'http://acs.amazonaws.com/groups/global/AllUsers';

describe('grants do', () => {
  it('give the owner everything and nobody else anything', async () => {
    assert.match(owner?.ID ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual(usual, [{ Grantee: { ID: owner?.ID, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }]);
  });

  it('may say just that where ownership is enforced', async () => {
    await put('enforced', { ACL: 'private' });
    await put('enforced', { ACL: 'bucket-owner-full-control' as 'private' });
    await put('enforced', { AccessControlPolicy: { Owner: owner, Grants: usual } });
    assert.deepEqual(await grantsOf('enforced'), [[owner?.ID, 'FULL_CONTROL']]);
  });

  it('are kept where ownership lets them', async () => {
    assert.deepEqual(await ownershipOf('granting'), [{ ObjectOwnership: 'BucketOwnerPreferred' }]);
    await put('granting', { ACL: 'log-delivery-write' as 'private' });
    const full = [owner?.ID, 'FULL_CONTROL'];
    assert.deepEqual(await grantsOf('granting'), [full, [logs, 'WRITE'], [logs, 'READ_ACP']]);
    await put('granting', { GrantRead: `uri="${logs}", id="${owner?.ID}"` });
    assert.deepEqual(await grantsOf('granting'), [
      [logs, 'READ'],
      [owner?.ID, 'READ'],
    ]);
    await assert.rejects(setOwnership('granting', 'BucketOwnerEnforced'), {
      name: 'InvalidBucketAclWithObjectOwnership',
      message: "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    });
    await put('granting', { ACL: 'private' });
    await setOwnership('granting', 'BucketOwnerEnforced');
    await setOwnership('granting', 'ObjectWriter');
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket: 'granting' }));
    await put('granting', { ACL: 'public-read' });
    assert.deepEqual(await grantsOf('granting'), [full, [all, 'READ']]);
  });
});

describe('grants refuse', () => {
  const Bucket = 'refusing';
  const group = (URI: string) => ({ Grantee: { Type: 'Group' as const, URI }, Permission: 'READ' as const });
  const cases: [string, Omit<PutBucketAclCommandInput, 'Bucket'>, object][] = [
    [
      'nothing at all',
      {},
      {
        name: 'MissingSecurityHeader',
        message: 'Your request was missing a required header',
        MissingHeaderName: 'x-amz-acl',
      },
    ],
    ['unknown names', { ACL: 'fake-acl' as 'private' }, { name: 'InvalidArgument', ArgumentName: 'x-amz-acl' }],
    [
      'two ways at once',
      { ACL: 'private', GrantRead: `uri="${logs}"` },
      { name: 'InvalidRequest', message: 'Specifying both Canned ACLs and Header Grants is not allowed' },
    ],
    [
      'a header and a document',
      { ACL: 'private', AccessControlPolicy: { Owner: owner, Grants: usual } },
      { name: 'UnexpectedContent', message: 'This request does not support content' },
    ],
    [
      'groups that there are not',
      { GrantWrite: 'uri="http://acs.amazonaws.com/groups/s3/FakeGroup"' },
      { name: 'InvalidArgument', message: 'Invalid group uri', ArgumentName: 'uri' },
    ],
    [
      'other keys',
      { GrantWrite: 'fakekey="1234"' },
      { message: 'Argument format not recognized', ArgumentName: 'x-amz-grant-write', ArgumentValue: 'fakekey="1234"' },
    ],
    ['owners without an id', { GrantWrite: 'id="wrong-id"' }, { message: 'Invalid id', ArgumentName: 'id' }],
    ['documents without an owner', { AccessControlPolicy: { Grants: usual } }, { name: 'MalformedACLError' }],
    [
      'groups in documents',
      { AccessControlPolicy: { Owner: owner, Grants: [group('http://x')] } },
      { message: 'Invalid group uri', ArgumentName: 'Group/URI' },
    ],
    [
      'the public, which is blocked',
      { ACL: 'public-read' },
      {
        name: 'AccessDenied',
        message: `User: arn:aws:iam::${platform.account}:root is not authorized to perform: s3:PutBucketAcl on resource: "arn:aws:s3:::${Bucket}" because public access control lists (ACLs) are blocked by the BlockPublicAcls block public access setting.`,
      },
    ],
  ];
  it('what cannot be granted', async () => {
    await s3.send(new CreateBucketCommand({ Bucket, ObjectOwnership: 'ObjectWriter' }));
    for (const [what, acl, refusal] of cases) await assert.rejects(put(Bucket, acl), refusal, what);
  });

  it('anything but the owner’s where ownership is enforced', async () => {
    await assert.rejects(put('enforced', { ACL: 'public-read' }), {
      name: 'AccessControlListNotSupported',
      message: 'The bucket does not allow ACLs',
    });
  });

  it('public buckets from the start', async () => {
    const create = new CreateBucketCommand({ Bucket: 'open', ACL: 'public-read', ObjectOwnership: 'ObjectWriter' });
    await assert.rejects(s3.send(create), {
      name: 'InvalidBucketAclWithBlockPublicAccessError',
      message: 'Bucket cannot have public ACLs set with BlockPublicAccess enabled',
    });
  });

  it('ownership that is none', async () => {
    const malformed = { name: 'MalformedXML' };
    await assert.rejects(setOwnership('enforced', 'RandomValue' as 'ObjectWriter'), malformed);
    await assert.rejects(setOwnership('enforced', 'ObjectWriter', 'ObjectWriter'), malformed);
    await assert.rejects(setOwnership('enforced'), malformed);
    const create = new CreateBucketCommand({ Bucket: 'never', ObjectOwnership: 'RandomValue' as 'ObjectWriter' });
    await assert.rejects(s3.send(create), {
      name: 'InvalidArgument',
      message: 'Invalid x-amz-object-ownership header: RandomValue',
    });
    await s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket: 'enforced' }));
    await assert.rejects(ownershipOf('enforced'), {
      name: 'OwnershipControlsNotFoundError',
      message: 'The bucket ownership controls were not found',
    });
  });
});
