/** What has tags: REST APIs and their stages. */
import type { Call } from '../../../contract/call.ts';
import type { ApiGatewayDeps } from '../deps.ts';
import { badRequest, notFound } from '../refusals.ts';
import { changeApi, getApi } from '../rest-apis/rest-api.ts';
import { changeStage, getStageRow, readStage } from '../stages/stage.ts';

export type Tags = Record<string, string>;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html */
const mostTags = 50;

export function checkTags(tags: Readonly<Tags>, call: Call): void {
  if (Object.keys(tags).length > mostTags) throw badRequest(call, 'Number of tags exceeds the limit of 50.');
  for (const [key, value] of Object.entries(tags)) {
    if (key === '' || key.length > 128 || value.length > 256 || key.startsWith('aws:')) {
      throw badRequest(call, `Invalid tag: ${key}`);
    }
  }
}

interface Tagged {
  readonly restApiId: string;
  readonly stageName: string | undefined;
}

function readTagged(arn: string, call: Call): Tagged {
  const match = /^arn:aws[a-z-]*:apigateway:([a-z0-9-]+)::\/restapis\/([a-z0-9]+)(?:\/stages\/([\w-]+))?$/.exec(arn);
  if (!match) throw badRequest(call, 'Invalid resource ARN provided in the request');
  if (match[1] !== call.region) throw notFound(call, 'Invalid resource ARN provided in the request');
  return { restApiId: match[2] ?? '', stageName: match[3] };
}

export async function tagsOf(deps: ApiGatewayDeps, call: Call, arn: string): Promise<Tags> {
  const { restApiId, stageName } = readTagged(arn, call);
  const api = await getApi(deps, call, restApiId);
  if (stageName === undefined) return api.tags ?? {};
  return readStage(await getStageRow(deps, call, restApiId, stageName)).tags ?? {};
}

export async function changeTags(deps: ApiGatewayDeps, call: Call, arn: string, change: (tags: Tags) => Tags) {
  const { restApiId, stageName } = readTagged(arn, call);
  const apply = (document: { tags?: Tags | undefined }) => {
    const tags = change(document.tags ?? {});
    checkTags(tags, call);
    document.tags = tags;
  };
  if (stageName === undefined) await changeApi(deps, call, restApiId, apply);
  else await changeStage(deps, call, { restApiId, stageName }, apply);
}
