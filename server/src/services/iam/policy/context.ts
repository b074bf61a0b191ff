/** The condition keys of one request. Keys are compared without regard to case. */
import type { ContextValue } from '../../../contract/operation.ts';

export type ContextSource = Readonly<Record<string, ContextValue>>;

/**
 * Keys that the platform fills in whenever they exist for a request: their absence is a fact. Among them are all of AWS's global keys,
 * because what most of them speak of (networks, organizations, identity providers, second factors) does not exist here. Any other absent
 * key is unknown, because the platform may not implement it; a service that knows that a key is absent says `undefined`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const answeredKeys: ReadonlySet<string> = new Set(
  `CalledVia CalledViaFirst CalledViaLast ChatbotSourceArn CurrentTime Ec2InstanceSourcePrivateIPv4 Ec2InstanceSourceVpc EpochTime
  FederatedProvider MultiFactorAuthAge MultiFactorAuthPresent PrincipalAccount PrincipalArn PrincipalIsAWSService PrincipalOrgID
  PrincipalOrgPaths PrincipalServiceName PrincipalServiceNamesList PrincipalType Referer RequestedRegion ResourceAccount ResourceOrgID
  ResourceOrgPaths SecureTransport SourceAccount SourceArn SourceIdentity SourceIp SourceOrgID SourceOrgPaths SourceVpc SourceVpcArn
  SourceVpce TagKeys TokenIssueTime UserAgent userid username ViaAWSService VpceAccount VpceOrgID VpceOrgPaths VpcSourceIp`
    .split(/\s+/)
    .map((name) => `aws:${name.toLowerCase()}`)
    .concat(['cloudwatch:namespace', 'iam:passedtoservice', 'iam:policyarn'])
    .concat(['sts:externalid', 'sts:rolesessionname', 'sts:sourceidentity', 'sts:transitivetagkeys']),
);
const answeredPrefixes = ['aws:principaltag/', 'aws:requesttag/'];

/** `list` for keys that may have several values, however many they have now. */
export interface Found {
  readonly values: readonly string[];
  readonly list: boolean;
}

export interface Context {
  /** The values, `absent` where the request has none, `unknown` where the platform cannot tell. */
  get(key: string): Found | 'absent' | 'unknown';
  /** What is known. */
  entries(): Iterable<readonly [key: string, values: readonly string[]]>;
}

class GatheredContext implements Context {
  readonly #sources: readonly (ContextSource | (() => ContextSource))[];
  readonly #closed: boolean;
  #found: Map<string, { readonly key: string; readonly found: Found | undefined }> | undefined;

  constructor(sources: readonly (ContextSource | (() => ContextSource))[], closed: boolean) {
    this.#sources = sources;
    this.#closed = closed;
  }

  /** Collected at the first condition or variable: most policies have neither. */
  #gathered() {
    if (this.#found) return this.#found;
    this.#found = new Map();
    for (const source of this.#sources) {
      for (const [key, value] of Object.entries(typeof source === 'function' ? source() : source)) {
        const name = key.toLowerCase();
        if (value === undefined) {
          if (!this.#found.has(name)) this.#found.set(name, { key, found: undefined });
        } else if (typeof value === 'string') {
          this.#found.set(name, { key, found: { values: [value], list: false } });
        } else {
          this.#found.set(name, { key, found: value.length > 0 ? { values: value, list: true } : undefined });
        }
      }
    }
    return this.#found;
  }

  get(key: string): Found | 'absent' | 'unknown' {
    const name = key.toLowerCase();
    const gathered = this.#gathered();
    const known = gathered.get(name);
    if (known) return known.found ?? 'absent';
    if (this.#closed || answeredKeys.has(name)) return 'absent';
    const prefix = name.slice(0, name.indexOf('/') + 1);
    return answeredPrefixes.includes(prefix) || (prefix !== '' && gathered.has(`${prefix}*`)) ? 'absent' : 'unknown';
  }

  *entries(): Iterable<readonly [string, readonly string[]]> {
    for (const { key, found } of this.#gathered().values()) if (found) yield [key, found.values];
  }
}

/** A later source overrides an earlier one. `'prefix/*': undefined` says that of all keys `prefix/…` none is left out. */
export function createContext(...sources: readonly (ContextSource | (() => ContextSource))[]): Context {
  return new GatheredContext(sources, false);
}

/** A context in which every key that is not given is absent (the policy simulator's). */
export function createClosedContext(...sources: readonly ContextSource[]): Context {
  return new GatheredContext(sources, true);
}
