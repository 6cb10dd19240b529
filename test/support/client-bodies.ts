// The exact request bodies that the official client sends in each of its languages.

/** The values of one sign-in. A client receives them or makes them itself. */
export type Values = {
  clientId: string
  state: string
  challenge: string
  /** Our own /pkce/response/code, if the provider should post its form there. */
  formUri: string
  code: string
  redirectUri: string
  verifier: string
}

type Body = { type: string; text: string }

export type GeneratedClient = {
  language: string
  /** Headers sent with every call. */
  headers: Readonly<Record<string, string>>
  /** What the client sends if the caller leaves out the body. */
  leftOut: Body
  /** A seed with only the required fields. */
  seed(values: Values): Body
  /** A seed that lets the provider post its form to the service. */
  formSeed(values: Values): Body
  code(values: Values): Body
  renewal(values: Values): Body
  response(values: Values): Body
}

const FORM = 'application/x-www-form-urlencoded'
const encode = encodeURIComponent

/** json.dumps adds spaces, and leaves out members that are None. */
const PYTHON: GeneratedClient = {
  language: 'Python',
  headers: { accept: 'application/json', 'user-agent': 'OpenAPI-Generator/1.0.0/python' },
  leftOut: { type: 'application/json', text: '' },
  seed: ({ clientId, state, challenge }) => ({
    type: 'application/json',
    text:
      `{"schema": {"migration": 0, "semantic": "MAJOR_0_MINOR_0_PATCH_1"}, "response_type": "code", ` +
      `"state": "${state}", "nonce": "${state}", "code_challenge": "${challenge}", ` +
      `"code_challenge_method": "S256", "scope": ["openid", "profile", "email", "offline_access"], ` +
      `"client_id": "${clientId}"}`,
  }),
  formSeed: ({ clientId, state, challenge, formUri }) => ({
    type: 'application/json',
    text:
      `{"response_type": "code", "state": "${state}", "nonce": "${state}", "redirect_uri": ` +
      `"${formUri}", "code_challenge": "${challenge}", "code_challenge_method": "S256", "scope": ` +
      `["openid"], "client_id": "${clientId}", "response_mode": "form_post"}`,
  }),
  code: ({ clientId, code, redirectUri, verifier }) => ({
    type: 'application/json',
    text:
      `{"grant_type": "authorization_code", "client_id": "${clientId}", "code": "${code}", ` +
      `"redirect_uri": "${redirectUri}", "code_verifier": "${verifier}"}`,
  }),
  renewal: ({ clientId }) => ({
    type: 'application/json',
    text:
      `{"grant_type": "refresh_token", "client_id": "${clientId}", "code": "", ` +
      `"redirect_uri": "", "code_verifier": ""}`,
  }),
  response: ({ code, state }) => ({ type: FORM, text: `code=${encode(code)}&state=${state}` }),
}

/** Writes every member, with null for those left out. package:http adds the charset. */
const DART_JSON = 'application/json; charset=utf-8'
const DART: GeneratedClient = {
  language: 'Dart',
  headers: { 'user-agent': 'Dart/3.5 (dart:io)' },
  leftOut: { type: DART_JSON, text: 'null' },
  seed: ({ clientId, state, challenge }) => ({
    type: DART_JSON,
    text:
      `{"schema":{"migration":0,"semantic":"MAJOR_0_MINOR_0_PATCH_1"},"response_type":"code",` +
      `"state":"${state}","nonce":"${state}","redirect_uri":null,"code_challenge":"${challenge}",` +
      `"code_challenge_method":"S256","domain":null,"audience":null,"screen_hint":null,` +
      `"prompt":null,"organization":null,"invitation":null,` +
      `"scope":["openid","profile","email","offline_access"],"client_id":"${clientId}",` +
      `"ADDITIONAL_PARAMETERS":{"access_type":null,"display":null},"response_mode":null}`,
  }),
  formSeed: ({ clientId, state, challenge, formUri }) => ({
    type: DART_JSON,
    text:
      `{"schema":null,"response_type":"code","state":"${state}","nonce":"${state}",` +
      `"redirect_uri":"${formUri}","code_challenge":"${challenge}","code_challenge_method":"S256",` +
      `"domain":null,"audience":null,"screen_hint":null,"prompt":null,"organization":null,` +
      `"invitation":null,"scope":["openid",null],"client_id":"${clientId}",` +
      `"ADDITIONAL_PARAMETERS":null,"response_mode":"form_post"}`,
  }),
  code: ({ clientId, code, redirectUri, verifier }) => ({
    type: DART_JSON,
    text:
      `{"schema":null,"grant_type":"authorization_code","client_id":"${clientId}",` +
      `"code":"${code}","redirect_uri":"${redirectUri}","code_verifier":"${verifier}",` +
      `"audience":null}`,
  }),
  renewal: ({ clientId }) => ({
    type: DART_JSON,
    text:
      `{"schema":{"migration":null,"semantic":null},"grant_type":"refresh_token",` +
      `"client_id":"${clientId}","code":"","redirect_uri":"","code_verifier":"","audience":null}`,
  }),
  response: ({ code, state }) => ({
    type: `${FORM}; charset=utf-8`,
    text: `code=${encode(code)}&state=${state}`,
  }),
}

/** Moshi leaves out nulls, but writes a null body as text. OkHttp adds the charset. */
const KOTLIN_JSON = 'application/json; charset=utf-8'
const KOTLIN: GeneratedClient = {
  language: 'Kotlin',
  headers: { accept: 'application/json', 'user-agent': 'okhttp/4.12.0' },
  leftOut: { type: KOTLIN_JSON, text: 'null' },
  seed: ({ clientId, state, challenge }) => ({
    type: KOTLIN_JSON,
    text:
      `{"response_type":"code","state":"${state}","nonce":"${state}",` +
      `"code_challenge":"${challenge}","code_challenge_method":"S256",` +
      `"scope":["openid","profile","email","offline_access","UNKNOWN"],"client_id":"${clientId}",` +
      `"prompt":"UNKNOWN","ADDITIONAL_PARAMETERS":{"access_type":"offline","display":"UNKNOWN"}}`,
  }),
  formSeed: ({ clientId, state, challenge, formUri }) => ({
    type: KOTLIN_JSON,
    text:
      `{"response_type":"code","state":"${state}","nonce":"${state}","redirect_uri":"${formUri}",` +
      `"code_challenge":"${challenge}","code_challenge_method":"S256","scope":["openid"],` +
      `"client_id":"${clientId}","response_mode":"form_post"}`,
  }),
  code: ({ clientId, code, redirectUri, verifier }) => ({
    type: KOTLIN_JSON,
    text:
      `{"grant_type":"authorization_code","client_id":"${clientId}","code":"${code}",` +
      `"redirect_uri":"${redirectUri}","code_verifier":"${verifier}"}`,
  }),
  renewal: ({ clientId }) => ({
    type: KOTLIN_JSON,
    text:
      `{"grant_type":"refresh_token","client_id":"${clientId}","code":"","redirect_uri":"",` +
      `"code_verifier":""}`,
  }),
  response: ({ code, state }) => ({
    type: FORM,
    text: `schema=&code=${encode(code)}&state=${state}`,
  }),
}

/** An enumeration that was not set has its first value, UNKNOWN. */
const CSHARP: GeneratedClient = {
  language: 'C#',
  headers: { accept: 'application/json', 'user-agent': 'OpenAPI-Generator/1.0.0/csharp' },
  leftOut: { type: 'application/json', text: '' },
  seed: ({ clientId, state, challenge }) => ({
    type: 'application/json',
    text:
      `{"response_type":"code","state":"${state}","nonce":"${state}",` +
      `"code_challenge":"${challenge}","code_challenge_method":"S256","screen_hint":"UNKNOWN",` +
      `"prompt":"UNKNOWN","scope":["openid","profile","email","offline_access"],` +
      `"client_id":"${clientId}","ADDITIONAL_PARAMETERS":{"access_type":"UNKNOWN",` +
      `"display":"UNKNOWN"},"response_mode":"UNKNOWN"}`,
  }),
  formSeed: ({ clientId, state, challenge, formUri }) => ({
    type: 'application/json',
    text:
      `{"response_type":"code","state":"${state}","nonce":"${state}","redirect_uri":"${formUri}",` +
      `"code_challenge":"${challenge}","code_challenge_method":"S256","screen_hint":"UNKNOWN",` +
      `"prompt":"UNKNOWN","scope":["openid","UNKNOWN"],"client_id":"${clientId}",` +
      `"response_mode":"form_post"}`,
  }),
  code: ({ clientId, code, redirectUri, verifier }) => ({
    type: 'application/json',
    text:
      `{"grant_type":"authorization_code","client_id":"${clientId}","code":"${code}",` +
      `"redirect_uri":"${redirectUri}","code_verifier":"${verifier}"}`,
  }),
  renewal: ({ clientId }) => ({
    type: 'application/json',
    text:
      `{"grant_type":"refresh_token","client_id":"${clientId}","code":"","redirect_uri":"",` +
      `"code_verifier":""}`,
  }),
  response: ({ code, state }) => ({ type: FORM, text: `code=${encode(code)}&state=${state}` }),
}

export const GENERATED_CLIENTS: readonly GeneratedClient[] = [PYTHON, DART, KOTLIN, CSHARP]
