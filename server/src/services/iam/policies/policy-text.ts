/** Policy documents on their way in (checked, with AWS's sentence) and out (percent-encoded, as IAM answers them: RFC 3986). */
import type { Call } from '../../../contract/call.ts';
import { MalformedPolicy } from '../policy/policy-document.ts';
import { type NewPolicyKind, readNewPolicy } from '../policy/policy-grammar.ts';

export function checkPolicyText(text: string, kind: NewPolicyKind, call: Call): void {
  try {
    readNewPolicy(text, kind);
  } catch (error) {
    if (!(error instanceof MalformedPolicy)) throw error;
    throw call.error('MalformedPolicyDocument', error.message, { cause: error });
  }
}

export function encodePolicyText(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** White space does not count towards a quota: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export function policySize(text: string): number {
  return text.replace(/\s/g, '').length;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const managedPolicyQuota = 6144;

/** The document of a customer-managed policy. */
export function checkManagedPolicyText(text: string, call: Call): void {
  checkPolicyText(text, 'managed', call);
  if (policySize(text) > managedPolicyQuota) {
    throw call.error('LimitExceeded', `Cannot exceed quota for PolicySize: ${managedPolicyQuota}`);
  }
}
