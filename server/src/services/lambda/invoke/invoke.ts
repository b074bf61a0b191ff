/** Invoke: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
import type { Call } from '../../../contract/call.ts';
import type { Input } from '../../../models/types.ts';
import type { LambdaOperation } from '../deps.ts';
import { findFunction, functionAccess, versionOf } from '../functions/find-function.ts';
import { functionArn } from '../functions/function-name.ts';
import { invalidContent, tooLarge } from '../refusals.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const payloadLimit = 6_291_456;
const eventLimit = 1_048_576;
const none = Buffer.from('{}');

export const invoke: LambdaOperation<'Invoke'> = {
  access: functionAccess('InvokeFunction', { services: true }),
  audit: { data: true, readOnly: false },
  async handle(input, call, deps) {
    const found = await findFunction(input.FunctionName, input.Qualifier, call, deps);
    const { named, fn } = found;
    const version = versionOf(found, Math.random());
    if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
    const isEvent = input.InvocationType === 'Event';
    const payload = payloadOf(input, isEvent ? eventLimit : payloadLimit);
    if (isEvent) {
      await deps.queue.add(fn, named.qualifier, call.requestId, payload);
      return { StatusCode: 202, Payload: Buffer.alloc(0) as never };
    }
    const result = await deps.pool.invoke({
      fn,
      version,
      arn: functionArn(named, named.qualifier),
      requestId: call.requestId,
      payload,
      clientContext: clientContextOf(input, call),
      tail: input.LogType === 'Tail',
    });
    return {
      StatusCode: 200,
      Payload: result.payload as never,
      ExecutedVersion: version.version,
      ...(result.functionError && { FunctionError: result.functionError }),
      ...(result.tail && { LogResult: result.tail }),
    };
  },
};

function payloadOf({ Payload }: Input<'lambda', 'Invoke'>, limit: number): Buffer {
  const bytes = Payload as unknown as Uint8Array | undefined;
  if (!bytes || bytes.length === 0) return none;
  if (bytes.length > limit) throw tooLarge(limit);
  const payload = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    JSON.parse(payload.toString('utf8'));
  } catch (error) {
    throw invalidContent(
      `Could not parse request body into json: Could not parse payload into json: ${(error as Error).message}`,
    );
  }
  return payload;
}

function clientContextOf({ ClientContext: given }: Input<'lambda', 'Invoke'>, _call: Call): string | undefined {
  if (!given) return undefined;
  const text = Buffer.from(given, 'base64').toString('utf8');
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    throw invalidContent('Client context must be a valid Base64-encoded JSON object.');
  }
}
