/**
 * Identity for the gateway and for sts: whose key signed a request, what that principal may do, and sessions of roles. Built once by
 * main.ts. Never returns a long-lived secret other than to check a signature.
 */
import { rootArn } from '../../contract/arn.ts';
import type { Identity, IsRunning, Sessions, SigningKey, TemporaryCredentials } from '../../contract/identity.ts';
import type { Principal } from '../../contract/principal.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../kit/log.ts';
import { createSealer, type Sealer } from '../../kit/sealed.ts';
import type { Database } from '../../storage/database.ts';
import { assumeForService, assumeRole } from './assume-role.ts';
import { createAuthorizer } from './authorize.ts';
import { federate } from './federate.ts';
import { createPermissionsFinder, findSubject, isOfRoot, isSubjectOf } from './permissions.ts';
import { accountOfTemporaryKey, issueSession, openSession } from './session-token.ts';
import { createSubjectCache, type KeyOwner, type SubjectCache } from './subject-cache.ts';

export interface IdentityResources {
  readonly database: Database;
  /** 32 bytes from a file that only the platform's owner can read. */
  readonly platformKey: Buffer;
  readonly account: string;
  /** The platform's own, which says what partition the account's root is in. */
  readonly region: string;
  /** The account's root key, made at the first start. */
  readonly administrator: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly clock: Clock;
  readonly log: Log;
  readonly isRunning: IsRunning;
}

export interface PlatformIdentity extends Identity, Sessions {
  readonly accessKeySealer: Sealer;
  readonly subjects: SubjectCache;
  /** Something about identities has changed in the database. */
  forget(): void;
}

export function createIdentity(resources: IdentityResources): PlatformIdentity {
  const { database, platformKey, account, region, administrator, clock, log, isRunning } = resources;
  const cache = createSubjectCache(database, log);
  const accessKeySealer = createSealer(platformKey, 'access-keys');
  const sessionSealer = createSealer(platformKey, 'session-tokens');
  const messageSealer = createSealer(platformKey, 'authorization-messages');
  const permissions = createPermissionsFinder(cache);
  const authorize = createAuthorizer({
    permissions,
    now: () => clock.now(),
    seal: (details) => messageSealer.seal(details, ''),
  });

  const administratorKey: SigningKey = {
    principal: {
      kind: 'root',
      account,
      arn: rootArn(region, account),
      userId: account,
      accessKeyId: administrator.accessKeyId,
    },
    secretAccessKey: administrator.secretAccessKey,
  };

  function userKey(owner: KeyOwner | undefined): SigningKey | undefined {
    if (owner?.row.status !== 'Active') return undefined;
    const { access_key_id: accessKeyId, sealed_secret: sealed, account } = owner.row;
    const secretAccessKey = accessKeySealer.open(sealed, accessKeyId);
    if (secretAccessKey === undefined) {
      log.error('iam: access key is sealed under another platform key', { accessKeyId });
      return undefined;
    }
    return {
      principal: { kind: 'user', account, arn: owner.userArn, userId: owner.userId, accessKeyId },
      secretAccessKey,
    };
  }

  function sessionKey(accessKeyId: string, sessionToken: string) {
    const key = openSession(sessionSealer, accessKeyId, sessionToken);
    const run = key?.principal.session?.run;
    if (!key || run === undefined) return subjectKey(key);
    const [known, isLive] = [subjectKey(key), isRunning(run)];
    if (known instanceof Promise || isLive instanceof Promise)
      return Promise.all([known, isLive]).then(([one, other]) => endedWithRun(one, other));
    return endedWithRun(known, isLive);
  }

  const endedWithRun = (key: SigningKey | undefined, isLive: boolean): SigningKey | undefined =>
    key && !isLive ? { ...key, expiration: new Date(0) } : key;

  function subjectKey(key: SigningKey | undefined) {
    if (!key || isOfRoot(key.principal)) return key;
    const check = (subject: Awaited<ReturnType<typeof findSubject>>) =>
      isSubjectOf(subject, key.principal) ? key : undefined;
    const subject = findSubject(cache, key.principal);
    return subject instanceof Promise ? subject.then(check) : check(subject);
  }

  const issue = (principal: Principal, lifetimeMs: number): TemporaryCredentials =>
    issueSession(sessionSealer, principal, new Date(clock.now().getTime() + lifetimeMs));

  return {
    accessKeySealer,
    subjects: cache,
    findSigningKey(accessKeyId, sessionToken) {
      if (sessionToken !== undefined) return sessionKey(accessKeyId, sessionToken);
      if (accessKeyId === administrator.accessKeyId) return administratorKey;
      const owner = cache.findKey(accessKeyId);
      return owner instanceof Promise ? owner.then(userKey) : userKey(owner);
    },
    authorize,
    assumeForService: (request) => assumeForService(cache, clock.now(), request),
    async issueCredentials(request, lifetimeMs, run) {
      const now = clock.now();
      const principal = await assumeForService(cache, now, request);
      return issue({ ...principal, session: { issuedAt: now.getTime(), ...principal.session, run } }, lifetimeMs);
    },
    async assumeRole(caller, request) {
      const assumed = await assumeRole({ cache, permissions }, clock.now(), caller, request);
      return { ...assumed, credentials: issue(assumed.principal, request.lifetimeMs) };
    },
    issueSessionToken: (caller, lifetimeMs) =>
      issue({ ...caller, session: { issuedAt: clock.now().getTime() } }, lifetimeMs),
    async federate(caller, name, request) {
      const federated = await federate(cache, clock.now(), caller, name, request);
      return { ...federated, credentials: issue(federated.principal, request.lifetimeMs) };
    },
    async findAccountOfKey(accessKeyId) {
      if (accessKeyId === administrator.accessKeyId) return account;
      return accountOfTemporaryKey(accessKeyId) ?? (await cache.findKey(accessKeyId))?.row.account;
    },
    decodeMessage: (encodedMessage) => messageSealer.open(encodedMessage, ''),
    forget: () => cache.forget(),
  };
}
