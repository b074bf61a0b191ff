/**
 * Whether a policy is public: it allows every caller, unless a condition requires fixed values of a key that identifies where they come
 * from or who they are. In doubt it is.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
import { isIP } from 'node:net';
import type { PolicyStatement } from './bucket-policy.ts';

export function isPublicPolicy(statements: readonly PolicyStatement[]): boolean {
  return statements.some((statement) => statement.effect === 'Allow' && isEverybody(statement) && !isHeld(statement));
}

/** Every principal except some counts as every principal. */
function isEverybody({ principals }: PolicyStatement): boolean {
  return principals === undefined || Object.values(principals).some((names) => names.includes('*'));
}

const fixing = new Set(
  `aws:PrincipalArn aws:PrincipalAccount aws:PrincipalOrgID aws:PrincipalOrgPaths aws:SourceArn aws:SourceVpc aws:SourceVpce
  aws:SourceOwner aws:SourceAccount aws:SourceOrgID aws:userid aws:VpcSourceIp s3:x-amz-server-side-encryption-aws-kms-key-id
  s3:DataAccessPointArn s3:DataAccessPointAccount`
    .toLowerCase()
    .split(/\s+/),
);

/** Operators that a request without the key does not meet. */
const equal = /^(?:ForAnyValue:)?(?:String(?:Equals(?:IgnoreCase)?|Like)|Arn(?:Equals|Like))$/i;

function isHeld({ conditions }: PolicyStatement): boolean {
  return Object.entries(conditions).some(([operator, keys]) =>
    Object.entries(keys).some(([key, values]) => {
      const name = key.toLowerCase();
      if (values.length === 0) return false;
      if (/^IpAddress$/i.test(operator)) return name === 'aws:sourceip' && values.every(isNarrow);
      return equal.test(operator) && fixing.has(name) && values.every((value) => isFixed(name, value));
    }),
  );
}

function isFixed(key: string, value: string): boolean {
  // An access point's name may have wildcards where its account has none.
  if (key === 's3:dataaccesspointarn') return /^arn:aws[a-z-]*:s3:[a-z0-9-]+:\d{12}:accesspoint\/[^$]+$/.test(value);
  return !/[*?]|\$\{/.test(value);
}

/** Ranges of more than a /8 of IPv4 or a /32 of IPv6 are public. */
function isNarrow(range: string): boolean {
  const [address = '', length] = range.split('/');
  const version = isIP(address);
  if (version === 0) return false;
  return length === undefined || Number(length) >= (version === 4 ? 8 : 32);
}
