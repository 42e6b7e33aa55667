// The documents of a resource by name, and what is told of each change.

export interface Documents {
  /** Undefined when there is none. */
  get(name: string): unknown;
  set(name: string, body: unknown): void;
  keys(): string[];
  /** The body without a copy; nobody may change it. */
  shared(name: string): SharedBody;
}

/** A body that many resources may share, as a template does. */
export interface SharedBody {
  body: unknown;
  /** A text of the body as this resource has it. */
  own(text: string): string;
}

/** Called before a document changes, with what it was. */
export type BeforeChange = (name: string, body: unknown) => void;

/** For a body that no other resource shares. */
export const asIs = (text: string) => text;

/** Documents that are all stored. */
export function storedDocuments(bodies: Record<string, unknown>, beforeChange: BeforeChange): Documents {
  const stored = new Map(Object.entries(bodies));
  return {
    get: (name) => stored.get(name),
    set(name, body) {
      beforeChange(name, stored.get(name));
      stored.set(name, body);
    },
    keys: () => [...stored.keys()],
    shared: (name) => ({ body: stored.get(name), own: asIs }),
  };
}

/** Documents that come from a template until they change. `changed` has those that did. */
export function templateDocuments(
  { template, own }: { template(): Template; own(text: string): string },
  changed: { get(): ReadonlyMap<string, unknown>; change(name: string, body: unknown): void },
  beforeChange: BeforeChange,
): Documents {
  const documents: Documents = {
    get(name) {
      if (changed.get().has(name)) return changed.get().get(name);
      const text = template().texts.get(name);
      return text === undefined ? undefined : JSON.parse(own(text));
    },
    set(name, body) {
      beforeChange(name, documents.get(name));
      changed.change(name, body);
    },
    keys: () => [...new Set([...template().texts.keys(), ...changed.get().keys()])],
    shared(name) {
      if (changed.get().has(name)) return { body: changed.get().get(name), own: asIs };
      return { body: template().bodies[name], own };
    },
  };
  return documents;
}

export interface Template {
  bodies: Readonly<Record<string, unknown>>;
  /** The same as JSON. */
  texts: ReadonlyMap<string, string>;
}
