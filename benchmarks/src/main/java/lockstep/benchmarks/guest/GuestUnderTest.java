package lockstep.benchmarks.guest;

import java.io.IOException;
import lockstep.benchmarks.cluster.GuestShell;

/** A guest that has booted, whoever runs it. */
interface GuestUnderTest extends AutoCloseable {
  /** From the start of the process that runs it until Redis has answered. */
  double bootSeconds();

  GuestShell shell();

  /** Where the host reaches the guest's Redis. */
  int redisPort();

  /** CPU time that the process that runs the guest has used. */
  double cpuSeconds() throws IOException;

  @Override
  void close();
}
