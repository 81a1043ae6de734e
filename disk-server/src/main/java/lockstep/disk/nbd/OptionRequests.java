package lockstep.disk.nbd;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import lockstep.ft.nbd.Nbd;

/** The data of the options ("Option types"), parsed once; empty if it is malformed. */
final class OptionRequests {
  private OptionRequests() {}

  /**
   * INFO and GO.
   *
   * @param infos the types of information that are asked for
   */
  record Info(String export, Set<Integer> infos) {
    static Optional<Info> parse(ByteBuf data) {
      Optional<String> export = string(data);
      if (export.isEmpty() || data.readableBytes() < Short.BYTES) {
        return Optional.empty();
      }
      int count = data.readUnsignedShort();
      if (data.readableBytes() != count * Short.BYTES) {
        return Optional.empty();
      }
      Set<Integer> infos = new TreeSet<>();
      for (int i = 0; i < count; i++) {
        infos.add(data.readUnsignedShort());
      }
      return Optional.of(new Info(export.get(), infos));
    }
  }

  /** LIST_META_CONTEXT and SET_META_CONTEXT. */
  record MetaContext(String export, List<String> queries) {
    private static final String BASE_WILDCARD = "base:";

    static Optional<MetaContext> parse(ByteBuf data) {
      Optional<String> export = string(data);
      if (export.isEmpty() || data.readableBytes() < Integer.BYTES) {
        return Optional.empty();
      }
      long count = data.readUnsignedInt();
      List<String> queries = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        Optional<String> query = string(data);
        if (query.isEmpty()) {
          return Optional.empty();
        }
        queries.add(query.get());
      }
      return data.isReadable()
          ? Optional.empty()
          : Optional.of(new MetaContext(export.get(), queries));
    }

    /** Whether this lists {@code base:allocation}. */
    boolean listsAllocation() {
      return queries.isEmpty() || queries.contains(BASE_WILDCARD) || selectsAllocation();
    }

    /** Whether this selects {@code base:allocation}. */
    boolean selectsAllocation() {
      return queries.contains(Nbd.CONTEXT_ALLOCATION);
    }
  }

  private static Optional<String> string(ByteBuf data) {
    if (data.readableBytes() < Integer.BYTES) {
      return Optional.empty();
    }
    long length = data.readUnsignedInt();
    if (length > Nbd.EXPORT_NAME_BYTES_MAX || length > data.readableBytes()) {
      return Optional.empty();
    }
    return Optional.of(data.readCharSequence((int) length, StandardCharsets.UTF_8).toString());
  }
}
