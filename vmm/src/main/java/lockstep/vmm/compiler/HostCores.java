package lockstep.vmm.compiler;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How busy the host is, with whatever it does. */
final class HostCores {
  private final OperatingSystemMXBean host =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /** Cores that were idle, on average, since this was last asked; 0 if the host does not tell. */
  double idle() {
    double load = host.getCpuLoad();
    return load < 0 || Double.isNaN(load) ? 0 : (1 - load) * host.getAvailableProcessors();
  }
}
