#!/bin/sh
# latchkey-token: prints an access token, or an ID token. It does what `latchkey token --key-file FILE` does, without
# starting a program for it: one call of curl over Latchkey's Unix socket, with a key.
#
# Exit codes: 0; 1 failed; 2 bad usage; 3 Latchkey is not running; 4 wrong agent; 5 not signed in; 6 not
# allowed.

# A trace, a core file, or a variable that the caller exports under a name of this script would show the key.
{ set +xa; } 2>/dev/null
unset key line answer
ulimit -c 0 2>/dev/null
set -u
LC_ALL=C

usage='Usage: latchkey-token [--key-file FILE] [--account ID] [--scope SCOPES]
                      [--audience NAME] [--min-validity SECONDS] [--id-token]
                      [--data-dir FOLDER]
Prints an access token, or the ID token. The key is in FILE, in the file that
LATCHKEY_KEY_FILE names, or in LATCHKEY_KEY. To create one:
(umask 077; set -C; latchkey key NAME > FILE)'

fail() {
  printf 'latchkey: %s\n' "$2" >&2
  exit "$1"
}

# What this script can't do, the app can: /usr/bin/latchkey then starts it.
unable() {
  [ -z "${LATCHKEY_UNABLE-}" ] || exit "$LATCHKEY_UNABLE"
  fail "$1" "$2"
}

# 1. Read the flags. No message repeats a key.
key_as_argument='A key must not be given on the command line, because other programs can read it there. Use --key-file.'
ends_in_key() {
  case $1 in
    *latchkey_???????????????????????????????????????????*)
      case ${1##*latchkey_} in *[!A-Za-z0-9_-]*) return 1 ;; esac
      ;;
    *) return 1 ;;
  esac
}
for arg in "$@"; do
  if ends_in_key "$arg"; then fail 2 "$key_as_argument"; fi
done
if ends_in_key "${LATCHKEY_KEY_FILE-}"; then
  fail 2 'LATCHKEY_KEY_FILE must be the path of a file, not the key. For the key itself, use LATCHKEY_KEY.'
fi
key_file=${LATCHKEY_KEY_FILE-} data_dir=${LATCHKEY_DATA_DIR-}
account='' scope='' audience='' validity='' type=access_token
while [ $# -gt 0 ]; do
  case $1 in
    --*=*)
      flag=${1%%=*} value=${1#*=}
      shift
      set -- "$flag" "$value" "$@"
      joined=1
      ;;
    *) joined= ;;
  esac
  case $1 in
    --id-token | --help | -h) value='' ;;
    --key-file) value=FILE ;;
    --data-dir) value=FOLDER ;;
    --account) value=ID ;;
    --scope) value=SCOPES ;;
    --audience) value=NAME ;;
    --min-validity) value=SECONDS ;;
    --key) fail 2 "$key_as_argument" ;;
    *)
      # Enough to recognize it, but never a whole token.
      word=$(printf %.20s "$1")
      fail 2 "latchkey-token does not take $word. latchkey-token --help shows its flags."
      ;;
  esac
  if [ -z "$value" ]; then
    [ -z "$joined" ] || fail 2 "$1 takes no value."
  else
    [ -n "${2-}" ] || fail 2 "$1 needs a value: $1 $value."
  fi
  case $1 in
    --help | -h)
      printf '%s\n' "$usage"
      exit 0
      ;;
    --id-token)
      type=id_token
      shift
      continue
      ;;
    --key-file) key_file=$2 ;;
    --data-dir) data_dir=$2 ;;
    --account) account=$2 ;;
    --scope) scope=$2 ;;
    --audience) audience=$2 ;;
    --min-validity) validity=$2 ;;
  esac
  shift 2
done

# 2. Make the body. Nothing in it needs an escape.
case $account$scope$audience in
  *[\"\\]* | *[[:cntrl:]]*) unable 2 "A value contains a character that can't be in it." ;;
esac
case $account in
  '' | [a-z2-7][a-z2-7][a-z2-7][a-z2-7][a-z2-7][a-z2-7][a-z2-7][a-z2-7]) ;;
  *[!\ -~]*) unable 2 "The account's ID contains a character that can't be in it." ;;
  *)
    word=$(printf %.20s "$account")
    [ "$word" = "$account" ] || word=$word…
    fail 2 "\"$word\" is not an account's ID. latchkey accounts lists the IDs."
    ;;
esac
body='"token_type":"'$type'"'
[ -z "$account" ] || body=$body',"account":"'$account'"'
[ -z "$audience" ] || body=$body',"audience":"'$audience'"'
[ -z "$scope" ] || body=$body',"scope":"'$scope'"'
case $validity in
  *[!0-9]* | ?????????*) is_valid=0 ;;
  *)
    # JSON has no number with a zero before it, and the shell takes one for octal.
    while :; do case $validity in 0?*) validity=${validity#0} ;; *) break ;; esac; done
    is_valid=$((${validity:-0} <= 31536000))
    ;;
esac
[ "$is_valid" -eq 1 ] ||
  fail 2 '--min-validity must be a whole number of seconds, at most 31536000.'
[ -z "$validity" ] || body=$body',"minimum_validity":'$validity

# 3. Read the key. Other programs can read command lines and temporary files, so it is in neither.
if [ -n "$key_file" ]; then
  place="The key file $key_file"
  # The first word of the line is the mode.
  mode=$(ls -lndL -- "$key_file" 2>/dev/null) || unable 2 "$place can't be read."
  case $mode in
    -???------*) ;;
    -*) fail 2 "Other users can read the key file $key_file. Make it private first: chmod 600 $key_file" ;;
    *) unable 2 "$place is not a regular file." ;;
  esac
  [ -O "$key_file" ] || fail 2 "$place belongs to another user."
  place=$key_file
  key=
  while read -r line || [ -n "$line" ]; do key="$key $line"; done <"$key_file"
else
  place=LATCHKEY_KEY
  key=${LATCHKEY_KEY-}
  [ -n "$key" ] || fail 2 'No key is given. Use --key-file, LATCHKEY_KEY_FILE or LATCHKEY_KEY.'
fi
unset LATCHKEY_KEY
while :; do
  case $key in
    [[:space:]]*) key=${key#?} ;;
    *[[:space:]]) key=${key%?} ;;
    *) break ;;
  esac
done
case $key in
  *[!A-Za-z0-9_-]*) length=0 ;;
  latchkey_*) length=${#key} ;;
  *) length=0 ;;
esac
[ -n "$key" ] || fail 2 "$place is empty."
[ "$length" -eq 52 ] || fail 2 "$place does not contain a whole key: a key is latchkey_ followed by 43 characters."

# 4. Find the socket. The key goes nowhere else: only this user can make a socket in its folder.
if [ -z "$data_dir" ]; then
  case ${XDG_CONFIG_HOME-} in
    /*) data_dir=$XDG_CONFIG_HOME/latchkey ;;
    *) data_dir=${HOME-}/.config/latchkey ;;
  esac
  mac=${HOME-}/Library/Application\ Support
  if [ -d "$mac" ]; then data_dir=$mac/Latchkey; fi
fi
service=$data_dir/service.json
# /usr/bin/latchkey takes a flag for it.
how_to_start="${LATCHKEY_UNABLE:+add --start, or }run latchkey headless"
not_running="Latchkey is not running with the data directory $data_dir. Start it: $how_to_start."
not_ours="Other users can write $service, so it may lead to a program of theirs. The command sent nothing."
# Another user may own a link on the way to a folder, and change it at any time. So this script enters each
# folder once, and then uses the names in it alone. A relative folder is none of CDPATH.
case $data_dir in
  /*) ;;
  *) data_dir=./$data_dir ;;
esac
cd -P -- "$data_dir" >/dev/null 2>&1 || fail 3 "$not_running"
if [ -L ./service.json ] || ! [ -f ./service.json ]; then fail 3 "$not_running"; fi
# True if this user owns a folder (d) or a file (-), and nobody else can write it. The line begins with its mode.
is_own() {
  mode=$(ls -lnd "$2" 2>/dev/null) || return 1
  case $mode in
    "$1"????[!w]??[!w]*) [ -O "$2" ] ;;
    *) return 1 ;;
  esac
}
is_own - ./service.json || fail 4 "$not_ours"
# In a folder of others, they can replace the file. The app reads the file that it has checked.
is_own d . || unable 4 "$not_ours"
socket=
while IFS= read -r line; do
  case $line in
    '  "socket": "'*'",')
      socket=${line#'  "socket": "'}
      socket=${socket%'",'}
      ;;
  esac
done <./service.json
case $socket in
  [!/]* | '' | *\\*) unable 1 'Latchkey has no Unix socket for this. Use latchkey token.' ;;
esac
gone="Latchkey is not running: nothing listens at the address in $service. Start it again: $how_to_start."
cd -P -- "${socket%/*}/" >/dev/null 2>&1 || unable 3 "$gone"
name=./${socket##*/}
mode=$(ls -lnd . 2>/dev/null) || mode=
case $mode in
  d???------*) ;;
  *) unable 1 "Other users can enter the folder of $socket. Use latchkey token." ;;
esac
[ -O . ] || unable 1 "The folder of $socket belongs to another user. Use latchkey token."
if ! [ -S "$name" ] || ! [ -O "$name" ]; then unable 3 "$gone"; fi

# 5. Ask. The status is on a line of its own, after the answer. Only JSON tells for how long the token is valid.
accept=text/plain
[ -z "$validity" ] || accept=application/json
command -v curl >/dev/null || unable 1 'curl is missing. Install it, or use latchkey token.'
answer=$(
  echo "header = \"Authorization: Bearer $key\"" | curl -q --config - --silent \
    --noproxy '*' --unix-socket "$name" --max-time 120 --globoff \
    --header "Accept: $accept" --header 'Content-Type: application/json' \
    --data "{$body}" --write-out '\n%{http_code}' http://localhost/session/token
)
case $? in
  0) ;;
  7) unable 3 "$gone" ;;
  *) fail 1 'Latchkey did not answer, or not in time.' ;;
esac
status=${answer##*"
"}
answer=${answer%"
"*}
if [ "$status" = 200 ]; then
  if [ -n "$validity" ]; then
    # No quotation mark in a text is without an escape, so this is the member.
    seconds=${answer##*'"expires_in":'}
    seconds=${seconds%%[!0-9]*}
    # The escapes of printable ASCII.
    answer=$(
      printf '%s\n' "$answer" | sed -nE '
        s/^.*"'"$type"'":"(([] !#-[^-~]|\\["\\])*)".*$/\1/
        t found
        d
        :found
        s/\\(["\\])/\1/g
        p'
    )
  else
    seconds=''
  fi
  # A token is printable ASCII: RFC 6749, A.12. `echo` would read escapes and flags in it.
  case $answer in
    '' | *[!\ -~]*) unable 1 "The token contains a character that can't be in one." ;;
  esac
  printf '%s\n' "$answer"
  if [ -n "$seconds" ] && [ "$seconds" -lt "$validity" ]; then
    printf 'latchkey: The token is valid for only %s seconds, not %s.\n' "$seconds" "$validity" >&2
  fi
  exit 0
fi

# 6. Say why there is no token: an error has the member "detail". A part of it may be the provider's, so only
# printable ASCII reaches the terminal.
detail=$(
  printf '%s\n' "$answer" | LC_ALL=C sed -nE '
    s/^.*"detail":"(([^"\\]|\\.)*)".*$/\1/
    t found
    d
    :found
    s/\\(["\\])/\1/g
    s/[^ -~]/?/g
    p'
)
[ -n "$detail" ] || detail="Latchkey answered with status $status."
# The API writes for programs: a person reads these otherwise, and no name of a member.
member=${detail%%: *} rest=${detail#*: }
case $detail in
  'The key in the Authorization header is not valid: '*)
    detail="The key in ${key_file:-LATCHKEY_KEY} is not valid: it was taken back, or belongs to another Latchkey."
    detail="$detail Create a new one with latchkey key NAME."
    ;;
  'The key belongs to another account than the one that the request names.')
    detail='The key belongs to another account than the one that you named.'
    ;;
  'The user does not allow this program to use Latchkey. '*)
    detail='You denied this command. Latchkey will ask again after a while, or once you forget the denial in its'
    detail="$detail window or terminal."
    ;;
  'Latchkey asked the user whether to allow this program, and got no answer. Try again later.')
    detail='Latchkey asked whether to allow this command, but nobody answered. Try again later.'
    ;;
  'The screen is locked. Try again when the user is back.')
    detail='The screen is locked. Try again when it is unlocked.'
    ;;
  'No account has the ID that the request names.')
    detail='No account has this ID. latchkey accounts lists the IDs.'
    ;;
  *': '[A-Za-z]*)
    case $member in
      *[!A-Za-z0-9_-]*) ;;
      *) detail=$(printf %.1s "$rest" | tr '[:lower:]' '[:upper:]')${rest#?} ;;
    esac
    ;;
esac
case $answer in
  *'"code":"not-signed-in"'*) fail 5 "$detail" ;;
  *'"code":"not-allowed"'* | *'"code":"other-user"'* | *'"code":"access-denied"'*) fail 6 "$detail" ;;
  *) fail 1 "$detail" ;;
esac
