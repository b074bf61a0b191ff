/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html: it takes the place of the whole configuration; an empty one ends it. */
import { bucketAccess } from '../../access.ts';
import type { S3Operation } from '../../deps.ts';
import { changeConfiguration } from '../change-configuration.ts';
import { putConfiguration, removeConfiguration } from '../configuration-store.ts';
import { checkNotifications } from './notification-validation.ts';

export const putBucketNotificationConfiguration: S3Operation<'PutBucketNotificationConfiguration'> = {
  access: bucketAccess('s3:PutBucketNotification'),
  async handle(input, call, deps) {
    const kept = checkNotifications(input.NotificationConfiguration, call);
    await changeConfiguration(deps, call, input, (bucket) => [
      Object.keys(kept).length === 0
        ? removeConfiguration(bucket, 'notification')
        : putConfiguration(bucket, 'notification', kept),
    ]);
    return {};
  },
};
