package lockstep.tools.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BusyboxAppletsTest {
  @Test
  void areReadFromTheTableInTheProgramUpToItsEnd() throws Exception {
    assertEquals(
        List.of("[", "[[", "init", "insmod", "ip", "mount", "sh"),
        BusyboxApplets.of(bytes("code\0 [\0[[\0init\0insmod\0ip\0mount\0sh\0\0/var/log/wtmp\0")));
  }

  @Test
  void aProgramWithoutWhatAGuestNeedsIsRefused() {
    assertThrows(ImageException.class, () -> BusyboxApplets.of(bytes("[\0[[\0ls\0\0")));
    assertThrows(ImageException.class, () -> BusyboxApplets.of(bytes("no table")));
    assertThrows(ImageException.class, () -> BusyboxApplets.of(bytes("[\0[[\0cut")));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
