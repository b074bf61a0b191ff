/** A resource policy: of a function, a version, an alias or a layer's version. Kept as the document that GetPolicy answers. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: '*' | Readonly<Record<string, string>>;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
}

export interface Policy {
  readonly Version: '2012-10-17';
  readonly Id: 'default';
  readonly Statement: readonly Statement[];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const policyLimit = 20 * 1024;

export const emptyPolicy: Policy = { Version: '2012-10-17', Id: 'default', Statement: [] };

export const readPolicy = (document: string | null | undefined): Policy =>
  document ? (JSON.parse(document) as Policy) : emptyPolicy;

export const withStatement = (policy: Policy, statement: Statement): Policy => ({
  ...policy,
  Statement: [...policy.Statement, statement],
});

export const withoutStatement = (policy: Policy, sid: string): Policy => ({
  ...policy,
  Statement: policy.Statement.filter((statement) => statement.Sid !== sid),
});
