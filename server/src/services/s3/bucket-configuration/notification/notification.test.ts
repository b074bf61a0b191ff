import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  CreateBucketCommand,
  type FilterRule,
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  type QueueConfiguration,
  S3Client,
} from '@aws-sdk/client-s3';
import { startPlatform } from '../../../../../../test/harness/platform.ts';

const platform = await startPlatform();
const s3 = platform.client(S3Client);
after(() => platform[Symbol.asyncDispose]());
const Bucket = 'telling';
await s3.send(new CreateBucketCommand({ Bucket }));

const put = (NotificationConfiguration: NotificationConfiguration) =>
  s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration,
      // Their destinations do not exist.
      SkipDestinationValidation: true,
    }),
  );
const get = async () => {
  const { $metadata: _, ...configuration } = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
  return configuration;
};
const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`;
const queue = (event: string, ...rules: [string, string][]): QueueConfiguration => ({
  QueueArn: arn('sqs', 'q'),
  Events: [event as 's3:ObjectCreated:*'],
  ...(rules.length > 0 ? { Filter: { Key: { FilterRules: rules.map(([Name, Value]) => filter(Name, Value)) } } } : {}),
});
const filter = (Name: string, Value: string): FilterRule => ({ Name: Name as 'prefix', Value });
const queues = (...QueueConfigurations: QueueConfiguration[]) => put({ QueueConfigurations });
const created = 's3:ObjectCreated:*';

describe('notifications do', () => {
  it('begin with none, are replaced as a whole, and end', async () => {
    assert.deepEqual(await get(), {});
    const configuration: NotificationConfiguration = {
      TopicConfigurations: [{ Id: 't', TopicArn: arn('sns', 't'), Events: ['s3:ObjectRemoved:*'] }],
      QueueConfigurations: [{ Id: 'q', ...queue(created, ['prefix', 'in/'], ['suffix', '.csv']) }],
      LambdaFunctionConfigurations: [
        { Id: 'f', LambdaFunctionArn: arn('lambda', 'function:f'), Events: ['s3:ObjectTagging:Put'] },
      ],
      EventBridgeConfiguration: {},
    };
    await put(configuration);
    assert.deepEqual(await get(), configuration);
    await put({ EventBridgeConfiguration: {} });
    assert.deepEqual(await get(), { EventBridgeConfiguration: {} });
    await put({});
    assert.deepEqual(await get(), {});
  });

  it('get ids where they have none', async () => {
    await queues(queue(created));
    assert.match((await get()).QueueConfigurations?.[0]?.Id ?? '', /^[0-9a-f-]{36}$/);
  });

  it('share events where their keys are apart', async () => {
    await queues(queue(created, ['prefix', 'a/']), queue('s3:ObjectCreated:Put', ['prefix', 'b/']));
    await queues(queue(created, ['prefix', 'a'], ['suffix', '.jpg']), queue(created, ['suffix', '.png']));
  });
});

describe('notifications refuse', () => {
  const overlap = 'Configurations overlap. Configurations on the same bucket cannot share a common event type.';
  const ambiguous =
    'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.';
  const cases: [string, QueueConfiguration[], object][] = [
    [
      'events that there are not',
      [queue('s3:ObjectEaten')],
      { name: 'InvalidArgument', message: 'The event is not supported for notifications', ArgumentName: 'Event' },
    ],
    ['no events', [{ QueueArn: arn('sqs', 'q'), Events: [] }], { name: 'MalformedXML' }],
    [
      'what is no queue',
      [{ ...queue(created), QueueArn: 'invalid-queue' }],
      { message: 'The ARN could not be parsed', ArgumentName: 'Queue', ArgumentValue: 'invalid-queue' },
    ],
    [
      'other filters',
      [queue(created, ['INVALID', 'x'])],
      {
        message: 'filter rule name must be either prefix or suffix',
        ArgumentName: 'FilterRule.Name',
        ArgumentValue: 'INVALID',
      },
    ],
    [
      'two prefixes',
      [queue(created, ['prefix', 'a'], ['Prefix', 'b'])],
      { message: 'Cannot specify more than one prefix rule in a filter.' },
    ],
    [
      'the same event twice',
      [queue(created), queue('s3:ObjectCreated:Put')],
      { name: 'InvalidArgument', message: overlap, ArgumentValue: 's3:ObjectCreated:*, s3:ObjectCreated:Put' },
    ],
    ['keys in both', [queue(created, ['prefix', 'a']), queue(created)], { message: ambiguous }],
    [
      'suffixes in both',
      [queue(created, ['prefix', 'a'], ['suffix', 'jpg']), queue(created, ['suffix', '.jpg'])],
      { message: ambiguous },
    ],
    [
      'the same id',
      [
        { Id: 'x', ...queue(created) },
        { Id: 'x', ...queue('s3:ObjectRemoved:*') },
      ],
      { message: 'Same ID used for multiple configurations. IDs must be unique' },
    ],
  ];
  for (const [what, configurations, refusal] of cases) {
    it(what, () => assert.rejects(queues(...configurations), refusal));
  }

  it('filters without a value', async () => {
    const half = { ...queue(created), Filter: { Key: { FilterRules: [{ Name: 'prefix' as const }] } } };
    await assert.rejects(queues(half), { name: 'MalformedXML' });
  });
});
