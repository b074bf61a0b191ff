/** Temporary credentials of a role, through IAM and STS like any AWS client. */
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { Installation } from './installation.ts';

const sessionName = 'clary-env';

async function nameOf(role: string, { executionRoleArn }: Installation): Promise<string> {
  const arn = role === 'default' ? executionRoleArn : role;
  if (arn === undefined)
    throw new Error(
      'no execution role was made in this data folder\nStart it once with this version, without --no-execution-role, or name a role.',
    );
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** The same platform, seen by the role: for as long as the role allows. */
export async function asRole(role: string, installation: Installation): Promise<Installation> {
  const RoleName = await nameOf(role, installation);
  const { region, credentials } = installation;
  // HTTP: this program does not trust the platform's certificate authority.
  const endpoint = installation.endpoint.replace(/^https:/, 'http:');
  const settings = { endpoint, region, credentials, maxAttempts: 2 };
  try {
    const { Role: found } = await new IAMClient(settings).send(new GetRoleCommand({ RoleName }));
    const request = { RoleArn: found?.Arn, RoleSessionName: sessionName, DurationSeconds: found?.MaxSessionDuration };
    const { Credentials: made } = await new STSClient(settings).send(new AssumeRoleCommand(request));
    return {
      ...installation,
      credentials: {
        accessKeyId: made?.AccessKeyId ?? '',
        secretAccessKey: made?.SecretAccessKey ?? '',
        sessionToken: made?.SessionToken,
      },
    };
  } catch (error) {
    throw explain(error as Error & { code?: string }, RoleName, endpoint);
  }
}

function explain({ name, message, code }: Error & { code?: string }, role: string, endpoint: string): Error {
  if (code === 'ECONNREFUSED')
    return new Error(
      `nothing answers at ${endpoint}, which must give the credentials of a role\nRun \`npx clary up\`, or name its port with --port.`,
    );
  if (name === 'NoSuchEntityException')
    return new Error(
      `there is no role ${role}\n\`aws iam list-roles\` lists them; the execution role is not made again once it was deleted.`,
    );
  return new Error(
    `the role ${role} cannot be assumed: ${message}\nIts trust policy must allow sts:AssumeRole to this account's root.`,
  );
}
