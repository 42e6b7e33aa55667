/** Completion for shells. */
import { type Command, defineCommand, type Group } from '../framework/command.ts';
import { choice, flag, texts } from '../framework/field.ts';
import { SHELLS } from './scripts.ts';

export const completion = defineCommand({
  name: 'completion',
  summary: 'Print the completion of a shell.',
  arguments: { shell: { ...choice(SHELLS, 'The shell.'), required: true } },
  examples: [
    { command: 'completion bash', description: 'Print it; in ~/.bashrc: eval "$(plumbline completion bash)"' },
    { command: 'completion zsh', description: 'Print it; in ~/.zshrc: eval "$(plumbline completion zsh)"' },
    { command: 'completion fish', description: 'Print it; save it as ~/.config/fish/completions/plumbline.fish' },
    {
      command: 'completion powershell',
      description: 'Print it; in $PROFILE: plumbline completion powershell | Out-String | Invoke-Expression',
    },
  ],
  load: async () => (await import('./run.ts')).printScript,
});

/** What the scripts ask. `commands`: those of the program, which this one is part of. */
export function completeCommand(commands: () => readonly (Command | Group)[]): Command {
  return defineCommand({
    name: 'complete',
    summary: 'Print what may stand where the cursor is.',
    arguments: { words: texts('The words after plumbline; the last one is being typed.') },
    options: { marked: flag('Each word begins with an equals sign.') },
    examples: [],
    hidden: true,
    async load() {
      const { printCandidates } = await import('./run.ts');
      return (context, { words, marked }) =>
        printCandidates(context, commands(), marked ? words.map((word) => word.replace(/^=/, '')) : words);
    },
  });
}
