// A private certificate authority, as in a company's network. Each run makes a new one.

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import forge from 'node-forge'

export type PrivateAuthority = {
  /** The authority's own certificate in PEM, for NODE_EXTRA_CA_CERTS. */
  readonly certificate: string
  /**
   * Makes a server's key and certificate for a name or an address, in PEM, valid for two days
   * around now.
   */
  issueFor(host: string, validity?: Validity): { key: string; cert: string }
}

export type Validity = { fromMs: number; toMs: number }

/** Makes an authority that nobody trusts yet. */
export function createPrivateAuthority(): PrivateAuthority {
  const own = generateKeys()
  const subject = [{ name: 'commonName', value: 'Private authority for tests' }]
  const authority = certify(own.publicKey, subject, subject, own, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ])
  return {
    certificate: authority,
    issueFor(host, validity) {
      const { publicKey, key } = generateKeys()
      const altName = isIP(host) ? { type: 7, ip: host } : { type: 2, value: host }
      const named = [{ name: 'commonName', value: host }]
      const extensions = [
        { name: 'basicConstraints', cA: false },
        { name: 'extKeyUsage', serverAuth: true },
        { name: 'subjectAltName', altNames: [altName] },
      ]
      const cert = certify(publicKey, named, subject, own, extensions, validity)
      return { key, cert }
    },
  }
}

type Keys = { publicKey: forge.pki.PublicKey; key: string }

function certify(
  publicKey: forge.pki.PublicKey,
  subject: forge.pki.CertificateField[],
  issuer: forge.pki.CertificateField[],
  signer: Keys,
  extensions: object[],
  { fromMs, toMs }: Validity = { fromMs: Date.now() - DAY_MS, toMs: Date.now() + DAY_MS },
): string {
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = publicKey
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`
  certificate.validity.notBefore = new Date(fromMs)
  certificate.validity.notAfter = new Date(toMs)
  certificate.setSubject(subject)
  certificate.setIssuer(issuer)
  certificate.setExtensions(extensions)
  certificate.sign(forge.pki.privateKeyFromPem(signer.key), forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}

const DAY_MS = 24 * 60 * 60 * 1000

// Node makes RSA keys much faster than forge does.
function generateKeys(): Keys {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return { publicKey: forge.pki.publicKeyFromPem(publicKey), key: privateKey }
}
