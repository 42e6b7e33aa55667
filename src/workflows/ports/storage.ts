/** What all stores share: pages, versions, and errors. */

export interface Versioned<T> {
  readonly value: T;
  /** Opaque. Saving under an old version throws ConflictError. */
  readonly version: string;
}

export interface PageRequest {
  readonly limit: number;
  /** The end of the page before, from the store. */
  readonly after: string | null;
}

/** May be short or empty although `next` is set. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Another instance saved first: load again and decide again. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/**
 * Repeats an attempt while another instance saves first. Each attempt loads again and decides again by what it finds.
 */
export async function retryOnConflict<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}

/** The storage could not be read or written. Missing data proves nothing then. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}
