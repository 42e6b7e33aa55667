/** The credential for all Azure services: the managed identity when the platform offers one, else the developer's own. */
import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/core-auth';

export interface CredentialOptions {
  /** Whether IDENTITY_ENDPOINT is set: then the app has a managed identity. */
  readonly endpointPresent: boolean;
  /** The client id of a user-assigned identity; null means the system-assigned one. */
  readonly clientId: string | null;
}

/** Loads the identity library with the first token, because it is the slowest part of the bundle to load. */
export function createCredential(options: CredentialOptions): TokenCredential {
  let credential: Promise<TokenCredential> | undefined;
  return {
    async getToken(scopes: string | string[], request?: GetTokenOptions): Promise<AccessToken | null> {
      credential ??= load(options);
      return (await credential).getToken(scopes, request);
    },
  };
}

async function load({ endpointPresent, clientId }: CredentialOptions): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import('@azure/identity');
  if (!endpointPresent) return new DefaultAzureCredential();
  // Retries of the library would take longer than a lease; the queue retries a failed token like every other failure.
  const retryOptions = { maxRetries: 0 };
  return clientId === null
    ? new ManagedIdentityCredential({ retryOptions })
    : new ManagedIdentityCredential({ clientId, retryOptions });
}
