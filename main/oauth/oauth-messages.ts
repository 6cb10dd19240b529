// Every message for people that the sign-in code makes. To change the wording, change it here.

export const MESSAGES = {
  /** What a port is needed for, in "Latchkey found no port for …". */
  callbackPurpose: "your browser's answer",
  noIpv6:
    "This computer has no IPv6, so your browser can't return to [::1]. Choose another host with " +
    '--redirect-host 127.0.0.1, and register that one.',
} as const
