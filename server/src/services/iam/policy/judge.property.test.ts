/**
 * Random policies of every type against AWS's rules as a table of sentences: who is named, who has said yes, who has said no. The model
 * knows no wildcards and no conditions (evaluate.property.test.ts and condition.test.ts do).
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Principal } from '../../../contract/principal.ts';
import { createContext } from './context.ts';
import { judge } from './judge.ts';
import { parsePolicy } from './policy-document.ts';

type Random = () => number;

function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4294967296;
  };
}

const home = '111111111111';
const away = '222222222222';
const userArn = `arn:aws:iam::${home}:user/ann`;
const roleArn = `arn:aws:iam::${home}:role/Worker`;
const sessionArn = `arn:aws:sts::${home}:assumed-role/Worker/job`;
const guestArn = `arn:aws:sts::${home}:federated-user/guest`;
const rootArn = `arn:aws:iam::${home}:root`;

const principals = {
  root: { kind: 'root', account: home, arn: rootArn, userId: home },
  user: { kind: 'user', account: home, arn: userArn, userId: 'AIDAX' },
  session: { kind: 'assumed-role', account: home, arn: sessionArn, userId: 'AROAX:job', roleArn },
  guest: {
    kind: 'federated-user',
    account: home,
    arn: guestArn,
    userId: `${home}:guest`,
    session: { issuedAt: 0, issuer: { arn: userArn, id: 'AIDAX' } },
  },
} as const satisfies Record<string, Principal>;
type Who = keyof typeof principals;

/** Which names speak of whom, and how closely. */
const exactly: Record<Who, string[]> = {
  root: [home, rootArn],
  user: [userArn],
  session: [sessionArn],
  guest: [guestArn],
};
const behind: Record<Who, string[]> = { root: [], user: [], session: [roleArn], guest: [userArn] };
const itsAccount = [home, rootArn];

interface Line {
  readonly says: 'Allow' | 'Deny';
  readonly action: 's3:GetObject' | 's3:PutObject' | '*';
}

interface ResourceLine extends Line {
  readonly names: readonly string[];
  readonly except: boolean;
}

interface World {
  readonly who: Who;
  readonly owner: string;
  readonly trust: boolean;
  readonly identity: readonly Line[];
  readonly boundary: readonly Line[] | undefined;
  readonly session: readonly Line[] | undefined;
  readonly resource: readonly ResourceLine[] | undefined;
}

const speaks = (line: Line) => line.action !== 's3:PutObject';
const isYes = (lines: readonly Line[] | undefined) =>
  lines === undefined || lines.some((line) => speaks(line) && line.says === 'Allow');
const isNo = (lines: readonly Line[] | undefined) =>
  lines?.some((line) => speaks(line) && line.says === 'Deny') ?? false;
const overlap = (one: readonly string[], other: readonly string[]) => one.some((name) => other.includes(name));

function isMeant(who: Who, { names, except }: ResourceLine): boolean {
  if (!except) return overlap(names, ['*', ...exactly[who], ...behind[who], ...itsAccount]);
  if (names.includes('*')) return false;
  const levels = [exactly[who], behind[who], itsAccount].filter((level) => level.length > 0);
  return !levels.every((level) => overlap(names, level));
}

/** allowed, refused, or forbidden by any of these types. */
function expected(world: World): 'allowed' | 'refused' | string[] {
  const { who, identity, boundary, session } = world;
  const lines = (world.resource ?? []).filter((line) => speaks(line) && isMeant(who, line));
  const isRoot = who === 'root';
  const forbidding = [
    ...(!isRoot && isNo(identity) ? ['identity'] : []),
    ...(lines.some((line) => line.says === 'Deny') ? ['resource'] : []),
    ...(isNo(boundary) ? ['boundary'] : []),
    ...(isNo(session) ? ['session'] : []),
  ];
  if (forbidding.length > 0) return forbidding;
  const names = lines.filter((line) => !line.except).flatMap((line) => line.names);
  const named = { exactly: overlap(names, exactly[who]), behind: overlap(names, ['*', ...behind[who]]) };
  const accountNamed = overlap(names, itsAccount);
  const ownYes = isRoot || isYes(identity);
  const withinLimits = isYes(boundary) && isYes(session);
  if (world.resource && world.owner !== home) {
    const letIn = named.exactly || named.behind || accountNamed;
    return ownYes && withinLimits && letIn ? 'allowed' : 'refused';
  }
  if (named.exactly) return 'allowed';
  const permitted = named.behind || (ownYes && (!world.trust || accountNamed));
  return permitted && withinLimits ? 'allowed' : 'refused';
}

function generate(random: Random): World {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const some = <T>(make: () => T, most: number): T[] => Array.from({ length: 1 + Math.floor(random() * most) }, make);
  const line = (): Line => ({
    says: random() < 0.15 ? 'Deny' : 'Allow',
    action: pick(['s3:GetObject', 's3:PutObject', '*'] as const),
  });
  const everybody = [userArn, roleArn, sessionArn, guestArn, rootArn, home, '*', away, `arn:aws:iam::${away}:root`];
  const resourceLine = (): ResourceLine => {
    const except = random() < 0.1;
    return {
      ...line(),
      ...(except && { says: 'Deny' as const }),
      names: some(() => pick(everybody), except ? 6 : 2),
      except,
    };
  };
  const hasResource = random() < 0.7;
  return {
    who: pick(['root', 'user', 'user', 'session', 'session', 'guest'] as const),
    owner: hasResource && random() < 0.4 ? away : home,
    trust: hasResource && random() < 0.3,
    identity: some(line, 2),
    boundary: random() < 0.3 ? some(line, 2) : undefined,
    session: random() < 0.3 ? some(line, 2) : undefined,
    resource: hasResource ? some(resourceLine, 3) : undefined,
  };
}

const identityPolicy = (lines: readonly Line[]) =>
  parsePolicy(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: lines.map(({ says, action }) => ({ Effect: says, Action: action, Resource: '*' })),
    }),
    'identity',
  );

const resourcePolicy = (lines: readonly ResourceLine[]) =>
  parsePolicy(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: lines.map(({ says, action, names, except }) => ({
        Effect: says,
        Action: action,
        Resource: '*',
        [except ? 'NotPrincipal' : 'Principal']: { AWS: names },
      })),
    }),
    'resource',
  );

function judged(world: World) {
  return judge({
    principal: principals[world.who],
    permissions: {
      identity: world.who === 'root' ? undefined : [identityPolicy(world.identity)],
      boundary: world.boundary && identityPolicy(world.boundary),
      session: world.session && [identityPolicy(world.session)],
    },
    resource: world.resource && {
      account: world.owner,
      policy: resourcePolicy(world.resource),
      mustTrust: world.trust,
    },
    request: { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', context: createContext({}) },
  });
}

describe('judge does', () => {
  it('what the sentences say, for 20,000 random worlds', () => {
    const random = seeded(20_261_121);
    const seen = { allowed: 0, refused: 0, forbidden: 0 };
    for (let round = 0; round < 20_000; round++) {
      const world = generate(random);
      const wanted = expected(world);
      const verdict = judged(world);
      const told = `round ${round}: ${JSON.stringify({ world, verdict, wanted })}`;
      if (Array.isArray(wanted)) {
        assert.ok(!verdict.allowed && verdict.explicit && wanted.includes(verdict.type), told);
        seen.forbidden++;
      } else {
        assert.deepEqual([verdict.allowed, !verdict.allowed && verdict.explicit], [wanted === 'allowed', false], told);
        seen[wanted]++;
      }
    }
    for (const [outcome, times] of Object.entries(seen)) assert.ok(times > 2000, `${outcome} came ${times} times`);
  });
});
