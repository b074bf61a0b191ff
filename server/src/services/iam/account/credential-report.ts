/**
 * The credential report: a line for the account's root and for each user. No user has a password, an MFA device or a certificate here.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
 */
import type { AccessKeyRow, UserRow } from '../tables.ts';

/** "IAM first checks whether a report for the AWS account has been generated within the past four hours." */
export const reportLifetimeMs = 4 * 60 * 60_000;

const keyColumns = (number: 1 | 2) =>
  ['active', 'last_rotated', 'last_used_date', 'last_used_region', 'last_used_service'].map(
    (column) => `access_key_${number}_${column}`,
  );

const columns = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  ...keyColumns(1),
  ...keyColumns(2),
  'cert_1_active',
  'cert_1_last_rotated',
  'cert_2_active',
  'cert_2_last_rotated',
];

const none = 'N/A';
const noKey = ['false', none, none, none, none];
const noCertificates = ['false', none, 'false', none];

const time = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, '+00:00');

function keyFields(key: AccessKeyRow | undefined): string[] {
  if (!key) return noKey;
  const used = key.last_used_at === null ? none : time(key.last_used_at);
  return [
    String(key.status === 'Active'),
    time(key.created_at),
    used,
    key.last_used_region ?? none,
    key.last_used_service ?? none,
  ];
}

export function writeReport(rootArn: string, users: readonly UserRow[], keys: readonly AccessKeyRow[]): string {
  const keysOf = Map.groupBy(keys, (key) => key.user_id);
  // The root key is made with the platform; its use is not recorded.
  const root = [
    '<root_account>',
    rootArn,
    none,
    'not_supported',
    none,
    'not_supported',
    'not_supported',
    'false',
    ...['true', none, none, none, none],
    ...noKey,
    ...noCertificates,
  ];
  const lines = users.map((user) => {
    const [first, second] = keysOf.get(user.id) ?? [];
    const password = ['false', none, none, none];
    const own = [user.name, user.arn, time(user.created_at), ...password, 'false'];
    return [...own, ...keyFields(first), ...keyFields(second), ...noCertificates];
  });
  return [columns, root, ...lines].map((fields) => fields.join(',')).join('\n');
}
