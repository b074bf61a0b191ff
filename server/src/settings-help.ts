/** `clary up --help`: every setting, from the table that reads them. */
import { settings } from './config.ts';
import type { Setting } from './kit/setting.ts';

const placeholder = ({ kind }: Setting) => ({ text: ' VALUE', number: ' N', switch: '' })[kind];

const entry = (setting: Setting) =>
  `  --${setting.flag}${placeholder(setting)}   (default: ${setting.default})\n      ${setting.doc}`;

export const settingsHelp = () => `clary up: starts the platform; Ctrl-C stops it

Every flag can also be a variable: --log-level is CLARY_LOG_LEVEL. A switch takes no value; --no-SWITCH turns it off.

${Object.values(settings)
  .map((setting) => entry(setting))
  .join('\n')}

Examples
  npx clary up                               http://127.0.0.1:4566, data in ~/.local/share/clary
  npx clary up --port 0 --data ./clary-data  a free port, a folder of its own
  npx clary up --sandbox required            no start where jobs cannot be sandboxed

Stop it with Ctrl-C or \`npx clary down\`. Models of endpoints and running jobs continue; \`npx clary down --all\` ends them too.`;
