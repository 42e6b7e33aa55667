/**
 * The completion of each shell: a few lines that ask `plumbline complete` for what may stand at the cursor. Each candidate is a
 * line: the value, a tab, its description. The line `:files` asks for names of files.
 */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# plumbline completion bash; add to ~/.bashrc:  eval "$(plumbline completion bash)"
_plumbline() {
  local line
  COMPREPLY=()
  # A word with a colon is several words to bash, so the line is split here at blanks only.
  local -a words
  read -r -a words <<< "\${COMP_LINE:0:COMP_POINT}"
  [[ "\${COMP_LINE:0:COMP_POINT}" == *[[:space:]] ]] && words+=('')
  while IFS= read -r line; do
    if [[ "$line" == ':files' ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${words[-1]}")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(plumbline complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _plumbline plumbline
`,
  zsh: `#compdef plumbline
# plumbline completion zsh; add to ~/.zshrc:  eval "$(plumbline completion zsh)"
_plumbline() {
  local line
  local -a candidates
  while IFS= read -r line; do
    if [[ "$line" == ':files' ]]; then
      _files
    else
      # A colon in a value would begin its description.
      candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(plumbline complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#candidates} )) && _describe 'plumbline' candidates
}
compdef _plumbline plumbline
`,
  fish: `# plumbline completion fish; save it as ~/.config/fish/completions/plumbline.fish
function __plumbline_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (plumbline complete -- $words[2..-1] 2>/dev/null)
        if test "$line" = ':files'
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c plumbline -f -a '(__plumbline_complete)'
`,
  powershell: `# plumbline completion powershell; add to $PROFILE:  plumbline completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName plumbline -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    if ($wordToComplete -eq '') { $words += '' }
    # Windows PowerShell drops empty arguments, so the last word is marked by a prefix.
    $words = @($words | ForEach-Object { "=$_" })
    plumbline complete --marked -- @words 2>$null | ForEach-Object {
        if ($_ -eq ':files') {
            Get-ChildItem -Name -Path "$wordToComplete*" | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ProviderItem', $_)
            }
        } else {
            $value, $description = $_ -split "\`t", 2
            if (-not $description) { $description = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
        }
    }
}
`,
};
