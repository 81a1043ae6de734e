package lockstep.benchmarks.guest;

/** What the program in the guest does, and what it has to reach against QEMU. */
enum Operation {
  SYSTEM_CALLS("system calls", "system-calls", 500_000, 1.0),
  PAGE_FAULTS("page faults", "page-faults", 60_000, 1.0),
  FORK_EXEC("fork + exec", "fork-exec", 300, 1.0),
  PIPE("pipe, there and back", "pipe", 20_000, 1.0),
  MEMCPY("memcpy of 8 MB", "memcpy", 100, 1.5);

  final String title;

  /** The program's name for it. */
  final String argument;

  /** How often in one measurement: about a second. */
  final int count;

  final Bar bar;

  Operation(String title, String argument, int count, double timesPeer) {
    this.title = title;
    this.argument = argument;
    this.count = count;
    this.bar = new Bar.TimesPeer(timesPeer);
  }
}
