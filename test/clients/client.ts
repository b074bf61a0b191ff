/** What every client's test needs: a platform of its own, a folder, the client's program as Debian or pip ships it, bytes to send and compare. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';

const execute = promisify(execFile);

/** Set by scripts/set-up.ts. */
type Program = 'AWS' | 'PYTHON' | 'DYNAMODB' | 'SAGEMAKER2' | 'SAGEMAKER3' | 'S3CMD' | 'RCLONE' | 'RESTIC';

export interface Client extends AsyncDisposable {
  readonly platform: TestPlatform;
  /** The client's home; nothing of the user's own configuration is read. */
  readonly folder: string;
  /** Returns its output. A status other than 0 throws, with its output. */
  run(...args: readonly string[]): Promise<string>;
  /** Runs it with these bytes as its standard input. */
  feed(input: Buffer, ...args: readonly string[]): Promise<void>;
  /** Runs a program that must fail; returns its output. */
  refused(...args: readonly string[]): Promise<string>;
}

export async function startClient(
  name: Program,
  environment: (
    platform: TestPlatform,
    folder: string,
  ) => Record<string, string> | Promise<Record<string, string>> = () => ({}),
  flags: readonly string[] = [],
): Promise<Client> {
  const program = process.env[`CLARY_TEST_${name}`];
  assert.ok(program, `CLARY_TEST_${name} is not set: run the tests by npm test, which prepares what they need`);
  const platform = await startPlatform({ flags });
  const folder = await mkdtemp(join(tmpdir(), 'clary-client-'));
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    ...platform.environment,
    ...(await environment(platform, folder)),
  };
  const start = (args: readonly string[]) => execute(program, args, { env, cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  return {
    platform,
    folder,
    run: async (...args) => (await start(args)).stdout,
    async feed(input, ...args) {
      const started = start(args);
      started.child.stdin?.end(input);
      await started;
    },
    async refused(...args) {
      const outcome = await start(args).catch((error: { stdout: string; stderr: string }) => error);
      assert.ok(outcome instanceof Error, `${name} ${args.join(' ')} was not refused`);
      return `${outcome.stdout}${outcome.stderr}`;
    },
    async [Symbol.asyncDispose]() {
      await platform[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The same bytes for the same seed, and no two pieces of them alike. */
export function bytes(size: number, seed: string): Buffer {
  const blocks: Buffer[] = [];
  for (let made = 0, block = 0; made < size; made += 64, block++) {
    blocks.push(createHash('sha512').update(`${seed}/${block}`).digest());
  }
  return Buffer.concat(blocks).subarray(0, size);
}

/** Names that go wrong where a client or a server forgets to quote, and sizes about the bounds of a part. */
export const awkwardFiles: Readonly<Record<string, Buffer>> = {
  'plain.txt': bytes(11, 'plain'),
  'empty.bin': Buffer.alloc(0),
  'a folder/with spaces & signs+=,;@$!~.bin': bytes(70_000, 'signs'),
  "a folder/100% 'quoted' (1).bin": bytes(1, 'quoted'),
  'deep/er/est/ünïcödé 漢字 🎓.bin': bytes(4096, 'unicode'),
};

export async function writeFiles(folder: string, files: Readonly<Record<string, Buffer>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

export async function assertFiles(folder: string, files: Readonly<Record<string, Buffer>>): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile()).map((e) => relative(folder, join(e.parentPath, e.name)));
  assert.deepEqual(found.sort(), Object.keys(files).sort());
  for (const [name, content] of Object.entries(files)) {
    assert.ok(content.equals(await readFile(join(folder, name))), `${name} has other bytes`);
  }
}
