/**
 * How CloudTrail classes an operation. AWS's names begin with a verb that says whether the operation reads or writes; everything else is declared in the
 * operation's file (`audit`). test/conformance/audit-classes.test.ts lists the class of each operation.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-events
 */

/** What the name of an operation does not say. */
export interface AuditDeclaration {
  /**
   * The operation acts on data (objects, items, log events, metrics, predictions), not on the resource that contains it: a data event. Its record is
   * written after the answer, and only with --audit-reads or --audit-writes.
   */
  readonly data?: true;
  /** Required where the name begins with none of the verbs below, or where AWS classes the operation differently from its verb. */
  readonly readOnly?: boolean;
  /** The answer contains credentials: the record is durable before the answer is sent, although AWS calls the operation read-only. */
  readonly returnsCredentials?: true;
}

export interface AuditClass {
  readonly data: boolean;
  readonly readOnly: boolean;
  /** The answer waits until the record is durable. */
  readonly durableBeforeAnswer: boolean;
}

/** `Batch` before a verb does not matter: BatchGetRecord reads. */
const firstVerb = (verbs: string) => new RegExp(`^(?:Batch)?(?:${verbs.replaceAll(' ', '|')})(?![a-z])`);

const reads = firstVerb(
  'Get List Describe Head Lookup Search Filter Query Scan Select Simulate Validate Preview Decode',
);
const writes = firstVerb(
  'Abort Add Associate Attach Cancel Complete Copy Create Delete Deregister Detach Disable Disassociate Enable Generate Import Modify Publish Put Register Remove Restore Retry Send Set Start Stop Tag Untag Update Upload Write',
);

/** Throws for a name that says neither, if nothing is declared: the server then does not start. */
export function auditClassOf(operation: string, declared: AuditDeclaration = {}): AuditClass {
  const { data = false, returnsCredentials = false } = declared;
  const readOnly = declared.readOnly ?? readsByName(operation);
  if (readOnly === undefined) {
    throw new TypeError(
      `${operation}: its name does not say whether it reads or writes; declare audit: { readOnly: … } in its file`,
    );
  }
  return { data, readOnly, durableBeforeAnswer: !data && (returnsCredentials || !readOnly) };
}

function readsByName(operation: string): boolean | undefined {
  if (reads.test(operation)) return true;
  return writes.test(operation) ? false : undefined;
}
