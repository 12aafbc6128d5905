// The time, once a second, for timers and "minutes left". Nothing decides by it: the desk does.

class Clock {
  now = $state(Date.now());

  start(): void {
    setInterval(() => (this.now = Date.now()), 1000);
  }
}

export const clock = new Clock();
