/** The runtimes that functions may name: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
import { formatArn } from '../../../contract/arn.ts';

/** The others of AWS's are not built yet. */
type Kind = 'python';

export interface LambdaRuntime {
  readonly kind: Kind;
  /** As AWS names it in INIT_START: `python:3.12`. */
  readonly label: string;
}

const supported: ReadonlyMap<string, LambdaRuntime> = new Map<string, LambdaRuntime>([
  ...['3.8', '3.9', '3.10', '3.11', '3.12', '3.13', '3.14'].map(
    (version) => [`python${version}`, { kind: 'python', label: `python:${version}` }] as const,
  ),
]);

/** Runtimes that AWS accepts no more (observed). */
const ended =
  /^(java8|go1\.x|provided|ruby2\.[57]|nodejs(4\.3(-edge)?|6\.10|8\.10|1[0246]\.x)?|python(2\.7|3\.[67])|dotnetcore[123]\.[01]|dotnet[56])$/;

export const findRuntime = (name: string | undefined): LambdaRuntime | undefined => supported.get(name ?? '');

/** Why a function with this runtime cannot be made; undefined where it can. */
export function refusalOfRuntime(name: string): string | undefined {
  if (supported.has(name)) return undefined;
  if (ended.test(name))
    return `The runtime parameter of ${name} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`;
  return `The runtime ${name} is not supported by Clary yet. It runs ${[...supported.keys()].join(', ')}.`;
}

/** AWS names each build of a runtime by a hash. Here the name is the build. */
export const runtimeArn = (region: string, name: string): string =>
  formatArn('lambda', region, '', `runtime:${Buffer.from(name).toString('hex').padEnd(64, '0')}`);
