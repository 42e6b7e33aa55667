/** What Microsoft and others recommend for App Service. */
import type { Guide } from './guide.ts';

export const APP_SERVICE: Guide = {
  title: 'Secure your Azure App Service deployment',
  page: 'https://learn.microsoft.com/azure/app-service/overview-security',
  recommendations: [
    { asks: 'Private endpoints', rules: ['webapp-private-endpoint'] },
    {
      asks: 'Virtual network integration',
      rules: ['webapp-vnet-integration', 'webapp-vnet-route-all', 'webapp-vnet-config-routing'],
    },
    {
      asks: 'IP restrictions',
      rules: ['webapp-access-restrict', 'webapp-scm-access-restrict', 'webapp-public-network'],
    },
    { asks: 'Web application firewall', rules: ['webapp-waf'] },
    { asks: 'App Service Environment', rules: ['webapp-isolated-plan'] },
    { asks: 'Managed identities', rules: ['webapp-managed-identity', 'webapp-registry-identity'] },
    { asks: 'Authentication and authorization', rules: ['webapp-auth', 'webapp-token-store'] },
    { asks: 'Role-based access control', rules: ['webapp-direct-role-assignments'] },
    { asks: 'Secrets in Key Vault; protect application settings', rules: ['webapp-key-vault-references'] },
    { asks: 'Mutual TLS', rules: ['webapp-client-cert'] },
    { asks: 'Enforce HTTPS', rules: ['webapp-https-only'] },
    {
      asks: 'TLS version',
      rules: ['webapp-min-tls', 'webapp-scm-min-tls', 'webapp-tls-cipher', 'webapp-end-to-end-tls'],
    },
    { asks: 'TLS certificates', rules: ['webapp-custom-domain-tls', 'webapp-certificate-expiry'] },
    { asks: 'Encryption at rest', rules: [], note: 'always on in the platform: no setting to read' },
    {
      asks: 'Diagnostic logging',
      rules: ['webapp-diagnostics', 'webapp-detailed-error-logs', 'webapp-failed-request-tracing'],
    },
    { asks: 'Azure Monitor', rules: ['webapp-diagnostics'] },
    { asks: 'Application Insights', rules: ['webapp-app-insights'] },
    { asks: 'Security alerts', rules: ['webapp-alerts'] },
    { asks: 'Health checks', rules: ['webapp-health-check'] },
    {
      asks: 'Azure Policy; regulatory compliance',
      rules: ['subscription-policy-assignments'],
      note: 'and the benchmark ids on every rule',
    },
    { asks: 'Defender for Cloud recommendations', rules: ['subscription-defender-app-service'] },
    {
      asks: 'Security assessments, penetration tests, secure DevOps practices',
      rules: [],
      note: 'practices, not settings',
    },
    { asks: 'Automated backups and their retention', rules: ['webapp-backup'] },
    {
      asks: 'Test restoration, document recovery',
      rules: ['webapp-backup-health'],
      note: 'practices; the rule shows the part that is visible',
    },
    { asks: 'Multi-region deployments', rules: ['subscription-regions', 'plan-zone-redundant', 'plan-instances'] },
    { asks: 'Keep the platform updated', rules: ['webapp-runtime'] },
    { asks: 'FTPS', rules: ['webapp-ftps-only', 'webapp-ftp-basic-auth'] },
    {
      asks: 'Application-level security; protect code and secrets',
      rules: [],
      note: 'inside the application: not visible',
    },
    { asks: 'Deployment slots', rules: ['webapp-deployment-slot'] },
  ],
};

export const APP_SERVICE_PRACTICES: Guide = {
  title: 'Azure App Service Security & Best Practices',
  page: 'https://senserva.com/blog/azure-app-service-best-practices',
  recommendations: [
    {
      asks: 'Latest platforms, languages, protocols and frameworks',
      rules: ['webapp-runtime', 'webapp-min-tls', 'webapp-http2'],
    },
    { asks: 'Trusted container images', rules: ['webapp-registry-identity', 'containerapp-image-registry'] },
    {
      asks: 'Access restrictions, isolated tier, VNet integration',
      rules: ['webapp-access-restrict', 'webapp-isolated-plan', 'webapp-vnet-integration'],
    },
    {
      asks: 'No anonymous access, require authentication, client certificates',
      rules: ['webapp-auth', 'webapp-client-cert'],
    },
    {
      asks: 'No local authentication for the data plane',
      rules: ['webapp-ftp-basic-auth', 'webapp-scm-basic-auth', 'webapp-ssh'],
    },
    {
      asks: 'Managed identity, Key Vault, no secrets in configuration',
      rules: ['webapp-managed-identity', 'webapp-key-vault-references'],
    },
    { asks: 'Conditional access', rules: [], note: 'lives in Microsoft Entra' },
    {
      asks: 'HTTP to HTTPS, latest TLS, FTPS over FTP',
      rules: ['webapp-https-only', 'webapp-min-tls', 'webapp-ftps-only'],
    },
    {
      asks: 'Static content and hidden folders, certificate pinning, outbound connection reuse, IoT clients',
      rules: [],
      note: 'inside the application or its clients: not visible',
    },
    {
      asks: 'Defender for App Service, alerts, diagnostics, health checks',
      rules: ['subscription-defender-app-service', 'webapp-alerts', 'webapp-diagnostics', 'webapp-health-check'],
    },
    { asks: 'Same region for related resources; two regions for failover', rules: ['subscription-regions'] },
    {
      asks: 'Auto-heal, scaling up and out',
      rules: ['webapp-auto-heal', 'plan-production-tier', 'plan-instances', 'webapp-always-on', 'webapp-arr-affinity'],
    },
    { asks: 'Backup failures', rules: ['webapp-backup', 'webapp-backup-health'] },
    { asks: 'Deployment slots', rules: ['webapp-deployment-slot'] },
    {
      asks: 'Remote debugging, cross-origin requests and WebSockets left open',
      rules: ['webapp-remote-debugging', 'webapp-cors-wildcard', 'webapp-websockets'],
    },
    { asks: 'Tags', rules: ['webapp-required-tags'] },
  ],
};
