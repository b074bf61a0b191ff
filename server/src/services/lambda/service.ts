/**
 * Lambda: the table of its operations.
 *
 * Gaps
 * - Container images, response streaming, provisioned concurrency, event source mappings, destinations, code signing, SnapStart, VPCs and file systems are refused by name.
 *
 * Differs from AWS by design
 * - python3.x runs on the machine's Python, nodejs on the platform's Node; INIT_START says which.
 * - A function's time and memory are its own; processors are shared by the machine.
 *
 * Client quirks
 * - None known.
 */
import { defineService, type Service } from '../../contract/service.ts';
import type { LambdaDeps } from './deps.ts';
import { createFunction } from './functions/create-function.ts';
import { deleteFunction } from './functions/delete-function.ts';
import { getFunction } from './functions/get-function.ts';
import { getFunctionConfiguration } from './functions/get-function-configuration.ts';
import { invoke } from './invoke/invoke.ts';

export const lambdaService = (deps: LambdaDeps): Service =>
  defineService('lambda', deps, {
    CreateFunction: createFunction,
    DeleteFunction: deleteFunction,
    GetFunction: getFunction,
    GetFunctionConfiguration: getFunctionConfiguration,
    Invoke: invoke,
  });
