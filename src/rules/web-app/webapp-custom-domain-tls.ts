/** A name without a certificate of its own is answered with that of the platform, so browsers warn, or HTTP is used. */
import { compliant, defineAdvice, notApplicable, unknown } from '../../domain/rule.ts';
import { hostNamesOf } from '../host-names.ts';
import { judgeSite } from '../hosting.ts';
import { referencesOf } from '../references.ts';
import { declared, Expression } from '../source-lines.ts';

export const rule = defineAdvice({
  id: 'webapp-custom-domain-tls',
  version: 1,
  title: 'Every custom hostname has a TLS binding',
  why: 'A name without a certificate of its own is answered with that of the platform: browsers warn, clients that check refuse, and the rest get used to not checking.',
  risk: 'It needs a certificate for the name; a managed one is issued only while the name points to the app.',
  severity: 'high',
  profile: 'baseline',
  kind: 'web-app',
  documents: ['resource'],
  references: referencesOf({ MCSB: ['DP-3'] }),
  check(snapshot) {
    return judgeSite(snapshot, (properties) => {
      const names = hostNamesOf(properties);
      if (!names) return unknown('The host names of the app came in a form that Plumbline does not know.');
      const custom = names.filter(({ name }) => !OF_THE_PLATFORM.test(name) && !OF_TRAFFIC_MANAGER.test(name));
      if (custom.length === 0) return notApplicable('The app has no host names of its own.');
      const unbound = custom.filter(({ bound }) => !bound);
      if (unbound.length === 0) return compliant('Every host name of the app has a TLS binding.');
      const reason = `Without a TLS binding: ${unbound.map(({ name }) => name).join(', ')}.`;
      return { verdict: 'violation', reason, changes: [] };
    });
  },
  source: () =>
    declared({
      type: 'Microsoft.Web/sites/hostNameBindings@2025-03-01',
      name: 'www',
      body: {
        parent: new Expression('app'),
        name: 'www.example.com',
        properties: { sslState: 'SniEnabled', thumbprint: new Expression('certificate.properties.thumbprint') },
      },
      azurerm: {
        resource: 'azurerm_app_service_certificate_binding',
        body: {
          hostname_binding_id: new Expression('azurerm_app_service_custom_hostname_binding.www.id'),
          certificate_id: new Expression('azurerm_app_service_managed_certificate.www.id'),
          ssl_state: 'SniEnabled',
        },
      },
    }),
});

/**
 * Traffic Manager puts its own name on an app, and nobody can have a certificate for it: callers come by a name of their own
 * (Azure/azure-quickstart-templates#2405). In Azure, Azure Government and Azure in China, as in the clouds of Azure PowerShell.
 */
const OF_TRAFFIC_MANAGER = /\.(trafficmanager\.(net|cn)|usgovtrafficmanager\.net)$/i;

/** The platform has certificates for these: in Azure, in Azure Government, in Azure in China, and in an environment. */
const OF_THE_PLATFORM = /\.(azurewebsites\.(net|us)|chinacloudsites\.cn|appserviceenvironment\.(net|us|cn))$/i;
