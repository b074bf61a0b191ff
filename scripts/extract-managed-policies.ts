/**
 * `node scripts/extract-managed-policies.ts [aws_managed_policies.py]`: writes server/src/services/iam/managed-policies.json, the AWS-managed policies
 * that ship with the platform, with AWS's own documents (docs/decisions/0028-managed-policies-are-awss-own.md). Without a file it fetches a pinned
 * moto with pip, whose package contains IAM's answers for each of them. Their descriptions are not in it: they are in managed-policy-descriptions.ts.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { descriptions } from '../server/src/services/iam/managed-policy-descriptions.ts';

const moto = 'moto==5.2.5';
/** A statement's members as AWS's documentation orders them. */
const inOrder = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

interface Published {
  readonly CreateDate: string;
  readonly UpdateDate: string;
  readonly DefaultVersionId: string;
  readonly Path: string;
  readonly Document: { readonly Version: string; readonly Statement: object | readonly object[] };
}

const given = process.argv[2];
const temporary = given === undefined ? mkdtempSync(join(tmpdir(), 'moto-')) : undefined;
try {
  write(read(given ?? fetchMoto(temporary ?? '')));
} finally {
  if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
}

function fetchMoto(folder: string): string {
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', folder, moto];
  execFileSync('python3', pip, { stdio: ['ignore', 'ignore', 'inherit'] });
  const wheel = readdirSync(folder).find((file) => file.endsWith('.whl')) ?? '';
  execFileSync('python3', ['-m', 'zipfile', '-e', join(folder, wheel), folder]);
  return join(folder, 'moto', 'iam', 'aws_managed_policies.py');
}

/** The file is one JSON document in a Python string. */
function read(file: string): Record<string, Published> {
  const text = readFileSync(file, 'utf8');
  return JSON.parse(text.slice(text.indexOf('"""') + 3, text.lastIndexOf('"""')));
}

function order(statement: object): object {
  const entries = Object.entries(statement);
  return Object.fromEntries(entries.sort(([one], [other]) => inOrder.indexOf(one) - inOrder.indexOf(other)));
}

function write(published: Record<string, Published>): void {
  const lines = Object.keys(descriptions)
    .sort()
    .map((name) => {
      const policy = published[name];
      if (!policy) throw new Error(`${moto} has no policy ${name}`);
      const { Version, Statement: statement } = policy.Document;
      const Statement = Array.isArray(statement) ? statement.map(order) : order(statement);
      const facts = [policy.Path, policy.DefaultVersionId, policy.CreateDate, policy.UpdateDate];
      return `${JSON.stringify(name)}:${JSON.stringify([...facts, { Version, Statement }])}`;
    });
  const file = join(import.meta.dirname, '../server/src/services/iam/managed-policies.json');
  writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`);
}
