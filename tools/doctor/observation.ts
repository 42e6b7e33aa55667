/** An assumption about Azure that could not be verified before a deployment, and whether this one confirms it. */
export interface Observation {
  readonly name: string;
  readonly state: 'seen' | 'not-seen' | 'otherwise';
  readonly said: string;
}

export type Seen = Omit<Observation, 'name'>;

export function seen(said: string): Seen {
  return { state: 'seen', said };
}

export function notSeen(said: string): Seen {
  return { state: 'not-seen', said };
}

export function otherwise(said: string): Seen {
  return { state: 'otherwise', said };
}
