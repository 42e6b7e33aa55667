/**
 * Which rows of a long table exist in the page: those near the window. Our rows have nearly one height, so this takes 1 KB; a
 * library for lists of every kind takes 9 of the 80 that the page may have.
 */
import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { offsetsOf, type PlacedRow, rowsBetween } from './window.ts';

/** From this many rows on. */
export const VIRTUAL_FROM = 200;

/** Rows that exist before and after those in the window. */
const MORE = 12;
/** Pixels of the window that the header of the table and the selection bar cover. */
const COVERED = { top: 44, bottom: 72 };

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
  readonly rows: readonly PlacedRow[] | null;
  /** Of all rows, in pixels. */
  readonly height: number;
  /** Scrolls until the row is in the window. */
  show(index: number): void;
}

export function useVirtualRows({ count, height, body, kept, keyOf }: Options): VirtualRows {
  const isOn = count >= VIRTUAL_FROM;
  const version = useSignal(0);
  // Reading it renders again when other rows are near the window, or have another height.
  void version.value;
  const measured = useRef(new Map<string, number>()).current;
  const top = useRef(0);
  const firstRow = useRef(-1);
  const offsets = isOn ? offsetsOf(count, (index) => measured.get(keyOf(index)) ?? height) : NO_ROWS;
  const near = () =>
    rowsBetween(offsets, {
      from: window.scrollY - top.current,
      to: window.scrollY - top.current + window.innerHeight,
      more: MORE,
      kept,
    });
  const rows = isOn ? near() : null;
  const latest = useRef(near);
  latest.current = near;
  firstRow.current = keyRow(rows);

  useEffect(() => {
    if (!isOn) return;
    const onMove = () => {
      if (keyRow(latest.current()) !== firstRow.current) version.value += 1;
    };
    window.addEventListener('scroll', onMove, { passive: true });
    window.addEventListener('resize', onMove, { passive: true });
    return () => {
      window.removeEventListener('scroll', onMove);
      window.removeEventListener('resize', onMove);
    };
  }, [isOn, version]);

  useLayoutEffect(() => {
    if (!isOn || !body.current) return;
    let isOther = false;
    const place = body.current.getBoundingClientRect().top + window.scrollY;
    if (Math.abs(place - top.current) > 1) {
      top.current = place;
      isOther = true;
    }
    for (const row of body.current.querySelectorAll<HTMLElement>('tr[data-index]')) {
      const key = keyOf(Number(row.dataset.index));
      if (Math.abs((measured.get(key) ?? height) - row.offsetHeight) <= 1) continue;
      measured.set(key, row.offsetHeight);
      isOther = true;
    }
    if (isOther) version.value += 1;
  });

  return {
    rows,
    height: offsets.at(-1) ?? 0,
    show(index) {
      const [start, end] = [top.current + (offsets[index] ?? 0), top.current + (offsets[index + 1] ?? 0)];
      if (start - COVERED.top < window.scrollY) window.scrollTo({ top: start - COVERED.top });
      else if (end + COVERED.bottom > window.scrollY + window.innerHeight) {
        window.scrollTo({ top: end + COVERED.bottom - window.innerHeight });
      }
    },
  };
}

const NO_ROWS = new Float64Array(1);

/** Tells whether other rows are near: the second one, because the first may be the one with the focus. */
function keyRow(rows: readonly PlacedRow[] | null): number {
  return rows?.[1]?.index ?? -1;
}
