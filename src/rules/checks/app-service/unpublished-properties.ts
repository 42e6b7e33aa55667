/**
 * Properties of a site that are in the published model of a PUT and not in that of a PATCH: endToEndEncryptionEnabled,
 * sshEnabled and outboundVnetRouting (`SitePatchResourceProperties` of Microsoft.Web 2025-05-01, as in @azure/arm-appservice
 * 19.0.0). Plumbline never sends a PUT of a site, so it sends them in a PATCH, and only after an approval.
 */
import type { CheckResult } from '../../../domain/rules/rule.ts';

/** The sentence that follows the risk of such a change on its approval. */
export const PATCH_RISK =
  'The property is not in the published model of such a request (PATCH), so it is not verified what Azure does with it: it is read again afterwards, and that decides the outcome.';

/** A violation of such a property is risky, whatever tier the settings give the rule. */
export function onlyByPerson(judgement: CheckResult): CheckResult {
  return judgement.verdict === 'violation' ? { ...judgement, tier: 'risky' } : judgement;
}
