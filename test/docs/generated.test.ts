/** The generated files in the repository are those that `npm run generate` would write now. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openApiDocument } from '../../src/api/framework/openapi.ts';
import { PROGRAM } from '../../src/cli/program.ts';
import { rolesFor } from '../../src/domain/rules/permissions.ts';
import { ENDPOINTS } from '../../src/functions/api.ts';
import { rules } from '../../src/rules/index.ts';
import { apiPage } from '../../tools/generate/api-page.ts';
import { cliPage } from '../../tools/generate/cli-page.ts';
import { permissionsPage, rolesFile } from '../../tools/generate/roles.ts';
import { rulePages } from '../../tools/generate/rules-page.ts';
import { tamperPage } from '../tamper/page.ts';
import { ROOT } from './pages.ts';

const roles = rolesFor(rules);

test.each([
  ['docs/api.md', apiPage(openApiDocument(ENDPOINTS))],
  ['docs/cli.md', cliPage(PROGRAM.commands)],
  ['infra/roles.json', rolesFile(roles)],
  ['docs/permissions.md', permissionsPage(roles)],
  ...Object.entries(rulePages(rules)),
  ['docs/tamper.md', tamperPage()],
])('%s is current; npm run generate writes it', (file, content) => {
  expect(readFileSync(path.join(ROOT, file), 'utf8')).toBe(content);
});
