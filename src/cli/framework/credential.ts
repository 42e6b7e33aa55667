/** The caller's own sign-in to Azure: never one of Plumbline's. */
import type { AccessToken, TokenCredential } from '@azure/core-auth';
import { CommandFailure } from './failure.ts';

/**
 * In this order: the environment (AZURE_CLIENT_ID and others), a workload identity, a managed identity where the platform
 * says that there is one, the Azure CLI. A person at a terminal has only the last one.
 */
export async function createCallerCredential(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<TokenCredential> {
  const identity = await import('@azure/identity');
  const clientId = environment.AZURE_CLIENT_ID;
  const sources: TokenCredential[] = [new identity.EnvironmentCredential()];
  if (environment.AZURE_FEDERATED_TOKEN_FILE) sources.push(new identity.WorkloadIdentityCredential());
  if (environment.IDENTITY_ENDPOINT || environment.MSI_ENDPOINT)
    sources.push(new identity.ManagedIdentityCredential(clientId ? { clientId } : {}));
  sources.push(new identity.AzureCliCredential());
  return new identity.ChainedTokenCredential(...sources);
}

/** A token. Throws CommandFailure 4 that says how to sign in. */
export async function tokenFor(credential: TokenCredential, scope: string, signal: AbortSignal): Promise<AccessToken> {
  try {
    const token = await credential.getToken(scope, { abortSignal: signal });
    if (token) return token;
  } catch (error) {
    if (signal.aborted) throw new CommandFailure(130, 'interrupted');
    throw new CommandFailure(4, `no token for ${scope} could be had; sign in with az login`, { cause: error });
  }
  throw new CommandFailure(4, `no token for ${scope} could be had; sign in with az login`);
}
