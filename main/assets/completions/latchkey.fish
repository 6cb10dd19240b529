# Completions of latchkey for fish. Made from the table of commands by `npm run completions`.

# The words from the command on. Flags may precede it.
function __latchkey_words
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]; and string match -q -- '-*' "$words[1]"
        if contains -- "$words[1]" --account --scope --audience --min-validity --key-file --data-dir --provider --git-host --issuer --client-id --client-secret-file --prompt --max-age --authorization-parameter --allowed-parameters --port --redirect-port --redirect-host --redirect-path --sign-in-timeout --consent --allow --client-version --log-level; and set -q words[2]
            set -e words[1]
        end
        set -e words[1]
    end
    printf '%s\n' $words
end

# Succeeds if this is the command, or without a command if none was typed yet.
function __latchkey_command
    set -l words (__latchkey_words)
    test "$words[1]" = "$argv[1]"
end

# Succeeds if this argument of a command is next: COMMAND NUMBER FLAG..., the flags with a value.
function __latchkey_argument
    __latchkey_command $argv[1]; or return
    set -l words (__latchkey_words)
    set -l count 0
    set -l before
    set -l ended
    for word in $words[2..-1]
        if set -q before[1]
            set before
        else if not set -q ended[1]; and test "$word" = --
            set ended 1
        else if not set -q ended[1]; and string match -q -- '-*' "$word"
            if contains -- "$word" $argv[3..-1]
                set before "$word"
            end
        else
            set count (math $count + 1)
        end
    end
    test $count -eq $argv[2]
end

# Folders, also after --flag=.
function __latchkey_folders
    __fish_complete_directories (commandline -ct | string replace -r -- '^--[^=]*=' '')
end

complete -c latchkey -f
complete -c latchkey -n __latchkey_command -l account -x -d 'the account; the default one if left out'
complete -c latchkey -n __latchkey_command -l scope -x -d 'some of the scopes that were granted, separated by spaces'
complete -c latchkey -n __latchkey_command -l audience -x -d 'the audience of the token'
complete -c latchkey -n __latchkey_command -l min-validity -x -d 'how long it must be valid, if possible [60]'
complete -c latchkey -n __latchkey_command -l id-token -d 'print the ID token'
complete -c latchkey -n __latchkey_command -l key-file -r -F -d 'a file with a key, which only you can read'
complete -c latchkey -n __latchkey_command -l json -d 'print one JSON object'
complete -c latchkey -n __latchkey_command -l start -d 'start Latchkey in the background if it is not running'
complete -c latchkey -n __latchkey_command -l data-dir -x -a '(__latchkey_folders)' -d 'the data directory of the Latchkey to talk to'
complete -c latchkey -n __latchkey_command -s h -l help -d 'print the help of the command'
complete -c latchkey -n __latchkey_command -l provider -x -d 'the name of a provider in the settings'
complete -c latchkey -n __latchkey_command -l git-host -x -d 'a host and its account, in place of gitHosts; repeatable'
complete -c latchkey -n __latchkey_command -l issuer -x -d 'the issuer of your OpenID provider, exactly as the provider spells it'
complete -c latchkey -n __latchkey_command -l client-id -x -d 'the client ID that you registered with the provider'
complete -c latchkey -n __latchkey_command -l client-secret-file -r -F -d 'a file with the client secret, mode 0600, if the provider requires one'
complete -c latchkey -n __latchkey_command -l prompt -x -d 'OpenID Connect\'s prompt: login, consent, select_account'
complete -c latchkey -n __latchkey_command -l max-age -x -d 'ask for a new sign-in if the last one is over S seconds old'
complete -c latchkey -n __latchkey_command -l authorization-parameter -x -d 'a parameter to add to the sign-in link: access_type=offline; repeatable'
complete -c latchkey -n __latchkey_command -l allowed-parameters -x -d 'parameters that apps may add to the sign-in link: hd,kc_idp_hint'
complete -c latchkey -n __latchkey_command -l port -x -d 'the port of the local service; 0 picks a free port'
complete -c latchkey -n __latchkey_command -l redirect-port -x -d 'the port of the redirect URI, or several: 8400,8401'
complete -c latchkey -n __latchkey_command -l redirect-host -x -a '127.0.0.1 localhost [::1]' -d 'the host of the redirect URI: 127.0.0.1, localhost or [::1]'
complete -c latchkey -n __latchkey_command -l redirect-path -x -d 'the path of the redirect URI, as registered with the provider'
complete -c latchkey -n __latchkey_command -l take-over -d 'take over the data directory from a computer that no longer runs Latchkey'
complete -c latchkey -n __latchkey_command -l no-take-over -d 'turn off --take-over'
complete -c latchkey -n __latchkey_command -l sign-in-timeout -x -d 'how many seconds a sign-in waits for you'
complete -c latchkey -n __latchkey_command -l expose-refresh-token -d 'let other apps get the refresh token itself'
complete -c latchkey -n __latchkey_command -l no-expose-refresh-token -d 'turn off --expose-refresh-token'
complete -c latchkey -n __latchkey_command -l consent -x -a 'ask off' -d 'ask before an app gets tokens; with off, every app gets them'
complete -c latchkey -n __latchkey_command -l allow -r -F -d 'a program, or a script, that gets tokens without asking you; repeatable'
complete -c latchkey -n __latchkey_command -l pause-when-locked -d 'give no tokens to allowed apps either while the screen is locked'
complete -c latchkey -n __latchkey_command -l no-pause-when-locked -d 'turn off --pause-when-locked'
complete -c latchkey -n __latchkey_command -l client-version -x -d 'the version that clients of the local service are told: 12.0.0'
complete -c latchkey -n __latchkey_command -l keep-without-keyring -d 'store the session on this computer even without a keyring'
complete -c latchkey -n __latchkey_command -l no-keep-without-keyring -d 'turn off --keep-without-keyring'
complete -c latchkey -n __latchkey_command -l end-session -d 'when you sign out, also open the provider\'s sign-out page'
complete -c latchkey -n __latchkey_command -l no-end-session -d 'turn off --end-session'
complete -c latchkey -n __latchkey_command -l demo -d 'sign in at the built-in demo provider'
complete -c latchkey -n __latchkey_command -l no-demo -d 'turn off --demo'
complete -c latchkey -n __latchkey_command -l demo-if-unset -d 'the same, but only if no provider is configured'
complete -c latchkey -n __latchkey_command -l no-demo-if-unset -d 'turn off --demo-if-unset'
complete -c latchkey -n __latchkey_command -l sign-in -d 'start a sign-in at once'
complete -c latchkey -n __latchkey_command -l no-sign-in -d 'turn off --sign-in'
complete -c latchkey -n __latchkey_command -l no-browser -d 'print the link instead of opening a browser'
complete -c latchkey -n __latchkey_command -l browser -d 'turn off --no-browser'
complete -c latchkey -n __latchkey_command -l no-notifications -d 'show no desktop notifications'
complete -c latchkey -n __latchkey_command -l notifications -d 'turn off --no-notifications'
complete -c latchkey -n __latchkey_command -l log-level -x -a 'error warn info debug' -d 'what latchkey.log records: error, warn, info or debug'
complete -c latchkey -n __latchkey_command -l no-json -d 'turn off --json'
complete -c latchkey -n __latchkey_command -s V -l version -d 'print the version'

complete -c latchkey -n __latchkey_command -a token -d 'print an access token, valid for at least a minute'
complete -c latchkey -n '__latchkey_command token' -l account -x -d 'the account; the default one if left out'
complete -c latchkey -n '__latchkey_command token' -l scope -x -d 'some of the scopes that were granted, separated by spaces'
complete -c latchkey -n '__latchkey_command token' -l audience -x -d 'the audience of the token'
complete -c latchkey -n '__latchkey_command token' -l min-validity -x -d 'how long it must be valid, if possible [60]'
complete -c latchkey -n '__latchkey_command token' -l id-token -d 'print the ID token'
complete -c latchkey -n '__latchkey_command token' -l key-file -r -F -d 'a file with a key, which only you can read'
complete -c latchkey -n '__latchkey_command token' -l json -d 'print one JSON object'
complete -c latchkey -n '__latchkey_command token' -l start -d 'start Latchkey in the background if it is not running'
complete -c latchkey -n '__latchkey_command token' -l data-dir -x -a '(__latchkey_folders)' -d 'the data directory of the Latchkey to talk to'
complete -c latchkey -n '__latchkey_command token' -s h -l help -d 'print the help of the command'

complete -c latchkey -n __latchkey_command -a status -d 'print who is signed in'
complete -c latchkey -n '__latchkey_command status' -l account -x -d 'the account; the default one if left out'
complete -c latchkey -n '__latchkey_command status' -l key-file -r -F -d 'a file with a key, which only you can read'
complete -c latchkey -n '__latchkey_command status' -l json -d 'print one JSON object'
complete -c latchkey -n '__latchkey_command status' -l start -d 'start Latchkey in the background if it is not running'
complete -c latchkey -n '__latchkey_command status' -l data-dir -x -a '(__latchkey_folders)' -d 'the data directory of the Latchkey to talk to'
complete -c latchkey -n '__latchkey_command status' -s h -l help -d 'print the help of the command'

complete -c latchkey -n __latchkey_command -a sign-in -d 'sign in with your browser'
complete -c latchkey -n '__latchkey_command sign-in' -l provider -x -d 'the name of a provider in the settings'
complete -c latchkey -n '__latchkey_command sign-in' -l account -x -d 'the account; the default one if left out'
complete -c latchkey -n '__latchkey_command sign-in' -l key-file -r -F -d 'a file with a key, which only you can read'
complete -c latchkey -n '__latchkey_command sign-in' -l json -d 'print one JSON object'
complete -c latchkey -n '__latchkey_command sign-in' -l start -d 'start Latchkey in the background if it is not running'
complete -c latchkey -n '__latchkey_command sign-in' -l data-dir -x -a '(__latchkey_folders)' -d 'the data directory of the Latchkey to talk to'
complete -c latchkey -n '__latchkey_command sign-in' -s h -l help -d 'print the help of the command'

complete -c latchkey -n __latchkey_command -a sign-out -d 'sign out an account'
complete -c latchkey -n '__latchkey_command sign-out' -l account -x -d 'the account; the default one if left out'
complete -c latchkey -n '__latchkey_command sign-out' -l key-file -r -F -d 'a file with a key, which only you can read'
complete -c latchkey -n '__latchkey_command sign-out' -l json -d 'print one JSON object'
complete -c latchkey -n '__latchkey_command sign-out' -l start -d 'start Latchkey in the background if it is not running'
complete -c latchkey -n '__latchkey_command sign-out' -l data-dir -x -a '(__latchkey_folders)' -d 'the data directory of the Latchkey to talk to'
complete -c latchkey -n '__latchkey_command sign-out' -s h -l help -d 'print the help of the command'

complete -c latchkey -n __latchkey_command -a accounts -d 'list the accounts and their IDs'
complete -c latchkey -n '__latchkey_command accounts' -l key-file -r -F -d 'a file with a key, which only you can read'
complete -c latchkey -n '__latchkey_command accounts' -l json -d 'print one JSON object'
complete -c latchkey -n '__latchkey_command accounts' -l start -d 'start Latchkey in the background if it is not running'
complete -c latchkey -n '__latchkey_command accounts' -l data-dir -x -a '(__latchkey_folders)' -d 'the data directory of the Latchkey to talk to'
complete -c latchkey -n '__latchkey_command accounts' -s h -l help -d 'print the help of the command'

complete -c latchkey -n __latchkey_command -a use -d 'make an account the default'
complete -c latchkey -n '__latchkey_command use' -l json -d 'print one JSON object'
complete -c latchkey -n '__latchkey_command use' -l start -d 'start Latchkey in the background if it is not running'
complete -c latchkey -n '__latchkey_command use' -l data-dir -x -a '(__latchkey_folders)' -d 'the data directory of the Latchkey to talk to'
complete -c latchkey -n '__latchkey_command use' -s h -l help -d 'print the help of the command'

complete -c latchkey -n __latchkey_command -a events -d 'print each change of the session'
complete -c latchkey -n '__latchkey_command events' -l account -x -d 'the account; the default one if left out'
complete -c latchkey -n '__latchkey_command events' -l key-file -r -F -d 'a file with a key, which only you can read'
complete -c latchkey -n '__latchkey_command events' -l json -d 'print one JSON object per line'
complete -c latchkey -n '__latchkey_command events' -l start -d 'start Latchkey in the background if it is not running'
complete -c latchkey -n '__latchkey_command events' -l data-dir -x -a '(__latchkey_folders)' -d 'the data directory of the Latchkey to talk to'
complete -c latchkey -n '__latchkey_command events' -s h -l help -d 'print the help of the command'

complete -c latchkey -n __latchkey_command -a apps -d 'list the apps and keys, or forget one'
complete -c latchkey -n '__latchkey_argument apps 0 --data-dir' -a 'forget'
complete -c latchkey -n '__latchkey_command apps' -l json -d 'print one JSON object'
complete -c latchkey -n '__latchkey_command apps' -l start -d 'start Latchkey in the background if it is not running'
complete -c latchkey -n '__latchkey_command apps' -l data-dir -x -a '(__latchkey_folders)' -d 'the data directory of the Latchkey to talk to'
complete -c latchkey -n '__latchkey_command apps' -s h -l help -d 'print the help of the command'

complete -c latchkey -n __latchkey_command -a key -d 'create a key for a program, and print it once'
complete -c latchkey -n '__latchkey_command key' -l account -x -d 'the account; the default one if left out'
complete -c latchkey -n '__latchkey_command key' -l scope -x -d 'some of the scopes that were granted, separated by spaces'
complete -c latchkey -n '__latchkey_command key' -l json -d 'print one JSON object'
complete -c latchkey -n '__latchkey_command key' -l start -d 'start Latchkey in the background if it is not running'
complete -c latchkey -n '__latchkey_command key' -l data-dir -x -a '(__latchkey_folders)' -d 'the data directory of the Latchkey to talk to'
complete -c latchkey -n '__latchkey_command key' -s h -l help -d 'print the help of the command'

complete -c latchkey -n __latchkey_command -a git-credential -d 'give git a token in place of a password'
complete -c latchkey -n '__latchkey_argument git-credential 0 --git-host --key-file --data-dir' -a 'get store erase'
complete -c latchkey -n '__latchkey_command git-credential' -l git-host -x -d 'a host and its account, in place of gitHosts; repeatable'
complete -c latchkey -n '__latchkey_command git-credential' -l key-file -r -F -d 'a file with a key, which only you can read'
complete -c latchkey -n '__latchkey_command git-credential' -l start -d 'start Latchkey in the background if it is not running'
complete -c latchkey -n '__latchkey_command git-credential' -l data-dir -x -a '(__latchkey_folders)' -d 'the data directory of the Latchkey to talk to'
complete -c latchkey -n '__latchkey_command git-credential' -s h -l help -d 'print the help of the command'

complete -c latchkey -n __latchkey_command -a kubectl-credential -d 'give kubectl an ID token'
complete -c latchkey -n '__latchkey_command kubectl-credential' -l account -x -d 'the account; the default one if left out'
complete -c latchkey -n '__latchkey_command kubectl-credential' -l key-file -r -F -d 'a file with a key, which only you can read'
complete -c latchkey -n '__latchkey_command kubectl-credential' -l start -d 'start Latchkey in the background if it is not running'
complete -c latchkey -n '__latchkey_command kubectl-credential' -l data-dir -x -a '(__latchkey_folders)' -d 'the data directory of the Latchkey to talk to'
complete -c latchkey -n '__latchkey_command kubectl-credential' -s h -l help -d 'print the help of the command'

complete -c latchkey -n __latchkey_command -a diagnose -d 'find out what is wrong'
complete -c latchkey -n '__latchkey_command diagnose' -l json -d 'print the diagnosis as JSON'
complete -c latchkey -n '__latchkey_command diagnose' -l data-dir -x -a '(__latchkey_folders)' -d 'the data directory'
complete -c latchkey -n '__latchkey_command diagnose' -s h -l help -d 'print the help of the command'
complete -c latchkey -n '__latchkey_command diagnose' -l issuer -x -d 'the issuer of your OpenID provider, exactly as the provider spells it'
complete -c latchkey -n '__latchkey_command diagnose' -l client-id -x -d 'the client ID that you registered with the provider'
complete -c latchkey -n '__latchkey_command diagnose' -l client-secret-file -r -F -d 'a file with the client secret, mode 0600, if the provider requires one'
complete -c latchkey -n '__latchkey_command diagnose' -l scope -x -d 'the scopes to request'
complete -c latchkey -n '__latchkey_command diagnose' -l audience -x -d 'the API that the access token is for (Auth0)'
complete -c latchkey -n '__latchkey_command diagnose' -l prompt -x -d 'OpenID Connect\'s prompt: login, consent, select_account'
complete -c latchkey -n '__latchkey_command diagnose' -l max-age -x -d 'ask for a new sign-in if the last one is over S seconds old'
complete -c latchkey -n '__latchkey_command diagnose' -l authorization-parameter -x -d 'a parameter to add to the sign-in link: access_type=offline; repeatable'
complete -c latchkey -n '__latchkey_command diagnose' -l allowed-parameters -x -d 'parameters that apps may add to the sign-in link: hd,kc_idp_hint'
complete -c latchkey -n '__latchkey_command diagnose' -l port -x -d 'the port of the local service; 0 picks a free port'
complete -c latchkey -n '__latchkey_command diagnose' -l redirect-port -x -d 'the port of the redirect URI, or several: 8400,8401'
complete -c latchkey -n '__latchkey_command diagnose' -l redirect-host -x -a '127.0.0.1 localhost [::1]' -d 'the host of the redirect URI: 127.0.0.1, localhost or [::1]'
complete -c latchkey -n '__latchkey_command diagnose' -l redirect-path -x -d 'the path of the redirect URI, as registered with the provider'
complete -c latchkey -n '__latchkey_command diagnose' -l take-over -d 'take over the data directory from a computer that no longer runs Latchkey'
complete -c latchkey -n '__latchkey_command diagnose' -l no-take-over -d 'turn off --take-over'
complete -c latchkey -n '__latchkey_command diagnose' -l sign-in-timeout -x -d 'how many seconds a sign-in waits for you'
complete -c latchkey -n '__latchkey_command diagnose' -l expose-refresh-token -d 'let other apps get the refresh token itself'
complete -c latchkey -n '__latchkey_command diagnose' -l no-expose-refresh-token -d 'turn off --expose-refresh-token'
complete -c latchkey -n '__latchkey_command diagnose' -l consent -x -a 'ask off' -d 'ask before an app gets tokens; with off, every app gets them'
complete -c latchkey -n '__latchkey_command diagnose' -l allow -r -F -d 'a program, or a script, that gets tokens without asking you; repeatable'
complete -c latchkey -n '__latchkey_command diagnose' -l pause-when-locked -d 'give no tokens to allowed apps either while the screen is locked'
complete -c latchkey -n '__latchkey_command diagnose' -l no-pause-when-locked -d 'turn off --pause-when-locked'
complete -c latchkey -n '__latchkey_command diagnose' -l client-version -x -d 'the version that clients of the local service are told: 12.0.0'
complete -c latchkey -n '__latchkey_command diagnose' -l git-host -x -d 'for git-credential only: a host and the account whose tokens git gets; repeatable'
complete -c latchkey -n '__latchkey_command diagnose' -l keep-without-keyring -d 'store the session on this computer even without a keyring'
complete -c latchkey -n '__latchkey_command diagnose' -l no-keep-without-keyring -d 'turn off --keep-without-keyring'
complete -c latchkey -n '__latchkey_command diagnose' -l end-session -d 'when you sign out, also open the provider\'s sign-out page'
complete -c latchkey -n '__latchkey_command diagnose' -l no-end-session -d 'turn off --end-session'
complete -c latchkey -n '__latchkey_command diagnose' -l demo -d 'sign in at the built-in demo provider'
complete -c latchkey -n '__latchkey_command diagnose' -l no-demo -d 'turn off --demo'
complete -c latchkey -n '__latchkey_command diagnose' -l demo-if-unset -d 'the same, but only if no provider is configured'
complete -c latchkey -n '__latchkey_command diagnose' -l no-demo-if-unset -d 'turn off --demo-if-unset'
complete -c latchkey -n '__latchkey_command diagnose' -l sign-in -d 'start a sign-in at once'
complete -c latchkey -n '__latchkey_command diagnose' -l no-sign-in -d 'turn off --sign-in'
complete -c latchkey -n '__latchkey_command diagnose' -l no-browser -d 'print the link instead of opening a browser'
complete -c latchkey -n '__latchkey_command diagnose' -l browser -d 'turn off --no-browser'
complete -c latchkey -n '__latchkey_command diagnose' -l no-notifications -d 'show no desktop notifications'
complete -c latchkey -n '__latchkey_command diagnose' -l notifications -d 'turn off --no-notifications'
complete -c latchkey -n '__latchkey_command diagnose' -l log-level -x -a 'error warn info debug' -d 'what latchkey.log records: error, warn, info or debug'
complete -c latchkey -n '__latchkey_command diagnose' -l no-json -d 'turn off --json'

complete -c latchkey -n __latchkey_command -a headless -d 'run Latchkey in this terminal, without a tray'
complete -c latchkey -n '__latchkey_command headless' -l json -d 'print one JSON object per line'
complete -c latchkey -n '__latchkey_command headless' -l data-dir -x -a '(__latchkey_folders)' -d 'the data directory'
complete -c latchkey -n '__latchkey_command headless' -s h -l help -d 'print the help of the command'
complete -c latchkey -n '__latchkey_command headless' -l issuer -x -d 'the issuer of your OpenID provider, exactly as the provider spells it'
complete -c latchkey -n '__latchkey_command headless' -l client-id -x -d 'the client ID that you registered with the provider'
complete -c latchkey -n '__latchkey_command headless' -l client-secret-file -r -F -d 'a file with the client secret, mode 0600, if the provider requires one'
complete -c latchkey -n '__latchkey_command headless' -l scope -x -d 'the scopes to request'
complete -c latchkey -n '__latchkey_command headless' -l audience -x -d 'the API that the access token is for (Auth0)'
complete -c latchkey -n '__latchkey_command headless' -l prompt -x -d 'OpenID Connect\'s prompt: login, consent, select_account'
complete -c latchkey -n '__latchkey_command headless' -l max-age -x -d 'ask for a new sign-in if the last one is over S seconds old'
complete -c latchkey -n '__latchkey_command headless' -l authorization-parameter -x -d 'a parameter to add to the sign-in link: access_type=offline; repeatable'
complete -c latchkey -n '__latchkey_command headless' -l allowed-parameters -x -d 'parameters that apps may add to the sign-in link: hd,kc_idp_hint'
complete -c latchkey -n '__latchkey_command headless' -l port -x -d 'the port of the local service; 0 picks a free port'
complete -c latchkey -n '__latchkey_command headless' -l redirect-port -x -d 'the port of the redirect URI, or several: 8400,8401'
complete -c latchkey -n '__latchkey_command headless' -l redirect-host -x -a '127.0.0.1 localhost [::1]' -d 'the host of the redirect URI: 127.0.0.1, localhost or [::1]'
complete -c latchkey -n '__latchkey_command headless' -l redirect-path -x -d 'the path of the redirect URI, as registered with the provider'
complete -c latchkey -n '__latchkey_command headless' -l take-over -d 'take over the data directory from a computer that no longer runs Latchkey'
complete -c latchkey -n '__latchkey_command headless' -l no-take-over -d 'turn off --take-over'
complete -c latchkey -n '__latchkey_command headless' -l sign-in-timeout -x -d 'how many seconds a sign-in waits for you'
complete -c latchkey -n '__latchkey_command headless' -l expose-refresh-token -d 'let other apps get the refresh token itself'
complete -c latchkey -n '__latchkey_command headless' -l no-expose-refresh-token -d 'turn off --expose-refresh-token'
complete -c latchkey -n '__latchkey_command headless' -l consent -x -a 'ask off' -d 'ask before an app gets tokens; with off, every app gets them'
complete -c latchkey -n '__latchkey_command headless' -l allow -r -F -d 'a program, or a script, that gets tokens without asking you; repeatable'
complete -c latchkey -n '__latchkey_command headless' -l pause-when-locked -d 'give no tokens to allowed apps either while the screen is locked'
complete -c latchkey -n '__latchkey_command headless' -l no-pause-when-locked -d 'turn off --pause-when-locked'
complete -c latchkey -n '__latchkey_command headless' -l client-version -x -d 'the version that clients of the local service are told: 12.0.0'
complete -c latchkey -n '__latchkey_command headless' -l git-host -x -d 'for git-credential only: a host and the account whose tokens git gets; repeatable'
complete -c latchkey -n '__latchkey_command headless' -l keep-without-keyring -d 'store the session on this computer even without a keyring'
complete -c latchkey -n '__latchkey_command headless' -l no-keep-without-keyring -d 'turn off --keep-without-keyring'
complete -c latchkey -n '__latchkey_command headless' -l end-session -d 'when you sign out, also open the provider\'s sign-out page'
complete -c latchkey -n '__latchkey_command headless' -l no-end-session -d 'turn off --end-session'
complete -c latchkey -n '__latchkey_command headless' -l demo -d 'sign in at the built-in demo provider'
complete -c latchkey -n '__latchkey_command headless' -l no-demo -d 'turn off --demo'
complete -c latchkey -n '__latchkey_command headless' -l demo-if-unset -d 'the same, but only if no provider is configured'
complete -c latchkey -n '__latchkey_command headless' -l no-demo-if-unset -d 'turn off --demo-if-unset'
complete -c latchkey -n '__latchkey_command headless' -l sign-in -d 'start a sign-in at once'
complete -c latchkey -n '__latchkey_command headless' -l no-sign-in -d 'turn off --sign-in'
complete -c latchkey -n '__latchkey_command headless' -l no-browser -d 'print the link instead of opening a browser'
complete -c latchkey -n '__latchkey_command headless' -l browser -d 'turn off --no-browser'
complete -c latchkey -n '__latchkey_command headless' -l no-notifications -d 'show no desktop notifications'
complete -c latchkey -n '__latchkey_command headless' -l notifications -d 'turn off --no-notifications'
complete -c latchkey -n '__latchkey_command headless' -l log-level -x -a 'error warn info debug' -d 'what latchkey.log records: error, warn, info or debug'
complete -c latchkey -n '__latchkey_command headless' -l no-json -d 'turn off --json'

complete -c latchkey -n __latchkey_command -a uninstall-data -d 'sign out everywhere and delete all stored data'
complete -c latchkey -n '__latchkey_command uninstall-data' -l data-dir -x -a '(__latchkey_folders)' -d 'the data directory'
complete -c latchkey -n '__latchkey_command uninstall-data' -s h -l help -d 'print the help of the command'
complete -c latchkey -n '__latchkey_command uninstall-data' -l issuer -x -d 'the issuer of your OpenID provider, exactly as the provider spells it'
complete -c latchkey -n '__latchkey_command uninstall-data' -l client-id -x -d 'the client ID that you registered with the provider'
complete -c latchkey -n '__latchkey_command uninstall-data' -l client-secret-file -r -F -d 'a file with the client secret, mode 0600, if the provider requires one'
complete -c latchkey -n '__latchkey_command uninstall-data' -l scope -x -d 'the scopes to request'
complete -c latchkey -n '__latchkey_command uninstall-data' -l audience -x -d 'the API that the access token is for (Auth0)'
complete -c latchkey -n '__latchkey_command uninstall-data' -l prompt -x -d 'OpenID Connect\'s prompt: login, consent, select_account'
complete -c latchkey -n '__latchkey_command uninstall-data' -l max-age -x -d 'ask for a new sign-in if the last one is over S seconds old'
complete -c latchkey -n '__latchkey_command uninstall-data' -l authorization-parameter -x -d 'a parameter to add to the sign-in link: access_type=offline; repeatable'
complete -c latchkey -n '__latchkey_command uninstall-data' -l allowed-parameters -x -d 'parameters that apps may add to the sign-in link: hd,kc_idp_hint'
complete -c latchkey -n '__latchkey_command uninstall-data' -l port -x -d 'the port of the local service; 0 picks a free port'
complete -c latchkey -n '__latchkey_command uninstall-data' -l redirect-port -x -d 'the port of the redirect URI, or several: 8400,8401'
complete -c latchkey -n '__latchkey_command uninstall-data' -l redirect-host -x -a '127.0.0.1 localhost [::1]' -d 'the host of the redirect URI: 127.0.0.1, localhost or [::1]'
complete -c latchkey -n '__latchkey_command uninstall-data' -l redirect-path -x -d 'the path of the redirect URI, as registered with the provider'
complete -c latchkey -n '__latchkey_command uninstall-data' -l take-over -d 'take over the data directory from a computer that no longer runs Latchkey'
complete -c latchkey -n '__latchkey_command uninstall-data' -l no-take-over -d 'turn off --take-over'
complete -c latchkey -n '__latchkey_command uninstall-data' -l sign-in-timeout -x -d 'how many seconds a sign-in waits for you'
complete -c latchkey -n '__latchkey_command uninstall-data' -l expose-refresh-token -d 'let other apps get the refresh token itself'
complete -c latchkey -n '__latchkey_command uninstall-data' -l no-expose-refresh-token -d 'turn off --expose-refresh-token'
complete -c latchkey -n '__latchkey_command uninstall-data' -l consent -x -a 'ask off' -d 'ask before an app gets tokens; with off, every app gets them'
complete -c latchkey -n '__latchkey_command uninstall-data' -l allow -r -F -d 'a program, or a script, that gets tokens without asking you; repeatable'
complete -c latchkey -n '__latchkey_command uninstall-data' -l pause-when-locked -d 'give no tokens to allowed apps either while the screen is locked'
complete -c latchkey -n '__latchkey_command uninstall-data' -l no-pause-when-locked -d 'turn off --pause-when-locked'
complete -c latchkey -n '__latchkey_command uninstall-data' -l client-version -x -d 'the version that clients of the local service are told: 12.0.0'
complete -c latchkey -n '__latchkey_command uninstall-data' -l git-host -x -d 'for git-credential only: a host and the account whose tokens git gets; repeatable'
complete -c latchkey -n '__latchkey_command uninstall-data' -l keep-without-keyring -d 'store the session on this computer even without a keyring'
complete -c latchkey -n '__latchkey_command uninstall-data' -l no-keep-without-keyring -d 'turn off --keep-without-keyring'
complete -c latchkey -n '__latchkey_command uninstall-data' -l end-session -d 'when you sign out, also open the provider\'s sign-out page'
complete -c latchkey -n '__latchkey_command uninstall-data' -l no-end-session -d 'turn off --end-session'
complete -c latchkey -n '__latchkey_command uninstall-data' -l demo -d 'sign in at the built-in demo provider'
complete -c latchkey -n '__latchkey_command uninstall-data' -l no-demo -d 'turn off --demo'
complete -c latchkey -n '__latchkey_command uninstall-data' -l demo-if-unset -d 'the same, but only if no provider is configured'
complete -c latchkey -n '__latchkey_command uninstall-data' -l no-demo-if-unset -d 'turn off --demo-if-unset'
complete -c latchkey -n '__latchkey_command uninstall-data' -l sign-in -d 'start a sign-in at once'
complete -c latchkey -n '__latchkey_command uninstall-data' -l no-sign-in -d 'turn off --sign-in'
complete -c latchkey -n '__latchkey_command uninstall-data' -l no-browser -d 'print the link instead of opening a browser'
complete -c latchkey -n '__latchkey_command uninstall-data' -l browser -d 'turn off --no-browser'
complete -c latchkey -n '__latchkey_command uninstall-data' -l no-notifications -d 'show no desktop notifications'
complete -c latchkey -n '__latchkey_command uninstall-data' -l notifications -d 'turn off --no-notifications'
complete -c latchkey -n '__latchkey_command uninstall-data' -l log-level -x -a 'error warn info debug' -d 'what latchkey.log records: error, warn, info or debug'
complete -c latchkey -n '__latchkey_command uninstall-data' -l json -d 'print one JSON object per line, for other programs'
complete -c latchkey -n '__latchkey_command uninstall-data' -l no-json -d 'turn off --json'

complete -c latchkey -n __latchkey_command -a help -d 'print this help, or the help of a command'
complete -c latchkey -n '__latchkey_argument help 0 --data-dir' -a 'token status sign-in sign-out accounts use events apps key git-credential kubectl-credential diagnose headless uninstall-data help version'
complete -c latchkey -n '__latchkey_command help' -l data-dir -x -a '(__latchkey_folders)' -d 'has no effect here'
complete -c latchkey -n '__latchkey_command help' -s h -l help -d 'print the help of the command'

complete -c latchkey -n __latchkey_command -a version -d 'print the version'
complete -c latchkey -n '__latchkey_command version' -l json -d 'print one JSON object'
complete -c latchkey -n '__latchkey_command version' -l data-dir -x -a '(__latchkey_folders)' -d 'has no effect here'
complete -c latchkey -n '__latchkey_command version' -s h -l help -d 'print the help of the command'
