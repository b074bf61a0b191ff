/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html */
import type { Call } from '../../../contract/call.ts';
import { Conflict, type Statement } from '../../../storage/database.ts';
import { bucketAccess, bucketArn } from '../access.ts';
import { putConfiguration } from '../bucket-configuration/configuration-store.ts';
import type { S3Operation } from '../deps.ts';
import { noSuchBucket } from '../refusals.ts';
import type { BucketRow } from '../tables.ts';
import { hasGrants, refuseUnsupported } from '../unsupported-headers.ts';
import { isBucketName } from './bucket-name.ts';
import { insertBucket } from './bucket-store.ts';

/** The region that takes no LocationConstraint, and whose endpoint creates buckets of every region. */
const firstRegion = 'us-east-1';

export const createBucket: S3Operation<'CreateBucket'> = {
  access: bucketAccess('s3:CreateBucket'),
  async handle(input, call, deps) {
    refuseUnsupported(input, call);
    const name = input.Bucket;
    if (!isBucketName(name)) {
      throw call.error('InvalidBucketName', 'The specified bucket is not valid.', { fields: { BucketName: name } });
    }
    const ownership = input.ObjectOwnership ?? 'BucketOwnerEnforced';
    if (ownership !== 'BucketOwnerEnforced' || hasGrants(input)) {
      throw call.error(
        'InvalidBucketAclWithObjectOwnership',
        "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
      );
    }
    const region = regionOf(input.CreateBucketConfiguration?.LocationConstraint, call);
    const row: BucketRow = {
      name,
      account: call.account,
      region,
      created_at: call.now.getTime(),
      document: JSON.stringify(input),
    };
    try {
      await deps.database.write([insertBucket(row), ...newBucketConfiguration(row)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      await refuseTaken(await deps.buckets.find(name), row, call, error);
    }
    return { Location: `/${name}`, BucketArn: bucketArn(name) };
  },
};

/** What S3 sets every new bucket to. */
function newBucketConfiguration(row: BucketRow): Statement[] {
  return [
    putConfiguration(row, 'publicAccessBlock', {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    }),
    putConfiguration(row, 'ownershipControls', { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] }),
  ];
}

function regionOf(constraint: string | undefined, call: Call): string {
  if (constraint === undefined || constraint === '') {
    if (call.region === firstRegion) return firstRegion;
    throw incompatible('unspecified', call);
  }
  const region = constraint === 'EU' ? 'eu-west-1' : constraint;
  if (region === firstRegion || !/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)) {
    throw call.error('InvalidLocationConstraint', 'The specified location-constraint is not valid', {
      fields: { LocationConstraint: constraint },
    });
  }
  if (call.region !== firstRegion && call.region !== region) throw incompatible(constraint, call);
  return region;
}

function incompatible(constraint: string, call: Call) {
  return call.error(
    'IllegalLocationConstraintException',
    `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

/** Creating one's own bucket again is a success in the first region alone, as it has always been. */
async function refuseTaken(found: BucketRow | undefined, wanted: BucketRow, call: Call, cause: unknown) {
  if (found === undefined) throw noSuchBucket(call, wanted.name);
  const fields = { BucketName: wanted.name };
  if (found.account !== wanted.account) {
    throw call.error(
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
      { status: 409, fields, cause },
    );
  }
  if (found.region === firstRegion && wanted.region === firstRegion) return;
  throw call.error(
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
    { status: 409, fields, cause },
  );
}
