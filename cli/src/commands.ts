/** Every command of `clary`. Each one's module is loaded when it runs. */
import type { Command, Flag } from './command.ts';

const data: Flag = {
  value: 'DIR',
  doc: "the platform's folder (default: $CLARY_DATA, else $XDG_DATA_HOME/clary, else ~/.local/share/clary)",
};
const port: Flag = { value: 'N', doc: 'its port (default: the one of its last start)' };
const json: Flag = { doc: 'print JSON (default: lines for a shell)' };
const role: Flag = {
  value: 'NAME',
  doc: 'temporary credentials of this role: a name, an ARN, or `default` for the execution role (default: the administrator)',
};
const tls: Flag = { doc: 'over https, with the certificate authority to trust (default: http)' };

export const commands: Readonly<Record<string, Command>> = {
  up: {
    summary: 'starts the platform; Ctrl-C stops it',
    flags: {},
    examples: {},
    passesOn: 'help',
    run: async ({ raw }) => (await import('./up.ts')).up(raw),
  },
  down: {
    summary: 'stops the platform; models of endpoints and running jobs continue, unless --all is given',
    flags: {
      data,
      all: {
        doc: 'end models and jobs, too: jobs fail, models start again with the next `clary up` (default: they continue)',
      },
      'container-socket': { value: 'PATH', doc: 'socket of the container engine, as `clary up` was given it' },
    },
    examples: {
      'npx clary down': 'what Ctrl-C does',
      'npx clary down --all': 'nothing of the data folder runs any more',
    },
    run: async (args) => (await import('./down.ts')).down(args),
  },
  env: {
    summary: 'prints what AWS SDKs and the AWS CLI read from the environment',
    flags: { data, port, role, tls, json },
    examples: {
      'eval "$(npx clary env)"': 'this shell is the administrator',
      'eval "$(npx clary env --role default)"': 'this shell acts as the execution role for 12 hours',
      'npx clary env --json': 'for a program',
    },
    run: async (args) => (await import('./env.ts')).env(args),
  },
  'sdk-config': {
    summary:
      'configures the SageMaker Python SDK 2.x and 3.x and prints the environment that it needs (docs/sagemaker-sdk.md)',
    flags: {
      data,
      port,
      role,
      tls,
      json,
      python: { value: 'PROGRAM', doc: 'the Python that has the SDK (default: python3 of the PATH)' },
      remove: { doc: 'delete the files that it wrote' },
    },
    examples: {
      'eval "$(npx clary sdk-config --role default)"': 'as in a SageMaker notebook: get_execution_role() works',
      'npx clary sdk-config --remove': 'the SDK speaks to AWS again, in a new shell',
    },
    run: async (args) => (await import('./sdk-config.ts')).sdkConfig(args),
  },
  migrate: {
    summary: 'moves the metadata of a stopped platform between SQLite and PostgreSQL, and compares both',
    flags: {
      data,
      from: { value: 'DATABASE', doc: 'sqlite, or postgres://user@host:5432/database (default: sqlite)' },
      to: { value: 'DATABASE', doc: 'the same; it must be empty' },
    },
    examples: {
      'npx clary migrate --to postgres://clary@127.0.0.1:5432/clary':
        'then start with `clary up --database` and the same address',
    },
    run: async (args) => (await import('./migrate.ts')).migrate(args),
  },
  doctor: {
    summary: 'says what is missing on this machine, its impact and how to fix it; status 1 where it is needed',
    flags: { data, port: { value: 'N', doc: 'the port to look at (default: $CLARY_PORT, else 4566)' } },
    examples: { 'npx clary doctor': 'before the first start' },
    run: async (args) => (await import('./doctor.ts')).doctor(args),
  },
  demo: {
    summary: 'runs an example on a platform of its own, in a temporary folder',
    words: { shown: 'EXAMPLE', doc: 'a folder of examples/ (default: exam-score)', most: 1 },
    flags: { keep: { doc: 'leave the platform running (default: it ends with the example)' } },
    examples: {
      'npx clary demo': 'from a raw CSV to a monitored endpoint',
      'npx clary demo script-mode': 'a scikit-learn script of your own',
    },
    run: async (args) => (await import('./demo.ts')).demo(args),
  },
  environments: {
    summary: 'lists, makes and removes the Python environments of script jobs',
    words: { shown: 'list | make [NAME …] | prune', doc: '(default: list; make without a name: all)', most: 0 },
    flags: {
      json: { doc: 'list: print JSON' },
      days: { value: 'N', doc: 'prune: those unused for N days (default: 30)' },
      all: { doc: 'prune: all' },
    },
    examples: { 'npx clary environments make scikit-learn-1.2': 'before a job needs it' },
    passesOn: 'words',
    run: async ({ raw }) => (await import('./environments.ts')).environments(raw),
  },
};

const width = Math.max(...Object.keys(commands).map((name) => name.length)) + 2;

export const usage = `clary: a machine-learning platform that speaks AWS's protocols and does the work behind them

${Object.entries(commands)
  .map(([name, { summary }]) => `  clary ${name.padEnd(width)}${summary}`)
  .join('\n')}

\`clary COMMAND --help\` lists a command's flags, their defaults and examples. First: npx clary up`;
