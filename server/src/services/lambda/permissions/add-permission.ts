/** AddPermission: https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html */
import { formatGlobalArn } from '../../../contract/arn.ts';
import { AwsError } from '../../../contract/aws-error.ts';
import type { Call } from '../../../contract/call.ts';
import { uuid } from '../../../kit/ids.ts';
import type { Input } from '../../../models/types.ts';
import { Conflict } from '../../../storage/database.ts';
import type { LambdaOperation } from '../deps.ts';
import { findFunction, functionAccess, latest, settingOf, versionOf } from '../functions/find-function.ts';
import { functionArn } from '../functions/function-name.ts';
import { changeSetting, insertSetting } from '../functions/function-store.ts';
import { conflict, invalidParameter, stale } from '../refusals.ts';
import { policyLimit, readPolicy, type Statement, withStatement } from './policy.ts';

const access = functionAccess('AddPermission');

export const addPermission: LambdaOperation<'AddPermission'> = {
  async access(input, call, deps) {
    const context = {
      'lambda:Principal': input.Principal,
      'lambda:FunctionUrlAuthType': input.FunctionUrlAuthType,
    };
    return (await access(input, call, deps)).map((one) => ({ ...one, context }));
  },
  async handle(input, call, deps) {
    const found = await findFunction(input.FunctionName, input.Qualifier, call, deps);
    const { named, fn } = found;
    const { qualifier } = named;
    if (qualifier === latest) throw invalidParameter('We currently do not support adding policies for $LATEST.');
    versionOf(found);
    const before = settingOf(fn, 'policy', qualifier ?? '');
    if (input.RevisionId !== undefined && input.RevisionId !== before?.revision_id) throw stale('GetPolicy');
    const policy = readPolicy(before?.document);
    if (policy.Statement.some(({ Sid }) => Sid === input.StatementId))
      throw conflict(
        `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
      );
    const statement = statementOf(input, functionArn(fn.row, qualifier), call);
    const document = JSON.stringify(withStatement(policy, statement));
    if (Buffer.byteLength(document) > policyLimit)
      throw new AwsError('PolicyLengthExceededException', 'The final policy size is bigger than the limit (20480).', {
        status: 400,
        fields: { Type: 'User' },
      });
    const row = {
      function_id: fn.row.id,
      kind: 'policy' as const,
      qualifier: qualifier ?? '',
      document,
      revision_id: uuid(),
    };
    try {
      await deps.functions.write(named, [before ? changeSetting(before, row) : insertSetting(row)]);
    } catch (error) {
      if (error instanceof Conflict) throw stale('GetPolicy');
      throw error;
    }
    return { Statement: JSON.stringify(statement) };
  },
};

function statementOf(input: Input<'lambda', 'AddPermission'>, resource: string, call: Call): Statement {
  const conditions = {
    StringEquals: {
      ...(input.SourceAccount && { 'AWS:SourceAccount': input.SourceAccount }),
      ...(input.EventSourceToken && { 'lambda:EventSourceToken': input.EventSourceToken }),
      ...(input.FunctionUrlAuthType && { 'lambda:FunctionUrlAuthType': input.FunctionUrlAuthType }),
      ...(input.PrincipalOrgID && { 'aws:PrincipalOrgID': input.PrincipalOrgID }),
    } as Record<string, string>,
    Bool: (input.InvokedViaFunctionUrl === undefined
      ? {}
      : { 'lambda:InvokedViaFunctionUrl': String(input.InvokedViaFunctionUrl) }) as Record<string, string>,
    ArnLike: (input.SourceArn ? { 'AWS:SourceArn': input.SourceArn } : {}) as Record<string, string>,
  };
  const asked = Object.entries(conditions).filter(([, keys]) => Object.keys(keys).length > 0);
  return {
    Sid: input.StatementId,
    Effect: 'Allow',
    Principal: principalOf(input.Principal, call),
    Action: input.Action,
    Resource: resource,
    ...(asked.length > 0 && { Condition: Object.fromEntries(asked) }),
  };
}

function principalOf(given: string, call: Call): Statement['Principal'] {
  if (given === '*') return '*';
  if (/^\d{12}$/.test(given)) return { AWS: formatGlobalArn('iam', call.region, given, 'root') };
  if (given.startsWith('arn:')) return { AWS: given };
  if (/^[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|amazon\.com)$/.test(given)) return { Service: given };
  throw invalidParameter('The provided principal was invalid. Please check the principal and try again.');
}
