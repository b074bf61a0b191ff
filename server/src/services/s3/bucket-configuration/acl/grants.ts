/**
 * Lists of grants, from the three ways to write them. Whom they let in is said in effect.ts.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html; texts observed.
 */
import type { AccessControlPolicy, Grant, Grantee, Permission } from '@aws-sdk/client-s3';
import type { Call } from '../../../../contract/call.ts';
import { conforms } from '../../../../models/validate.ts';
import type { Bucket } from '../../buckets/bucket-cache.ts';
import { ownerOf } from '../../owner.ts';
import { invalidArgument } from '../../refusals.ts';

const allUsers = 'http://acs.amazonaws.com/groups/global/AllUsers';
export const authenticatedUsers = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers';
const logDelivery = 'http://acs.amazonaws.com/groups/s3/LogDelivery';
const groups = new Set([allUsers, authenticatedUsers, logDelivery]);

const group = (uri: string, permission: Permission): Grant => ({
  Grantee: { Type: 'Group', URI: uri },
  Permission: permission,
});

/** The two last are objects'; for a bucket S3 ignores them. */
const canned: ReadonlyMap<string, readonly Grant[]> = new Map([
  ['private', []],
  ['public-read', [group(allUsers, 'READ')]],
  ['public-read-write', [group(allUsers, 'READ'), group(allUsers, 'WRITE')]],
  ['authenticated-read', [group(authenticatedUsers, 'READ')]],
  ['log-delivery-write', [group(logDelivery, 'WRITE'), group(logDelivery, 'READ_ACP')]],
  ['bucket-owner-read', []],
  ['bucket-owner-full-control', []],
]);

const headers = [
  ['GrantFullControl', 'x-amz-grant-full-control', 'FULL_CONTROL'],
  ['GrantRead', 'x-amz-grant-read', 'READ'],
  ['GrantReadACP', 'x-amz-grant-read-acp', 'READ_ACP'],
  ['GrantWrite', 'x-amz-grant-write', 'WRITE'],
  ['GrantWriteACP', 'x-amz-grant-write-acp', 'WRITE_ACP'],
] as const;

export type GrantInput = { readonly ACL?: string | undefined } & {
  readonly [Name in (typeof headers)[number][0]]?: string | undefined;
};

export function setsGrants(input: GrantInput): boolean {
  return input.ACL !== undefined || headers.some(([member]) => input[member] !== undefined);
}

export function ownersOnly(account: string): AccessControlPolicy {
  const owner = ownerOf(account);
  const grant: Grant = { Grantee: { ...owner, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' };
  return { Owner: owner, Grants: [grant] };
}

/** What the request's headers grant; undefined where it has none. */
export function grantsOfHeaders(input: GrantInput, account: string, call: Call): AccessControlPolicy | undefined {
  const given = headers.filter(([member]) => input[member] !== undefined);
  const own = ownersOnly(account);
  if (input.ACL === undefined) {
    if (given.length === 0) return undefined;
    const grants = given.flatMap(([member, header, permission]) =>
      readGrantees(input[member] ?? '', header, call).map((grantee) => ({ Grantee: grantee, Permission: permission })),
    );
    return { Owner: ownerOf(account), Grants: grants };
  }
  if (given.length > 0) {
    throw call.error('InvalidRequest', 'Specifying both Canned ACLs and Header Grants is not allowed');
  }
  const grants = canned.get(input.ACL);
  if (grants === undefined) throw invalidArgument(call, '', 'x-amz-acl', input.ACL);
  return { ...own, Grants: [...(own.Grants ?? []), ...grants] };
}

/** `id="…", uri="…"` */
function readGrantees(text: string, header: string, call: Call): Grantee[] {
  return text.split(',').map((part) => {
    const [, kind, value = ''] = /^\s*(\w+)\s*=\s*"?([^"]*)"?\s*$/.exec(part) ?? [];
    if (kind === 'uri') return checked({ Type: 'Group', URI: value }, 'uri', call);
    if (kind === 'id') return checked({ Type: 'CanonicalUser', ID: value }, 'id', call);
    throw invalidArgument(call, 'Argument format not recognized', header, text);
  });
}

/** The argument is named as the request wrote it: a header's, or an element of the document. */
function checked(grantee: Grantee, argument: string, call: Call): Grantee {
  const { Type: type, ID: id = '', URI: uri = '' } = grantee;
  if (type === 'Group' && !groups.has(uri)) throw invalidArgument(call, 'Invalid group uri', argument, uri);
  if (type === 'CanonicalUser' && !/^[0-9a-f]{64}$/.test(id)) throw invalidArgument(call, 'Invalid id', argument, id);
  return grantee;
}

/** A whole policy as the request's document has it. */
function grantsOfDocument(policy: AccessControlPolicy, account: string, call: Call): AccessControlPolicy {
  const { Owner: owner, Grants: grants } = policy;
  const isWhole = owner?.ID !== undefined && grants !== undefined && conforms('s3', 'AccessControlPolicy', policy);
  if (!isWhole || !grants.every((grant) => grant.Grantee && grant.Permission)) {
    throw call.error(
      'MalformedACLError',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  for (const { Grantee: grantee } of grants) {
    if (grantee === undefined) continue;
    if (grantee.Type === 'AmazonCustomerByEmail') {
      const code = 'UnresolvableGrantByEmailAddress';
      throw call.error(code, 'The e-mail address you provided does not match any account on record.');
    }
    checked(grantee, grantee.Type === 'Group' ? 'Group/URI' : 'CanonicalUser/ID', call);
  }
  if (!/^[0-9a-f]{64}$/.test(owner.ID ?? ''))
    throw invalidArgument(call, 'Invalid id', 'CanonicalUser/ID', owner.ID ?? '');
  if (owner.ID !== ownerOf(account).ID) throw call.error('AccessDenied', 'Access Denied', { status: 403 });
  return { Owner: owner, Grants: grants };
}

/** Both are public, though one excludes callers without a signature: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee-predefined-groups */
export function isPublicGroup({ URI: uri }: Grantee): boolean {
  return uri === allUsers || uri === authenticatedUsers;
}

export function isPublic({ Grants: grants = [] }: AccessControlPolicy): boolean {
  return grants.some(({ Grantee: grantee }) => grantee && isPublicGroup(grantee));
}

export function isOwnersOnly({ Grants: grants = [] }: AccessControlPolicy, account: string): boolean {
  const [grant] = grants;
  return grants.length === 1 && grant?.Permission === 'FULL_CONTROL' && grant.Grantee?.ID === ownerOf(account).ID;
}

export function grantsOthers({ account, configuration }: Bucket): boolean {
  return configuration.acl !== undefined && !isOwnersOnly(configuration.acl, account);
}

/** The grants of a request, from its headers or its document; not both. */
export function grantsOf(
  input: GrantInput & { readonly AccessControlPolicy?: AccessControlPolicy | undefined },
  account: string,
  call: Call,
): AccessControlPolicy {
  const document = input.AccessControlPolicy;
  const inHeaders = grantsOfHeaders(input, account, call);
  if (inHeaders && document) throw call.error('UnexpectedContent', 'This request does not support content');
  const acl = inHeaders ?? (document && grantsOfDocument(document, account, call));
  if (acl !== undefined) return acl;
  const fields = { MissingHeaderName: 'x-amz-acl' };
  throw call.error('MissingSecurityHeader', 'Your request was missing a required header', { fields });
}
