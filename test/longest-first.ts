/** The order of the test files: the slowest ones begin first, so that no worker runs one alone at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

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
  'docs/commands.test.ts',
  'faults/crashes.test.ts',
  'faults/soak.test.ts',
  'e2e/operate/doctor.test.ts',
  'e2e/guards/azure-trouble.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = LONGEST.findIndex((name) => moduleId.replaceAll('\\', '/').endsWith(`/test/${name}`));
      return found < 0 ? LONGEST.length : found;
    };
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => place(a) - place(b));
  }
}
