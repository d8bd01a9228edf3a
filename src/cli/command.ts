/** The common parts of commands: their form, and the flags of all of them. */
import { type Command, Option } from 'commander';
import { flagOf, homeFolder, keys, readConfig, type Config } from '../base/config.js';

/** Adds a verb to the program. `run` executes its work, which returns the exit code. */
export type Verb = (program: Command, run: (work: () => Promise<number>) => Promise<void>) => void;

/** The flags of every verb, as returned by commander. */
export type Flags = Record<string, unknown> & { home?: string; json?: boolean };

/** Adds a command with the common flags before its own: `--home` and `--json`. */
export function addVerb(program: Command, usage: string, description: string): Command {
  const command = program.command(usage).description(description);
  command.option('--home <DIR>', 'home folder (default: $PHOTOSPOOL_HOME, else ~/Photospool)');
  command.option('--json', 'print JSON, one object per line');
  return command;
}

/** Adds the configuration flags to a verb, after its own, without short flags that the verb uses otherwise. */
export function addConfiguration(command: Command): void {
  command.optionsGroup('Configuration (also in photospool.toml and as PHOTOSPOOL_… environment variables):');
  for (const key of keys) {
    const short = new Option(`--${flagOf(key)} <${key.value}>`, key.help);
    if (command.options.every(({ long }) => long !== short.long)) command.addOption(short);
    command.addOption(new Option(`--${key.key.replace('.', '-')} <${key.value}>`).hideHelp());
  }
}

/** The configuration from the flags, the environment and the home's file. @throws PhotospoolError `config`. */
export function configOf(flags: Flags): Config {
  return readConfig(homeFolder(flags.home), givenFlags(flags));
}

/** The configuration flags that were given, by name. */
function givenFlags(flags: Flags): Record<string, unknown> {
  return Object.fromEntries(
    keys.map((key) => {
      const long = key.key.replace(/\.(.)/, (_, letter: string) => letter.toUpperCase());
      return [flagOf(key), flags[flagOf(key)] ?? flags[long]];
    }),
  );
}

/**
 * The configuration from the command line and the environment, as flags with the same meaning anywhere: for a command
 * that runs later, elsewhere.
 */
export function carriedFlags(flags: Flags, config: Config, env: NodeJS.ProcessEnv = process.env): string[] {
  const given = givenFlags(flags);
  return keys.flatMap((key) => {
    const variables = [flagOf(key), key.key.replace('.', '_')].map((name) => env[`PHOTOSPOOL_${name.toUpperCase()}`]);
    const said = [given[flagOf(key)], ...variables].some((value) => value !== undefined && value !== '');
    return said ? [`--${flagOf(key)}`, String(config[key.field])] : [];
  });
}
