/** What becomes of asynchronous invocations: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html */
import type { FunctionEventInvokeConfig } from '@aws-sdk/client-lambda';
import type { Call } from '../../../contract/call.ts';
import { uuid } from '../../../kit/ids.ts';
import type { LambdaDeps, LambdaOperation } from '../deps.ts';
import {
  type FoundFunction,
  findFunction,
  functionAccess,
  latest,
  settingOf,
  versionOf,
} from '../functions/find-function.ts';
import { functionArn } from '../functions/function-name.ts';
import { putSetting, removeSettings } from '../functions/function-store.ts';
import type { EventInvokeConfig } from '../invoke/event-queue.ts';
import { pageOf } from '../page.ts';
import { invalidParameter, notBuilt, notFound } from '../refusals.ts';
import type { SettingRow } from '../tables.ts';

interface Given {
  readonly FunctionName: string;
  readonly Qualifier?: string | undefined;
  readonly MaximumRetryAttempts?: number | undefined;
  readonly MaximumEventAgeInSeconds?: number | undefined;
  readonly DestinationConfig?:
    | {
        readonly OnSuccess?: { readonly Destination?: string | undefined } | undefined;
        readonly OnFailure?: { readonly Destination?: string | undefined } | undefined;
      }
    | undefined;
}

function shown(found: FoundFunction, row: SettingRow): FunctionEventInvokeConfig {
  const { LastModified, ...rest } = JSON.parse(row.document) as EventInvokeConfig;
  return {
    ...rest,
    LastModified: new Date(LastModified),
    FunctionArn: functionArn(found.fn.row, row.qualifier),
    DestinationConfig: { OnSuccess: {}, OnFailure: {} },
  };
}

/** The setting's row, and the qualifier that it has. */
async function find(input: Given, call: Call, deps: LambdaDeps) {
  const found = await findFunction(input.FunctionName, input.Qualifier, call, deps).catch((error) => {
    throw error;
  });
  const qualifier = found.named.qualifier ?? latest;
  return { found, qualifier, row: settingOf(found.fn, 'event', qualifier) };
}

const missing = ({ fn }: FoundFunction, qualifier: string) =>
  notFound(`The function ${functionArn(fn.row, qualifier)} doesn't have an EventInvokeConfig`);

async function write(input: Given, before: SettingRow | undefined, call: Call, deps: LambdaDeps) {
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } = input;
  if (DestinationConfig?.OnSuccess?.Destination || DestinationConfig?.OnFailure?.Destination)
    throw notBuilt('DestinationConfig');
  if (MaximumRetryAttempts === undefined && MaximumEventAgeInSeconds === undefined && DestinationConfig === undefined)
    throw invalidParameter('You must specify at least one of error handling or destination setting.');
  const { found, qualifier } = await find(input, call, deps);
  versionOf(found);
  const config: EventInvokeConfig = {
    ...(before && (JSON.parse(before.document) as EventInvokeConfig)),
    ...(MaximumRetryAttempts !== undefined && { MaximumRetryAttempts }),
    ...(MaximumEventAgeInSeconds !== undefined && { MaximumEventAgeInSeconds }),
    LastModified: call.now.toISOString(),
  };
  const row: SettingRow = {
    function_id: found.fn.row.id,
    kind: 'event',
    qualifier,
    document: JSON.stringify(config),
    revision_id: uuid(),
  };
  await deps.functions.write(found.named, [putSetting(row)]);
  return shown(found, row);
}

export const putFunctionEventInvokeConfig: LambdaOperation<'PutFunctionEventInvokeConfig'> = {
  access: functionAccess('PutFunctionEventInvokeConfig'),
  handle: (input, call, deps) => write(input, undefined, call, deps),
};

export const updateFunctionEventInvokeConfig: LambdaOperation<'UpdateFunctionEventInvokeConfig'> = {
  access: functionAccess('UpdateFunctionEventInvokeConfig'),
  async handle(input, call, deps) {
    const { found, qualifier, row } = await find(input, call, deps);
    if (!row) throw missing(found, qualifier);
    return write(input, row, call, deps);
  },
};

export const getFunctionEventInvokeConfig: LambdaOperation<'GetFunctionEventInvokeConfig'> = {
  access: functionAccess('GetFunctionEventInvokeConfig'),
  async handle(input, call, deps) {
    const { found, qualifier, row } = await find(input, call, deps);
    if (!row) throw missing(found, qualifier);
    return shown(found, row);
  },
};

export const deleteFunctionEventInvokeConfig: LambdaOperation<'DeleteFunctionEventInvokeConfig'> = {
  access: functionAccess('DeleteFunctionEventInvokeConfig'),
  async handle(input, call, deps) {
    const { found, qualifier, row } = await find(input, call, deps);
    if (!row) throw missing(found, qualifier);
    await deps.functions.write(found.named, [removeSettings(found.fn.row.id, 'event', qualifier)]);
    return {};
  },
};

export const listFunctionEventInvokeConfigs: LambdaOperation<'ListFunctionEventInvokeConfigs'> = {
  access: functionAccess('ListFunctionEventInvokeConfigs'),
  async handle(input, call, deps) {
    const found = await findFunction(input.FunctionName, undefined, call, deps);
    const rows = found.fn.settings.filter(({ kind }) => kind === 'event');
    const { items, next } = pageOf(rows, ({ qualifier }) => qualifier, input.Marker, input.MaxItems, call);
    return { FunctionEventInvokeConfigs: items.map((row) => shown(found, row)), ...(next && { NextMarker: next }) };
  },
};
