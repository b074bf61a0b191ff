/** The condition keys of one request. Keys are compared without regard to case. */

/**
 * Keys that the platform fills in whenever they exist for a request: their absence is a fact. Any other absent key is unknown, because
 * nobody here may ever have filled it in.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const answeredKeys: ReadonlySet<string> = new Set([
  'aws:currenttime',
  'aws:epochtime',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principaltype',
  'aws:sourceip',
  'aws:securetransport',
  'aws:useragent',
  'aws:requestedregion',
  'aws:userid',
  'aws:username',
  'cloudwatch:namespace',
  'iam:passedtoservice',
  'iam:policyarn',
  'sts:externalid',
  'sts:rolesessionname',
]);

export interface Context {
  /** A value, `absent` where the request has none, `unknown` where the platform cannot tell. */
  get(key: string): { readonly value: string } | 'absent' | 'unknown';
}

export function createContext(...sources: readonly Readonly<Record<string, string | undefined>>[]): Context {
  const values = new Map<string, string>();
  for (const source of sources) {
    for (const [key, value] of Object.entries(source)) if (value !== undefined) values.set(key.toLowerCase(), value);
  }
  return {
    get(key) {
      const name = key.toLowerCase();
      const value = values.get(name);
      if (value !== undefined) return { value };
      return answeredKeys.has(name) ? 'absent' : 'unknown';
    },
  };
}
