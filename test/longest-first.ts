/** The order of the test files: the slowest ones begin first, so that no worker runs one alone at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** They wait for minutes while others work. */
const FIRST = ['docs/commands.test.ts', 'faults/soak.test.ts', 'faults/crashes.test.ts', 'browser/views.test.ts'];
const LONGEST = [
  'tamper/tamper.test.ts',
  'workflows/scenarios/failures.test.ts',
  'workflows/scenarios/crashes.test.ts',
  'workflows/scenarios/and-then.test.ts',
  'property/rules.test.ts',
  'model/model.test.ts',
  'property/reach.test.ts',
  'storage/first-pages.test.ts',
  'property/rows.test.ts',
  'storage/audit/anchors.test.ts',
  'storage/audit/audit-index.test.ts',
  'e2e/operate/doctor.test.ts',
  'faults/audit-writers.test.ts',
  'docs/add-a-rule.test.ts',
  'e2e/approvals/who-decides.test.ts',
  'e2e/console/approvals.test.ts',
  'e2e/guards/azure-trouble.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    // A worker keeps its modules for the next file of the same project, so files of a project follow each other.
    return sorted.sort(
      (a, b) =>
        placeIn(FIRST, a) - placeIn(FIRST, b) ||
        a.project.name.localeCompare(b.project.name) ||
        placeIn(LONGEST, a) - placeIn(LONGEST, b),
    );
  }
}

function placeIn(names: readonly string[], { moduleId }: TestSpecification): number {
  const found = names.findIndex((name) => moduleId.replaceAll('\\', '/').endsWith(`/test/${name}`));
  return found < 0 ? names.length : found;
}
