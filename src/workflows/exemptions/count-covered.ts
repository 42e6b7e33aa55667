/** How many findings are exempt within the scope of an exemption. */
import type { Exemption } from '../../domain/approvals/exemption.ts';
import { isInScope } from '../../domain/resources/resource.ts';
import type { Deps } from '../ports/deps.ts';

/**
 * By the id of the exemption, from the list in brief: one request up to about 100,000 resources, and none without exemptions. A
 * finding in the scope of two exemptions counts for both. Null while findings of an earlier version are missing in that list.
 */
export async function countCovered(
  { findings }: Pick<Deps, 'findings'>,
  exemptions: readonly Exemption[],
): Promise<ReadonlyMap<string, number> | null> {
  const counts = new Map(exemptions.map(({ id }) => [id, 0]));
  if (exemptions.length === 0) return counts;
  const complete = await findings.visitBriefs((resource) => {
    const exempt = resource.findings.filter(({ label }) => label.action === 'exempt');
    if (exempt.length === 0) return;
    for (const { id, scope, rule } of exemptions) {
      const covered = exempt.filter(({ label }) => label.rule === rule).length;
      if (covered > 0 && isInScope(resource.id, scope)) counts.set(id, (counts.get(id) ?? 0) + covered);
    }
  });
  return complete ? counts : null;
}
