package lockstep.tools.disk;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.ClusterSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Which disk server a disk command asks: the one that is named, or else the one of {@code lockstep
 * up}, if there is one in the state directory.
 */
final class DiskTarget {
  @Mixin private DiskAddress address = new DiskAddress();

  @Mixin private StateOption state = new StateOption();

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  InetSocketAddress nbd() throws IOException {
    return ofUp().map(up -> loopback(up.nbdPort())).orElseGet(address::nbd);
  }

  DiskApi api() throws IOException {
    return new DiskApi(ofUp().map(up -> loopback(up.diskHttpPort())).orElseGet(address::http));
  }

  private Optional<ClusterSettings> ofUp() throws IOException {
    return isNamed() ? Optional.empty() : ClusterSettings.load(state.directory());
  }

  private boolean isNamed() {
    CommandLine.ParseResult given =
        Objects.requireNonNull(command, "picocli sets it").commandLine().getParseResult();
    return Stream.of(DiskAddress.OPTION_HOST, DiskAddress.OPTION_NBD, DiskAddress.OPTION_HTTP)
        .anyMatch(given::hasMatchedOption);
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }
}
