/**
 * A launchd agent, as a property list with the keys of launchd.plist(5) on macOS. Text is XML 1.0 character data. Pure.
 */
import type { LaunchPlan } from './launch-plan.js';

/** How launchd notices new files. */
export interface Watching {
  /** `QueueDirectories` instead of `WatchPaths`. */
  queue: boolean;
  /** The file for stderr. */
  log: string;
}

/** A value of a property list. */
type Value = string | number | boolean | readonly string[] | { readonly [key: string]: Value };

/** Seconds that the current item has to finish before the process is killed. */
export const patience = 900;

const spins = [
  'launchd starts this job again and again, every 10 s, while anything at all lies in the folder: a .DS_Store that the',
  'Finder made, a text, a photo that may not be moved, or, in copy mode, every photo. WatchPaths does not.',
];

/** The property list of the agent. */
export function agent(plan: LaunchPlan, { queue, log }: Watching): string {
  const when: Record<string, Value> =
    plan.runs === 'serve'
      ? { KeepAlive: { SuccessfulExit: false }, ThrottleInterval: 30 }
      : { [queue ? 'QueueDirectories' : 'WatchPaths']: [plan.incoming], StartInterval: plan.sweep };
  const keys: Record<string, Value> = {
    Label: plan.name,
    ProgramArguments: plan.command,
    RunAtLoad: true,
    ...when,
    ProcessType: plan.runs === 'serve' ? 'Adaptive' : 'Background',
    ExitTimeOut: patience,
    // launchd creates the log with it; property lists have no octal numbers.
    Umask: 0o077,
    StandardErrorPath: log,
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    ...(queue && plan.runs === 'pass' ? ['<!--', ...spins.map((line) => `  ${line}`), '-->'] : []),
    '<plist version="1.0">',
    ...lines(keys, ''),
    '</plist>',
    '',
  ].join('\n');
}

function lines(value: Value, indent: string): string[] {
  const inside = `${indent}  `;
  if (typeof value === 'string') return [`${indent}<string>${escape(value)}</string>`];
  if (typeof value === 'number') return [`${indent}<integer>${value}</integer>`];
  if (typeof value === 'boolean') return [`${indent}<${value ? 'true' : 'false'}/>`];
  if (Array.isArray(value))
    return [`${indent}<array>`, ...value.flatMap((one: string) => lines(one, inside)), `${indent}</array>`];
  const pairs = Object.entries(value).flatMap(([key, one]) => [
    `${inside}<key>${escape(key)}</key>`,
    ...lines(one, inside),
  ]);
  return [`${indent}<dict>`, ...pairs, `${indent}</dict>`];
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
