/** Milliseconds of processor time that `run` takes; unlike the clock, it does not grow when the machine is busy. */
export function cpuTime(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
