# Completions of latchkey for PowerShell. Made from the table of commands by `npm run completions`.
# To load them in each session, add a line to the file that $PROFILE names: . PATH\latchkey.ps1

$script:LatchkeyCommands = [ordered]@{
  'token' = @{
    Help = 'print an access token, valid for at least a minute'
    Words = @()
    Flags = @(
      @{ Name = '--account'; Help = 'the account; the default one if left out'; Words = @() }
      @{ Name = '--scope'; Help = 'some of the scopes that were granted, separated by spaces'; Words = @() }
      @{ Name = '--audience'; Help = 'the audience of the token'; Words = @() }
      @{ Name = '--min-validity'; Help = 'how long it must be valid, if possible [60]'; Words = @() }
      @{ Name = '--id-token'; Help = 'print the ID token' }
      @{ Name = '--key-file'; Help = 'a file with a key, which only you can read'; Words = @(); IsPath = $true }
      @{ Name = '--json'; Help = 'print one JSON object' }
      @{ Name = '--start'; Help = 'start Latchkey in the background if it is not running' }
      @{ Name = '--data-dir'; Help = 'the data directory of the Latchkey to talk to'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
    )
  }
  'status' = @{
    Help = 'print who is signed in'
    Words = @()
    Flags = @(
      @{ Name = '--account'; Help = 'the account; the default one if left out'; Words = @() }
      @{ Name = '--key-file'; Help = 'a file with a key, which only you can read'; Words = @(); IsPath = $true }
      @{ Name = '--json'; Help = 'print one JSON object' }
      @{ Name = '--start'; Help = 'start Latchkey in the background if it is not running' }
      @{ Name = '--data-dir'; Help = 'the data directory of the Latchkey to talk to'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
    )
  }
  'sign-in' = @{
    Help = 'sign in with your browser'
    Words = @()
    Flags = @(
      @{ Name = '--provider'; Help = 'the name of a provider in the settings'; Words = @() }
      @{ Name = '--account'; Help = 'the account; the default one if left out'; Words = @() }
      @{ Name = '--key-file'; Help = 'a file with a key, which only you can read'; Words = @(); IsPath = $true }
      @{ Name = '--json'; Help = 'print one JSON object' }
      @{ Name = '--start'; Help = 'start Latchkey in the background if it is not running' }
      @{ Name = '--data-dir'; Help = 'the data directory of the Latchkey to talk to'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
    )
  }
  'sign-out' = @{
    Help = 'sign out an account'
    Words = @()
    Flags = @(
      @{ Name = '--account'; Help = 'the account; the default one if left out'; Words = @() }
      @{ Name = '--key-file'; Help = 'a file with a key, which only you can read'; Words = @(); IsPath = $true }
      @{ Name = '--json'; Help = 'print one JSON object' }
      @{ Name = '--start'; Help = 'start Latchkey in the background if it is not running' }
      @{ Name = '--data-dir'; Help = 'the data directory of the Latchkey to talk to'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
    )
  }
  'accounts' = @{
    Help = 'list the accounts and their IDs'
    Words = @()
    Flags = @(
      @{ Name = '--key-file'; Help = 'a file with a key, which only you can read'; Words = @(); IsPath = $true }
      @{ Name = '--json'; Help = 'print one JSON object' }
      @{ Name = '--start'; Help = 'start Latchkey in the background if it is not running' }
      @{ Name = '--data-dir'; Help = 'the data directory of the Latchkey to talk to'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
    )
  }
  'use' = @{
    Help = 'make an account the default'
    Words = @()
    Flags = @(
      @{ Name = '--json'; Help = 'print one JSON object' }
      @{ Name = '--start'; Help = 'start Latchkey in the background if it is not running' }
      @{ Name = '--data-dir'; Help = 'the data directory of the Latchkey to talk to'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
    )
  }
  'events' = @{
    Help = 'print each change of the session'
    Words = @()
    Flags = @(
      @{ Name = '--account'; Help = 'the account; the default one if left out'; Words = @() }
      @{ Name = '--key-file'; Help = 'a file with a key, which only you can read'; Words = @(); IsPath = $true }
      @{ Name = '--json'; Help = 'print one JSON object per line' }
      @{ Name = '--start'; Help = 'start Latchkey in the background if it is not running' }
      @{ Name = '--data-dir'; Help = 'the data directory of the Latchkey to talk to'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
    )
  }
  'apps' = @{
    Help = 'list the apps and keys, or forget one'
    Words = @('forget')
    Flags = @(
      @{ Name = '--json'; Help = 'print one JSON object' }
      @{ Name = '--start'; Help = 'start Latchkey in the background if it is not running' }
      @{ Name = '--data-dir'; Help = 'the data directory of the Latchkey to talk to'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
    )
  }
  'key' = @{
    Help = 'create a key for a program, and print it once'
    Words = @()
    Flags = @(
      @{ Name = '--account'; Help = 'the account; the default one if left out'; Words = @() }
      @{ Name = '--scope'; Help = 'some of the scopes that were granted, separated by spaces'; Words = @() }
      @{ Name = '--json'; Help = 'print one JSON object' }
      @{ Name = '--start'; Help = 'start Latchkey in the background if it is not running' }
      @{ Name = '--data-dir'; Help = 'the data directory of the Latchkey to talk to'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
    )
  }
  'git-credential' = @{
    Help = 'give git a token in place of a password'
    Words = @('get', 'store', 'erase')
    Flags = @(
      @{ Name = '--git-host'; Help = 'a host and its account, in place of gitHosts; repeatable'; Words = @() }
      @{ Name = '--key-file'; Help = 'a file with a key, which only you can read'; Words = @(); IsPath = $true }
      @{ Name = '--start'; Help = 'start Latchkey in the background if it is not running' }
      @{ Name = '--data-dir'; Help = 'the data directory of the Latchkey to talk to'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
    )
  }
  'kubectl-credential' = @{
    Help = 'give kubectl an ID token'
    Words = @()
    Flags = @(
      @{ Name = '--account'; Help = 'the account; the default one if left out'; Words = @() }
      @{ Name = '--key-file'; Help = 'a file with a key, which only you can read'; Words = @(); IsPath = $true }
      @{ Name = '--start'; Help = 'start Latchkey in the background if it is not running' }
      @{ Name = '--data-dir'; Help = 'the data directory of the Latchkey to talk to'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
    )
  }
  'diagnose' = @{
    Help = 'find out what is wrong'
    Words = @()
    Flags = @(
      @{ Name = '--json'; Help = 'print the diagnosis as JSON' }
      @{ Name = '--data-dir'; Help = 'the data directory'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
      @{ Name = '--issuer'; Help = 'the issuer of your OpenID provider, exactly as the provider spells it'; Words = @() }
      @{ Name = '--client-id'; Help = 'the client ID that you registered with the provider'; Words = @() }
      @{ Name = '--client-secret-file'; Help = 'a file with the client secret, mode 0600, if the provider requires one'; Words = @(); IsPath = $true }
      @{ Name = '--scope'; Help = 'the scopes to request'; Words = @() }
      @{ Name = '--audience'; Help = 'the API that the access token is for (Auth0)'; Words = @() }
      @{ Name = '--prompt'; Help = 'OpenID Connect''s prompt: login, consent, select_account'; Words = @() }
      @{ Name = '--max-age'; Help = 'ask for a new sign-in if the last one is over S seconds old'; Words = @() }
      @{ Name = '--authorization-parameter'; Help = 'a parameter to add to the sign-in link: access_type=offline; repeatable'; Words = @() }
      @{ Name = '--allowed-parameters'; Help = 'parameters that apps may add to the sign-in link: hd,kc_idp_hint'; Words = @() }
      @{ Name = '--port'; Help = 'the port of the local service; 0 picks a free port'; Words = @() }
      @{ Name = '--redirect-port'; Help = 'the port of the redirect URI, or several: 8400,8401'; Words = @() }
      @{ Name = '--redirect-host'; Help = 'the host of the redirect URI: 127.0.0.1, localhost or [::1]'; Words = @('127.0.0.1', 'localhost', '[::1]') }
      @{ Name = '--redirect-path'; Help = 'the path of the redirect URI, as registered with the provider'; Words = @() }
      @{ Name = '--take-over'; Help = 'take over the data directory from a computer that no longer runs Latchkey' }
      @{ Name = '--no-take-over'; Help = 'turn off --take-over' }
      @{ Name = '--sign-in-timeout'; Help = 'how many seconds a sign-in waits for you'; Words = @() }
      @{ Name = '--expose-refresh-token'; Help = 'let other apps get the refresh token itself' }
      @{ Name = '--no-expose-refresh-token'; Help = 'turn off --expose-refresh-token' }
      @{ Name = '--consent'; Help = 'ask before an app gets tokens; with off, every app gets them'; Words = @('ask', 'off') }
      @{ Name = '--allow'; Help = 'a program, or a script, that gets tokens without asking you; repeatable'; Words = @(); IsPath = $true }
      @{ Name = '--pause-when-locked'; Help = 'give no tokens to allowed apps either while the screen is locked' }
      @{ Name = '--no-pause-when-locked'; Help = 'turn off --pause-when-locked' }
      @{ Name = '--client-version'; Help = 'the version that clients of the local service are told: 12.0.0'; Words = @() }
      @{ Name = '--git-host'; Help = 'for git-credential only: a host and the account whose tokens git gets; repeatable'; Words = @() }
      @{ Name = '--keep-without-keyring'; Help = 'store the session on this computer even without a keyring' }
      @{ Name = '--no-keep-without-keyring'; Help = 'turn off --keep-without-keyring' }
      @{ Name = '--end-session'; Help = 'when you sign out, also open the provider''s sign-out page' }
      @{ Name = '--no-end-session'; Help = 'turn off --end-session' }
      @{ Name = '--demo'; Help = 'sign in at the built-in demo provider' }
      @{ Name = '--no-demo'; Help = 'turn off --demo' }
      @{ Name = '--demo-if-unset'; Help = 'the same, but only if no provider is configured' }
      @{ Name = '--no-demo-if-unset'; Help = 'turn off --demo-if-unset' }
      @{ Name = '--sign-in'; Help = 'start a sign-in at once' }
      @{ Name = '--no-sign-in'; Help = 'turn off --sign-in' }
      @{ Name = '--no-browser'; Help = 'print the link instead of opening a browser' }
      @{ Name = '--browser'; Help = 'turn off --no-browser' }
      @{ Name = '--no-notifications'; Help = 'show no desktop notifications' }
      @{ Name = '--notifications'; Help = 'turn off --no-notifications' }
      @{ Name = '--log-level'; Help = 'what latchkey.log records: error, warn, info or debug'; Words = @('error', 'warn', 'info', 'debug') }
      @{ Name = '--no-json'; Help = 'turn off --json' }
    )
  }
  'headless' = @{
    Help = 'run Latchkey in this terminal, without a tray'
    Words = @()
    Flags = @(
      @{ Name = '--json'; Help = 'print one JSON object per line' }
      @{ Name = '--data-dir'; Help = 'the data directory'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
      @{ Name = '--issuer'; Help = 'the issuer of your OpenID provider, exactly as the provider spells it'; Words = @() }
      @{ Name = '--client-id'; Help = 'the client ID that you registered with the provider'; Words = @() }
      @{ Name = '--client-secret-file'; Help = 'a file with the client secret, mode 0600, if the provider requires one'; Words = @(); IsPath = $true }
      @{ Name = '--scope'; Help = 'the scopes to request'; Words = @() }
      @{ Name = '--audience'; Help = 'the API that the access token is for (Auth0)'; Words = @() }
      @{ Name = '--prompt'; Help = 'OpenID Connect''s prompt: login, consent, select_account'; Words = @() }
      @{ Name = '--max-age'; Help = 'ask for a new sign-in if the last one is over S seconds old'; Words = @() }
      @{ Name = '--authorization-parameter'; Help = 'a parameter to add to the sign-in link: access_type=offline; repeatable'; Words = @() }
      @{ Name = '--allowed-parameters'; Help = 'parameters that apps may add to the sign-in link: hd,kc_idp_hint'; Words = @() }
      @{ Name = '--port'; Help = 'the port of the local service; 0 picks a free port'; Words = @() }
      @{ Name = '--redirect-port'; Help = 'the port of the redirect URI, or several: 8400,8401'; Words = @() }
      @{ Name = '--redirect-host'; Help = 'the host of the redirect URI: 127.0.0.1, localhost or [::1]'; Words = @('127.0.0.1', 'localhost', '[::1]') }
      @{ Name = '--redirect-path'; Help = 'the path of the redirect URI, as registered with the provider'; Words = @() }
      @{ Name = '--take-over'; Help = 'take over the data directory from a computer that no longer runs Latchkey' }
      @{ Name = '--no-take-over'; Help = 'turn off --take-over' }
      @{ Name = '--sign-in-timeout'; Help = 'how many seconds a sign-in waits for you'; Words = @() }
      @{ Name = '--expose-refresh-token'; Help = 'let other apps get the refresh token itself' }
      @{ Name = '--no-expose-refresh-token'; Help = 'turn off --expose-refresh-token' }
      @{ Name = '--consent'; Help = 'ask before an app gets tokens; with off, every app gets them'; Words = @('ask', 'off') }
      @{ Name = '--allow'; Help = 'a program, or a script, that gets tokens without asking you; repeatable'; Words = @(); IsPath = $true }
      @{ Name = '--pause-when-locked'; Help = 'give no tokens to allowed apps either while the screen is locked' }
      @{ Name = '--no-pause-when-locked'; Help = 'turn off --pause-when-locked' }
      @{ Name = '--client-version'; Help = 'the version that clients of the local service are told: 12.0.0'; Words = @() }
      @{ Name = '--git-host'; Help = 'for git-credential only: a host and the account whose tokens git gets; repeatable'; Words = @() }
      @{ Name = '--keep-without-keyring'; Help = 'store the session on this computer even without a keyring' }
      @{ Name = '--no-keep-without-keyring'; Help = 'turn off --keep-without-keyring' }
      @{ Name = '--end-session'; Help = 'when you sign out, also open the provider''s sign-out page' }
      @{ Name = '--no-end-session'; Help = 'turn off --end-session' }
      @{ Name = '--demo'; Help = 'sign in at the built-in demo provider' }
      @{ Name = '--no-demo'; Help = 'turn off --demo' }
      @{ Name = '--demo-if-unset'; Help = 'the same, but only if no provider is configured' }
      @{ Name = '--no-demo-if-unset'; Help = 'turn off --demo-if-unset' }
      @{ Name = '--sign-in'; Help = 'start a sign-in at once' }
      @{ Name = '--no-sign-in'; Help = 'turn off --sign-in' }
      @{ Name = '--no-browser'; Help = 'print the link instead of opening a browser' }
      @{ Name = '--browser'; Help = 'turn off --no-browser' }
      @{ Name = '--no-notifications'; Help = 'show no desktop notifications' }
      @{ Name = '--notifications'; Help = 'turn off --no-notifications' }
      @{ Name = '--log-level'; Help = 'what latchkey.log records: error, warn, info or debug'; Words = @('error', 'warn', 'info', 'debug') }
      @{ Name = '--no-json'; Help = 'turn off --json' }
    )
  }
  'uninstall-data' = @{
    Help = 'sign out everywhere and delete all stored data'
    Words = @()
    Flags = @(
      @{ Name = '--data-dir'; Help = 'the data directory'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
      @{ Name = '--issuer'; Help = 'the issuer of your OpenID provider, exactly as the provider spells it'; Words = @() }
      @{ Name = '--client-id'; Help = 'the client ID that you registered with the provider'; Words = @() }
      @{ Name = '--client-secret-file'; Help = 'a file with the client secret, mode 0600, if the provider requires one'; Words = @(); IsPath = $true }
      @{ Name = '--scope'; Help = 'the scopes to request'; Words = @() }
      @{ Name = '--audience'; Help = 'the API that the access token is for (Auth0)'; Words = @() }
      @{ Name = '--prompt'; Help = 'OpenID Connect''s prompt: login, consent, select_account'; Words = @() }
      @{ Name = '--max-age'; Help = 'ask for a new sign-in if the last one is over S seconds old'; Words = @() }
      @{ Name = '--authorization-parameter'; Help = 'a parameter to add to the sign-in link: access_type=offline; repeatable'; Words = @() }
      @{ Name = '--allowed-parameters'; Help = 'parameters that apps may add to the sign-in link: hd,kc_idp_hint'; Words = @() }
      @{ Name = '--port'; Help = 'the port of the local service; 0 picks a free port'; Words = @() }
      @{ Name = '--redirect-port'; Help = 'the port of the redirect URI, or several: 8400,8401'; Words = @() }
      @{ Name = '--redirect-host'; Help = 'the host of the redirect URI: 127.0.0.1, localhost or [::1]'; Words = @('127.0.0.1', 'localhost', '[::1]') }
      @{ Name = '--redirect-path'; Help = 'the path of the redirect URI, as registered with the provider'; Words = @() }
      @{ Name = '--take-over'; Help = 'take over the data directory from a computer that no longer runs Latchkey' }
      @{ Name = '--no-take-over'; Help = 'turn off --take-over' }
      @{ Name = '--sign-in-timeout'; Help = 'how many seconds a sign-in waits for you'; Words = @() }
      @{ Name = '--expose-refresh-token'; Help = 'let other apps get the refresh token itself' }
      @{ Name = '--no-expose-refresh-token'; Help = 'turn off --expose-refresh-token' }
      @{ Name = '--consent'; Help = 'ask before an app gets tokens; with off, every app gets them'; Words = @('ask', 'off') }
      @{ Name = '--allow'; Help = 'a program, or a script, that gets tokens without asking you; repeatable'; Words = @(); IsPath = $true }
      @{ Name = '--pause-when-locked'; Help = 'give no tokens to allowed apps either while the screen is locked' }
      @{ Name = '--no-pause-when-locked'; Help = 'turn off --pause-when-locked' }
      @{ Name = '--client-version'; Help = 'the version that clients of the local service are told: 12.0.0'; Words = @() }
      @{ Name = '--git-host'; Help = 'for git-credential only: a host and the account whose tokens git gets; repeatable'; Words = @() }
      @{ Name = '--keep-without-keyring'; Help = 'store the session on this computer even without a keyring' }
      @{ Name = '--no-keep-without-keyring'; Help = 'turn off --keep-without-keyring' }
      @{ Name = '--end-session'; Help = 'when you sign out, also open the provider''s sign-out page' }
      @{ Name = '--no-end-session'; Help = 'turn off --end-session' }
      @{ Name = '--demo'; Help = 'sign in at the built-in demo provider' }
      @{ Name = '--no-demo'; Help = 'turn off --demo' }
      @{ Name = '--demo-if-unset'; Help = 'the same, but only if no provider is configured' }
      @{ Name = '--no-demo-if-unset'; Help = 'turn off --demo-if-unset' }
      @{ Name = '--sign-in'; Help = 'start a sign-in at once' }
      @{ Name = '--no-sign-in'; Help = 'turn off --sign-in' }
      @{ Name = '--no-browser'; Help = 'print the link instead of opening a browser' }
      @{ Name = '--browser'; Help = 'turn off --no-browser' }
      @{ Name = '--no-notifications'; Help = 'show no desktop notifications' }
      @{ Name = '--notifications'; Help = 'turn off --no-notifications' }
      @{ Name = '--log-level'; Help = 'what latchkey.log records: error, warn, info or debug'; Words = @('error', 'warn', 'info', 'debug') }
      @{ Name = '--json'; Help = 'print one JSON object per line, for other programs' }
      @{ Name = '--no-json'; Help = 'turn off --json' }
    )
  }
  'help' = @{
    Help = 'print this help, or the help of a command'
    Words = @('token', 'status', 'sign-in', 'sign-out', 'accounts', 'use', 'events', 'apps', 'key', 'git-credential', 'kubectl-credential', 'diagnose', 'headless', 'uninstall-data', 'help', 'version')
    Flags = @(
      @{ Name = '--data-dir'; Help = 'has no effect here'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
    )
  }
  'version' = @{
    Help = 'print the version'
    Words = @()
    Flags = @(
      @{ Name = '--json'; Help = 'print one JSON object' }
      @{ Name = '--data-dir'; Help = 'has no effect here'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
    )
  }
}

# Flags may precede the command.
$script:LatchkeyLeading = @{
    Flags = @(
      @{ Name = '--account'; Help = 'the account; the default one if left out'; Words = @() }
      @{ Name = '--scope'; Help = 'some of the scopes that were granted, separated by spaces'; Words = @() }
      @{ Name = '--audience'; Help = 'the audience of the token'; Words = @() }
      @{ Name = '--min-validity'; Help = 'how long it must be valid, if possible [60]'; Words = @() }
      @{ Name = '--id-token'; Help = 'print the ID token' }
      @{ Name = '--key-file'; Help = 'a file with a key, which only you can read'; Words = @(); IsPath = $true }
      @{ Name = '--json'; Help = 'print one JSON object' }
      @{ Name = '--start'; Help = 'start Latchkey in the background if it is not running' }
      @{ Name = '--data-dir'; Help = 'the data directory of the Latchkey to talk to'; Words = @(); IsPath = $true }
      @{ Name = '--help'; Help = 'print the help of the command' }
      @{ Name = '--provider'; Help = 'the name of a provider in the settings'; Words = @() }
      @{ Name = '--git-host'; Help = 'a host and its account, in place of gitHosts; repeatable'; Words = @() }
      @{ Name = '--issuer'; Help = 'the issuer of your OpenID provider, exactly as the provider spells it'; Words = @() }
      @{ Name = '--client-id'; Help = 'the client ID that you registered with the provider'; Words = @() }
      @{ Name = '--client-secret-file'; Help = 'a file with the client secret, mode 0600, if the provider requires one'; Words = @(); IsPath = $true }
      @{ Name = '--prompt'; Help = 'OpenID Connect''s prompt: login, consent, select_account'; Words = @() }
      @{ Name = '--max-age'; Help = 'ask for a new sign-in if the last one is over S seconds old'; Words = @() }
      @{ Name = '--authorization-parameter'; Help = 'a parameter to add to the sign-in link: access_type=offline; repeatable'; Words = @() }
      @{ Name = '--allowed-parameters'; Help = 'parameters that apps may add to the sign-in link: hd,kc_idp_hint'; Words = @() }
      @{ Name = '--port'; Help = 'the port of the local service; 0 picks a free port'; Words = @() }
      @{ Name = '--redirect-port'; Help = 'the port of the redirect URI, or several: 8400,8401'; Words = @() }
      @{ Name = '--redirect-host'; Help = 'the host of the redirect URI: 127.0.0.1, localhost or [::1]'; Words = @('127.0.0.1', 'localhost', '[::1]') }
      @{ Name = '--redirect-path'; Help = 'the path of the redirect URI, as registered with the provider'; Words = @() }
      @{ Name = '--take-over'; Help = 'take over the data directory from a computer that no longer runs Latchkey' }
      @{ Name = '--no-take-over'; Help = 'turn off --take-over' }
      @{ Name = '--sign-in-timeout'; Help = 'how many seconds a sign-in waits for you'; Words = @() }
      @{ Name = '--expose-refresh-token'; Help = 'let other apps get the refresh token itself' }
      @{ Name = '--no-expose-refresh-token'; Help = 'turn off --expose-refresh-token' }
      @{ Name = '--consent'; Help = 'ask before an app gets tokens; with off, every app gets them'; Words = @('ask', 'off') }
      @{ Name = '--allow'; Help = 'a program, or a script, that gets tokens without asking you; repeatable'; Words = @(); IsPath = $true }
      @{ Name = '--pause-when-locked'; Help = 'give no tokens to allowed apps either while the screen is locked' }
      @{ Name = '--no-pause-when-locked'; Help = 'turn off --pause-when-locked' }
      @{ Name = '--client-version'; Help = 'the version that clients of the local service are told: 12.0.0'; Words = @() }
      @{ Name = '--keep-without-keyring'; Help = 'store the session on this computer even without a keyring' }
      @{ Name = '--no-keep-without-keyring'; Help = 'turn off --keep-without-keyring' }
      @{ Name = '--end-session'; Help = 'when you sign out, also open the provider''s sign-out page' }
      @{ Name = '--no-end-session'; Help = 'turn off --end-session' }
      @{ Name = '--demo'; Help = 'sign in at the built-in demo provider' }
      @{ Name = '--no-demo'; Help = 'turn off --demo' }
      @{ Name = '--demo-if-unset'; Help = 'the same, but only if no provider is configured' }
      @{ Name = '--no-demo-if-unset'; Help = 'turn off --demo-if-unset' }
      @{ Name = '--sign-in'; Help = 'start a sign-in at once' }
      @{ Name = '--no-sign-in'; Help = 'turn off --sign-in' }
      @{ Name = '--no-browser'; Help = 'print the link instead of opening a browser' }
      @{ Name = '--browser'; Help = 'turn off --no-browser' }
      @{ Name = '--no-notifications'; Help = 'show no desktop notifications' }
      @{ Name = '--notifications'; Help = 'turn off --no-notifications' }
      @{ Name = '--log-level'; Help = 'what latchkey.log records: error, warn, info or debug'; Words = @('error', 'warn', 'info', 'debug') }
      @{ Name = '--no-json'; Help = 'turn off --json' }
      @{ Name = '--version'; Help = 'print the version' }
    )
}

Register-ArgumentCompleter -Native -CommandName @('latchkey', 'latchkey.cmd') -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $before = @($commandAst.CommandElements |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
    Select-Object -Skip 1 |
    ForEach-Object { $_.ToString() })
  $typed = "$wordToComplete"
  $prefix = ''
  $offers = @()
  $index = 0
  while ($index -lt $before.Count -and $before[$index] -like '-*') {
    $leading = $before[$index]
    if ($script:LatchkeyLeading.Flags | Where-Object { $null -ne $_.Words -and $_.Name -eq $leading }) {
      $index++
    }
    $index++
  }
  $hasCommand = $index -lt $before.Count
  $command = $script:LatchkeyLeading
  if ($hasCommand) { $command = $script:LatchkeyCommands[$before[$index]] }
  if ($null -ne $command) {
    $flagName = ''
    if ($before.Count -gt 0) { $flagName = $before[-1] }
    if ($typed -like '--*=*') {
      $flagName, $typed = $typed.Split('=', 2)
      $prefix = "$flagName="
    }
    $flag = $command.Flags |
      Where-Object { $null -ne $_.Words -and $_.Name -eq $flagName } |
      Select-Object -First 1
    if ($null -ne $flag) {
      foreach ($word in $flag.Words) { $offers += @{ Text = $word; Help = $flag.Help } }
      if ($flag.IsPath -and $prefix -ne '') {
        [System.Management.Automation.CompletionCompleters]::CompleteFilename($typed) | ForEach-Object {
          [System.Management.Automation.CompletionResult]::new(
            $prefix + $_.CompletionText, $_.ListItemText, 'ParameterValue', $_.ToolTip)
        }
      }
    } elseif ($typed -like '-*') {
      foreach ($one in $command.Flags) { $offers += @{ Text = $one.Name; Help = $one.Help } }
    } elseif ($prefix -eq '' -and -not $hasCommand) {
      foreach ($name in $script:LatchkeyCommands.Keys) {
        $offers += @{ Text = $name; Help = $script:LatchkeyCommands[$name].Help }
      }
    } elseif ($prefix -eq '') {
      foreach ($word in $command.Words) { $offers += @{ Text = $word; Help = $command.Help } }
    }
  }
  foreach ($offer in $offers) {
    if ($offer.Text.StartsWith($typed, [StringComparison]::OrdinalIgnoreCase)) {
      $text = $prefix + $offer.Text
      [System.Management.Automation.CompletionResult]::new(
        $text, $offer.Text, 'ParameterValue', $offer.Help)
    }
  }
}
