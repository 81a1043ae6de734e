package lockstep.tools.chaos.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RelayTest {
  private static final int PATIENCE_MILLIS = 10_000;
  private static final int A_MOMENT_MILLIS = 100;
  private static final int END = -1;

  private ServerSocket target;
  private Relay relay;

  @BeforeEach
  void start() throws IOException {
    target = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    target.setSoTimeout(PATIENCE_MILLIS);
    relay = new Relay(target.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    relay.close();
    target.close();
  }

  private Socket dial() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), relay.port());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private Socket accept() throws IOException {
    Socket socket = target.accept();
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  /** Held back until the relay is mended, which this does. */
  private void assertComesOnceMended(int expected, Socket reader) throws IOException {
    reader.setSoTimeout(A_MOMENT_MILLIS);
    assertThrows(SocketTimeoutException.class, () -> reader.getInputStream().read());
    relay.mend();
    reader.setSoTimeout(PATIENCE_MILLIS);
    assertEquals(expected, reader.getInputStream().read());
  }

  @Test
  void passesBothWays() throws IOException {
    try (Socket near = dial();
        Socket far = accept()) {
      near.getOutputStream().write(1);
      assertEquals(1, far.getInputStream().read());
      far.getOutputStream().write(2);
      assertEquals(2, near.getInputStream().read());
    }
  }

  @Test
  void heldItPassesNothingUntilItIsMended() throws IOException {
    try (Socket near = dial();
        Socket far = accept()) {
      relay.hold();
      near.getOutputStream().write(1);
      assertComesOnceMended(1, far);
    }
  }

  @Test
  void heldOneWayItPassesTheOther() throws IOException {
    try (Socket near = dial();
        Socket far = accept()) {
      relay.hold(Wire.Way.THERE);
      near.getOutputStream().write(1);
      far.getOutputStream().write(2);
      assertEquals(2, near.getInputStream().read());
      assertComesOnceMended(1, far);
    }
  }

  @Test
  void heldOneWayItTellsOfAnEndTheOtherWayAlone() throws IOException {
    try (Socket near = dial();
        Socket far = accept()) {
      relay.hold(Wire.Way.BACK);
      far.close();
      assertComesOnceMended(END, near);
    }
    try (Socket near = dial();
        Socket far = accept()) {
      relay.hold(Wire.Way.BACK);
      near.close();
      assertEquals(END, far.getInputStream().read());
    }
  }

  @Test
  void heldOneWayItLetsNobodyThroughWhoDials() throws IOException {
    relay.hold(Wire.Way.BACK);
    target.setSoTimeout(A_MOMENT_MILLIS);
    try (Socket _ = dial()) {
      assertThrows(SocketTimeoutException.class, () -> target.accept());
      relay.mend();
      target.setSoTimeout(PATIENCE_MILLIS);
      accept().close();
    }
  }

  @Test
  void heldItDoesNotTellOfAnEnd() throws IOException {
    try (Socket near = dial();
        Socket far = accept()) {
      relay.hold();
      far.close();
      assertComesOnceMended(END, near);
    }
  }

  @Test
  void cutItEndsWhatIsThereAndWhatComes() throws IOException {
    try (Socket near = dial();
        Socket _ = accept()) {
      relay.cut();
      assertEquals(END, near.getInputStream().read());
      try (Socket later = dial()) {
        assertEquals(END, later.getInputStream().read());
      }
    }
    relay.mend();
    passesBothWays();
  }

  @Test
  void survivesATargetThatIsAway() throws IOException {
    int port = target.getLocalPort();
    target.close();
    try (Socket near = dial()) {
      assertEquals(END, near.getInputStream().read());
    }
    target = new ServerSocket(port, 16, InetAddress.getLoopbackAddress());
    target.setSoTimeout(PATIENCE_MILLIS);
    passesBothWays();
  }
}
