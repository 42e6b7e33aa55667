/** What a checkup needs of a deployment: its address, somebody who may read, and an app that may be changed. */
import type { DocumentName } from '../../src/domain/documents.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Resource } from '../../src/domain/resource.ts';

export interface Deployment {
  /** Origin of the function app. */
  readonly url: string;
  /** The app that the checkup changes. */
  readonly app: Resource;
  /** Whether a violation may be made, to see it put right. */
  readonly drift: boolean;
  /** The headers of somebody with the role Reader. Throws when nobody can be signed in. */
  signedIn(): Promise<Readonly<Record<string, string>>>;
  /** Object id (lower case) of who changes the app; null when that cannot be known. */
  changer(): Promise<string | null>;
  /** Whether somebody (object id) may perform an action in the subscription of the app; null when that cannot be seen. */
  identityMay(objectId: string, action: string): Promise<boolean | null>;
  /** The app as it is now, or another document of it. Throws when it cannot be read. */
  read(document?: DocumentName): Promise<JsonObject>;
  /** Somebody changes the app. Throws when Azure refuses. */
  patch(body: JsonObject): Promise<void>;
  /** Somebody writes another document of it. Throws when Azure refuses. */
  put(document: DocumentName, body: JsonObject): Promise<void>;
  /** Puts away what the checkup itself brought along. */
  close(): Promise<void>;
}
