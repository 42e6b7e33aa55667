import { defineSwitch } from '../checks/documents/switch.ts';
import { HTTP_INGRESS } from '../checks/network/ingress.ts';

export const rule = defineSwitch(HTTP_INGRESS, {
  id: 'containerapp-client-cert',
  title: 'Ingress requires client certificates',
  why: 'With a client certificate the ingress knows the caller before the request reaches the app.',
  fix: 'Sets `clientCertificateMode` of the ingress to require.',
  risk: 'Callers without a certificate can no longer connect, including browsers and health checks from outside.',
  harm: 'invisible',
  severity: 'low',
  profile: 'strict',
  references: { MCSB: ['IM-1'], AzTS: ['Azure_ContainerApps_DP_Enable_mTLS_Encryption'] },
  leaf: 'clientCertificateMode',
  value: 'require',
  whenUnset: 'ignore',
  right: 'Client certificates are required',
  wrong: 'Client certificates are not required',
  azurerm: { client_certificate_mode: 'require' },
});
