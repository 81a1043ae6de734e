package lockstep.vmm.replica;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.Function;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.InvalidDefinitionException;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.net.Endpoints;

/** Fetches a VM's definition, kernel and initramfs from the disk server. */
final class VmSource {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final InetSocketAddress diskServerHttp;

  VmSource(InetSocketAddress diskServerHttp) {
    this.diskServerHttp = diskServerHttp;
  }

  /**
   * @throws IOException if the disk server doesn't answer, knows no such VM, or tells an impossible
   *     definition
   */
  VmDefinition definition(String vm) throws IOException {
    String json = get("/vms/" + vm, HttpResponse::body, BodyHandlers.ofString());
    try {
      return DefinitionCodec.fromJson(json);
    } catch (InvalidDefinitionException e) {
      throw new IOException("the definition of " + vm + " is refused: " + e.getMessage(), e);
    }
  }

  /**
   * @param digest SHA-256 in hexadecimal, or empty for nothing
   * @throws IOException if it can't be had, or is not what its digest says
   */
  byte[] blob(String digest) throws IOException {
    if (digest.isEmpty()) {
      return new byte[0];
    }
    byte[] bytes = get("/blobs/" + digest, HttpResponse::body, BodyHandlers.ofByteArray());
    if (!DefinitionCodec.sha256(bytes).equals(digest)) {
      throw new IOException("the disk server's blob " + digest + " is not what its digest says");
    }
    return bytes;
  }

  private <T> T get(
      String path, Function<HttpResponse<T>, T> result, HttpResponse.BodyHandler<T> handler)
      throws IOException {
    URI uri = URI.create("http://" + Endpoints.format(diskServerHttp) + path);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).build();
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      HttpResponse<T> response = client.send(request, handler);
      if (response.statusCode() != 200) {
        throw new IOException("the disk server answers " + response.statusCode() + " to " + path);
      }
      return result.apply(response);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while fetching " + path, e);
    }
  }
}
