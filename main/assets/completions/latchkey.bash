# Completions of latchkey for bash. Made from the table of commands by `npm run completions`.

# Sets `flags`, `valued` (the flags with a value) and `words`: the values of the flag, or the
# argument, that `about` names.
_latchkey_table() {
  local about=$2
  case $1 in
    token)
      flags='--account --scope --audience --min-validity --id-token --key-file --json --start --data-dir -h --help'
      valued='--account --scope --audience --min-validity --key-file --data-dir'
      ;;
    status)
      flags='--account --key-file --json --start --data-dir -h --help'
      valued='--account --key-file --data-dir'
      ;;
    sign-in)
      flags='--provider --account --key-file --json --start --data-dir -h --help'
      valued='--provider --account --key-file --data-dir'
      ;;
    sign-out)
      flags='--account --key-file --json --start --data-dir -h --help'
      valued='--account --key-file --data-dir'
      ;;
    accounts)
      flags='--key-file --json --start --data-dir -h --help'
      valued='--key-file --data-dir'
      ;;
    use)
      flags='--json --start --data-dir -h --help'
      valued='--data-dir'
      ;;
    events)
      flags='--account --key-file --json --start --data-dir -h --help'
      valued='--account --key-file --data-dir'
      ;;
    apps)
      flags='--json --start --data-dir -h --help'
      valued='--data-dir'
      case $about in
        0) words='forget' ;;
      esac
      ;;
    key)
      flags='--account --scope --json --start --data-dir -h --help'
      valued='--account --scope --data-dir'
      ;;
    git-credential)
      flags='--key-file --start --data-dir -h --help'
      valued='--key-file --data-dir'
      case $about in
        0) words='get store erase' ;;
      esac
      ;;
    kubectl-credential)
      flags='--account --start --data-dir -h --help'
      valued='--account --data-dir'
      ;;
    diagnose)
      flags='--json --data-dir -h --help --issuer --client-id --client-secret-file --scope --audience --prompt --max-age --authorization-parameter --allowed-parameters --port --redirect-port --redirect-host --redirect-path --take-over --no-take-over --sign-in-timeout --expose-refresh-token --no-expose-refresh-token --consent --allow --pause-when-locked --no-pause-when-locked --client-version --git-host --keep-without-keyring --no-keep-without-keyring --end-session --no-end-session --demo --no-demo --demo-if-unset --no-demo-if-unset --sign-in --no-sign-in --no-browser --browser --no-notifications --notifications --log-level --no-json'
      valued='--data-dir --issuer --client-id --client-secret-file --scope --audience --prompt --max-age --authorization-parameter --allowed-parameters --port --redirect-port --redirect-host --redirect-path --sign-in-timeout --consent --allow --client-version --git-host --log-level'
      case $about in
        --redirect-host) words='127.0.0.1 localhost [::1]' ;;
        --consent) words='ask off' ;;
        --log-level) words='error warn info debug' ;;
      esac
      ;;
    headless)
      flags='--json --data-dir -h --help --issuer --client-id --client-secret-file --scope --audience --prompt --max-age --authorization-parameter --allowed-parameters --port --redirect-port --redirect-host --redirect-path --take-over --no-take-over --sign-in-timeout --expose-refresh-token --no-expose-refresh-token --consent --allow --pause-when-locked --no-pause-when-locked --client-version --git-host --keep-without-keyring --no-keep-without-keyring --end-session --no-end-session --demo --no-demo --demo-if-unset --no-demo-if-unset --sign-in --no-sign-in --no-browser --browser --no-notifications --notifications --log-level --no-json'
      valued='--data-dir --issuer --client-id --client-secret-file --scope --audience --prompt --max-age --authorization-parameter --allowed-parameters --port --redirect-port --redirect-host --redirect-path --sign-in-timeout --consent --allow --client-version --git-host --log-level'
      case $about in
        --redirect-host) words='127.0.0.1 localhost [::1]' ;;
        --consent) words='ask off' ;;
        --log-level) words='error warn info debug' ;;
      esac
      ;;
    uninstall-data)
      flags='--data-dir -h --help --issuer --client-id --client-secret-file --scope --audience --prompt --max-age --authorization-parameter --allowed-parameters --port --redirect-port --redirect-host --redirect-path --take-over --no-take-over --sign-in-timeout --expose-refresh-token --no-expose-refresh-token --consent --allow --pause-when-locked --no-pause-when-locked --client-version --git-host --keep-without-keyring --no-keep-without-keyring --end-session --no-end-session --demo --no-demo --demo-if-unset --no-demo-if-unset --sign-in --no-sign-in --no-browser --browser --no-notifications --notifications --log-level --json --no-json'
      valued='--data-dir --issuer --client-id --client-secret-file --scope --audience --prompt --max-age --authorization-parameter --allowed-parameters --port --redirect-port --redirect-host --redirect-path --sign-in-timeout --consent --allow --client-version --git-host --log-level'
      case $about in
        --redirect-host) words='127.0.0.1 localhost [::1]' ;;
        --consent) words='ask off' ;;
        --log-level) words='error warn info debug' ;;
      esac
      ;;
    help)
      flags='-h --help'
      valued=''
      case $about in
        0) words='token status sign-in sign-out accounts use events apps key git-credential kubectl-credential diagnose headless uninstall-data help version' ;;
      esac
      ;;
    version)
      flags='-h --help'
      valued=''
      ;;
  esac
}

_latchkey() {
  local flags='' valued='' words='' command='' before='' index position=0
  local cur=${COMP_WORDS[COMP_CWORD]}
  for ((index = 1; index < COMP_CWORD; index++)); do
    local word=${COMP_WORDS[index]}
    if [[ -z $command ]]; then
      if [[ $word != -* ]]; then
        command=$word
        _latchkey_table "$command" ''
      fi
    elif [[ $word == '=' ]]; then
      # --flag=value is three words.
      continue
    elif [[ -n $before ]]; then
      before=''
    elif [[ $word == -* ]]; then
      if [[ " $valued " == *" $word "* ]]; then before=$word; fi
    else
      ((position++))
    fi
  done
  if [[ $cur == '=' ]]; then cur=''; fi
  if [[ -z $command ]]; then
    words='token status sign-in sign-out accounts use events apps key git-credential kubectl-credential diagnose headless uninstall-data help version'
    if [[ $cur == -* ]]; then words='--help --version'; fi
  elif [[ -n $before ]]; then
    _latchkey_table "$command" "$before"
  elif [[ $cur == -* ]]; then
    words=$flags
  else
    _latchkey_table "$command" "$position"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}

complete -o default -F _latchkey latchkey
