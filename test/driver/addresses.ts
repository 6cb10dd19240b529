// Maps the app's own scheme for a Chromium that does not know it.

/**
 * Maps `latchkey://app/x` to `http://app.latchkey.localhost/x`, which is an origin of its own in a
 * secure context and needs no name server. Other addresses stay as they are.
 */
export function toChromium(url: string): string {
  const found = /^([a-z][a-z0-9+-]*):\/\/([^/?#]*)(.*)$/is.exec(url)
  if (!found || /^(https?|file|blob|wss?)$/i.test(found[1]!)) return url
  const [, scheme, host, rest] = found
  return `http://${host}.${scheme}.localhost${rest!.startsWith('/') ? '' : '/'}${rest}`
}

/** Maps back. */
export function fromChromium(url: string): string {
  return url.replace(/^http:\/\/([^/?#]+)\.([a-z][a-z0-9+-]*)\.localhost(?=[/?#]|$)/, '$2://$1')
}

export function isOwnScheme(url: string): boolean {
  return fromChromium(url) !== url
}
