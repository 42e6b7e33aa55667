/** `npm run generate`: writes the files that follow from the tables in the code. Commit them: a test says when they are stale. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAM } from '../../src/cli/program.ts';
import { rolesFor } from '../../src/domain/rules/permissions.ts';
import { generateRuleIndex } from '../build/rule-index.ts';
import { apiPage } from './api-page.ts';
import { cliPage } from './cli-page.ts';
import { guaranteesPage, readTestFiles } from './guarantees-page.ts';
import { permissionsPage, rolesFile } from './roles.ts';
import { rulePages } from './rules-page.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

generateRuleIndex(path.join(root, 'src/rules'));
// Only now: the list of rules is generated, too.
const { rules } = await import('../../src/rules/index.ts');
const { openApiDocument } = await import('../../src/api/framework/openapi.ts');
const { ENDPOINTS } = await import('../../src/functions/api.ts');
const { tamperPage } = await import('../../test/tamper/page.ts');
const roles = rolesFor(rules);
const guarantees = readFileSync(path.join(root, 'docs/guarantees.md'), 'utf8');
const files = {
  'docs/api.md': apiPage(openApiDocument(ENDPOINTS)),
  'docs/cli.md': cliPage(PROGRAM.commands),
  'docs/guarantees.md': guaranteesPage(guarantees, readTestFiles(root)),
  'infra/roles.json': rolesFile(roles),
  'docs/permissions.md': permissionsPage(roles),
  ...rulePages(rules),
  'docs/tamper.md': tamperPage(),
};
for (const [file, content] of Object.entries(files)) {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), content);
  process.stdout.write(`${file}\n`);
}
