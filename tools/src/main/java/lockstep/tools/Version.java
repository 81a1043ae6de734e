package lockstep.tools;

import java.util.Optional;
import lockstep.vmm.machine.Machine;
import picocli.CommandLine.IVersionProvider;

/** What {@code lockstep --version} prints: the build's version from its jar, and the machine's. */
final class Version implements IVersionProvider {
  /** Of classes that come from no jar, as in tests. */
  private static final String UNPACKED = "unpacked";

  @Override
  public String[] getVersion() {
    String build =
        Optional.ofNullable(Version.class.getPackage().getImplementationVersion()).orElse(UNPACKED);
    return new String[] {"lockstep %s (machine version %d)".formatted(build, Machine.VERSION)};
  }
}
