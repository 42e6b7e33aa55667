/** `npm run generate`: writes the files that follow from the tables in the code. Commit them: a test says when they are stale. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolesFor } from '../src/domain/roles.ts';
import { permissionsPage, rolesFile } from './generated-roles.ts';
import { rulesPage } from './generated-rules.ts';
import { generateRuleIndex } from './rule-index.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

generateRuleIndex(path.join(root, 'src/rules'));
// Only now: the list of rules is generated, too.
const { rules } = await import('../src/rules/index.ts');
const { tamperPage } = await import('../test/tamper/page.ts');
const roles = rolesFor(rules);
const files = {
  'infra/roles.json': rolesFile(roles),
  'docs/permissions.md': permissionsPage(roles),
  'docs/rules.md': rulesPage(rules),
  'docs/tamper.md': tamperPage(),
};
for (const [file, content] of Object.entries(files)) {
  writeFileSync(path.join(root, file), content);
  process.stdout.write(`${file}\n`);
}
