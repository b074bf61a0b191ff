/**
 * Lambda: the table of its operations.
 *
 * Gaps
 * - Function URLs, permissions of layers, nodejs and provided runtimes, metrics (AWS/Lambda) answer 501 or are refused by name.
 * - Container images, response streaming, provisioned concurrency, event source mappings, destinations, code signing, SnapStart, VPCs and file systems are refused by name.
 *
 * Differs from AWS by design
 * - python3.x runs on the machine's Python; INIT_START says which.
 * - A function's time and memory are its own; processors are shared by the machine.
 *
 * Client quirks
 * - None known.
 */
import { defineService, type Service } from '../../contract/service.ts';
import { createAlias } from './aliases/create-alias.ts';
import { deleteAlias } from './aliases/delete-alias.ts';
import { getAlias } from './aliases/get-alias.ts';
import { listAliases } from './aliases/list-aliases.ts';
import { updateAlias } from './aliases/update-alias.ts';
import {
  deleteFunctionConcurrency,
  getFunctionConcurrency,
  putFunctionConcurrency,
} from './concurrency/concurrency.ts';
import type { LambdaDeps } from './deps.ts';
import {
  deleteFunctionEventInvokeConfig,
  getFunctionEventInvokeConfig,
  listFunctionEventInvokeConfigs,
  putFunctionEventInvokeConfig,
  updateFunctionEventInvokeConfig,
} from './event-config/event-config.ts';
import { createFunction } from './functions/create-function.ts';
import { deleteFunction } from './functions/delete-function.ts';
import { getFunction } from './functions/get-function.ts';
import { getFunctionConfiguration } from './functions/get-function-configuration.ts';
import { listFunctions } from './functions/list-functions.ts';
import { updateFunctionCode } from './functions/update-function-code.ts';
import { updateFunctionConfiguration } from './functions/update-function-configuration.ts';
import { invoke } from './invoke/invoke.ts';
import { deleteLayerVersion } from './layers/delete-layer-version.ts';
import { getLayerVersion } from './layers/get-layer-version.ts';
import { listLayerVersions } from './layers/list-layer-versions.ts';
import { listLayers } from './layers/list-layers.ts';
import { publishLayerVersion } from './layers/publish-layer-version.ts';
import { addPermission } from './permissions/add-permission.ts';
import { getPolicy } from './permissions/get-policy.ts';
import { removePermission } from './permissions/remove-permission.ts';
import { listTags, tagResource, untagResource } from './tags/tags.ts';
import { listVersionsByFunction } from './versions/list-versions-by-function.ts';
import { publishVersion } from './versions/publish-version.ts';

export const lambdaService = (deps: LambdaDeps): Service =>
  defineService('lambda', deps, {
    AddPermission: addPermission,
    CreateAlias: createAlias,
    CreateFunction: createFunction,
    DeleteAlias: deleteAlias,
    DeleteFunction: deleteFunction,
    DeleteFunctionConcurrency: deleteFunctionConcurrency,
    DeleteFunctionEventInvokeConfig: deleteFunctionEventInvokeConfig,
    DeleteLayerVersion: deleteLayerVersion,
    GetAlias: getAlias,
    GetFunction: getFunction,
    GetFunctionConcurrency: getFunctionConcurrency,
    GetFunctionConfiguration: getFunctionConfiguration,
    GetFunctionEventInvokeConfig: getFunctionEventInvokeConfig,
    GetLayerVersion: getLayerVersion,
    GetPolicy: getPolicy,
    Invoke: invoke,
    ListAliases: listAliases,
    ListFunctionEventInvokeConfigs: listFunctionEventInvokeConfigs,
    ListFunctions: listFunctions,
    ListLayers: listLayers,
    ListLayerVersions: listLayerVersions,
    ListTags: listTags,
    ListVersionsByFunction: listVersionsByFunction,
    PublishVersion: publishVersion,
    PublishLayerVersion: publishLayerVersion,
    PutFunctionConcurrency: putFunctionConcurrency,
    PutFunctionEventInvokeConfig: putFunctionEventInvokeConfig,
    RemovePermission: removePermission,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateAlias: updateAlias,
    UpdateFunctionCode: updateFunctionCode,
    UpdateFunctionConfiguration: updateFunctionConfiguration,
    UpdateFunctionEventInvokeConfig: updateFunctionEventInvokeConfig,
  });
