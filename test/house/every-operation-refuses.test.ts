/** Every registered operation of every service, sent with an unknown key, a wrong secret, and by a user without permission, is refused in its protocol's own shape. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { readConfig } from '../../server/src/config.ts';
import { startServer } from '../../server/src/main.ts';
import { catalog, type ServiceName } from '../../server/src/models/catalog.ts';

const data = await mkdtemp(join(tmpdir(), 'clary-house-'));
const server = await startServer(readConfig(['--data', data, '--port', '0', '--log-level', 'error'], process.env));
const settings = { endpoint: server.url, region: 'us-east-1', maxAttempts: 1, forcePathStyle: true };
let stranger: { accessKeyId: string; secretAccessKey: string };

before(async () => {
  const iam = new IAMClient({ ...settings, credentials: server.credentials });
  await iam.send(new CreateUserCommand({ UserName: 'stranger' }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'stranger' }));
  stranger = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
});
after(async () => {
  await server.stop();
  await rm(data, { recursive: true });
});

/** Enough for every client to make a request of it; each takes what it knows. */
const input = {
  Bucket: 'a-bucket',
  Key: 'a-key',
  UploadId: 'an-upload',
  PartNumber: 1,
  CopySource: 'a-bucket/a-key',
  Delete: { Objects: [{ Key: 'a-key' }] },
  MultipartUpload: { Parts: [] },
  EndpointName: 'an-endpoint',
  Body: 'x',
  RoleArn: 'arn:aws:iam::000000000000:role/nobody',
  RoleSessionName: 'a-session',
};

/** These answer whoever they are, as AWS does. */
const open = new Set(['GetCallerIdentity', 'GetSessionToken']);

type Client = new (options: object) => { send(command: object): Promise<unknown> };

async function codeOf(service: ServiceName, operation: string, credentials: object): Promise<string> {
  const module = (await catalog[service].load()) as unknown as Record<string, new (value: object) => object>;
  const className = Object.keys(module).find((key) => key.endsWith('Client') && !key.startsWith('__')) ?? '';
  const client = new (module[className] as unknown as Client)({ ...settings, credentials });
  const Command = module[`${operation}Command`];
  assert.ok(Command, `${operation} has no command`);
  return client.send(new Command(input)).then(
    () => 'answered',
    (error: Error & { $metadata?: { httpStatusCode?: number } }) =>
      // HEAD has no body, so its status is all there is.
      error.name === 'Unknown' || /^\d+$|UnknownError|403/.test(error.name)
        ? String(error.$metadata?.httpStatusCode)
        : error.name,
  );
}

for (const service of server.services) {
  describe(`${service.name} refuses`, () => {
    for (const operation of service.operations.keys()) {
      test(operation, async () => {
        const unknown = await codeOf(service.name, operation, {
          accessKeyId: 'AKIAUNKNOWNUNKNOWN00',
          secretAccessKey: 'x',
        });
        assert.match(unknown, /^(UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|403)$/);
        const wrong = { accessKeyId: server.credentials.accessKeyId, secretAccessKey: 'wrong' };
        assert.match(
          await codeOf(service.name, operation, wrong),
          /^(InvalidSignatureException|SignatureDoesNotMatch|403)$/,
        );
        const denied = await codeOf(service.name, operation, stranger);
        if (open.has(operation)) assert.equal(denied, 'answered');
        else assert.match(denied, /^(AccessDenied|AccessDeniedException|403)$/);
      });
    }
  });
}

test('a request without a signature is refused', async () => {
  const answer = await fetch(`${server.url}/a-bucket/a-key`);
  assert.equal(answer.status, 403);
  assert.match(await answer.text(), /<Code>AccessDenied<\/Code>/);
});

test('an operation that is not built answers 501 with its name', async () => {
  const { SageMakerClient, CreateDomainCommand } = await import('@aws-sdk/client-sagemaker');
  const client = new SageMakerClient({ ...settings, credentials: server.credentials });
  await assert.rejects(
    client.send(new CreateDomainCommand({} as never)),
    (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
      assert.equal(error.$metadata?.httpStatusCode, 501);
      assert.equal(error.message, 'CreateDomain of sagemaker is not implemented by Clary.');
      return true;
    },
  );
});
