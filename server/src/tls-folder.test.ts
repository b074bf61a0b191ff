/** The authority and the certificate of a data folder: made once, kept, renewed in time. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { certificateOf, serverNames } from './tls-folder.ts';

const day = 86_400_000;
const start = new Date('2026-01-01T00:00:00Z');
const later = (days: number) => new Date(start.getTime() + days * day);
const names = serverNames('127.0.0.1', 'localhost', 'us-east-1');

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clary-tls-'));
});
after(() => rm(folder, { recursive: true }));

const ofFolder = async (name: string) => new X509Certificate(await readFile(join(folder, 'tls', name)));

describe('the TLS folder does', () => {
  test('an authority, and a certificate that is its own and for every name', async () => {
    const { cert, key } = await certificateOf(folder, names, start);
    const own = new X509Certificate(cert);
    const ca = await ofFolder('ca.pem');
    assert.equal(ca.ca, true);
    assert.equal(own.ca, false);
    assert.ok(own.checkIssued(ca) && own.verify(ca.publicKey));
    for (const name of ['localhost', 's3.localhost', 'b.s3.localhost', 'b.s3.us-east-1.localhost'])
      assert.ok(own.checkHost(name), name);
    for (const address of ['127.0.0.1', '::1']) assert.ok(own.checkIP(address), address);
    assert.equal(own.checkHost('example.com'), undefined);
    assert.match(key, /^-----BEGIN PRIVATE KEY-----/);
    assert.deepEqual(own.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  });

  test('keys that only their owner reads', async () => {
    for (const name of ['ca.key', 'server.key'])
      assert.equal((await stat(join(folder, 'tls', name))).mode & 0o777, 0o600);
  });

  test('the same again, until thirty days before its end', async () => {
    const first = await certificateOf(folder, names, start);
    assert.deepEqual(await certificateOf(folder, names, later(59)), first);
    const renewed = await certificateOf(folder, names, later(61));
    assert.notEqual(renewed.cert, first.cert);
    assert.ok(new X509Certificate(renewed.cert).validToDate.getTime() >= later(150).getTime());
    assert.ok(renewed.cert.endsWith(first.cert.slice(first.cert.lastIndexOf('-----BEGIN'))), 'the same authority');
  });

  test('another certificate for other names, of the same authority', async () => {
    const before = await ofFolder('ca.pem');
    const { cert } = await certificateOf(folder, serverNames('10.1.2.3', 'ml.example', 'eu-west-1'), later(61));
    const own = new X509Certificate(cert);
    assert.ok(own.checkHost('bucket.s3.eu-west-1.ml.example') && own.checkIP('10.1.2.3'));
    assert.ok(own.verify(before.publicKey));
  });
});

describe('the TLS folder survives', () => {
  test('an authority near its end', async () => {
    const before = await ofFolder('ca.pem');
    const { cert } = await certificateOf(folder, names, later(3640));
    const ca = await ofFolder('ca.pem');
    assert.notEqual(ca.serialNumber, before.serialNumber);
    assert.ok(new X509Certificate(cert).verify(ca.publicKey));
  });

  test('a key and a certificate that do not belong together, as a kill between two writes leaves them', async () => {
    await writeFile(join(folder, 'tls', 'ca.key'), await readFile(join(folder, 'tls', 'server.key')));
    const { cert, key } = await certificateOf(folder, names, later(3640));
    const own = new X509Certificate(cert);
    assert.ok(own.verify((await ofFolder('ca.pem')).publicKey));
    assert.match(key, /PRIVATE KEY/);
  });
});
