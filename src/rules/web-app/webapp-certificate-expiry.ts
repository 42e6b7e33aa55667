import * as z from 'zod';
import type { JsonObject } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { type HostName, hostNamesOf } from '../checks/app-service/host-names.ts';
import { judgeSite } from '../checks/app-service/hosting.ts';
import { dayOf, daysFrom, timeIn } from '../checks/documents/arm-time.ts';
import { lowerCase } from '../checks/documents/leaves.ts';
import { judgeList, propertiesOf } from '../checks/documents/resource-lists.ts';
import { declared, Expression } from '../declare/printers.ts';

export const rule = defineAdvice({
  id: 'webapp-certificate-expiry',
  title: 'Bound certificates do not expire within the configured days (default 30)',
  why: 'When a certificate expires, clients that check it can no longer connect.',
  risk: 'The owner has to renew the certificate; clients that pin the old one refuse the new one.',
  severity: 'high',
  documents: ['resource', 'subscription/certificates'],
  parameters: z.object({
    days: z.int().min(1).max(397).default(30).describe('A certificate that ends within so many days is a violation.'),
  }),
  references: { MCSB: ['DP-7'] },
  check: (snapshot, { days }, now) =>
    judgeSite(snapshot, (properties) => {
      const names = hostNamesOf(properties);
      if (!names) return unknown('The host names of the app came in a form that Plumbline does not know.');
      const bound = names.filter((name) => name.bound || name.thumbprint !== null);
      if (bound.length === 0) return notApplicable('No certificate is bound to the app.');
      return judgeList(snapshot, 'subscription/certificates', (certificates) => {
        const dated = bound.map((name) => ({ ...name, ends: endOf(name, certificates) }));
        const ending = dated.filter(({ ends }) => ends !== null && ends <= daysFrom(now, days));
        if (ending.length > 0) {
          const each = ending.map(({ name, ends }) => `that of ${name} on ${dayOf(ends ?? 0)}`).join(', ');
          return violation(`Certificates end within ${days} days: ${each}.`);
        }
        const undated = dated.find(({ ends }) => ends === null);
        return undated
          ? unknown(`When the certificate of ${undated.name} ends is not among the certificates of the subscription.`)
          : compliant(`No bound certificate ends within ${days} days.`);
      });
    }),
  source: () =>
    declared({
      type: 'Microsoft.Web/certificates@2025-03-01',
      name: 'certificate',
      body: {
        name: 'www',
        location: new Expression('location'),
        properties: { canonicalName: 'www.example.com', serverFarmId: new Expression('plan.id') },
      },
      azurerm: {
        resource: 'azurerm_app_service_managed_certificate',
        body: { custom_hostname_binding_id: new Expression('azurerm_app_service_custom_hostname_binding.www.id') },
      },
    }),
});

/** The end of the certificate that is bound to a name; null when the list or the name does not have it. */
function endOf({ thumbprint }: HostName, certificates: readonly JsonObject[]): number | null {
  const ends = certificates
    .map(propertiesOf)
    .filter((certificate) => lowerCase(certificate.thumbprint) === thumbprint)
    .map(({ expirationDate }) => timeIn(expirationDate));
  return ends.find((time) => time !== null) ?? null;
}
