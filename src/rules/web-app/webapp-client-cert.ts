import { type Change, type PreservedValue, valueAt } from '../../domain/changes/change.ts';
import { bodyOf, type Snapshot } from '../../domain/resources/snapshot.ts';
import { compliant, defineRule, unknown, violation } from '../../domain/rules/rule.ts';
import { excludesPaths } from '../checks/app-service/client-certificates.ts';
import { judgeSite } from '../checks/app-service/hosting.ts';
import { lackedByPlan } from '../checks/app-service/plan-features.ts';
import { isAtLeast } from '../checks/app-service/tls-version.ts';
import { lowerCase, quoted, truthOf } from '../checks/documents/leaves.ts';
import { type Setting, siteSource } from '../declare/declarations.ts';

const ENABLED: Setting = { document: 'resource', path: '/properties/clientCertEnabled', to: true };
const REQUIRED: Setting = { document: 'resource', path: '/properties/clientCertMode', to: 'Required' };
const MODES = ['required', 'optional', 'optionalinteractiveuser'];

export const rule = defineRule({
  id: 'webapp-client-cert',
  title: 'Incoming client certificates are required',
  why: 'A client certificate authenticates the caller before the app reads the request. A stolen token can be sent by anyone.',
  fix: 'Sets `clientCertEnabled` of the site to true and `clientCertMode` to `Required`.',
  risk: 'Every caller without a certificate gets 403.',
  differs:
    'Azure Policy and CloudSploit also pass an app that has HTTP/2 enabled. HTTP/2 does not require a certificate, and `Required` works with it, so it is a violation here.',
  harm: '4xx',
  severity: 'low',
  profile: 'strict',
  documents: ['resource', 'config/web', 'plan'],
  references: {
    'Azure Policy': ['19dd1db6-f442-49cf-a838-b0786b4401ef'],
    'Azure Policy (slots)': ['5b0bd968-5cb5-4513-8987-27786c6f0df8'],
    MCSB: ['PV-2'],
    'CIS Foundations 1.3, 1.4, 2.0': ['9.4'],
    Prowler: ['app_client_certificates_on'],
    Checkov: ['CKV_AZURE_17'],
  },
  check: (snapshot) =>
    judgeSite(snapshot, (properties) => {
      const { clientCertEnabled, clientCertMode } = properties;
      const enabled = truthOf(clientCertEnabled ?? false);
      // `Required` is the default of the service.
      const mode = lowerCase(clientCertMode ?? 'Required');
      if (enabled === null) return unknown('clientCertEnabled is neither true nor false.');
      if (!MODES.includes(mode)) return unknown('clientCertMode is no mode that is known.');
      if (enabled && mode === 'required') return compliant('Every caller over HTTPS must show a certificate.');
      const lacked = lackedByPlan(snapshot, 'clientCertificates');
      if (lacked) return lacked;
      const switched: Change[] = enabled ? [] : [{ ...ENABLED, from: clientCertEnabled ?? null }];
      const moved: Change[] =
        mode === 'required' && typeof clientCertMode === 'string'
          ? []
          : [{ ...REQUIRED, from: clientCertMode ?? null }];
      const preserved: PreservedValue[] =
        moved.length > 0 || clientCertMode === undefined ? [] : [{ ...placeOf(REQUIRED), value: clientCertMode }];
      const wrong = enabled
        ? `Certificates are asked for and not required (clientCertMode is ${quoted(clientCertMode)}).`
        : `No certificate is asked for (clientCertEnabled is ${quoted(clientCertEnabled)})${http2Note(snapshot)}.`;
      const broken = excludesPaths(properties) ? brokenByPaths(snapshot) : null;
      return violation(broken === null ? wrong : `${wrong} ${broken}`, [...switched, ...moved], {
        preserved,
        ...(broken === null ? {} : { tier: 'risky' }),
      });
    }),
  source: () =>
    siteSource([ENABLED, REQUIRED], { client_certificate_enabled: true, client_certificate_mode: 'Required' }),
});

function placeOf({ document, path }: Setting): Omit<PreservedValue, 'value'> {
  return { document, path };
}

/** A sentence about what breaks when certificates are required and paths are excluded; null when nothing does. */
function brokenByPaths(snapshot: Snapshot): string | null {
  const configuration = bodyOf(snapshot, 'config/web');
  if (!configuration)
    return 'Paths are excluded, which HTTP/2 and TLS 1.3 cannot do; whether those are on is not known.';
  const http2 = truthOf(valueAt(configuration, '/properties/http20Enabled'));
  const tls13 = isAtLeast(valueAt(configuration, '/properties/minTlsVersion'), '1.3');
  const spoken = [...(http2 ? ['HTTP/2 is on'] : []), ...(tls13 ? ['TLS 1.3 is the least version'] : [])];
  if (spoken.length === 0) return null;
  return `Paths are excluded, so certificates would be asked for in the middle of a connection, which cannot be while ${spoken.join(' and ')}.`;
}

/** Azure Policy calls the same app compliant, so the reason mentions it. */
function http2Note(snapshot: Snapshot): string {
  const http2 = truthOf(valueAt(bodyOf(snapshot, 'config/web') ?? {}, '/properties/http20Enabled'));
  return http2 ? '; Azure Policy passes it because HTTP/2 is enabled' : '';
}
