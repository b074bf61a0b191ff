/** What CloudTrail calls an operation: management or data, read or write. By AWS's names, which begin with what an operation does. */
import { catalog, type ServiceName } from './catalog.ts';

export interface EventKind {
  readonly data: boolean;
  readonly readOnly: boolean;
  /** Changes what is there, or returns credentials: its record must not be lost once the response was sent. */
  readonly weighs: boolean;
}

const reads =
  /^(Get|List|Describe|Head|Lookup|Search|BatchGet|BatchDescribe|Filter|Query|Scan|Select|Simulate|Test|Validate|Preview|Decode|Invoke|StartLiveTail)/;
/** They hand out credentials, and CloudTrail says of them that they only read: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html */
const grants = /^(AssumeRole.*|GetSessionToken|GetFederationToken)$/;

const known = new Map<ServiceName, Map<string, EventKind>>();

/** The same object at each call. Asked for names of the service's model only, so what is kept is bounded. */
export function eventKind(service: ServiceName, operation: string): EventKind {
  let ofService = known.get(service);
  if (!ofService) {
    ofService = new Map();
    known.set(service, ofService);
  }
  let kind = ofService.get(operation);
  if (!kind) {
    kind = kindOf(service, operation);
    ofService.set(operation, kind);
  }
  return kind;
}

function kindOf(service: ServiceName, operation: string): EventKind {
  const granting = grants.test(operation);
  const readOnly = granting || reads.test(operation);
  const data = catalog[service].dataOperations?.test(operation) ?? false;
  return { data, readOnly, weighs: !data && (granting || !readOnly) };
}
