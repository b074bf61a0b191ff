/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html: it takes the place of the whole configuration; an empty one ends it. */
import type { NotificationConfiguration } from '@aws-sdk/client-s3';
import { bucketAccess } from '../../access.ts';
import { getBucket } from '../../buckets/bucket.ts';
import type { Bucket } from '../../buckets/bucket-cache.ts';
import type { S3Operation } from '../../deps.ts';
import { testEvent } from '../../objects/object-event.ts';
import { changeConfiguration } from '../change-configuration.ts';
import { putConfiguration, removeConfiguration } from '../configuration-store.ts';
import { checkFunctions } from './check-functions.ts';
import { checkNotifications } from './notification-validation.ts';

/** EventBridge gets none. */
const hasDestinations = ({
  LambdaFunctionConfigurations,
  QueueConfigurations,
  TopicConfigurations,
}: NotificationConfiguration) =>
  [LambdaFunctionConfigurations, QueueConfigurations, TopicConfigurations].some((list) => (list?.length ?? 0) > 0);

export const putBucketNotificationConfiguration: S3Operation<'PutBucketNotificationConfiguration'> = {
  access: bucketAccess('s3:PutBucketNotification'),
  async handle(input, call, deps) {
    const kept = checkNotifications(input.NotificationConfiguration, call);
    if (!input.SkipDestinationValidation) await checkFunctions(kept, await getBucket(deps, call, input), call, deps);
    const statements = (bucket: Bucket) => [
      Object.keys(kept).length === 0
        ? removeConfiguration(bucket, 'notification')
        : putConfiguration(bucket, 'notification', kept),
    ];
    // S3 sends one to every destination of a new configuration: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    const events = (bucket: Bucket) => (hasDestinations(kept) ? [testEvent(call, bucket)] : []);
    await changeConfiguration(deps, call, input, statements, events);
    return {};
  },
};
