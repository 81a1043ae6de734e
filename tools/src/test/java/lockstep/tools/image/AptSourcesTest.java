package lockstep.tools.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AptSourcesTest {
  @TempDir private Path etcApt = Path.of("");

  @Test
  void readsTheOneLineFormatWithAndWithoutOptions() {
    List<AptSources.Entry> entries =
        AptSources.parse(
            "sources.list",
            """
            # deb http://commented.example/debian bookworm main
            deb http://mirror.example/debian/ bookworm main contrib # and a remark
            deb [arch=amd64 signed-by=/a/key.gpg] https://mirror.example/debian-security bookworm-security main
            deb-src http://source.example/debian bookworm main
            """);
    assertEquals(
        List.of(
            new AptSources.Entry(
                "http://mirror.example/debian", List.of("bookworm"), List.of("main", "contrib")),
            new AptSources.Entry(
                "https://mirror.example/debian-security",
                List.of("bookworm-security"),
                List.of("main"))),
        entries);
  }

  @Test
  void readsStanzasWithContinuedFieldsCommentsAndSeveralAddresses() {
    List<AptSources.Entry> entries =
        AptSources.parse(
            "debian.sources",
            """
            Types: deb deb-src
            # a remark between fields
            URIs: http://one.example/debian
              http://two.example/debian
            Suites: trixie trixie-updates
            Components: main
            Signed-By:
             -----BEGIN PGP PUBLIC KEY BLOCK-----

            Types: deb
            URIs: http://off.example/debian
            Suites: trixie
            Components: main
            Enabled: no
            """);
    assertEquals(
        List.of("http://one.example/debian", "http://two.example/debian"),
        entries.stream().map(AptSources.Entry::uri).toList());
    assertEquals(List.of("trixie", "trixie-updates"), entries.getFirst().suites());
  }

  @Test
  void takesTheDebianArchiveAndNoOtherOne() throws IOException {
    Path parts = Files.createDirectory(etcApt.resolve("sources.list.d"));
    Files.writeString(
        parts.resolve("a-vendor.list"), "deb https://vendor.example/node nodistro main\n");
    Files.writeString(
        parts.resolve("b-security.list"),
        "deb http://mirror.example/debian-security bookworm-security main\n");
    Files.writeString(
        parts.resolve("c-off.list.disabled"), "deb http://off.example/debian bookworm main\n");
    assertEquals(Optional.empty(), AptSources.debianMirror(etcApt));
    Files.writeString(
        parts.resolve("debian.sources"),
        "Types: deb\nURIs: http://mirror.example/debian/\nSuites: bookworm\nComponents: main\n");
    assertEquals(Optional.of("http://mirror.example/debian"), AptSources.debianMirror(etcApt));
  }

  @Test
  void findsNothingWhereThereIsNoApt() throws IOException {
    assertEquals(Optional.empty(), AptSources.debianMirror(etcApt.resolve("none")));
  }

  @Test
  void takesAMirrorListAsDebiansCloudImagesHaveIt() throws IOException {
    Path parts = Files.createDirectory(etcApt.resolve("sources.list.d"));
    Files.writeString(
        parts.resolve("debian.sources"),
        """
        Types: deb deb-src
        URIs: mirror+file:///etc/apt/mirrors/debian.list
        Suites: bookworm bookworm-updates bookworm-backports
        Components: main

        Types: deb deb-src
        URIs: mirror+file:///etc/apt/mirrors/debian-security.list
        Suites: bookworm-security
        Components: main
        """);
    assertEquals(
        Optional.of("mirror+file:///etc/apt/mirrors/debian.list"), AptSources.debianMirror(etcApt));
  }

  @Test
  void takesEveryMethodThatAptHasByItself() {
    for (String uri :
        List.of(
            "http://mirror.example/debian",
            "https://mirror.example/debian",
            "file:/srv/debian",
            "mirror+file:/etc/apt/mirrors/debian.list",
            "mirror+http://mirror.example/list",
            "mirror+https://mirror.example/list",
            "mirror:http://mirror.example/list")) {
      assertEquals(true, isDebianArchive(uri), uri);
    }
    for (String uri : List.of("cdrom:[Debian]/", "tor+http://mirror.example/debian", "s3:x")) {
      assertEquals(false, isDebianArchive(uri), uri);
    }
  }

  private static boolean isDebianArchive(String uri) {
    return new AptSources.Entry(uri, List.of("bookworm"), List.of("main")).isDebianArchive();
  }
}
