/**
 * Units of systemd for a user: systemd.unit(5), systemd.path(5), systemd.exec(5) have the keys. `%` is doubled everywhere
 * (it begins a specifier); how quotes and backslashes are read differs from key to key. Pure.
 *
 * A path unit with `PathChanged=` does not look while the service that it started runs, so what comes in between the last
 * look of a pass and its end would be forgotten. Here the service that it starts only makes a file, `came`; a second path
 * unit with `PathExists=` starts the pass, which begins by removing that file: if it is there again when the pass ends, the
 * next one begins at once. Nothing that stays in `incoming` makes that happen.
 */
import type { LaunchPlan } from './launch-plan.js';

const escape = (text: string): string => text.replaceAll('%', '%%');

/** An argument of `ExecStart=:`; the colon keeps `$` as it is. */
const argument = (text: string): string => `"${escape(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** A path where the whole rest of the line is one. A slash at the end keeps a last space or backslash from being taken away. */
const whole = (path: string): string => escape(/[\s\\]$/.test(path) ? `${path}/` : path);

/** A path in a list: in quotes, in which a backslash is itself. */
const listed = (path: string): string => `"${escape(path).replaceAll('"', `"'"'"`)}"`;

/** Folders that are not there (yet) are passed over. */
const ifThere = (path: string): string => `"-${listed(path).slice(1)}`;

/** A path in a description; a backslash at the end of a line would take in the next. */
const shown = (path: string): string => `"${escape(path)}"`;

const inTemporary = (path: string): boolean => /^\/(?:var\/)?tmp(?:\/|$)/.test(path);

/**
 * The parts of the sandbox that are mounts. A user's systemd can make them where the system lets users have namespaces of
 * their own; where it doesn't, a unit that asks for one of these does not start at all (226/NAMESPACE).
 */
function mounts(plan: LaunchPlan): string[] {
  const hidden = [...plan.writable, ...plan.command.slice(0, 2)].some(inTemporary);
  return [
    'ProtectSystem=strict',
    ...plan.writable.map((folder) => `ReadWritePaths=${ifThere(folder)}`),
    'InaccessiblePaths=-%h/.ssh -%h/.gnupg -%h/.aws -%h/.password-store',
    ...(hidden ? [] : ['PrivateTmp=yes']),
    'ProtectKernelTunables=yes',
    'ProtectControlGroups=yes',
  ];
}

/** What a service may do. `MemoryDenyWriteExecute` would stop V8, which writes the code that it runs. */
function sandbox(plan: LaunchPlan): string[] {
  return [
    ...(plan.namespaces === false ? [] : mounts(plan)),
    'UMask=0077',
    'NoNewPrivileges=yes',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
    'SystemCallErrorNumber=EPERM',
  ];
}

/** What is the same for a pass and for the server. */
const running = (plan: LaunchPlan): string[] => [
  `ExecStart=:${plan.command.map(argument).join(' ')}`,
  // Only the process itself is asked to end, and then ends its own; what is in hand may take its time.
  'KillMode=mixed',
  'TimeoutStopSec=15min',
  'SuccessExitStatus=143',
  ...sandbox(plan),
];

const unit = (sections: Record<string, readonly string[]>): string =>
  Object.entries(sections)
    .map(([name, entries]) => `[${name}]\n${entries.join('\n')}\n`)
    .join('\n');

/** The names of all units that a service of this name may have, whether it runs passes or the server. */
export const unitNames = (name: string): string[] => [
  `${name}.path`,
  `${name}-came.service`,
  `${name}-pass.path`,
  `${name}.timer`,
  `${name}.service`,
  trialName(name),
];

/** The name of the unit that tries whether the sandbox can be had. */
export const trialName = (name: string): string => `${name}-trial.service`;

/** A unit that does nothing, in the sandbox of the others. */
export const trial = (plan: LaunchPlan): string =>
  unit({
    Unit: ['Description=Tries whether a sandbox can be had'],
    Service: ['Type=oneshot', 'ExecStart=true', ...sandbox(plan)],
  });

/** The units, by file name, and those of them that are to be enabled. */
export function units(plan: LaunchPlan): { files: ReadonlyMap<string, string>; enable: readonly string[] } {
  return plan.runs === 'serve' ? serving(plan) : passing(plan);
}

function serving(plan: LaunchPlan): ReturnType<typeof units> {
  const service = unit({
    Unit: [`Description=Photospool, the server of ${shown(plan.home)}`],
    Service: [...running(plan), 'Restart=on-failure', 'RestartSec=10', 'RestartPreventExitStatus=2'],
    Install: ['WantedBy=default.target'],
  });
  return { files: new Map([[`${plan.name}.service`, service]]), enable: [`${plan.name}.service`] };
}

function passing(plan: LaunchPlan): ReturnType<typeof units> {
  const { name } = plan;
  const runtime = [`RuntimeDirectory=${name}`, 'RuntimeDirectoryPreserve=yes'];
  const came = `%t/${name}/came`;
  const files = {
    [`${name}.path`]: unit({
      Unit: [`Description=Sees that something comes in to ${shown(plan.incoming)}`],
      Path: [`PathChanged=${whole(plan.incoming)}`, `Unit=${name}-came.service`, 'TriggerLimitIntervalSec=0'],
      Install: ['WantedBy=paths.target'],
    }),
    [`${name}-came.service`]: unit({
      Unit: ['Description=Notes that something came in', 'StartLimitIntervalSec=0'],
      // The second is for the many files of one delivery: what comes in it is before the note, so the pass sees it.
      Service: ['Type=oneshot', ...runtime, 'ExecStart=sleep 1', `ExecStart=touch ${came}`],
    }),
    [`${name}-pass.path`]: unit({
      Unit: ['Description=Begins a pass when something came in'],
      Path: [`PathExists=${came}`, `Unit=${name}.service`],
      Install: ['WantedBy=paths.target'],
    }),
    [`${name}.timer`]: unit({
      Unit: ['Description=A pass now and then, for what no event told of'],
      Timer: ['OnActiveSec=5', 'AccuracySec=5', `OnUnitInactiveSec=${plan.sweep}`, `Unit=${name}.service`],
      Install: ['WantedBy=timers.target'],
    }),
    [`${name}.service`]: unit({
      Unit: [
        `Description=Photospool, a pass over ${shown(plan.incoming)}`,
        'StartLimitIntervalSec=10',
        'StartLimitBurst=30',
      ],
      Service: ['Type=oneshot', ...runtime, `ExecStartPre=rm -f ${came}`, 'Nice=10', ...running(plan)],
    }),
  };
  return { files: new Map(Object.entries(files)), enable: [`${name}.path`, `${name}-pass.path`, `${name}.timer`] };
}
