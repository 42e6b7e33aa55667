/** A guide as people follow it: what it recommends, one by one, and which rules look after that. */
export interface Guide {
  readonly title: string;
  readonly page: string;
  readonly recommendations: readonly Recommendation[];
}

export interface Recommendation {
  readonly asks: string;
  /** Ids; none where no document of Resource Manager shows it. */
  readonly rules: readonly string[];
  /** Why there is no rule, or what there is besides. */
  readonly note?: string;
}
