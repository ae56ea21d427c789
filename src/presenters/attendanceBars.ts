import { DateTime } from 'luxon';
import { isStillIn, spanOf, type AttendanceFacts, type KnownStay } from '../domain/attendance';
import type { Interval } from '../domain/intervals';
import { formatClock } from './classTime';

/** A bar on the line of a class's time, as percentages of it. */
export interface Bar {
  readonly x: string;
  readonly width: string;
  /** nobody told when this stay ended */
  readonly open: boolean;
}

export interface TimeLine {
  readonly span: Interval;
  /** the planned time of the class */
  readonly planned: Omit<Bar, 'open'>;
  readonly ticks: readonly {
    readonly x: string;
    readonly label: string;
    readonly anchor: 'start' | 'middle' | 'end';
  }[];
}

const MINUTE_MS = 60_000;
const STEPS = [5, 10, 15, 20, 30, 60, 120, 240, 480];
/** Labels that are closer than this part of the line cover each other on a telephone. */
const CLOSEST = 0.28;
/** So near to an end a label would stick out. */
const EDGE = 0.06;
/** A stay of seconds can still be seen. */
const MIN_WIDTH = 0.4;

/** From the planned start to the planned end, and as much before and after as somebody was there. */
export function timeLine(planned: Interval, stays: readonly Interval[], zone: string): TimeLine {
  const span = {
    from: Math.min(planned.from, ...stays.map(({ from }) => from)),
    to: Math.max(planned.to, ...stays.map(({ to }) => to)),
  };
  const { x, width } = place(planned, span);
  return { span, planned: { x, width }, ticks: ticksOf(span, zone) };
}

export function barsOf(stays: readonly KnownStay[], facts: AttendanceFacts, span: Interval): Bar[] {
  return stays.flatMap((stay) => {
    const there = spanOf(stay, facts);
    return there ? [{ ...place(there, span), open: stay.leaveTime === null && !isStillIn(stay, facts) }] : [];
  });
}

/** "10:00 AM to 10:20 AM, 10:22 AM to 10:45 AM", for those who do not see the bars. */
export function spansInWords(spans: readonly Interval[], zone: string): string {
  const clock = (at: number) => formatClock(new Date(at), zone);
  return spans.map(({ from, to }) => `${clock(from)} to ${clock(to)}`).join(', ') || 'never';
}

function place({ from, to }: Interval, span: Interval): Omit<Bar, 'open'> {
  const length = span.to - span.from;
  const start = (100 * (from - span.from)) / length;
  const width = Math.min(Math.max((100 * (to - from)) / length, MIN_WIDTH), 100);
  return { x: percent(Math.min(start, 100 - width)), width: percent(width) };
}

function ticksOf(span: Interval, zone: string): TimeLine['ticks'] {
  const minutes = (span.to - span.from) / MINUTE_MS;
  const step = STEPS.find((one) => one / minutes >= CLOSEST) ?? 24 * 60;
  const day = DateTime.fromMillis(span.from, { zone }).startOf('day').toMillis();
  const first = day + Math.ceil((span.from - day) / (step * MINUTE_MS)) * step * MINUTE_MS;
  const ticks = [];
  for (let at = first; at <= span.to; at += step * MINUTE_MS) {
    const part = (at - span.from) / (span.to - span.from);
    const anchor = part < EDGE ? 'start' : part > 1 - EDGE ? 'end' : 'middle';
    ticks.push({ x: percent(100 * part), label: formatClock(new Date(at), zone), anchor } as const);
  }
  return ticks;
}

function percent(value: number): string {
  return `${Math.round(value * 100) / 100}%`;
}
