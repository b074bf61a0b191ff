/** Who the caller is: the first authenticator that can read the request's signature decides. */
import type { Admitted, Exchange } from '../exchange.ts';
import { acceptAnyCredentials } from './any-credentials.ts';
import type { Authenticator, Claim, Verified } from './authenticator.ts';
import { signedForm } from './signed-form.ts';
import { sigv2Query } from './sigv2-query.ts';
import { sigv4Header } from './sigv4-header.ts';
import { sigv4Query } from './sigv4-query.ts';
import { admitUnsigned } from './unsigned.ts';

const authenticators: readonly Authenticator[] = [sigv4Header, sigv2Query, signedForm, sigv4Query];

export async function authenticate(exchange: Exchange): Promise<Admitted> {
  for (const authenticator of authenticators) {
    const read = authenticator.read(exchange);
    if (read === undefined) continue;
    const claim = read instanceof Promise ? await read : read;
    const verified = verify(authenticator, claim, exchange);
    return authenticator.admit(claim, verified instanceof Promise ? await verified : verified, exchange);
  }
  return admitUnsigned(exchange);
}

/** The only place where --any-credentials takes effect. */
export function verify<C extends Claim>(
  authenticator: Authenticator<C>,
  claim: C,
  exchange: Exchange,
): Verified | Promise<Verified> {
  const { anyCredentialsAccount, identity } = exchange.deps;
  return anyCredentialsAccount === undefined
    ? authenticator.verify(claim, exchange)
    : acceptAnyCredentials(claim.key, anyCredentialsAccount, identity);
}
