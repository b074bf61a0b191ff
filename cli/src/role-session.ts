/** Temporary credentials of a role, by IAM and STS as any AWS client asks for them. */
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { Place } from './place.ts';

const sessionName = 'clary-env';

async function nameOf(role: string, { executionRoleArn }: Place): Promise<string> {
  const arn = role === 'default' ? executionRoleArn : role;
  if (arn === undefined)
    throw new Error(
      'no execution role was made in this data folder\nStart it once with this version, without --no-execution-role, or name a role.',
    );
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** The same platform, seen by the role: for as long as the role allows. */
export async function asRole(role: string, place: Place): Promise<Place> {
  const RoleName = await nameOf(role, place);
  const { region, credentials } = place;
  // The address of HTTP: this program is not told to trust the platform's authority.
  const endpoint = place.endpoint.replace(/^https:/, 'http:');
  const settings = { endpoint, region, credentials, maxAttempts: 2 };
  try {
    const { Role: found } = await new IAMClient(settings).send(new GetRoleCommand({ RoleName }));
    const request = { RoleArn: found?.Arn, RoleSessionName: sessionName, DurationSeconds: found?.MaxSessionDuration };
    const { Credentials: made } = await new STSClient(settings).send(new AssumeRoleCommand(request));
    return {
      ...place,
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
