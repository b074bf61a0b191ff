import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import type { ServiceName } from './catalog.ts';
import { loadServiceModel } from './service-model.ts';
import { validationCode, validationMessage, violations } from './validate.ts';

async function check(service: ServiceName, operation: string, input: unknown): Promise<string[]> {
  const model = await loadServiceModel(service);
  const found = model.operations.get(operation);
  assert.ok(found);
  return violations(model, found, input);
}

const endpointConfig = (ProductionVariants: unknown) => ({ EndpointConfigName: 'c', ProductionVariants });
const failed = (value: string, path: string, demand: string) =>
  `Value '${value}' at '${path}' failed to satisfy constraint: ${demand}`;

const long = 'x'.repeat(1025);

const refused: [what: string, service: ServiceName, operation: string, input: unknown, sentences: string[]][] = [
  [
    'a missing member',
    'sagemaker',
    'DescribeTrainingJob',
    {},
    ["Value null at 'trainingJobName' failed to satisfy constraint: Member must not be null"],
  ],
  [
    'a value that AWS does not tell',
    'cloudwatch-logs',
    'DescribeLogStreams',
    { logGroupIdentifier: 'arn:aws:logs:us-east-1:000000000000:log-group:/a:*' },
    [
      "Value at 'logGroupIdentifier' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w#+=/:,.@-]*",
    ],
  ],
  [
    'a list of such values',
    'cloudwatch-logs',
    'StartLiveTail',
    { logGroupIdentifiers: Array.from({ length: 11 }, () => 'a') },
    ["Value at 'logGroupIdentifiers' failed to satisfy constraint: Member must have length less than or equal to 10"],
  ],
  [
    'a null member',
    'iam',
    'GetRole',
    { RoleName: null },
    ["Value null at 'roleName' failed to satisfy constraint: Member must not be null"],
  ],
  [
    'a pattern',
    'sagemaker',
    'DescribeTrainingJob',
    { TrainingJobName: 'x!' },
    [
      failed(
        'x!',
        'trainingJobName',
        'Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}',
      ),
    ],
  ],
  [
    'empty text: pattern and length',
    'iam',
    'GetRole',
    { RoleName: '' },
    [
      failed('', 'roleName', 'Member must satisfy regular expression pattern: [\\w+=,.@-]+'),
      failed('', 'roleName', 'Member must have length greater than or equal to 1'),
    ],
  ],
  [
    'long text',
    'iam',
    'GetRole',
    { RoleName: 'r'.repeat(65) },
    [failed('r'.repeat(65), 'roleName', 'Member must have length less than or equal to 64')],
  ],
  [
    'an enum',
    'sagemaker',
    'ListTrainingJobs',
    { SortOrder: 'Up' },
    [failed('Up', 'sortOrder', 'Member must satisfy enum value set: [Ascending, Descending]')],
  ],
  [
    'a small number',
    'sagemaker',
    'ListTrainingJobs',
    { MaxResults: 0 },
    [failed('0', 'maxResults', 'Member must have value greater than or equal to 1')],
  ],
  [
    'a large number',
    'sagemaker',
    'ListTrainingJobs',
    { MaxResults: 101 },
    [failed('101', 'maxResults', 'Member must have value less than or equal to 100')],
  ],
  [
    'an empty list',
    'sagemaker',
    'CreateEndpointConfig',
    endpointConfig([]),
    [failed('[]', 'productionVariants', 'Member must have length greater than or equal to 1')],
  ],
  [
    'members of structures in lists',
    'sagemaker',
    'CreateEndpointConfig',
    endpointConfig([
      { VariantName: 'a', ModelName: 'm' },
      { VariantName: '-', ModelName: 'm' },
    ]),
    [
      failed(
        '-',
        'productionVariants.2.member.variantName',
        'Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}',
      ),
    ],
  ],
  [
    'items of a list of texts',
    'sagemaker',
    'CreateModel',
    { ModelName: 'm', VpcConfig: { Subnets: ['a', '!'], SecurityGroupIds: ['s'] } },
    [
      failed(
        '[a, !]',
        'vpcConfig.subnets',
        'Member must satisfy constraint: [Member must have length less than or equal to 32, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: [-0-9a-zA-Z]+]',
      ),
    ],
  ],
  [
    'values of a map',
    'sagemaker',
    'CreateModel',
    { ModelName: 'm', PrimaryContainer: { Environment: { A: long } } },
    [
      failed(
        `{A=${long}}`,
        'primaryContainer.environment',
        'Map value must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: [\\S\\s]*]',
      ),
    ],
  ],
  [
    'keys of a map',
    'sagemaker',
    'CreateModel',
    { ModelName: 'm', PrimaryContainer: { Environment: { '1 A': 'x' } } },
    [
      failed(
        '{1 A=x}',
        'primaryContainer.environment',
        'Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: [a-zA-Z_][a-zA-Z0-9_]*]',
      ),
    ],
  ],
  [
    'a tag of IAM',
    'iam',
    'TagRole',
    { RoleName: 'r', Tags: [{ Key: 'k', Value: 'D&T' }] },
    [
      failed(
        'D&T',
        'tags.1.member.value',
        'Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*',
      ),
    ],
  ],
  [
    'secrets without repeating them',
    'iam',
    'ChangePassword',
    { OldPassword: 'old', NewPassword: '' },
    [
      "Value at 'newPassword' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
      "Value at 'newPassword' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
  ],
  [
    'only what is missing of S3',
    's3',
    'PutObject',
    { Key: '' },
    ["Value null at 'bucket' failed to satisfy constraint: Member must not be null"],
  ],
];

describe('validation refuses', () => {
  for (const [what, service, operation, input, sentences] of refused) {
    it(what, async () => assert.deepEqual(await check(service, operation, input), sentences));
  }

  it('several things at once, in one message', async () => {
    const sentences = await check('sagemaker', 'CreateEndpoint', { EndpointName: '!' });
    assert.equal(
      validationMessage(sentences),
      "2 validation errors detected: Value null at 'endpointConfigName' failed to satisfy constraint: Member must not be null; Value '!' at 'endpointName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
    );
    assert.equal(validationMessage(sentences.slice(1)).slice(0, 29), '1 validation error detected: ');
  });
});

describe('validation does', () => {
  const fine: [ServiceName, string, unknown][] = [
    ['sagemaker', 'DescribeTrainingJob', { TrainingJobName: 'a-b-1' }],
    ['sagemaker', 'CreateModel', { ModelName: 'm', PrimaryContainer: { Environment: { A_1: 'x' } } }],
    ['sagemaker', 'ListTrainingJobs', {}],
    ['iam', 'GetRole', { RoleName: 'r' }],
    ['sts', 'GetCallerIdentity', {}],
    ['s3', 'PutObject', { Bucket: 'b', Key: 'k', Body: Readable.from(['x']) }],
    ['s3', 'PutObject', { Bucket: 'b', Key: 'k', StorageClass: 'WHATEVER' }],
    ['sagemaker-runtime', 'InvokeEndpoint', { EndpointName: 'e', Body: Buffer.from('1,2'), ContentType: 'text/csv' }],
    [
      'cloudwatch',
      'PutMetricData',
      { Namespace: 'n', MetricData: [{ MetricName: 'm', Value: 1, Timestamp: new Date() }] },
    ],
  ];
  for (const [service, operation, input] of fine) {
    it(`pass ${service} ${operation} ${Object.keys(input as object)}`, async () => {
      assert.deepEqual(await check(service, operation, input), []);
    });
  }

  it('count code points, not halves of them', async () => {
    const value = '😀'.repeat(128);
    const tag = { Key: 'k', Value: value };
    const found = await check('iam', 'TagRole', { RoleName: 'r', Tags: [tag] });
    assert.equal(
      found.some((sentence) => sentence.includes('length')),
      false,
    );
  });

  it('name the code that each service uses', async () => {
    const code = async (service: ServiceName, protocol: Parameters<typeof validationCode>[1]) =>
      validationCode(await loadServiceModel(service), protocol);
    assert.equal(await code('sagemaker', 'aws-json-1.1'), 'ValidationException');
    assert.equal(await code('cloudwatch-logs', 'aws-json-1.1'), 'InvalidParameterException');
    assert.equal(await code('sagemaker-runtime', 'rest-json'), 'ValidationError');
    assert.equal(await code('iam', 'query'), 'ValidationError');
    assert.equal(await code('cloudwatch', 'rpc-v2-cbor'), 'ValidationException');
  });
});

describe('validation survives', () => {
  it('texts made to keep a matcher busy', async () => {
    for (const bad of [
      `${'a-'.repeat(4000)}!`,
      `${'-'.repeat(8000)}!`,
      `${'a'.repeat(8000)}!`,
      `${'/'.repeat(8000)}\n`,
    ]) {
      const input = {
        TrainingJobName: bad,
        RoleArn: bad,
        AlgorithmSpecification: { TrainingImage: bad, TrainingInputMode: bad },
      };
      const found = await check('sagemaker', 'CreateTrainingJob', input);
      assert.ok(found.length >= 4);
    }
  });
});
