/** A function's configuration: what a request may set, with AWS's defaults, and what AWS shows of it. */
import type {
  CreateFunctionCommandInput,
  FunctionConfiguration,
  UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';
import type { Sealer } from '../../../kit/sealed.ts';
import type { StoredCode } from '../code/code-folders.ts';
import { refusalOfRuntime, runtimeArn } from '../execution/runtimes.ts';
import { invalidParameter, notBuilt } from '../refusals.ts';
import type { Configuration, StoredVersion } from './function-store.ts';
import { readVariables } from './variables.ts';

type Given = Partial<CreateFunctionCommandInput & UpdateFunctionConfigurationCommandInput>;

/** 2025-03-04T05:06:07.000+0000 */
export const modifiedText = (now: Date): string => now.toISOString().replace('Z', '+0000');

/** Refuses by name what functions here do not have. */
export function refuseMissing(given: Given): void {
  const asked: readonly [boolean, string][] = [
    [given.PackageType === 'Image' || given.ImageConfig !== undefined, 'A function from a container image'],
    [(given.VpcConfig?.SubnetIds?.length ?? 0) > 0, 'VpcConfig'],
    [given.DeadLetterConfig?.TargetArn !== undefined && given.DeadLetterConfig.TargetArn !== '', 'DeadLetterConfig'],
    [(given.FileSystemConfigs?.length ?? 0) > 0, 'FileSystemConfigs'],
    [given.KMSKeyArn !== undefined && given.KMSKeyArn !== '', 'KMSKeyArn'],
    [given.CodeSigningConfigArn !== undefined, 'CodeSigningConfigArn'],
    [given.SnapStart?.ApplyOn === 'PublishedVersions', 'SnapStart'],
    [given.TracingConfig?.Mode === 'Active', 'TracingConfig with Mode Active'],
    [given.CapacityProviderConfig !== undefined, 'CapacityProviderConfig'],
    [given.DurableConfig !== undefined, 'DurableConfig'],
    [given.TenancyConfig !== undefined, 'TenancyConfig'],
  ];
  const found = asked.find(([isAsked]) => isAsked);
  if (found) throw notBuilt(found[1]);
}

export function checkRuntime(runtime: string | undefined, handler: string | undefined): void {
  if (runtime === undefined)
    throw invalidParameter('Runtime is mandatory for functions created with deployment packages.');
  const refusal = refusalOfRuntime(runtime);
  if (refusal) throw invalidParameter(refusal);
  if (handler === undefined)
    throw invalidParameter('Handler is mandatory for functions created with deployment packages.');
}

export interface Fixed {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly now: Date;
  readonly revisionId: string;
}

/** Of a new function. */
export function firstConfiguration(given: CreateFunctionCommandInput, code: StoredCode, fixed: Fixed): Configuration {
  return {
    FunctionName: fixed.name,
    FunctionArn: fixed.arn,
    Role: given.Role,
    Version: '$LATEST',
    PackageType: 'Zip',
    Architectures: given.Architectures ?? [process.arch === 'arm64' ? 'arm64' : 'x86_64'],
    TracingConfig: { Mode: 'PassThrough' },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    Description: '',
    Timeout: 3,
    MemorySize: 128,
    EphemeralStorage: { Size: 512 },
    ...changed({}, given, fixed),
    CodeSha256: code.sha256,
    CodeSize: code.size,
  };
}

/** What a request changes of a configuration. */
export function changed(before: Configuration, given: Given, { name, region, now, revisionId }: Fixed): Configuration {
  const runtime = given.Runtime ?? before.Runtime;
  const { LogFormat, LogGroup, ApplicationLogLevel, SystemLogLevel } = {
    ...before.LoggingConfig,
    ...given.LoggingConfig,
  };
  const isJson = LogFormat === 'JSON';
  const of = <K extends keyof Given & keyof Configuration>(key: K) =>
    given[key] === undefined ? {} : { [key]: given[key] };
  return {
    ...before,
    ...of('Role'),
    ...of('Handler'),
    ...of('Description'),
    ...of('Timeout'),
    ...of('MemorySize'),
    ...of('EphemeralStorage'),
    ...of('Runtime'),
    ...(runtime && { RuntimeVersionConfig: { RuntimeVersionArn: runtimeArn(region, runtime) } }),
    LoggingConfig: {
      LogFormat: LogFormat ?? 'Text',
      ...(isJson && { ApplicationLogLevel: ApplicationLogLevel ?? 'INFO', SystemLogLevel: SystemLogLevel ?? 'INFO' }),
      LogGroup: LogGroup ?? `/aws/lambda/${name}`,
    },
    LastModified: modifiedText(now),
    RevisionId: revisionId,
  };
}

type Shown = 'settled' | 'creating' | 'updating';

/** As Get and List answer; `creating` and `updating`: as the call that made it so. */
export function shown(version: StoredVersion, sealer: Sealer, how: Shown = 'settled'): FunctionConfiguration {
  const variables = readVariables(sealer, version);
  const { Layers: _layers, ...configuration } = version.configuration;
  const layers = version.configuration.Layers ?? [];
  return {
    ...configuration,
    ...(Object.keys(variables).length > 0 && { Environment: { Variables: variables } }),
    ...(layers.length > 0 && { Layers: layers }),
    RevisionId: version.revision_id,
    ...states[how],
  };
}

const states: Readonly<Record<Shown, Partial<FunctionConfiguration>>> = {
  settled: { State: 'Active', LastUpdateStatus: 'Successful' },
  creating: { State: 'Pending', StateReason: 'The function is being created.', StateReasonCode: 'Creating' },
  updating: {
    State: 'Active',
    LastUpdateStatus: 'InProgress',
    LastUpdateStatusReason: 'The function is being created.',
    // AWS sends a code that its own model does not have.
    LastUpdateStatusReasonCode: 'Creating' as never,
  },
};
