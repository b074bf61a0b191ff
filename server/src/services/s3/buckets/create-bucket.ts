/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html */
import type { Tag } from '@aws-sdk/client-s3';
import type { Call } from '../../../contract/call.ts';
import { conforms } from '../../../models/validate.ts';
import { Conflict, type Statement } from '../../../storage/database.ts';
import { bucketArn } from '../access.ts';
import { grantsOfHeaders, isOwnersOnly, isPublic } from '../bucket-configuration/acl/grants.ts';
import { putConfiguration } from '../bucket-configuration/configuration-store.ts';
import { aclAgainstOwnership } from '../bucket-configuration/ownership-controls/ownership.ts';
import { checkTags, systemTagAtCreation } from '../bucket-configuration/tagging/tags.ts';
import type { S3Operation } from '../deps.ts';
import { noSuchBucket } from '../refusals.ts';
import type { BucketRow } from '../tables.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { isBucketName } from './bucket-name.ts';
import { insertBucket } from './bucket-store.ts';
import { firstRegion, isOtherRegion } from './regions.ts';

export const createBucket: S3Operation<'CreateBucket'> = {
  /** Beyond CreateBucket, what the request sets needs the right to set it: see the page above. */
  access: (input, call) =>
    [
      's3:CreateBucket',
      ...(setsAcl(input) ? ['s3:PutBucketAcl'] : []),
      ...(input.ObjectOwnership === undefined ? [] : ['s3:PutBucketOwnershipControls']),
      ...(input.CreateBucketConfiguration?.Tags?.length ? ['s3:TagResource'] : []),
      ...(input.ObjectLockEnabledForBucket ? ['s3:PutBucketObjectLockConfiguration', 's3:PutBucketVersioning'] : []),
    ].map((action) => ({ action, resource: bucketArn(call, input.Bucket) })),
  async handle(input, call, deps) {
    refuseUnsupported(input, call);
    const name = input.Bucket;
    if (!isBucketName(name)) {
      throw call.error('InvalidBucketName', 'The specified bucket is not valid.', { fields: { BucketName: name } });
    }
    const { LocationConstraint: constraint, Tags: tags = [] } = input.CreateBucketConfiguration ?? {};
    const region = regionOf(constraint, call);
    const row: BucketRow = {
      name,
      account: call.account,
      region,
      created_at: call.now.getTime(),
      document: JSON.stringify(input),
      // Locks need versions, and come with them.
      versioning: input.ObjectLockEnabledForBucket ? 'Enabled' : 'Unversioned',
      object_lock: input.ObjectLockEnabledForBucket ? '{}' : null,
    };
    const configured = configure(row, input, tags, call);
    try {
      await deps.database.write([insertBucket(row), ...configured]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      deps.buckets.forget(name);
      await refuseTaken(await deps.buckets.find(name), row, tags.length > 0, call, error);
    }
    // Later requests must not share a look-up that began before the bucket existed.
    deps.buckets.forget(name);
    const location = constraint ? `http://${name}.s3.amazonaws.com/` : `/${name}`;
    return { Location: location, BucketArn: bucketArn(row, name) };
  },
};

type CreateInput = Parameters<(typeof createBucket)['handle']>[0];

function setsAcl(input: CreateInput): boolean {
  const { ACL: acl = 'private', ...rest } = input;
  return acl !== 'private' || Object.keys(rest).some((member) => member.startsWith('Grant'));
}

/** S3's settings of every new bucket, and the request's. */
function configure(row: BucketRow, input: CreateInput, tags: readonly Tag[], call: Call): Statement[] {
  const ownership = input.ObjectOwnership ?? 'BucketOwnerEnforced';
  if (!conforms('s3', 'OwnershipControlsRule', { ObjectOwnership: ownership })) {
    throw call.error('InvalidArgument', `Invalid x-amz-object-ownership header: ${ownership}`, {
      fields: { ArgumentName: 'x-amz-object-ownership' },
    });
  }
  checkTags(tags, call, systemTagAtCreation);
  const acl = grantsOfHeaders(input, row.account, call);
  if (acl && !isOwnersOnly(acl, row.account)) {
    if (ownership === 'BucketOwnerEnforced') throw aclAgainstOwnership(call);
    if (isPublic(acl)) {
      const code = 'InvalidBucketAclWithBlockPublicAccessError';
      throw call.error(code, 'Bucket cannot have public ACLs set with BlockPublicAccess enabled');
    }
  }
  return [
    putConfiguration(row, 'publicAccessBlock', {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    }),
    putConfiguration(row, 'ownershipControls', { Rules: [{ ObjectOwnership: ownership }] }),
    ...(acl ? [putConfiguration(row, 'acl', acl)] : []),
    ...(tags.length > 0 ? [putConfiguration(row, 'tagging', { TagSet: [...tags] })] : []),
  ];
}

/** Endpoints of regions other than us-east-1 create buckets in their own region only, and check that before they check whether the constraint is a region. */
function regionOf(constraint: string | undefined, call: Call): string {
  const region = constraint === 'EU' ? 'eu-west-1' : constraint || undefined;
  if (call.region !== firstRegion) {
    if (region !== call.region) throw incompatible(constraint || 'unspecified', call);
    return region;
  }
  if (region === undefined) return firstRegion;
  if (!isOtherRegion(region)) {
    throw call.error('InvalidLocationConstraint', 'The specified location-constraint is not valid', {
      fields: { LocationConstraint: constraint },
    });
  }
  return region;
}

function incompatible(constraint: string, call: Call) {
  return call.error(
    'IllegalLocationConstraintException',
    `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

/** Creating one's own bucket again is a success in the first region alone, as it has always been, and not with tags. */
async function refuseTaken(
  found: BucketRow | undefined,
  wanted: BucketRow,
  hasTags: boolean,
  call: Call,
  cause: unknown,
): Promise<void> {
  if (found === undefined) throw noSuchBucket(call, wanted.name);
  const fields = { BucketName: wanted.name };
  if (found.account !== wanted.account) {
    throw call.error(
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
      { status: 409, fields, cause },
    );
  }
  if (found.region === firstRegion && wanted.region === firstRegion && !hasTags) return;
  throw call.error(
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
    { status: 409, fields, cause },
  );
}
