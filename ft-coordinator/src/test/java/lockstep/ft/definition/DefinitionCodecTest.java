package lockstep.ft.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lockstep.ft.definition.VmDefinition.Disk;
import lockstep.ft.definition.VmDefinition.Network;
import lockstep.ft.definition.VmDefinition.PublishedPort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DefinitionCodecTest {
  private static final VmDefinition WEB =
      new VmDefinition(
          "web",
          128L << 20,
          1,
          1000,
          "a".repeat(64),
          "",
          "console=ttyS0",
          List.of(new Disk("root", 1L << 20, false)),
          new Network(
              "52:54:00:12:34:56",
              "10.0.2.15",
              "10.0.2.2",
              "10.0.2.3",
              24,
              List.of(new PublishedPort(6379, 6379))));

  @Test
  void aDefinitionSurvivesJson() throws Exception {
    assertEquals(WEB, DefinitionCodec.fromJson(DefinitionCodec.toJson(WEB)));
  }

  @Test
  void theDigestDependsOnEveryValueAndNotOnLayout() throws Exception {
    String compact = DefinitionCodec.toJson(WEB).replaceAll("\\s+", "");
    assertEquals(
        DefinitionCodec.digest(WEB), DefinitionCodec.digest(DefinitionCodec.fromJson(compact)));
    String other = DefinitionCodec.toJson(WEB).replace("10.0.2.15", "10.0.2.16");
    assertNotEquals(
        DefinitionCodec.digest(WEB), DefinitionCodec.digest(DefinitionCodec.fromJson(other)));
  }

  @Test
  void theDigestIsTheSameWhenADiskIsResized() {
    VmDefinition larger =
        WEB.withDisks(
            disk -> new VmDefinition.Disk(disk.name(), 2 * disk.sizeBytes(), disk.readOnly()));
    assertNotEquals(WEB, larger);
    assertEquals(DefinitionCodec.digest(WEB), DefinitionCodec.digest(larger));
  }

  @ParameterizedTest
  @CsvSource({
    "\"web\", \"we/b\", name",
    "134217728, 134217729, memoryBytes",
    "1048576, 1000, sizeBytes of disk root",
    "52:54, 53:54, a group address",
    "10.0.2.2, 10.0.2.256, gatewayAddress",
    "\"port\" : 6379, \"port\" : 0, published port",
    "\"harts\" : 1, \"harts\" : 2, harts",
  })
  void anImpossibleValueIsRefusedByTheNameOfItsField(String good, String bad, String field) {
    String json = DefinitionCodec.toJson(WEB);
    assertTrue(json.contains(good));
    var refused =
        assertThrows(
            InvalidDefinitionException.class,
            () -> DefinitionCodec.fromJson(json.replace(good, bad)));
    assertTrue(String.valueOf(refused.getMessage()).contains(field), refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}", "null", "[]", "{\"name\": \"web\", \"colour\": 1}", "{\"name\"", ""})
  void whatIsNoDefinitionIsRefused(String json) {
    assertThrows(InvalidDefinitionException.class, () -> DefinitionCodec.fromJson(json));
  }
}
