// An obstacle: why the tray app cannot start here, and what the user can do.

export type Obstacle = {
  /** One line. */
  message: string
  /** What to do, one line each. */
  cures: readonly string[]
}

export const makeObstacle = (message: string, cures: readonly string[] = []): Obstacle => ({
  message,
  cures,
})
