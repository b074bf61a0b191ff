/** Who may ask an endpoint goes by its tags too, as they are now, though no prediction looks them up. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { AddTagsCommand, CreateEndpointCommand, DeleteTagsCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { until } from '../../../../examples/workflow/stage.ts';
import { type PlatformProcess, startPlatformProcess } from '../../../../test/harness/platform.ts';
import { allow, policy } from '../../../../test/harness/sessions.ts';
import { makeUser } from '../../../../test/harness/user.ts';
import { openWorkbench, type Workbench } from '../../../../test/harness/workbench.ts';

let platform: PlatformProcess;
let bench: Workbench;

before(async () => {
  platform = await startPlatformProcess();
  bench = await openWorkbench(platform);
  const job = await bench.train('base');
  await bench.createModel('base', job.ModelArtifacts?.S3ModelArtifacts);
  await bench.createConfig('base', 'base');
  for (const [name, team] of [['red'], ['plain'], ['moved', 'red']] as const) {
    const Tags = name === 'plain' ? [] : [{ Key: 'team', Value: team ?? name }];
    await bench.sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: 'base', Tags }));
  }
  for (const name of ['red', 'plain', 'moved']) await bench.endpointWhen(name, 'InService');
});
after(async () => {
  await bench.withdraw();
  await platform[Symbol.asyncDispose]();
});

const arnOf = (name: string) => `arn:aws:sagemaker:us-east-1:000000000000:endpoint/${name}`;

/** How an endpoint answers a user with these permissions: `answered`, or the name of the refusal. */
async function asker(user: string, ...statements: object[]) {
  const { credentials } = await makeUser(platform, user);
  const PolicyDocument = policy(...statements);
  await platform.client(IAMClient).send(new PutUserPolicyCommand({ UserName: user, PolicyName: 'p', PolicyDocument }));
  const client = platform.client(SageMakerRuntimeClient, { credentials });
  return (name: string) =>
    client.send(new InvokeEndpointCommand({ EndpointName: name, ContentType: 'text/csv', Body: '4,1' })).then(
      () => 'answered',
      (error: Error) => error.name,
    );
}
const ifRed = (key: string) => ({ Condition: { StringEquals: { [`${key}/team`]: 'red' } } });
const denied = 'AccessDeniedException';

describe('InvokeEndpoint goes by tags', () => {
  for (const prefix of ['aws', 'sagemaker']) {
    it(`as ${prefix}:ResourceTag, and lets nobody ask what has none or is not there`, async () => {
      const ask = await asker(`${prefix}-red`, allow('sagemaker:InvokeEndpoint', ifRed(`${prefix}:ResourceTag`)));
      assert.deepEqual([await ask('red'), await ask('plain'), await ask('nobody')], ['answered', denied, denied]);
    });
  }

  it('where they forbid', async () => {
    const forbid = { ...allow('sagemaker:InvokeEndpoint', ifRed('aws:ResourceTag')), Effect: 'Deny' };
    const ask = await asker('not-red', allow('sagemaker:InvokeEndpoint'), forbid);
    assert.deepEqual([await ask('red'), await ask('plain')], [denied, 'answered']);
  });

  it('as they are changed, and as they were after a restart', async () => {
    const ask = await asker('mover', allow('sagemaker:InvokeEndpoint', ifRed('aws:ResourceTag')));
    const when = (outcome: string) => until(outcome, async () => ((await ask('moved')) === outcome ? true : undefined));
    const tag = (value: string) =>
      bench.sagemaker.send(new AddTagsCommand({ ResourceArn: arnOf('moved'), Tags: [{ Key: 'team', Value: value }] }));
    assert.equal(await ask('moved'), 'answered');
    await tag('blue');
    await when(denied);
    await tag('red');
    await when('answered');
    await bench.sagemaker.send(new DeleteTagsCommand({ ResourceArn: arnOf('moved'), TagKeys: ['team'] }));
    await when(denied);
    await tag('red');
    await platform.kill9();
    await platform.restart();
    // Until its process is found again the endpoint has no route, and is not known to be anybody's.
    await when('answered');
    assert.equal(await ask('plain'), denied);
  });
});
