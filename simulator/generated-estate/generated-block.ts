// A generated estate as a block of the store, and what its apps have wrong.

import type { EstateStore } from '../estate/estate-store.ts';
import type { ResourceBlock } from '../estate/resource-block.ts';
import { resourceGroup } from '../estate/subscriptions.ts';
import { type GeneratedEstate, type GeneratedEstateOptions, generatedEstate } from './definition.ts';
import { createLayout, type GeneratedPlace, idAt, type Layout, typeAt } from './layout.ts';
import { createTemplates, ownText } from './templates.ts';
import { violationsOf } from './violations.ts';

export interface GeneratedSummary extends GeneratedEstate {
  /** Resources, with the plan and the environment of each group. */
  resources: number;
  violating: number;
  /** Apps by what they have wrong. */
  byViolation: Record<string, number>;
}

export interface ViolatingApp {
  id: string;
  violations: string[];
}

export interface GeneratedEstates {
  /** Adds one to the estate, without any event. Throws when it cannot be, or when it is there. */
  generate(options: GeneratedEstateOptions): GeneratedSummary;
  summaries(): GeneratedSummary[];
  /** Apps with something wrong as they were generated, in the order in which they were; without `skip` of them, at most `top`. */
  violating(skip?: number, top?: number): ViolatingApp[];
  /** Templates that were built. */
  templates(): number;
}

export function createGeneratedEstates(store: EstateStore): GeneratedEstates {
  const all: { estate: GeneratedEstate; layout: Layout; summary: GeneratedSummary }[] = [];
  const templates = createTemplates();

  return {
    generate(options) {
      const estate = generatedEstate(options);
      const layout = createLayout(estate);
      const block: ResourceBlock = {
        size: layout.size,
        positionOf: layout.positionOf,
        rangeBelow: layout.rangeBelow,
        at(position) {
          const place = layout.at(position);
          return (
            place && {
              id: idAt(place),
              type: typeAt(place),
              template: () => templates.of(place.kind, wrongAt(estate, place)),
              own: (text) => ownText(place, text),
            }
          );
        },
      };
      const groups = [...layout.groups()];
      const taken = groups.find(({ subscription, name }) => store.find(groupId(subscription, name)));
      if (taken) throw new Error(`There is already a group ${taken.name}; take another prefix.`);
      for (const { subscription, name } of groups) store.add(resourceGroup({ subscription, name }));
      store.addBlock(block);
      const summary = summaryOf(estate, layout);
      all.push({ estate, layout, summary });
      return summary;
    },
    summaries: () => all.map(({ summary }) => summary),
    violating(skip = 0, top = Number.POSITIVE_INFINITY) {
      const found: ViolatingApp[] = [];
      let before = 0;
      for (const { estate, layout } of all)
        for (const app of violatingIn(estate, layout)) {
          if (before++ < skip) continue;
          if (found.length >= top) return found;
          found.push(app);
        }
      return found;
    },
    templates: templates.count,
  };
}

function groupId(subscription: string, name: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${name}`;
}

function wrongAt(estate: GeneratedEstate, { kind, number }: GeneratedPlace): string[] {
  return kind === 'plan' || kind === 'environment' ? [] : violationsOf(estate, number, kind === 'containerApp');
}

function* violatingIn(estate: GeneratedEstate, layout: Layout): Iterable<ViolatingApp> {
  for (const place of placesIn(layout)) {
    const violations = wrongAt(estate, place);
    if (violations.length > 0) yield { id: idAt(place), violations };
  }
}

function* placesIn(layout: Layout): Iterable<GeneratedPlace> {
  for (let position = 0; position < layout.size; position++) {
    const place = layout.at(position);
    if (place) yield place;
  }
}

function summaryOf(estate: GeneratedEstate, layout: Layout): GeneratedSummary {
  let [resources, violating] = [0, 0];
  const byViolation: Record<string, number> = {};
  for (const place of placesIn(layout)) {
    resources += 1;
    const violations = wrongAt(estate, place);
    if (violations.length > 0) violating += 1;
    for (const name of violations) byViolation[name] = (byViolation[name] ?? 0) + 1;
  }
  return { ...estate, resources, violating, byViolation };
}
