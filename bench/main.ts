/** `npm run bench [-- workflow|predict|s3|jobs|lists|start|tables]`: measurements side by side with peers in the same run; prints tables of medians and ratios. */
const benches: Record<string, () => Promise<void>> = {
  workflow: async () => (await import('./workflow.ts')).workflow(),
  predict: async () => (await import('./predict.ts')).predict(),
  jobs: async () => (await import('./jobs.ts')).jobs(),
  lists: async () => (await import('./lists.ts')).lists(),
  start: async () => (await import('./start.ts')).start(),
  s3: async () => (await import('./s3.ts')).s3(),
  tables: async () => (await import('./tables.ts')).tables(),
};

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(benches)) {
  const bench = benches[name];
  if (!bench) {
    console.error(`there is no bench "${name}"; there are: ${Object.keys(benches).join(', ')}`);
    process.exit(2);
  }
  console.log(`\n# ${name}\n`);
  await bench();
}
