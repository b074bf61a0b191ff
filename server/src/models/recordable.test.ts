/** What an audit record may hold of a request, and what it must not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServiceName } from './catalog.ts';
import { recordable } from './recordable.ts';
import { loadServiceModel } from './service-model.ts';
import { structureOf } from './shape.ts';

async function recorded(service: ServiceName, operation: string, value: unknown) {
  const model = (await loadServiceModel(service)).operations.get(operation);
  assert.ok(model);
  return recordable(structureOf(model.input), value);
}

describe('A record does', () => {
  it('hold what was asked, in CloudTrail’s names', async () => {
    const when = new Date('2030-01-01T00:00:00Z');
    assert.deepEqual(
      await recorded('sagemaker', 'ListTrainingJobs', { NameContains: 'a', MaxResults: 5, CreationTimeAfter: when }),
      { nameContains: 'a', maxResults: 5, creationTimeAfter: '2030-01-01T00:00:00.000Z' },
    );
    assert.deepEqual(await recorded('s3', 'CreateBucket', { Bucket: 'b' }), { bucketName: 'b' });
    assert.equal(await recorded('iam', 'ListUsers', {}), null);
    assert.equal(await recorded('iam', 'ListUsers', undefined), null);
  });

  it('cut what is long, and leave out what is endless', async () => {
    const long = await recorded('iam', 'CreateRole', { Description: 'x'.repeat(20_000) });
    assert.equal(long?.description, `${'x'.repeat(10_240)}… (20000 characters)`);
    const tags = Array.from({ length: 101 }, (_, i) => ({ Key: `k${i}`, Value: 'v' }));
    const many = (await recorded('iam', 'CreateRole', { Tags: tags }))?.tags as unknown[];
    assert.deepEqual([many.length, many[0], many[100]], [101, { key: 'k0', value: 'v' }, '… and 1 more']);
    const huge = tags.map(({ Key }) => ({ Key, Value: 'v'.repeat(2000) }));
    assert.deepEqual(await recorded('iam', 'CreateRole', { Tags: huge }), {
      omitted: true,
      originalSize: 202_517,
      reason: 'The content is larger than 100 KB.',
    });
  });

  it('bear values of the wrong type', async () => {
    assert.deepEqual(await recorded('iam', 'CreateRole', { Tags: 'x', RoleName: 7 }), { roleName: 7 });
    assert.equal(await recorded('iam', 'CreateRole', { Tags: null, RoleName: undefined }), null);
  });
});

describe('A record refuses', () => {
  it('secrets and payloads', async () => {
    const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS';
    assert.deepEqual(await recorded('iam', 'CreateLoginProfile', { UserName: 'ann', Password: 'hush' }), {
      userName: 'ann',
      password: hidden,
    });
    assert.deepEqual(
      await recorded('sagemaker-runtime', 'InvokeEndpoint', { EndpointName: 'e', Body: Buffer.from('x') }),
      {
        endpointName: 'e',
      },
    );
    const HyperParameters = {
      max_depth: '5',
      tokenizer: 'bpe',
      password: 'hush',
      dbPassword: 'hush',
      'api-key': 'hush',
      HF_TOKEN: 'hush',
    };
    assert.deepEqual(await recorded('sagemaker', 'CreateTrainingJob', { HyperParameters }), {
      hyperParameters: {
        max_depth: '5',
        tokenizer: 'bpe',
        ...Object.fromEntries(['password', 'dbPassword', 'api-key', 'HF_TOKEN'].map((name) => [name, hidden])),
      },
    });
    const environment = { PrimaryContainer: { Image: 'i', Environment: { TOKEN: 'hush' } } };
    assert.deepEqual(await recorded('sagemaker', 'CreateModel', environment), {
      primaryContainer: { image: 'i', environment: { TOKEN: hidden } },
    });
    assert.deepEqual(await recorded('s3', 'PutObject', { Key: 'k', SSECustomerKey: 'hush' }), {
      key: 'k',
      sSECustomerKey: hidden,
    });
  });
});
