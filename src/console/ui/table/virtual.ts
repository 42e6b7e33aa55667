/** Which rows of a long table exist in the page: those near the window. */
import { useSignal } from '@preact/signals';
import {
  defaultRangeExtractor,
  observeWindowOffset,
  observeWindowRect,
  Virtualizer,
  windowScroll,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** From this many rows on. */
export const VIRTUAL_FROM = 200;

interface Options {
  readonly count: number;
  /** Pixels of a row that was not measured yet. */
  readonly height: number;
  readonly body: RefObject<HTMLElement | null>;
  /** A row that exists wherever the window is: the one with the focus. */
  readonly kept: number;
  keyOf(index: number): string;
}

export interface VirtualRows {
  /** The rows with their places, in order; null when all exist. */
  readonly rows: readonly { readonly index: number; readonly start: number; readonly end: number }[] | null;
  /** Of all rows, in pixels. */
  readonly height: number;
  measure(element: Element | null): void;
  /** Makes the row exist, and visible. */
  show(index: number): void;
}

export function useVirtualRows({ count, height, body, kept, keyOf }: Options): VirtualRows {
  const version = useSignal(0);
  const ref = useRef<Virtualizer<Window, Element> | null>(null);
  const isOn = count >= VIRTUAL_FROM;
  const top = useRef(0);
  const options = {
    count: isOn ? count : 0,
    getScrollElement: () => window,
    estimateSize: () => height,
    getItemKey: keyOf,
    overscan: 12,
    scrollMargin: top.current,
    // The header of the table covers the top of the window.
    scrollPaddingStart: 44,
    scrollPaddingEnd: 72,
    initialRect: { width: window.innerWidth, height: window.innerHeight },
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const indexes = defaultRangeExtractor(range);
      return kept < 0 || kept >= count || indexes.includes(kept) ? indexes : [...indexes, kept].sort((a, b) => a - b);
    },
    onChange: () => {
      version.value += 1;
    },
  };
  ref.current ??= new Virtualizer<Window, Element>(options);
  const virtual = ref.current;
  virtual.setOptions(options);
  // Reading it renders again when the window has moved.
  void version.value;

  useLayoutEffect(() => virtual._didMount(), [virtual]);
  useLayoutEffect(() => {
    const next = body.current ? body.current.getBoundingClientRect().top + window.scrollY : 0;
    // Rounded: a part of a pixel is no other place.
    if (isOn && Math.abs(next - top.current) > 1) {
      top.current = next;
      version.value += 1;
    }
    virtual._willUpdate();
  });

  if (!isOn) return { rows: null, height: 0, measure: () => {}, show: () => {} };
  return {
    rows: virtual.getVirtualItems().map(({ index, start, end }) => ({
      index,
      start: start - top.current,
      end: end - top.current,
    })),
    height: virtual.getTotalSize(),
    measure: (element) => virtual.measureElement(element),
    show: (index) => virtual.scrollToIndex(index, { align: 'auto' }),
  };
}
