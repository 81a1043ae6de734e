package lockstep.disk.nbd;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import lockstep.disk.TlsOptions;

/** Makes the TLS side of connections ("STARTTLS"): the modes NOTLS, SELECTIVETLS, FORCEDTLS. */
final class Tls {
  private final Optional<SslContext> context;
  private final boolean required;

  /**
   * @throws IOException if a file is missing or is not what it should be
   */
  Tls(Optional<TlsOptions> options) throws IOException {
    this.required = options.map(TlsOptions::required).orElse(false);
    this.context = options.isPresent() ? Optional.of(context(options.get())) : Optional.empty();
  }

  private static SslContext context(TlsOptions options) throws IOException {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forServer(
                  options.certificateChain().toFile(), options.privateKey().toFile())
              .sslProvider(SslProvider.JDK);
      if (options.clientAuthority().isPresent()) {
        builder
            .trustManager(options.clientAuthority().get().toFile())
            .clientAuth(ClientAuth.REQUIRE);
      }
      return builder.build();
    } catch (IllegalArgumentException | SSLException e) {
      throw new IOException("TLS with " + options + ": " + e.getMessage(), e);
    }
  }

  boolean isOffered() {
    return context.isPresent();
  }

  /** Whether nothing else goes before it. */
  boolean isRequired() {
    return required;
  }

  SslHandler handler(ByteBufAllocator allocator) {
    return context.orElseThrow().newHandler(allocator);
  }
}
