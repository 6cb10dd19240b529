// Holds the model, applies events to it, and calls the subscribers.

import { initialModel, type Event, type Model } from './model.js'
import { next } from './transitions.js'

export type Subscriber = (model: Model, event: Event) => void

export type ModelStore = {
  model(): Model
  /** Applies an event. Subscribers are called only if it changes the model. */
  dispatch(event: Event): void
  /** Calls `subscriber` after every change; the returned function ends that. */
  subscribe(subscriber: Subscriber): () => void
}

export function createModelStore(facts: Pick<Model, 'hasSeveralProviders'>): ModelStore {
  const subscribers = new Set<Subscriber>()
  let model: Model = { ...initialModel, ...facts }
  return {
    model: () => model,
    dispatch(event) {
      const changed = next(model, event)
      if (changed === model) return
      model = changed
      for (const subscriber of subscribers) subscriber(model, event)
    },
    subscribe(subscriber) {
      subscribers.add(subscriber)
      return () => void subscribers.delete(subscriber)
    },
  }
}
