package lockstep.disk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.VmDefinition;

/** A VM to define in tests. */
public final class TestVm {
  public static final long DISK_BYTES = 64L << 20;
  public static final String NAME = "web";
  public static final String DISK = "root";

  private TestVm() {}

  public static VmDefinition definition(long diskBytes) {
    return definition(NAME, diskBytes);
  }

  public static VmDefinition definition(String name, long diskBytes) {
    return new VmDefinition(
        name,
        64L << 20,
        1,
        1000,
        "0".repeat(64),
        "",
        "quiet",
        List.of(
            new VmDefinition.Disk(DISK, diskBytes, false),
            new VmDefinition.Disk("fixed", 1L << 20, true)),
        new VmDefinition.Network(
            "52:54:00:12:34:56", "10.0.0.2", "10.0.0.1", "10.0.0.1", 24, List.of()));
  }

  /** Defines it on a running server. */
  public static void define(InetSocketAddress http, long diskBytes)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = put(http, NAME, DefinitionCodec.toJson(definition(diskBytes)));
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(answer.body());
    }
  }

  public static HttpResponse<String> put(InetSocketAddress http, String name, String json)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(uri(http, "/vms/" + name))
              .PUT(HttpRequest.BodyPublishers.ofString(json))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  public static HttpResponse<String> get(InetSocketAddress http, String path)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(uri(http, path)).build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  /** Sends a request without a body. */
  public static HttpResponse<String> send(InetSocketAddress http, String method, String path)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(uri(http, path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  public static URI uri(InetSocketAddress http, String path) {
    return URI.create("http://" + http.getHostString() + ":" + http.getPort() + path);
  }
}
