/** The import rules of ARCHITECTURE.md, checked. A layer may import what its row names and npm packages; nothing imports upwards. */
const layer = (name, ...allowed) => ({
  name: `${name}-imports`,
  comment: `server/src/${name} may import ${allowed.join(', ') || 'nothing of ours'} only`,
  severity: 'error',
  from: { path: `^server/src/${name}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^server/src/', pathNot: [name, ...allowed].map((folder) => `^server/src/${folder}/`) },
});

const workspace = (name, ...allowed) => ({
  name: `${name}-stands-alone`,
  comment: 'packages meet on the wire, not in imports',
  severity: 'error',
  from: { path: `^${name}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^(server|runtime|cli|sdk|console|examples|test|bench)/',
    pathNot: [name, ...allowed].map((folder) => `^${folder}/`),
  },
});

module.exports = {
  forbidden: [
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    layer('kit'),
    layer('models', 'kit'),
    layer('contract', 'kit', 'models'),
    layer('wire', 'kit', 'models', 'contract'),
    layer('storage', 'kit'),
    layer('engine', 'kit', 'contract', 'storage'),
    layer('serving', 'kit', 'contract'),
    layer('services', 'kit', 'models', 'contract', 'storage', 'engine', 'serving'),
    layer('gateway', 'kit', 'models', 'contract', 'wire'),
    {
      name: 'kit-is-pure',
      comment: 'kit needs Node alone',
      severity: 'error',
      from: { path: '^server/src/kit/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm'] },
    },
    {
      name: 'services-are-islands',
      comment: 'a service calls another by its operations (contract/aws.ts), never by import',
      severity: 'error',
      from: { path: '^server/src/services/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^server/src/services/([^/]+)/', pathNot: '^server/src/services/$1/' },
    },
    {
      name: 'sagemaker-areas-are-islands',
      comment:
        'an area of SageMaker imports itself, the lifecycle of jobs and what all areas share; it calls the others by their operations',
      severity: 'error',
      from: { path: '^server/src/services/sagemaker/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^server/src/services/sagemaker/',
        pathNot: ['$1', 'jobs', 'shared'].map((area) => `^server/src/services/sagemaker/${area}/`),
      },
    },
    {
      name: 'jobs-and-shared-know-no-area',
      severity: 'error',
      from: { path: '^server/src/services/sagemaker/(jobs|shared)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^server/src/services/sagemaker/',
        pathNot: ['$1', 'shared'].map((area) => `^server/src/services/sagemaker/${area}/`),
      },
    },
    {
      name: 'serving-has-no-sql',
      severity: 'error',
      from: { path: '^server/src/serving/', pathNot: '\\.test\\.ts$' },
      to: { path: '(^server/src/storage/|kysely|node:sqlite)' },
    },
    workspace('server'),
    workspace('runtime'),
    workspace('cli', 'sdk'),
    workspace('examples'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)node_modules/|\\.test\\.ts$' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
