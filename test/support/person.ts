// A user with a minimal browser: follows redirects, keeps cookies, presses one button.

/** Requests a page without following redirects. */
export type Visit = (url: string, init: RequestInit) => Promise<Response>

/**
 * Signs in at the embedded provider and returns the address that the browser would go to, without
 * going there.
 */
export async function answerLink(
  link: string,
  press = 'account=alice',
  visit: Visit = fetch,
): Promise<string> {
  const cookies = new Map<string, string>()
  let url = link
  let form: string | undefined
  for (let step = 0; step < 10; step++) {
    const response = await visit(url, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form !== undefined && { body: form }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = cookie.split(';')[0]!.split(/=(.*)/s)
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) {
      if (response.status !== 200) throw new Error(`${url} answered ${response.status}`)
      form = press
      continue
    }
    form = undefined
    url = new URL(location, url).href
    // The client listens on another origin.
    if (new URL(url).origin !== new URL(link).origin) return url
  }
  throw new Error('the provider sent the browser round in circles')
}

/** Changes some parameters of the callback address. Null removes one. */
export function altered(callback: string, changes: Record<string, string | null>): string {
  const url = new URL(callback)
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  }
  return url.href
}
