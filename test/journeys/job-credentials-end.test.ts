/** What a job kept of its role's credentials is worth nothing when its program has ended: the token, the keys, and what was made with them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type OwnPlatform, startPlatform } from '../harness/platform.ts';
import { unpacked } from '../harness/scripted-job.ts';
import { runScript } from '../harness/scripts.ts';
import { bucket, openWorkbench, type Workbench } from '../harness/workbench.ts';

let platform: OwnPlatform;
let bench: Workbench;
before(async () => {
  platform = await startPlatform({ flags: ['--sandbox', 'required'] });
  bench = await openWorkbench(platform);
});
after(() => platform[Symbol.asyncDispose]());

interface Keys {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
}
interface Kept {
  readonly url: string;
  readonly token: string;
  readonly own: Keys;
  readonly chained: Keys;
  readonly presigned: string;
  readonly worked: readonly string[];
}

/** Takes away whatever may be of use later, and uses it. */
const program = (role: string) => `
import boto3, json, os, urllib.request
url, token = os.environ['AWS_CONTAINER_CREDENTIALS_FULL_URI'], os.environ['AWS_CONTAINER_AUTHORIZATION_TOKEN']
answer = json.load(urllib.request.urlopen(urllib.request.Request(url, headers={'Authorization': token})))
own = {'AccessKeyId': answer['AccessKeyId'], 'SecretAccessKey': answer['SecretAccessKey'], 'SessionToken': answer['Token']}
got = boto3.client('sts').assume_role(RoleArn='${role}', RoleSessionName='chained')['Credentials']
chained = {name: got[name] for name in own}
def client(service, keys): return boto3.client(service, aws_access_key_id=keys['AccessKeyId'], aws_secret_access_key=keys['SecretAccessKey'], aws_session_token=keys['SessionToken'])
presigned = client('s3', own).generate_presigned_url('get_object', Params={'Bucket': '${bucket}', 'Key': 'for-all'}, ExpiresIn=3600)
worked = [client('sts', keys).get_caller_identity()['Arn'] for keys in (own, chained)] + [urllib.request.urlopen(presigned).read().decode()]
json.dump({'url': url, 'token': token, 'own': own, 'chained': chained, 'presigned': presigned, 'worked': worked}, open('/opt/ml/model/kept', 'w'))
`;

async function outcomes({ url, token, own, chained, presigned }: Kept): Promise<unknown[]> {
  const answer = await fetch(url, { headers: { authorization: token } });
  const errors: string[] = [];
  for (const { AccessKeyId, SecretAccessKey, SessionToken } of [own, chained]) {
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    const sts = platform.client(STSClient, { credentials });
    errors.push(
      await sts.send(new GetCallerIdentityCommand({})).then(
        () => 'it works',
        (error: Error) => error.name,
      ),
    );
  }
  const got = await fetch(presigned);
  return [answer.status, ...errors, got.status, /<Code>(\w+)<\/Code>/.exec(await got.text())?.[1]];
}

describe('refuses, after the end of a job', () => {
  test('its token, the keys that it opened, sessions made with them, URLs signed with them, and after a restart too', async () => {
    await bench.put('for-all', 'text');
    const everything = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
    const role = await bench.role('chains', everything);
    await platform.client(IAMClient).send(
      new UpdateAssumeRolePolicyCommand({
        RoleName: 'chains',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com', AWS: role }, Action: 'sts:AssumeRole' },
          ],
        }),
      }),
    );
    const job = await runScript(bench, 'keeps', {
      files: { 'train.py': program(role) },
      changes: { InputDataConfig: undefined, RoleArn: role },
    });
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    const { kept } = await unpacked(await bench.read('model/keeps/output/model.tar.gz'));
    const taken = JSON.parse(kept ?? '') as Kept;
    assert.equal(taken.worked.length, 3);
    assert.match(taken.worked[1] ?? '', /assumed-role\/chains\/chained$/);
    const refused = [403, 'ExpiredToken', 'ExpiredToken', 400, 'ExpiredToken'];
    assert.deepEqual(await outcomes(taken), refused);
    await platform.restart();
    assert.deepEqual(await outcomes(taken), refused);
  });
});
