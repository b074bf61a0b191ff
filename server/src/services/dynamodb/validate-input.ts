/**
 * What every request passes before its operation: names of tables may be ARNs; what AWS's model demands is checked afterwards, in its sentences. The operations
 * on tables refuse a missing or short name by itself, before everything else (observed).
 */
import type { Call } from '../../contract/call.ts';
import { loadServiceModel, type OperationModel, type ServiceModel } from '../../models/service-model.ts';
import { validationMessage, violations } from '../../models/validate.ts';
import { nameIn } from './access.ts';
import { invalid, noSuchTable } from './invalid.ts';

/** AWS reports ten at most. */
const maxSentences = 10;

/** Where there are more than ten, these members are reported last (observed). */
const lastReported = ['limit', 'attributesToGet', 'keyConditions'];

const rank = (sentence: string) => lastReported.indexOf(/ at '([^'.]+)/.exec(sentence)?.[1] ?? '');
const inOrder = (sentences: readonly string[]) => sentences.toSorted((one, other) => rank(one) - rank(other));

/** Those of tables. */
const firstTheName: ReadonlySet<string> = new Set([
  'CreateTable',
  'DeleteTable',
  'DescribeContinuousBackups',
  'DescribeTable',
  'DescribeTimeToLive',
  'UpdateTable',
  'UpdateTimeToLive',
]);

type Input = Record<string, unknown>;

let model: ServiceModel | undefined;

export function checkInput(name: string, given: object, call: Call): object | Promise<object> {
  if (model !== undefined) return check(model, name, given as Input, call);
  return loadServiceModel('dynamodb').then((loaded) => {
    model = loaded;
    return check(loaded, name, given as Input, call);
  });
}

function check(loaded: ServiceModel, name: string, given: Input, call: Call): object {
  const input = withNames(given, call);
  if (firstTheName.has(name)) checkTableName(input.TableName);
  const operation = loaded.operations.get(name) as OperationModel;
  const found = violations(loaded, operation, input);
  if (found.length > 0) throw invalid(validationMessage(inOrder(found).slice(0, maxSentences)));
  return input;
}

function checkTableName(name: unknown): void {
  if (name === undefined) throw invalid("The parameter 'TableName' is required but was not present in the request");
  const { length } = name as string;
  if (length < 3 || length > 255)
    throw invalid('TableName must be at least 3 characters long and at most 255 characters long');
}

/** Tables of other accounts and regions are not there: they have no resource policies here. */
function withNames(input: Input, call: Call): Input {
  const { TableName: name } = input;
  if (typeof name !== 'string' || !name.startsWith('arn:')) return input;
  const [, , service, region, account] = name.split(':');
  if (service !== 'dynamodb' || region !== call.region || account !== call.account) throw noSuchTable();
  return { ...input, TableName: nameIn(name) };
}
