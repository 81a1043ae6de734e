package lockstep.tools.disk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lockstep.ft.net.Endpoints;

/** Images that are not raw, through {@code qemu-img}, which must be installed. */
final class QemuImg {
  private static final Pattern PERCENT = Pattern.compile("\\((\\d+(?:\\.\\d+)?)/100%\\)");
  private static final int PERCENTS = 100;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private QemuImg() {}

  /**
   * The size of the disk in an image.
   *
   * @throws IOException if QEMU finds that it depends on other files
   */
  static long virtualBytes(ForeignImage image) throws IOException {
    Process process =
        start(List.of("qemu-img", "info", "--output=json", "-f", image.driver(), alone(image)));
    String json = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    await(process, "qemu-img info " + image.path());
    JsonNode info = MAPPER.readTree(json);
    for (String other : List.of("backing-filename", "data-file")) {
      if (info.findValue(other) != null) {
        throw new IOException(image.path() + " can't be imported: it has a " + other);
      }
    }
    return info.path("virtual-size").asLong();
  }

  /** Writes an image into a disk of zeroes. */
  static void copyIn(
      ForeignImage image,
      long bytes,
      InetSocketAddress server,
      String export,
      CopyProgress progress,
      UnderWay copying)
      throws IOException {
    convert(
        List.of(
            "qemu-img",
            "convert",
            "-p",
            "-n",
            "--target-is-zero",
            "-f",
            image.driver(),
            "-O",
            "raw",
            alone(image),
            uri(server, export)),
        bytes,
        progress,
        copying);
  }

  /** The image as a file of this host, whatever its name looks like, and without any other. */
  private static String alone(ForeignImage image) {
    ObjectNode file = MAPPER.createObjectNode();
    file.put("driver", "file").put("filename", image.path().toAbsolutePath().toString());
    ObjectNode whole = MAPPER.createObjectNode();
    whole.put("driver", image.driver()).putNull("backing").set("file", file);
    return "json:" + whole;
  }

  /** Writes a disk into an image of this format. */
  static void copyOut(
      InetSocketAddress server,
      String export,
      Path image,
      String format,
      long bytes,
      CopyProgress progress)
      throws IOException {
    convert(
        List.of(
            "qemu-img",
            "convert",
            "-p",
            "-f",
            "raw",
            "-O",
            format,
            uri(server, export),
            image.toString()),
        bytes,
        progress,
        new UnderWay());
  }

  private static String uri(InetSocketAddress server, String export) {
    return "nbd://" + Endpoints.format(server) + "/" + export;
  }

  private static void convert(
      List<String> command, long bytes, CopyProgress progress, UnderWay copying)
      throws IOException {
    Process process = start(command);
    copying.is(process::destroyForcibly);
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      StringBuilder line = new StringBuilder();
      for (int c = out.read(); c >= 0; c = out.read()) {
        line.append((char) c);
        Matcher percent = PERCENT.matcher(line);
        if (percent.find()) {
          progress.advanceTo((long) (Double.parseDouble(percent.group(1)) / PERCENTS * bytes));
          line.setLength(0);
        }
      }
    }
    await(process, String.join(" ", command));
  }

  private static Process start(List<String> command) throws IOException {
    try {
      return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new IOException(
          "only raw images work without qemu-img; install it (on Debian: qemu-utils)", e);
    }
  }

  private static void await(Process process, String what) throws IOException {
    try {
      if (process.waitFor() != 0) {
        throw new IOException(what + " has failed");
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
