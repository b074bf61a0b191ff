/** Texts as observed on AWS (LocalStack's snapshots of tests/aws/services/apigateway, recorded 2024 and 2025). */
import type { Call } from '../../contract/call.ts';

export const badRequest = (call: Call, message: string) => call.error('BadRequestException', message);
export const conflict = (call: Call, message: string) => call.error('ConflictException', message);
export const notFound = (call: Call, message: string) => call.error('NotFoundException', message);

export const noSuchApi = (call: Call, id: string) =>
  notFound(call, `Invalid API identifier specified ${call.account}:${id}`);
export const noSuchResource = (call: Call) => notFound(call, 'Invalid Resource identifier specified');
export const noSuchMethod = (call: Call) => notFound(call, 'Invalid Method identifier specified');
export const noSuchIntegration = (call: Call) => notFound(call, 'Invalid Integration identifier specified');
export const noSuchStage = (call: Call) => notFound(call, 'Invalid Stage identifier specified');
export const noSuchDeployment = (call: Call) => notFound(call, 'Invalid Deployment identifier specified');

/** A setting that would have no effect is refused. */
export function refuseUnsupported(call: Call, settings: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(settings)) {
    const isSet = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false && value !== '';
    if (isSet) throw badRequest(call, `${name} is not supported.`);
  }
}
