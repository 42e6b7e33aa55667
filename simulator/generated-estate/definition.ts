// What a generated estate is to be.

export interface GeneratedEstateOptions {
  /** Web apps, slots and container apps together. */
  apps: number;
  /** The same number gives the same estate; default 1. */
  seed?: number;
  /** How many, or their ids; default 1. */
  subscriptions?: number | readonly string[];
  /** The share of apps that violate something; default 0.1. */
  violations?: number;
  /** The shares of container apps and of slots among the apps; default 0.3 and 0.1. */
  containerApps?: number;
  slots?: number;
  /** Begins the names of all resources; lower-case letters. Default `fleet`. */
  prefix?: string;
}

export interface GeneratedEstate {
  apps: number;
  seed: number;
  subscriptions: readonly string[];
  violations: number;
  containerApps: number;
  slots: number;
  prefix: string;
}

/** Throws for what cannot be generated. */
export function generatedEstate(options: GeneratedEstateOptions): GeneratedEstate {
  const { apps, seed = 1, subscriptions = 1, violations = 0.1, containerApps = 0.3, slots = 0.1 } = options;
  const prefix = options.prefix ?? 'fleet';
  const ids =
    typeof subscriptions === 'number' ? Array.from({ length: subscriptions }, subscriptionNumber) : subscriptions;
  if (!Number.isInteger(apps) || apps < 1 || apps > 1_000_000) throw new Error('An estate has 1 to 1000000 apps.');
  if (ids.length < 1 || ids.length > 10_000) throw new Error('An estate has 1 to 10000 subscriptions.');
  if (!/^[a-z]{1,12}$/.test(prefix)) throw new Error('The prefix has 1 to 12 lower-case letters.');
  // A slot needs a web app.
  if (slots > 1 - containerApps - slots) throw new Error('There are more slots than web apps.');
  return { apps, seed, subscriptions: ids, violations, containerApps, slots, prefix };
}

function subscriptionNumber(_: unknown, index: number): string {
  return `0e57a7e0-0000-4000-8000-${String(index + 1).padStart(12, '0')}`;
}
