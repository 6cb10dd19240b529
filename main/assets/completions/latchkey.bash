# Completions of latchkey for bash. Made from the table of commands by `npm run completions`.

# Sets `flags`, `valued` (the flags with a value), and what to offer for the flag, or the argument,
# that `about` names: `words`, or in `offer` a kind of path. Flags may precede the command, which
# is empty then.
_latchkey_table() {
  local about=$2
  case $1 in
    '')
      flags='--account --scope --audience --min-validity --id-token --key-file --json --start --data-dir -h --help --provider --git-host --issuer --client-id --client-secret-file --prompt --max-age --authorization-parameter --allowed-parameters --port --redirect-port --redirect-host --redirect-path --take-over --no-take-over --sign-in-timeout --expose-refresh-token --no-expose-refresh-token --consent --allow --pause-when-locked --no-pause-when-locked --client-version --keep-without-keyring --no-keep-without-keyring --end-session --no-end-session --demo --no-demo --demo-if-unset --no-demo-if-unset --sign-in --no-sign-in --no-browser --browser --no-notifications --notifications --log-level --no-json -V --version'
      valued='--account --scope --audience --min-validity --key-file --data-dir --provider --git-host --issuer --client-id --client-secret-file --prompt --max-age --authorization-parameter --allowed-parameters --port --redirect-port --redirect-host --redirect-path --sign-in-timeout --consent --allow --client-version --log-level'
      case $about in
        --key-file) offer='file' ;;
        --data-dir) offer='folder' ;;
        --client-secret-file) offer='file' ;;
        --redirect-host) words='127.0.0.1 localhost \\[::1]' ;;
        --consent) words='ask off' ;;
        --allow) offer='file' ;;
        --log-level) words='error warn info debug' ;;
        0) words='token status sign-in sign-out accounts use events apps key git-credential kubectl-credential diagnose headless uninstall-data help version' ;;
      esac
      ;;
    token)
      flags='--account --scope --audience --min-validity --id-token --key-file --json --start --data-dir -h --help'
      valued='--account --scope --audience --min-validity --key-file --data-dir'
      case $about in
        --key-file) offer='file' ;;
        --data-dir) offer='folder' ;;
      esac
      ;;
    status)
      flags='--account --key-file --json --start --data-dir -h --help'
      valued='--account --key-file --data-dir'
      case $about in
        --key-file) offer='file' ;;
        --data-dir) offer='folder' ;;
      esac
      ;;
    sign-in)
      flags='--provider --account --key-file --json --start --data-dir -h --help'
      valued='--provider --account --key-file --data-dir'
      case $about in
        --key-file) offer='file' ;;
        --data-dir) offer='folder' ;;
      esac
      ;;
    sign-out)
      flags='--account --key-file --json --start --data-dir -h --help'
      valued='--account --key-file --data-dir'
      case $about in
        --key-file) offer='file' ;;
        --data-dir) offer='folder' ;;
      esac
      ;;
    accounts)
      flags='--key-file --json --start --data-dir -h --help'
      valued='--key-file --data-dir'
      case $about in
        --key-file) offer='file' ;;
        --data-dir) offer='folder' ;;
      esac
      ;;
    use)
      flags='--json --start --data-dir -h --help'
      valued='--data-dir'
      case $about in
        --data-dir) offer='folder' ;;
      esac
      ;;
    events)
      flags='--account --key-file --json --start --data-dir -h --help'
      valued='--account --key-file --data-dir'
      case $about in
        --key-file) offer='file' ;;
        --data-dir) offer='folder' ;;
      esac
      ;;
    apps)
      flags='--json --start --data-dir -h --help'
      valued='--data-dir'
      case $about in
        --data-dir) offer='folder' ;;
        0) words='forget' ;;
      esac
      ;;
    key)
      flags='--account --scope --json --start --data-dir -h --help'
      valued='--account --scope --data-dir'
      case $about in
        --data-dir) offer='folder' ;;
      esac
      ;;
    git-credential)
      flags='--git-host --key-file --start --data-dir -h --help'
      valued='--git-host --key-file --data-dir'
      case $about in
        --key-file) offer='file' ;;
        --data-dir) offer='folder' ;;
        0) words='get store erase' ;;
      esac
      ;;
    kubectl-credential)
      flags='--account --key-file --start --data-dir -h --help'
      valued='--account --key-file --data-dir'
      case $about in
        --key-file) offer='file' ;;
        --data-dir) offer='folder' ;;
      esac
      ;;
    diagnose)
      flags='--json --data-dir -h --help --issuer --client-id --client-secret-file --scope --audience --prompt --max-age --authorization-parameter --allowed-parameters --port --redirect-port --redirect-host --redirect-path --take-over --no-take-over --sign-in-timeout --expose-refresh-token --no-expose-refresh-token --consent --allow --pause-when-locked --no-pause-when-locked --client-version --git-host --keep-without-keyring --no-keep-without-keyring --end-session --no-end-session --demo --no-demo --demo-if-unset --no-demo-if-unset --sign-in --no-sign-in --no-browser --browser --no-notifications --notifications --log-level --no-json'
      valued='--data-dir --issuer --client-id --client-secret-file --scope --audience --prompt --max-age --authorization-parameter --allowed-parameters --port --redirect-port --redirect-host --redirect-path --sign-in-timeout --consent --allow --client-version --git-host --log-level'
      case $about in
        --data-dir) offer='folder' ;;
        --client-secret-file) offer='file' ;;
        --redirect-host) words='127.0.0.1 localhost \\[::1]' ;;
        --consent) words='ask off' ;;
        --allow) offer='file' ;;
        --log-level) words='error warn info debug' ;;
      esac
      ;;
    headless)
      flags='--json --data-dir -h --help --issuer --client-id --client-secret-file --scope --audience --prompt --max-age --authorization-parameter --allowed-parameters --port --redirect-port --redirect-host --redirect-path --take-over --no-take-over --sign-in-timeout --expose-refresh-token --no-expose-refresh-token --consent --allow --pause-when-locked --no-pause-when-locked --client-version --git-host --keep-without-keyring --no-keep-without-keyring --end-session --no-end-session --demo --no-demo --demo-if-unset --no-demo-if-unset --sign-in --no-sign-in --no-browser --browser --no-notifications --notifications --log-level --no-json'
      valued='--data-dir --issuer --client-id --client-secret-file --scope --audience --prompt --max-age --authorization-parameter --allowed-parameters --port --redirect-port --redirect-host --redirect-path --sign-in-timeout --consent --allow --client-version --git-host --log-level'
      case $about in
        --data-dir) offer='folder' ;;
        --client-secret-file) offer='file' ;;
        --redirect-host) words='127.0.0.1 localhost \\[::1]' ;;
        --consent) words='ask off' ;;
        --allow) offer='file' ;;
        --log-level) words='error warn info debug' ;;
      esac
      ;;
    uninstall-data)
      flags='--data-dir -h --help --issuer --client-id --client-secret-file --scope --audience --prompt --max-age --authorization-parameter --allowed-parameters --port --redirect-port --redirect-host --redirect-path --take-over --no-take-over --sign-in-timeout --expose-refresh-token --no-expose-refresh-token --consent --allow --pause-when-locked --no-pause-when-locked --client-version --git-host --keep-without-keyring --no-keep-without-keyring --end-session --no-end-session --demo --no-demo --demo-if-unset --no-demo-if-unset --sign-in --no-sign-in --no-browser --browser --no-notifications --notifications --log-level --json --no-json'
      valued='--data-dir --issuer --client-id --client-secret-file --scope --audience --prompt --max-age --authorization-parameter --allowed-parameters --port --redirect-port --redirect-host --redirect-path --sign-in-timeout --consent --allow --client-version --git-host --log-level'
      case $about in
        --data-dir) offer='folder' ;;
        --client-secret-file) offer='file' ;;
        --redirect-host) words='127.0.0.1 localhost \\[::1]' ;;
        --consent) words='ask off' ;;
        --allow) offer='file' ;;
        --log-level) words='error warn info debug' ;;
      esac
      ;;
    help)
      flags='--data-dir -h --help'
      valued='--data-dir'
      case $about in
        --data-dir) offer='folder' ;;
        0) words='token status sign-in sign-out accounts use events apps key git-credential kubectl-credential diagnose headless uninstall-data help version' ;;
      esac
      ;;
    version)
      flags='--json --data-dir -h --help'
      valued='--data-dir'
      case $about in
        --data-dir) offer='folder' ;;
      esac
      ;;
  esac
}

_latchkey() {
  local flags='' valued='' words='' offer='' before='' joined='' ended='' index position=0 word
  local command='' cur=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  _latchkey_table '' ''
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=${COMP_WORDS[index]}
    if [[ $word == [=:]* ]]; then
      # Readline splits words here: --flag=value is three words.
      if [[ -z $before ]]; then joined=1; fi
    elif [[ -n $joined ]]; then
      joined=''
    elif [[ -n $before ]]; then
      before=''
    elif [[ -z $ended && $word == -- ]]; then
      ended=1
    elif [[ -z $ended && $word == -* ]]; then
      if [[ " $valued " == *" $word "* ]]; then before=$word; fi
    elif [[ -z $command ]]; then
      command=$word flags='' valued=''
      _latchkey_table "$command" ''
    else
      ((position++))
    fi
  done
  if [[ $cur == '=' ]]; then cur=''; fi
  if [[ -z $before && -z $ended && $cur == -* ]]; then
    words=$flags
  else
    _latchkey_table "$command" "${before:-$position}"
  fi
  if [[ $(type -t compopt) == builtin ]]; then
    if [[ $offer != file ]]; then compopt +o default; fi
    if [[ $offer == folder ]]; then compopt -o dirnames; fi
  fi
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(compgen -W "$words" -- "$cur")
}

complete -o default -F _latchkey latchkey
