/** Generates docs/coverage.md and docs/configuration.md from the code; `--check` only verifies that they are up to date. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, settings } from '../server/src/config.ts';
import { startServer } from '../server/src/main.ts';
import { catalog } from '../server/src/models/catalog.ts';
import { loadServiceModel } from '../server/src/models/service-model.ts';

async function coverage(): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'clary-coverage-'));
  await using server = await startServer(readConfig(['--data', data, '--port', '0', '--log-level', 'silent'], {}));
  const parts: string[] = [];
  for (const service of [...server.services].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const model = await loadServiceModel(service.name);
    const done = [...service.operations.keys()].sort();
    const missing = [...model.operations.keys()].filter((name) => !service.operations.has(name)).sort();
    parts.push(`## ${service.name}

Protocols: ${catalog[service.name].protocols.join(', ')}. ${done.length} of ${model.operations.size} operations are executed.

${done.map((name) => `- ${name}`).join('\n')}

<details><summary>${missing.length} answer 501 with their names</summary>

${missing.join(', ')}

</details>`);
  }
  await rm(data, { recursive: true, force: true });
  return `# Coverage

Made from the tables of the services by \`npm run generate\`; what a table does not hold answers 501 with its name, what a request asks beyond what is
built is refused by name. The head of each \`service.ts\` lists gaps, differences by design and client quirks.

${parts.join('\n\n')}
`;
}

function configuration(): string {
  const rows = Object.values(settings).map((setting) => {
    const variable = `CLARY_${setting.flag.replaceAll('-', '_').toUpperCase()}`;
    return `| \`--${setting.flag}\` | \`${variable}\` | ${setting.default} | ${setting.doc} |`;
  });
  return `# Configuration

Settings of \`clary up\`, made from \`server/src/config.ts\` by \`npm run generate\`. A flag beats its variable. A switch takes no value;
\`--no-…\` turns it off.

| flag | variable | default | meaning |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

const isCheck = process.argv.includes('--check');
const files = { 'docs/coverage.md': await coverage(), 'docs/configuration.md': configuration() };
for (const [file, text] of Object.entries(files)) {
  if (!isCheck) await writeFile(file, text);
  else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    console.error(`${file} is not fresh: run npm run generate`);
    process.exitCode = 1;
  }
}
