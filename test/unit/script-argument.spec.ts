// Which script an interpreter runs, by its arguments.

import { expect, test } from '@playwright/test'
import { findScriptArgument } from '../../main/net/script-argument.js'

for (const [command, script] of [
  ['/usr/bin/node /home/a/sync.mjs --require x', '/home/a/sync.mjs'],
  ['/usr/bin/node --enable-source-maps --max-old-space-size=100 sync.js', 'sync.js'],
  ['/usr/bin/node -- sync.js', 'sync.js'],
  ['/usr/bin/node', null],
  ['/usr/bin/node -', null],
  ['/usr/bin/node -e code', null],
  ['/usr/bin/node -pe code sync.js', null],
  ['/usr/bin/node --eval=code sync.js', null],
  ['/usr/bin/node -r ./other.js sync.js', null],
  ['/usr/bin/node --require=./other.js sync.js', null],
  ['/usr/bin/node --import ./other.js sync.js', null],
  ['/usr/bin/node --experimental-loader ./other.js sync.js', null],
  ['/usr/bin/node --env-file=.env sync.js', null],
  ['/usr/bin/node --inspect sync.js', null],
  ['/usr/bin/node inspect sync.js', null],
  ['/usr/bin/node /dev/stdin', null],
  ['/usr/bin/node /dev/fd/3', null],
  ['/usr/bin/node /proc/self/fd/0', null],
  ['/usr/bin/python3.12 -u sync.py', 'sync.py'],
  ['/usr/bin/python3 -X dev -Wignore sync.py', 'sync.py'],
  ['/usr/bin/python3 -X presite=other sync.py', null],
  ['/usr/bin/python3 -W error::other.Category sync.py', null],
  ['/usr/bin/python3 -m http.server', null],
  ['/usr/bin/python3 -c code', null],
  ['/usr/bin/python3 -uc code', null],
  ['/usr/bin/python3 -i sync.py', null],
  ['/usr/bin/perl -w sync.pl', 'sync.pl'],
  ['/usr/bin/perl -Mother sync.pl', null],
  ['/usr/bin/perl -we code', null],
  ['/usr/bin/ruby3.1 -W0 sync.rb', 'sync.rb'],
  ['/usr/bin/ruby -rother sync.rb', null],
  ['/usr/bin/php8.3 sync.php', 'sync.php'],
  ['/usr/bin/php -d auto_prepend_file=other sync.php', null],
  ['/usr/bin/bash sync.sh', 'sync.sh'],
  ['/usr/bin/bash -eu -o pipefail sync.sh', 'sync.sh'],
  ['/usr/bin/bash -euo pipefail sync.sh', 'sync.sh'],
  ['/usr/bin/dash -c code', null],
  ['/usr/bin/bash -lc code', null],
  ['/usr/bin/bash --rcfile other sync.sh', null],
  ['/usr/bin/bash -s', null],
  ['/usr/bin/java -Xmx1g -jar app.jar', 'app.jar'],
  ['/usr/bin/java -javaagent:other.jar -jar app.jar', null],
  ['/usr/bin/java -cp app.jar Main', null],
  ['/usr/bin/deno run -A --allow-net=localhost sync.ts', 'sync.ts'],
  ['/usr/bin/deno run https://example.com/sync.ts', null],
  ['/usr/bin/deno eval code', null],
  ['/usr/bin/bun sync.ts', 'sync.ts'],
  ['/usr/bin/bun run build', null],
  ['/usr/bin/bun --preload other.ts sync.ts', null],
  ['/usr/bin/dotnet app.dll', 'app.dll'],
  ['/usr/bin/dotnet exec app.dll', null],
  ['/usr/bin/lua5.4 sync.lua', 'sync.lua'],
  ['/usr/bin/lua5.4 -l other sync.lua', null],
  ['/usr/bin/gawk -f sync.awk', null],
  ['/usr/lib/ld-linux-x86-64.so.2 /bin/app', null],
] as const) {
  test(`${command} runs ${script ?? 'no file that can be told'}`, () => {
    const args = command.split(' ')
    expect(findScriptArgument(args[0]!, args)).toBe(script)
  })
}

test('an Electron app that acts as Node runs a script as Node does', () => {
  const args = ['/opt/app/app', 'sync.js']
  expect(findScriptArgument('/opt/app/app', args)).toBe(null)
  expect(findScriptArgument('/opt/app/app', args, 'node')).toBe('sync.js')
})
