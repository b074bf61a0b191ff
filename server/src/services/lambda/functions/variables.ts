/** A function's own variables: secret, so they are sealed under the platform's key. */
import type { Sealer } from '../../../kit/sealed.ts';
import { invalidParameter } from '../refusals.ts';
import type { VersionRow } from '../tables.ts';

type Variables = Readonly<Record<string, string>>;

const limit = 4096;
/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const reserved = new Set([
  ...[
    '_HANDLER',
    '_X_AMZN_TRACE_ID',
    'AWS_DEFAULT_REGION',
    'AWS_REGION',
    'AWS_EXECUTION_ENV',
    'AWS_LAMBDA_FUNCTION_NAME',
  ],
  ...['AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_VERSION', 'AWS_LAMBDA_INITIALIZATION_TYPE'],
  ...['AWS_LAMBDA_LOG_GROUP_NAME', 'AWS_LAMBDA_LOG_STREAM_NAME', 'AWS_ACCESS_KEY', 'AWS_ACCESS_KEY_ID'],
  ...['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_LAMBDA_RUNTIME_API', 'LAMBDA_TASK_ROOT', 'LAMBDA_RUNTIME_DIR'],
]);

/** Bound to the function, and not to the version: a published version has the text of `$LATEST`. */
export function sealVariables(sealer: Sealer, functionId: string, variables: Variables | undefined): string | null {
  if (!variables || Object.keys(variables).length === 0) return null;
  const text = JSON.stringify(variables);
  if (Buffer.byteLength(text) > limit)
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${text}`,
    );
  const taken = Object.keys(variables).filter((name) => reserved.has(name));
  if (taken.length > 0)
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${taken.join(', ')}`,
    );
  return sealer.seal(text, functionId);
}

export function readVariables(
  sealer: Sealer,
  { function_id, sealed_environment }: Pick<VersionRow, 'function_id' | 'sealed_environment'>,
): Variables {
  if (sealed_environment === null) return {};
  const text = sealer.open(sealed_environment, function_id);
  if (text === undefined) throw new Error('the variables of a function are sealed under another platform key');
  return JSON.parse(text) as Variables;
}
