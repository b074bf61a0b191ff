import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CloudWatchClient, ListMetricsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { IAMClient, ListUsersCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { startPlatform } from '../../../../test/harness/platform.ts';
import { allow, policy, prepare, toCredentials } from '../../../../test/harness/sessions.ts';
import { sharedPlatform } from '../../../../test/harness/shared-platform.ts';

const shared = sharedPlatform();

const listUsers = new ListUsersCommand({});
const listMetrics = new ListMetricsCommand({});

describe('GetFederationToken does', () => {
  it('make a session of its own name, limited by its policies and the user’s', async () => {
    await using made = await prepare(await shared.newAccount());
    const { platform, iam, own, userArn } = made;
    const document = policy(allow(['sts:GetFederationToken', 'cloudwatch:ListMetrics']));
    await assert.rejects(own.send(new GetFederationTokenCommand({ Name: 'guest' })), {
      name: 'AccessDenied',
      message: `User: ${userArn} is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::${platform.account}:federated-user/guest because no identity-based policy allows the sts:GetFederationToken action`,
    });
    await iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'P', PolicyDocument: document }));
    const Policy = policy(allow(['cloudwatch:ListMetrics', 'cloudwatch:PutMetricData']));
    const answer = await own.send(new GetFederationTokenCommand({ Name: 'guest', Policy, DurationSeconds: 900 }));
    const arn = `arn:aws:sts::${platform.account}:federated-user/guest`;
    assert.deepEqual(answer.FederatedUser, { Arn: arn, FederatedUserId: `${platform.account}:guest` });
    assert.equal((await made.as(answer).send(new GetCallerIdentityCommand({}))).Arn, arn);
    const metrics = (of: typeof answer) =>
      platform.client(CloudWatchClient, { credentials: toCredentials(of.Credentials) });
    await metrics(answer).send(listMetrics);
    const data = { Namespace: 'N', MetricData: [{ MetricName: 'M', Value: 1 }] };
    await assert.rejects(metrics(answer).send(new PutMetricDataCommand(data)), /because no identity-based policy/);
    const bare = await own.send(new GetFederationTokenCommand({ Name: 'nobody' }));
    await assert.rejects(
      metrics(bare).send(listMetrics),
      /because no session policy allows the cloudwatch:ListMetrics action$/,
    );
    await assert.rejects(made.assume({}, made.as(answer)), {
      name: 'AccessDenied',
      message: `User: ${arn} is not authorized to perform: sts:AssumeRole on resource: ${made.roleArn}`,
    });
  });

  it('keep users’ and root’s sessions away from IAM', async () => {
    // Root with its long-lived key.
    await using made = await prepare(await startPlatform());
    const { platform, own } = made;
    const root = platform.client(STSClient);
    const sessions = [
      await own.send(new GetSessionTokenCommand({})),
      await root.send(new GetSessionTokenCommand({})),
      await root.send(new GetFederationTokenCommand({ Name: 'guest', Policy: policy(allow('*')) })),
    ];
    for (const session of sessions) {
      const iam = platform.client(IAMClient, { credentials: toCredentials(session.Credentials) });
      await assert.rejects(iam.send(listUsers), {
        name: 'InvalidClientTokenId',
        message: 'The security token included in the request is invalid.',
      });
      await made.as(session).send(new GetCallerIdentityCommand({}));
    }
  });

  it('refuse sessions', async () => {
    await using made = await prepare(await shared.newAccount());
    const session = await made.assume();
    for (const command of [new GetFederationTokenCommand({ Name: 'guest' }), new GetSessionTokenCommand({})]) {
      await assert.rejects(made.as(session).send(command as GetSessionTokenCommand), {
        name: 'AccessDenied',
        message: /^Cannot call Get(FederationToken|SessionToken) with session credentials$/,
      });
    }
  });
});
