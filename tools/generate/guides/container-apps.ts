/** What Microsoft recommends for Container Apps. */
import type { Guide } from './guide.ts';

export const CONTAINER_APPS: Guide = {
  title: 'Secure your Azure Container Apps deployment',
  page: 'https://learn.microsoft.com/azure/container-apps/secure-deployment',
  recommendations: [
    { asks: 'Virtual network', rules: ['environment-vnet'] },
    { asks: 'Private endpoints for inbound access', rules: ['environment-private-endpoint'] },
    { asks: 'Internal environments', rules: ['environment-internal'] },
    { asks: 'Disable public network access', rules: ['environment-public-network'] },
    { asks: 'Azure Firewall and user-defined routes for outbound traffic', rules: ['environment-egress-firewall'] },
    { asks: 'Network security groups', rules: ['environment-network-security-group'] },
    { asks: 'Authentication and authorization', rules: ['containerapp-auth'] },
    { asks: 'Managed identities', rules: ['containerapp-managed-identity'] },
    { asks: 'Role-based access control, least privilege', rules: ['containerapp-direct-role-assignments'] },
    { asks: 'Microsoft Entra authentication', rules: ['containerapp-auth'], note: 'the rule names the provider' },
    { asks: 'Token store', rules: ['containerapp-token-store'] },
    { asks: 'Enforce HTTPS, allowInsecure false', rules: ['containerapp-insecure-ingress'] },
    { asks: 'Key Vault for secrets', rules: ['containerapp-secrets-key-vault'] },
    { asks: 'Mutual TLS', rules: ['environment-peer-mtls', 'environment-peer-encryption', 'containerapp-client-cert'] },
    { asks: 'Secrets management, no plain values in environment variables', rules: ['containerapp-plaintext-env'] },
    {
      asks: 'Secure container image storage, private registries',
      rules: ['containerapp-registry-identity', 'containerapp-image-registry', 'containerapp-image-tag'],
    },
    { asks: 'Log Analytics integration', rules: ['environment-diagnostics'] },
    { asks: 'Diagnostic settings', rules: ['environment-diagnostics'] },
    { asks: 'Azure Monitor alerts', rules: ['containerapp-alerts'] },
    { asks: 'Log streaming', rules: [], note: 'not a setting: always available to those with access' },
    { asks: 'Application Insights', rules: ['containerapp-app-insights'] },
    { asks: 'Azure Policy definitions', rules: ['subscription-policy-assignments'] },
    { asks: 'Defender for Cloud', rules: ['subscription-defender-containers'] },
    { asks: 'Resource tags', rules: ['containerapp-required-tags'] },
    { asks: 'Conditional access', rules: [], note: 'lives in Microsoft Entra, not in Resource Manager' },
    {
      asks: 'Audit trails',
      rules: ['subscription-activity-log-export'],
      note: 'and the audit log of Plumbline itself',
    },
    { asks: 'Zone redundancy', rules: ['environment-zone'] },
    { asks: 'Multi-region deployment', rules: ['subscription-regions'] },
    {
      asks: 'Infrastructure as code',
      rules: [],
      note: 'shown on every finding: the Bicep and Terraform line that fixes it at the source',
    },
    { asks: 'Geo-redundant registry', rules: ['containerapp-registry-geo-replicated'] },
    { asks: 'Test disaster recovery', rules: [], note: 'a practice, not a setting' },
    { asks: 'Dapr components', rules: ['environment-dapr-scopes', 'containerapp-dapr-api-logging'] },
    {
      asks: 'Ingress: client certificates, IP restrictions, internal ingress',
      rules: [
        'containerapp-client-cert',
        'containerapp-ip-restrict',
        'containerapp-external-ingress',
        'containerapp-additional-ports',
        'containerapp-cors-wildcard',
      ],
    },
    { asks: 'Console access', rules: ['containerapp-direct-role-assignments'] },
    { asks: 'Environments as security boundaries', rules: ['environment-mixed-stages'] },
    {
      asks: 'Scaling and resource limits',
      rules: [
        'containerapp-max-replicas',
        'containerapp-min-replicas',
        'containerapp-resource-limits',
        'containerapp-health-probe',
      ],
    },
    { asks: 'Revision management', rules: ['containerapp-stale-revisions', 'containerapp-session-affinity'] },
  ],
};

export const CONTAINER_APPS_OVERVIEW: Guide = {
  title: 'Security overview in Azure Container Apps',
  page: 'https://learn.microsoft.com/azure/container-apps/security',
  recommendations: [
    {
      asks: 'System-assigned and user-assigned identities, when to use each',
      rules: ['containerapp-managed-identity', 'containerapp-user-assigned-identity'],
    },
    { asks: 'Managed identity for image pulls', rules: ['containerapp-registry-identity'] },
    {
      asks: 'Secrets: Key Vault references, secret references in environment variables',
      rules: ['containerapp-secrets-key-vault', 'containerapp-plaintext-env'],
    },
    { asks: 'Secret rotation', rules: [], note: 'happens in Key Vault, which Plumbline does not read' },
    { asks: 'Token store', rules: ['containerapp-token-store'] },
    {
      asks: 'Firewall, routes, security groups, private endpoint, mTLS, Front Door',
      rules: [
        'environment-egress-firewall',
        'environment-network-security-group',
        'environment-private-endpoint',
        'environment-peer-mtls',
        'containerapp-ip-restrict',
      ],
    },
  ],
};
