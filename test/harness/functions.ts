/** Functions for tests: zips made in memory, a role, and a client. */
import { crc32, deflateRawSync } from 'node:zlib';
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import type { TestPlatform } from './platform.ts';

export interface ZipEntry {
  readonly name: string;
  readonly text: string | Buffer;
  /** As in st_mode; a regular file that everybody may run if left out. */
  readonly mode?: number;
  /** What the archive says that it is, where that is not so. */
  readonly claimedSize?: number;
}

/** A zip as any program would write it, or as none would. */
export function zipOf(...entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, text, mode = 0o100755, claimedSize } of entries) {
    const bytes = Buffer.from(text);
    const packed = deflateRawSync(bytes);
    const path = Buffer.from(name);
    const size = claimedSize ?? bytes.length;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, path, packed]);
    const end = Buffer.alloc(14);
    end.writeUInt32LE((mode << 16) >>> 0, 6);
    end.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\u0001\u0002'), Buffer.from([20, 3]), common, end, path]));
    parts.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const tail = Buffer.alloc(18);
  tail.writeUInt16LE(entries.length, 4);
  tail.writeUInt16LE(entries.length, 6);
  tail.writeUInt32LE(index.length, 8);
  tail.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, index, Buffer.from('PK\u0005\u0006'), tail]);
}

export const link = (name: string, target: string): ZipEntry => ({ name, text: target, mode: 0o120777 });

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

/** A role that Lambda may assume and that may write logs; answers its ARN. */
export async function createRole(
  platform: TestPlatform,
  name: string,
  ...policies: readonly string[]
): Promise<string> {
  const iam = platform.client(IAMClient);
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }));
  for (const policy of ['service-role/AWSLambdaBasicExecutionRole', ...policies])
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: `arn:aws:iam::aws:policy/${policy}` }));
  return Role?.Arn ?? '';
}

export interface FunctionBench {
  readonly lambda: LambdaClient;
  readonly role: string;
  /** A Python function of one file, unless `changes` say something else. */
  create(name: string, source: string, changes?: Partial<CreateFunctionCommandInput>): Promise<void>;
  invoke(name: string, payload?: unknown, changes?: Partial<InvokeCommandInput>): Promise<Invoked>;
}

export interface Invoked {
  /** Parsed, if it is JSON. */
  readonly payload: unknown;
  readonly error: string | undefined;
  readonly status: number | undefined;
  readonly version: string | undefined;
  readonly log: string;
}

export async function openFunctionBench(
  platform: TestPlatform,
  ...policies: readonly string[]
): Promise<FunctionBench> {
  const lambda = platform.client(LambdaClient);
  const role = await createRole(platform, 'functions', ...policies);
  return {
    lambda,
    role,
    async create(name, source, changes = {}) {
      await lambda.send(
        new CreateFunctionCommand({
          FunctionName: name,
          Runtime: 'python3.11',
          Handler: 'main.handler',
          Role: role,
          Code: { ZipFile: zipOf({ name: 'main.py', text: source }) },
          ...changes,
        }),
      );
    },
    async invoke(name, payload, changes = {}) {
      const answer = await lambda.send(
        new InvokeCommand({
          FunctionName: name,
          ...(payload === undefined ? {} : { Payload: JSON.stringify(payload) }),
          ...changes,
        }),
      );
      const text = answer.Payload?.transformToString() ?? '';
      return {
        payload: text === '' ? undefined : JSON.parse(text),
        error: answer.FunctionError,
        status: answer.StatusCode,
        version: answer.ExecutedVersion,
        log: Buffer.from(answer.LogResult ?? '', 'base64').toString('utf8'),
      };
    },
  };
}
