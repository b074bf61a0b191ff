import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { availableParallelism, homedir, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { readConfig, settings } from './config.ts';
import { SettingError } from './kit/setting.ts';

const read = (args: string[] = [], env: Record<string, string | undefined> = {}) => readConfig(args, env);
const refuses = (args: string[], env: Record<string, string>, message: string) =>
  assert.throws(() => read(args, env), new SettingError(message));

describe('readConfig does', () => {
  test('take what is left out at its default', () => {
    const { nodePath, runtimeMain, runtimePaths, runtimeEnvironment, ...config } = read();
    assert.deepEqual(config, {
      dataDir: join(homedir(), '.local', 'share', 'clary'),
      database: 'sqlite',
      blobs: 'files',
      blobsEndpoint: undefined,
      blobsRegion: undefined,
      blobsCredentialsFile: undefined,
      host: '127.0.0.1',
      port: 4566,
      domain: 'localhost',
      region: 'us-east-1',
      account: '000000000000',
      logLevel: 'info',
      anyCredentials: false,
      allowReset: false,
      requireApprovedModelPackage: true,
      captureFlushMs: 1000,
      metricsFlushMs: 1000,
      tableMetricsFlushMs: 1000,
      containerSockets: ['/var/run/docker.sock', '/run/podman/podman.sock'],
      pullImages: false,
      imagesFile: undefined,
      jobCores: Math.max(2, availableParallelism()),
      jobMemoryGiB: Math.max(8, Math.floor(totalmem() / 2 ** 30)),
      functionConcurrency: Math.min(1000, Math.max(10, Math.floor(totalmem() / 2 ** 28))),
      functionIdleMs: 300_000,
      sandbox: 'auto',
      pythonEnvironments: {},
      python: 'python3',
      auditReads: false,
      auditWrites: false,
      durability: 'power',
      defaultEncryption: 'none',
      cacheDir: join(homedir(), '.cache', 'clary'),
      executionRole: true,
      readyJson: false,
    });
    assert.equal(nodePath, process.execPath);
    assert.ok(existsSync(runtimeMain), runtimeMain);
    for (const place of [nodePath, dirname(dirname(runtimeMain)), join(homedir(), '.cache', 'clary')])
      assert.ok(runtimePaths.includes(place), place);
    assert.ok(!runtimePaths.includes('/') && !runtimePaths.includes(homedir()));
    assert.deepEqual(runtimeEnvironment, { NODE_COMPILE_CACHE: join(homedir(), '.cache', 'clary', 'compiled') });
  });

  /** Flag, its value, the variable's value, what both make of the setting. */
  const given: [name: string, flags: string[], variable: string, key: string, value: unknown][] = [
    ['data', ['--data', '/srv/clary'], '/srv/clary', 'dataDir', '/srv/clary'],
    ['data', ['--data=rel'], 'rel', 'dataDir', resolve('rel')],
    ['database', ['--database', 'postgres://clary@db/clary'], 'postgres://clary@db/clary', 'database', 'postgres://clary@db/clary'],
    ['blobs', ['--blobs', 's3://b.ucket/a/prefix'], 's3://b.ucket/a/prefix', 'blobs', 's3://b.ucket/a/prefix'],
    ['blobs-endpoint', ['--blobs-endpoint', 'https://store:9000'], 'https://store:9000', 'blobsEndpoint', 'https://store:9000'],
    ['blobs-region', ['--blobs-region', 'eu-west-1'], 'eu-west-1', 'blobsRegion', 'eu-west-1'],
    ['blobs-credentials', ['--blobs-credentials', 'key.json'], 'key.json', 'blobsCredentialsFile', resolve('key.json')],
    ['host', ['--host', '0.0.0.0'], '0.0.0.0', 'host', '0.0.0.0'],
    ['port', ['--port', '0'], '0', 'port', 0],
    ['port', ['--port', '65535'], '65535', 'port', 65_535],
    ['domain', ['--domain', 'S3.example.com'], 's3.example.com', 'domain', 's3.example.com'],
    ['region', ['--region', 'us-gov-west-1'], 'us-gov-west-1', 'region', 'us-gov-west-1'],
    ['account', ['--account', '123456789012'], '123456789012', 'account', '123456789012'],
    ['log-level', ['--log-level', 'silent'], 'silent', 'logLevel', 'silent'],
    ['any-credentials', ['--any-credentials'], 'on', 'anyCredentials', true],
    ['allow-reset', ['--allow-reset'], 'TRUE', 'allowReset', true],
    ['require-approved-model-package', ['--no-require-approved-model-package'], 'off', 'requireApprovedModelPackage', false],
    ['capture-flush-ms', ['--capture-flush-ms', '5'], '5', 'captureFlushMs', 5],
    ['metrics-flush-ms', ['--metrics-flush-ms', '0'], '0', 'metricsFlushMs', 0],
    ['table-metrics-flush-ms', ['--table-metrics-flush-ms', '7'], '7', 'tableMetricsFlushMs', 7],
    ['container-socket', ['--container-socket', '/x.sock'], '/x.sock', 'containerSockets', ['/x.sock']],
    ['pull-images', ['--pull-images'], 'on', 'pullImages', true],
    ['images', ['--images', 'images.json'], 'images.json', 'imagesFile', resolve('images.json')],
    ['job-cores', ['--job-cores', '1'], '1', 'jobCores', 1],
    ['job-memory-gib', ['--job-memory-gib', '64'], '64', 'jobMemoryGiB', 64],
    ['function-concurrency', ['--function-concurrency', '5'], '5', 'functionConcurrency', 5],
    ['function-idle-ms', ['--function-idle-ms', '900'], '900', 'functionIdleMs', 900],
    ['sandbox', ['--sandbox', 'required'], 'required', 'sandbox', 'required'],
    ['python', ['--python', '/opt/python/bin/python3'], '/opt/python/bin/python3', 'python', '/opt/python/bin/python3'],
    ['audit-reads', ['--audit-reads'], 'on', 'auditReads', true],
    ['audit-writes', ['--audit-writes'], 'on', 'auditWrites', true],
    ['default-encryption', ['--default-encryption', 'AES256'], 'AES256', 'defaultEncryption', 'AES256'],
    ['durability', ['--durability', 'process'], 'process', 'durability', 'process'],
    ['execution-role', ['--no-execution-role'], 'off', 'executionRole', false],
    ['ready-json', ['--ready-json'], '1', 'readyJson', true],
  ]; // biome-ignore format: a table
  const variableOf = (flag: string) => `CLARY_${flag.replaceAll('-', '_').toUpperCase()}`;
  for (const [flag, flags, variable, key, value] of given) {
    test(`read --${flag} and ${variableOf(flag)}: ${variable}`, () => {
      assert.deepEqual(read(flags)[key as 'port'], value);
      assert.deepEqual(read([], { [variableOf(flag)]: variable })[key as 'port'], value);
    });
  }

  test('hand on to the runtime which Python is meant, where one is', () => {
    assert.equal(read(['--python', '/opt/p']).runtimeEnvironment.CLARY_PYTHON, '/opt/p');
    assert.equal(read([]).runtimeEnvironment.CLARY_PYTHON, undefined);
  });

  test('read --python-environment and its variable: names and programs', () => {
    const pairs = 'pytorch=/usr/bin/python3, scikit-learn-1.2=/opt/a/bin/python3';
    const wanted = { pytorch: '/usr/bin/python3', 'scikit-learn-1.2': '/opt/a/bin/python3' };
    assert.deepEqual(read(['--python-environment', pairs]).pythonEnvironments, wanted);
    assert.deepEqual(read([], { CLARY_PYTHON_ENVIRONMENT: pairs }).pythonEnvironments, wanted);
    refuses(
      ['--python-environment', 'pytorch=python3'],
      {},
      '--python-environment must look like pytorch=/usr/bin/python3,name=/other/python3, not "pytorch=python3"',
    );
  });

  test('know each of its settings by the tables above', () =>
    assert.deepEqual(
      new Set([...given.map(([flag]) => flag), 'python-environment']),
      new Set(Object.values(settings).map(({ flag }) => flag)),
    ));

  test('prefer the flag to the variable, and the last flag to the first', () => {
    assert.equal(read(['--port', '2'], { CLARY_PORT: '1' }).port, 2);
    assert.equal(read(['--port', '2', '--port', '3']).port, 3);
    assert.equal(read(['--no-allow-reset'], { CLARY_ALLOW_RESET: 'on' }).allowReset, false);
    assert.equal(read(['--allow-reset'], { CLARY_ALLOW_RESET: 'off' }).allowReset, true);
    assert.equal(read(['--port', '2'], { CLARY_PORT: 'never looked at' }).port, 2);
  });

  test('take an empty variable for none', () => {
    const env = { CLARY_PORT: '', CLARY_DATA: '', CLARY_REQUIRE_APPROVED_MODEL_PACKAGE: '', XDG_DATA_HOME: '' };
    assert.deepEqual(read([], env), read());
  });

  test('read switches in every usual word', () => {
    for (const word of ['1', 'true', 'on', 'YES']) assert.equal(read([], { CLARY_ALLOW_RESET: word }).allowReset, true);
    for (const word of ['0', 'false', 'Off', 'no'])
      assert.equal(read([], { CLARY_ALLOW_RESET: word }).allowReset, false);
  });

  test('keep data where XDG says', () => assert.equal(read([], { XDG_DATA_HOME: '/xdg' }).dataDir, '/xdg/clary'));

  test('take the region of --blobs from its flag, then from the variables of AWS', () => {
    const env = { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' };
    assert.equal(read(['--blobs-region', 'eu-west-3'], env).blobsRegion, 'eu-west-3');
    assert.equal(read([], env).blobsRegion, 'eu-west-1');
    assert.equal(read([], { ...env, AWS_REGION: '' }).blobsRegion, 'eu-west-2');
    assert.equal(read().blobsRegion, undefined);
  });

  test('look for a container engine where engines are', () =>
    assert.deepEqual(read([], { DOCKER_HOST: 'unix:///my.sock', XDG_RUNTIME_DIR: '/run/user/7' }).containerSockets, [
      '/my.sock',
      '/var/run/docker.sock',
      '/run/podman/podman.sock',
      '/run/user/7/podman/podman.sock',
    ]));

  test('hand on to jobs what they need to fetch a package, and nothing else', () => {
    const env = { PATH: '/bin', HOME: '/home/a', https_proxy: 'p', PIP_INDEX_URL: 'i', SSL_CERT_FILE: 'c' };
    const secrets = {
      AWS_SECRET_ACCESS_KEY: 's',
      CLARY_ACCOUNT: '123456789012',
      NODE_OPTIONS: '--inspect',
      LD_PRELOAD: 'l',
    };
    assert.deepEqual(read([], { ...env, ...secrets }).runtimeEnvironment, {
      ...env,
      NODE_COMPILE_CACHE: '/home/a/.cache/clary/compiled',
    });
    const cache = (given: Record<string, string>) => read([], given).runtimeEnvironment.NODE_COMPILE_CACHE;
    assert.equal(cache({ CLARY_CACHE_DIR: '/c', XDG_CACHE_HOME: '/x' }), '/c/compiled');
    assert.equal(cache({ XDG_CACHE_HOME: '/x' }), '/x/clary/compiled');
  });

  test('open itself to every key on this machine alone', () => {
    for (const host of ['127.0.0.1', '::1', 'localhost'])
      assert.equal(read(['--any-credentials', '--host', host]).anyCredentials, true);
  });
});

describe('readConfig refuses', () => {
  const see = '\n`clary up --help` lists every flag with its default.';

  test('flags that are none, with the one that was probably meant', () => {
    refuses(['--colour', 'red'], {}, `there is no flag --colour${see}`);
    refuses(['--prot', '1'], {}, `there is no flag --prot: did you mean --port?${see}`);
    refuses(['--no-audit-read'], {}, `there is no flag --audit-read: did you mean --audit-reads?${see}`);
    refuses(['--constructor'], {}, `there is no flag --constructor${see}`);
    refuses(['now'], {}, `Unexpected argument 'now'${see}`);
    refuses(['--port'], {}, `Option '--port <value>' argument missing${see}`);
    refuses(['--allow-reset=yes'], {}, `Option '--allow-reset' does not take an argument${see}`);
  });

  const bad: [flag: string, value: string, message: string][] = [
    ['port', 'http', 'must be a whole number, not "http"'],
    ['port', '-1', 'must be a whole number, not "-1"'],
    ['port', '1e3', 'must be a whole number, not "1e3"'],
    ['port', '0x10', 'must be a whole number, not "0x10"'],
    ['port', ' ', 'must be a whole number, not " "'],
    ['port', '65536', 'must be at most 65535, not 65536'],
    ['job-cores', '0', 'must be at least 1, not 0'],
    ['job-cores', 'many', 'must be a whole number, not "many"'],
    ['capture-flush-ms', '1.5', 'must be a whole number, not "1.5"'],
    ['metrics-flush-ms', '99999999999', 'must be at most 2147483647, not 99999999999'],
    ['log-level', 'loud', 'must be one of debug, info, warn, error, silent, not "loud"'],
    ['durability', 'none', 'must be one of power, process, not "none"'],
    ['account', '12345', 'must be twelve digits, not "12345"'],
    ['region', 'mars', 'must look like us-east-1, not "mars"'],
  ];
  for (const [flag, value, message] of bad) {
    test(`--${flag} "${value}", by the name that it was given under`, () => {
      refuses([`--${flag}=${value}`], {}, `--${flag} ${message}`);
      const variable = `CLARY_${flag.replaceAll('-', '_').toUpperCase()}`;
      refuses([], { [variable]: value }, `${variable} ${message}`);
    });
  }

  test('a switch in a word that is neither', () => {
    for (const flag of ['ANY_CREDENTIALS', 'ALLOW_RESET', 'REQUIRE_APPROVED_MODEL_PACKAGE', 'READY_JSON'])
      refuses([], { [`CLARY_${flag}`]: 'ture' }, `CLARY_${flag} must be on or off, not "ture"`);
  });

  test('empty flags: --data "" would be the folder that one stands in', () => {
    refuses(['--data', ''], {}, '--data must not be empty');
    refuses(['--host='], {}, '--host must not be empty');
  });

  test('a database that is neither of the two kinds', () => {
    for (const database of ['mysql://db/clary', 'postgres', 'postgres://db', 'clary.db'])
      refuses(
        ['--database', database],
        {},
        '--database must be sqlite or look like postgres://user@host:5432/database',
      );
  });

  test('a store of blobs that is none, and an endpoint with credentials or a path', () => {
    for (const blobs of ['s3', 'bucket', 's3://', 's3://B', 'http://store/bucket', 's3://bucket/a?b'])
      refuses(['--blobs', blobs], {}, `--blobs must be files or look like s3://bucket/prefix, not "${blobs}"`);
    refuses(
      ['--blobs-endpoint', 'http://store:9000/path'],
      {},
      '--blobs-endpoint must look like http://127.0.0.1:9000, not "http://store:9000/path"',
    );
    // Its text would reach the terminal and the log.
    refuses(
      ['--blobs-endpoint', 'http://key:secret@store'],
      {},
      '--blobs-endpoint must be an address without credentials: use --blobs-credentials',
    );
  });

  test('to accept every key from every machine', () => {
    for (const host of ['0.0.0.0', '::', '192.168.0.7', 'example.com'])
      refuses(
        ['--any-credentials', '--host', host],
        {},
        `--any-credentials gives every client that reaches the server full access: it needs --host 127.0.0.1, not ${host}`,
      );
  });
});
