package lockstep.ft.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.time.Duration;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.InvalidDefinitionException;
import lockstep.ft.definition.VmDefinition;

/**
 * Fetches a VM's definition, kernel and initramfs from the disk server's HTTP port, which may still
 * be starting: so it asks again for a while.
 */
public final class VmSource {
  private static final Duration ATTEMPT = Duration.ofSeconds(20);
  private static final int PAUSE_MILLIS = 200;
  private static final int OK = 200;

  private final InetSocketAddress server;
  private final Duration patience;

  /**
   * @param server HTTP address of the disk server; its name is resolved when it is used
   * @param patience for how long to ask again while there is no good answer
   */
  public VmSource(InetSocketAddress server, Duration patience) {
    this.server = server;
    this.patience = patience;
  }

  /**
   * @throws IOException if the disk server does not answer in time, knows no such VM, or tells an
   *     impossible definition
   */
  public VmDefinition definition(String vm) throws IOException {
    String json = get("/vms/" + vm, BodyHandlers.ofString());
    try {
      return DefinitionCodec.fromJson(json);
    } catch (InvalidDefinitionException e) {
      throw new IOException("the definition of " + vm + " is refused: " + e.getMessage(), e);
    }
  }

  /**
   * @param digest SHA-256 in hexadecimal, or empty for nothing
   * @return its content, not on the heap: what is kept there as long as a VMM lives, each full
   *     collection would move
   * @throws IOException if it can't be had, or is not what its digest says
   */
  public ByteBuffer blob(String digest) throws IOException {
    if (digest.isEmpty()) {
      return ByteBuffer.allocate(0);
    }
    ByteBuffer content = get("/blobs/" + digest, VmSource::offHeap);
    if (!DefinitionCodec.sha256(content.duplicate()).equals(digest)) {
      throw new IOException("the disk server's blob " + digest + " is not what its digest says");
    }
    return content.asReadOnlyBuffer();
  }

  private static BodySubscriber<ByteBuffer> offHeap(ResponseInfo response) {
    long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
    if (response.statusCode() != OK || length < 0 || length > Integer.MAX_VALUE) {
      return BodySubscribers.replacing(ByteBuffer.allocate(0)); // not what any digest says
    }
    ByteBuffer content = ByteBuffer.allocateDirect((int) length);
    return BodySubscribers.mapping(
        BodySubscribers.ofByteArrayConsumer(part -> part.ifPresent(content::put)),
        _ -> content.flip());
  }

  private <T> T get(String path, BodyHandler<T> handler) throws IOException {
    URI uri = URI.create("http://" + Endpoints.format(server) + path);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(ATTEMPT).build();
    long endNanos = System.nanoTime() + patience.toNanos();
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      while (true) {
        String wrong;
        try {
          HttpResponse<T> response = client.send(request, handler);
          if (response.statusCode() == OK) {
            return response.body();
          }
          wrong = "HTTP " + response.statusCode();
        } catch (IOException e) {
          wrong = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        }
        if (System.nanoTime() - endNanos >= 0) {
          throw new IOException("the disk server gives no " + uri + ": " + wrong);
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while fetching " + path, e);
    }
  }
}
