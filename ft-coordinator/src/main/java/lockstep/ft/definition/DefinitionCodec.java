package lockstep.ft.definition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A VM's definition as JSON, and the digest that two VMMs compare. */
public final class DefinitionCodec {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  private DefinitionCodec() {}

  /** The canonical JSON: fields in the order of the records, two spaces of indentation. */
  public static String toJson(VmDefinition definition) {
    try {
      return MAPPER.writeValueAsString(definition).replace("\r\n", "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Parses and validates.
   *
   * @throws InvalidDefinitionException naming the field that is missing, unknown or out of range
   */
  public static VmDefinition fromJson(String json) throws InvalidDefinitionException {
    try {
      VmDefinition definition = MAPPER.readValue(json, VmDefinition.class);
      if (definition == null) {
        throw new InvalidDefinitionException("the definition is empty");
      }
      DefinitionRules.check(definition);
      return definition;
    } catch (JsonProcessingException e) {
      throw new InvalidDefinitionException(e.getOriginalMessage());
    }
  }

  /**
   * SHA-256 of the canonical JSON with 0 for the size of each disk, 64 hexadecimal digits: disks
   * are resized while the guest runs, and its VMMs go on agreeing.
   */
  public static String digest(VmDefinition definition) {
    VmDefinition sizeless =
        definition.withDisks(disk -> new VmDefinition.Disk(disk.name(), 0, disk.readOnly()));
    return sha256(toJson(sizeless).getBytes(StandardCharsets.UTF_8));
  }

  /** SHA-256 of {@code bytes}, 64 hexadecimal digits. */
  public static String sha256(byte[] bytes) {
    return sha256(ByteBuffer.wrap(bytes));
  }

  /** As {@link #sha256(byte[])}, of what {@code bytes} has left, and leaves it at its end. */
  public static String sha256(ByteBuffer bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
