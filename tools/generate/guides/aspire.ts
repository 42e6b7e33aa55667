/** What is recommended for .NET Aspire, which deploys to Container Apps. */
import type { Guide } from './guide.ts';

export const ASPIRE: Guide = {
  title: 'Azure security best practices for .NET Aspire deployments',
  page: 'https://aspire.dev/deployment/azure/azure-security-best-practices/',
  recommendations: [
    {
      asks: 'Secure base images, non-root, minimal images',
      rules: ['containerapp-image-registry', 'containerapp-image-tag'],
      note: 'inside the image: not visible; the rules show where it comes from',
    },
    {
      asks: 'Private networking, encrypted service-to-service traffic',
      rules: ['environment-vnet', 'environment-peer-encryption', 'containerapp-external-ingress'],
    },
    { asks: 'HTTPS endpoints', rules: ['containerapp-insecure-ingress'] },
    {
      asks: 'Managed identities, user-assigned identities, role-based access',
      rules: [
        'containerapp-managed-identity',
        'containerapp-user-assigned-identity',
        'containerapp-direct-role-assignments',
      ],
    },
    {
      asks: 'Secure configuration, Key Vault',
      rules: ['containerapp-secrets-key-vault', 'containerapp-plaintext-env'],
    },
    { asks: 'Application Insights, Azure Monitor alerts', rules: ['containerapp-app-insights', 'containerapp-alerts'] },
  ],
};
