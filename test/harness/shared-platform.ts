/**
 * One platform for all tests of a file, and an empty account for each test: its lists are empty and its names are free. Bucket names are the exception:
 * they belong to all accounts. Tests that kill or restart the server, move its time or change its settings start a platform of their own.
 */
import { randomInt } from 'node:crypto';
import { after, before } from 'node:test';
import { rootArn } from '../../server/src/contract/arn.ts';
import { platformKeyOf } from '../../server/src/data-folder.ts';
import { createSealer } from '../../server/src/kit/sealed.ts';
import { issueSession } from '../../server/src/services/iam/session-token.ts';
import { startPlatform, type TestPlatform } from './platform.ts';

const dayMs = 86_400_000;

/** Started before the first test of the file and stopped after the last. Call it once, outside of all tests. */
export function sharedPlatform(): { newAccount(): Promise<TestPlatform> } {
  let platform: TestPlatform;
  before(async () => {
    platform = await startPlatform();
  });
  after(() => platform[Symbol.asyncDispose]());
  return { newAccount: () => newAccount(platform) };
}

/**
 * The platform as the root of an account that nobody has used. No command makes an account, so its root gets a key that is sealed with the platform's
 * own: the server checks its signatures like those of any other key.
 */
async function newAccount(platform: TestPlatform): Promise<TestPlatform> {
  const { region, dataDir } = platform;
  const account = String(randomInt(1, 10 ** 12)).padStart(12, '0');
  const sealer = createSealer(await platformKeyOf(dataDir), 'session-tokens');
  const root = { kind: 'root', account, arn: rootArn(region, account), userId: account } as const;
  const { accessKeyId, secretAccessKey, sessionToken } = issueSession(sealer, root, new Date(Date.now() + dayMs));
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  return {
    ...platform,
    account,
    credentials,
    environment: {
      ...platform.environment,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    },
    client: (Constructor, extra = {}) => platform.client(Constructor, { credentials, ...extra }),
    /** The platform stays for the next test. */
    async [Symbol.asyncDispose]() {},
  };
}
