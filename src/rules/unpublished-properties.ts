/**
 * Properties of a site that are in the published model of a PUT and not in that of a PATCH: endToEndEncryptionEnabled,
 * sshEnabled and outboundVnetRouting (`SitePatchResourceProperties` of Microsoft.Web 2025-05-01, as in @azure/arm-appservice
 * 19.0.0). Plumbline never puts a whole site, so it sends them in a PATCH, and only when a person has decided.
 */
import type { Judgement } from '../domain/rule.ts';

/** What the card says of it, behind the risk of the change itself. */
export const PATCH_RISK =
  'The property is not in the published model of such a request (PATCH), so what Azure does with it is not verified: it is read again afterwards, and the outcome is what is found then.';

/** A violation of such a property is risky, whatever the settings say of the rule. */
export function onlyByPerson(judgement: Judgement): Judgement {
  return judgement.verdict === 'violation' ? { ...judgement, tier: 'risky' } : judgement;
}
