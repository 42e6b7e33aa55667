import { compliant, defineAdvice, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { hostNamesOf } from '../checks/app-service/host-names.ts';
import { judgeSite } from '../checks/app-service/hosting.ts';
import { declared, Expression } from '../declare/printers.ts';

export const rule = defineAdvice({
  id: 'webapp-custom-domain-tls',
  title: 'Every custom hostname has a TLS binding',
  why: 'A name without a certificate of its own is served with the certificate of the platform: browsers show a warning, and clients that check the certificate refuse it.',
  risk: 'It needs a certificate for the name; a managed one is issued only while the name points to the app.',
  severity: 'high',
  references: { MCSB: ['DP-3'] },
  check: (snapshot) =>
    judgeSite(snapshot, (properties) => {
      const names = hostNamesOf(properties);
      if (!names) return unknown('The host names of the app came in a form that Plumbline does not know.');
      const custom = names.filter(({ name }) => !OF_THE_PLATFORM.test(name) && !OF_TRAFFIC_MANAGER.test(name));
      if (custom.length === 0) return notApplicable('The app has no host names of its own.');
      const unbound = custom.filter(({ bound }) => !bound);
      if (unbound.length === 0) return compliant('Every host name of the app has a TLS binding.');
      return violation(`Without a TLS binding: ${unbound.map(({ name }) => name).join(', ')}.`);
    }),
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
 * Traffic Manager adds its own name to an app. Nobody can have a certificate for it, and callers use a custom name
 * (Azure/azure-quickstart-templates#2405). In Azure, Azure Government and Azure in China, as in the clouds of Azure PowerShell.
 */
const OF_TRAFFIC_MANAGER = /\.(trafficmanager\.(net|cn)|usgovtrafficmanager\.net)$/i;

/** The platform has certificates for these: in Azure, in Azure Government, in Azure in China, and in an environment. */
const OF_THE_PLATFORM = /\.(azurewebsites\.(net|us)|chinacloudsites\.cn|appserviceenvironment\.(net|us|cn))$/i;
