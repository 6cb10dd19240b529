// Why the tray app cannot start here, and what a person can do about it.

export type Obstacle = {
  /** One line. */
  message: string
  /** What to do, a line each; none where there is nothing to say. */
  cures: readonly string[]
}

export const obstacle = (message: string, cures: readonly string[] = []): Obstacle => ({
  message,
  cures,
})
