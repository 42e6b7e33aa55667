/** What the checks need of a deployment: its address, a reader, and an app that may be changed. */
import type { DocumentName } from '../../src/domain/resources/documents.ts';
import type { JsonObject } from '../../src/domain/resources/json.ts';
import type { Resource } from '../../src/domain/resources/resource.ts';
import type { AppHealth } from '../../src/workflows/ports/health-gates.ts';

export interface Deployment {
  /** Origin of the function app. */
  readonly url: string;
  /** The app that the checks change. */
  readonly app: Resource;
  /** Whether a violation may be made, to check that it is fixed. */
  readonly drift: boolean;
  /** The headers of a user with the role Reader. Throws when sign-in fails. */
  signedIn(): Promise<Readonly<Record<string, string>>>;
  /** Object id (lower case) of the user who changes the app; null when it is unknown. */
  changer(): Promise<string | null>;
  /** Whether a principal (object id) may perform an action in the subscription of the app; null when that cannot be seen. */
  identityMay(objectId: string, action: string): Promise<boolean | null>;
  /** The app as it is now, or another document of it. Throws when it cannot be read. */
  read(document?: DocumentName): Promise<JsonObject>;
  /** Changes the app as a user. Throws when Azure refuses. */
  patch(body: JsonObject): Promise<void>;
  /** Writes another document of it as a user. Throws when Azure refuses. */
  put(document: DocumentName, body: JsonObject): Promise<void>;
  /** Asks Azure about the health of the app as a user; null in the development environment. */
  readonly health: AppHealth | null;
  /** Removes what the run created. */
  close(): Promise<void>;
}
