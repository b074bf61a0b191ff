/** The local certificate authority of a data folder and the server's certificate, made when they are missing or near their end. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import type { KeptCertificate } from './certificates.ts';
import { readIfThere, writeSecret } from './data-folder.ts';

const day = 86_400_000;
const authorityDays = 3650;
/** Browsers allow 398: https://chromium.googlesource.com/chromium/src/+/HEAD/net/docs/certificate_lifetimes.md */
const serverDays = 90;
/** A certificate with less time left is replaced. */
const marginDays = 30;

export const authorityFile = (dataDir: string) => join(dataDir, 'tls', 'ca.pem');

async function read(folder: string, name: string): Promise<KeptCertificate | undefined> {
  const [key, cert] = await Promise.all(['key', 'pem'].map((ending) => readIfThere(join(folder, `${name}.${ending}`))));
  if (!key || !cert) return undefined;
  // A start that was killed between the two leaves a key and a certificate that do not match.
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return undefined;
  return { key: key.toString(), cert: cert.toString() };
}

async function keep(folder: string, name: string, { key, cert }: KeptCertificate): Promise<void> {
  await writeSecret(join(folder, `${name}.key`), key);
  await writeSecret(join(folder, `${name}.pem`), cert);
}

/** Every name by which clients may reach the server, and buckets below them. */
export function serverNames(host: string, domain: string, region: string): readonly string[] {
  const names = ['localhost', domain, hostname()].flatMap((name) => [
    name,
    `*.${name}`,
    `s3.${name}`,
    `*.s3.${name}`,
    `s3.${region}.${name}`,
    `*.s3.${region}.${name}`,
  ]);
  const own = ['0.0.0.0', '::'].includes(host) ? [] : [host];
  const all = [...names, '127.0.0.1', '::1', ...own];
  return [...new Set(all)].filter((name) => isIP(name) !== 0 || /^[\w.*-]{1,253}$/.test(name));
}

/** Whether the certificate is the authority's, for all these names, and lasts. */
function serves(own: KeptCertificate, authority: KeptCertificate, names: readonly string[], now: Date): boolean {
  const certificate = new X509Certificate(own.cert);
  if (!lasts(own, now) || !certificate.verify(new X509Certificate(authority.cert).publicKey)) return false;
  const listed = new Set(certificate.subjectAltName?.split(', '));
  return names.every((name) => (isIP(name) ? certificate.checkIP(name) !== undefined : listed.has(`DNS:${name}`)));
}

const lasts = ({ cert }: KeptCertificate, now: Date) =>
  new X509Certificate(cert).validToDate.getTime() > now.getTime() + marginDays * day;

/** The certificate to serve with, the authority's behind it. Called again while the server runs, it renews the certificate in time. */
export async function certificateOf(dataDir: string, names: readonly string[], now: Date): Promise<KeptCertificate> {
  const folder = join(dataDir, 'tls');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let authority = await read(folder, 'ca');
  let own = await read(folder, 'server');
  if (!authority || !lasts(authority, now)) {
    const { makeAuthority } = await import('./certificates.ts');
    authority = makeAuthority(`Clary's local certificate authority on ${hostname()}`.slice(0, 64), now, authorityDays);
    await keep(folder, 'ca', authority);
    // For clients that trust only the given file and also connect to other hosts.
    await writeSecret(join(folder, 'bundle.pem'), `${authority.cert}${rootCertificates.join('\n')}\n`);
  }
  if (!own || !serves(own, authority, names, now)) {
    const { issue } = await import('./certificates.ts');
    own = issue(authority, names, now, serverDays);
    await keep(folder, 'server', own);
  }
  return { key: own.key, cert: own.cert + authority.cert };
}
