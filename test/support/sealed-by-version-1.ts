// Session files exactly as an earlier version wrote them, before files were bound to their purpose.

import type { Session } from '../../main/oauth/session.js'

export const OLD_PASSPHRASE = 'correct horse battery staple'

/** The session in each file. */
export const OLD_SESSION: Session = {
  issuer: 'https://login.example.com/',
  clientId: 'client',
  account: { sub: 'zoe', name: "Zoë O'Ünal", email: 'zoe@example.com' },
  claims: { sub: 'zoe', name: "Zoë O'Ünal", roles: ['admin'], updated_at: 1 },
  tokens: {
    accessToken: 'the-secret-access-token',
    accessTokenExpiresAtMs: null,
    obtainedAtMs: 1_700_000_000_000,
    refreshToken: 'the-secret-refresh-token',
    idToken: 'the-secret-id-token',
    scope: 'openid profile',
  },
  superseded: ['the-secret-older-token'],
}

export const OLD_BY_PASSPHRASE = `{
  "version": 1,
  "tier": "passphrase",
  "sealed": "EYVmgH4IZjbIaMpInkp1KA.zgOEldMBnzYlHbEm.NCQ4zVKVYt9xo-yw2bNyhQ.tCX4bIm6UsX94t2pns58wtzrraghCiGwD0Cwh4BPKpkDbyMnNkouxmOPCTjRw4Rr-zmh1zTaP4knKFjfgkyhbhokZ0k0pzgdJdSk9M_1gn9iSajFdvCg6giOtO7pML5MSHTeAH9vpPIInKwBcrGsv7rdPIB-Orr_Rg_M-Et8KBx6WQu1T0eg_GgeaQLNtBvXo-0KNV4-fPDuNcXHA9Y-8Qq470V34gftjbtxOu0zsUPYQ5JimIWc6bJxlWICHdGeZznJxGOQ-ew66nnRXyG-icgxFVBVLguZMQmFVajx5bc7FjmiCfmey5CZV0rNNRI_w9ykAkABMfGAfTkjLIJMUtbAL2e2mRbEI8iHIh-opVwqdDxgoQhTgiSWS6K2R3J4Oaq3RMgasNyhEq9QOsGdlQqhtTya1ND6BKWfs_ads8pJ1EBhVtB7YTEufwbQ1601NDszLNefn1zfoqaVYdt9aF_vsNOL0H9cvr1ZwdRtP1NvtCK9Moxt49GuezyC-8Le2t1KMwyyIho0Bvn0YtpgqkX1FGBgslpWYD7SEWtmrGOK2Mq93Gn5UPvxkcg1sg6uGclvjmOc4_WzW_TnVtfcy7H02w-DqlK44t0"
}
`

export const OLD_BY_KEY_FILE = `{
  "version": 1,
  "tier": "key-file",
  "sealed": "NUWZf2FwKCdXl1ST.P-K7ZK8rw7gScwXrwkyWpQ.gWNDPdjCWRkQEmzGkc8xk0ltnU5yWFyiM9uxMufjYxmU1EVsVMLED1fG8jLMuaayDqQMK-SsHI6gDCOUet1LvebluzKLv5KWB10-GnEonYjpn30wF_j8Jr5KMkEbB4EHGUK229Kcc1whfPG7pMlZq2qbPSdddlQ_5-lrSTEh828-8gKRazUfOfJfmM-PjLz-_lG5Xq2MbI-Hpm0Cic62chICUbqpC-u_ECf90G26GcRpeSAblbtZ__5yPt5wjJHGjmPsDxRsMej_aVMqjSpH4RYb2zTyqv1UmNvAUyhrlCZOHHvx5KgYeMksjC7L6Mngop-RwgeKABEVzh3g0YObkhIlGz0JCuQG9fIrgXUNfk3IjVbhg1M3NM1GD8Jo3cNDQQMb4yzdEpre5fI6e48VwHlyFMjVpoVqjt-44fWcpUuIF_BIPzAgpDRS0N0GrPtYv6rgqoIDKq2icDOqVuc74WLeUSfAlWF8vIFyEaMTKzlcXRYu8qwu-IukuSu38SPRaHsLuFJmAZF-fKrT23U0JEBIwAB-h7-aA04JknYNrn-W9B2Xhd-HOlD1VtTcMjeww9wQSkJf_rKLqTnar3pMx0byNSxNFjshU5A"
}
`
/** The key file beside it. */
export const OLD_KEY_FILE = `aEP6frUyKv266srQN7P3A9sWgdNl-p7DnKggcgrs-ec
`

/** The text in each file that the keyring sealed. */
export const OLD_PLAIN = '{"refreshToken":"a secret of some length","name":"Ålice ✓"}'

/** Sealed with the keys of the stand-in's keyring, for each system. */
export const OLD_BY_KEYRING = {
  linux:
    'keyring:djEx+Jyr3G+VNqVd4UzyBblXnwO39/l9vjmSDSzFcox2gsx5IcZweNhlqbrIup6Wfj+F.B8WOWVCS0shCpvXhivAOKlwJUksRf8LipYXG+etQKi6pK2aplYad+Z08xzptwwSUQkSnktN7UYDumvDitVIzBeJlIioxUkQHGxNF3hRQy4CA6G06Z5ahz30w',
  darwin:
    'keyring:djEwyrU6QXPGkioRbppj+grFGR3McLqPrect0Pl6krdS2VNxkZ6iChXeYjUvBMvCkEJA.kUuPLq0esQbXJ2772gWRSDg0gUanidSp2qW0yj2G0dcBQ4x38GcYE7s9Ack43gV4ViEnHZNoAJ7gkDxpMfOARt9uvKROzKTBTTIq0OZujsRxRv7FUOglicEP',
  win32:
    'keyring:djEwWFWIPt1zccY5KgWpbvVXtD/ffw3jLPhN4a0y0BtVC3u7MISKN+vHFCTEQHmpgjhY2kjqht0P3gtvmiT7e4ySOpr0KepVvpdY.whL8VB6Rs7qlHe7zGd2pMJxvs2RHwhmoGWXKIv1C/siEe+Mri3IHlCnXGp8oF8WniugO9ks/ECVSyaukgT+9oS23o/9JZTvscjQKoQ3MoRSytSGXPlu/O6sH',
} as const
