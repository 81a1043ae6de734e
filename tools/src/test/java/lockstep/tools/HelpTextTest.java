package lockstep.tools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

final class HelpTextTest {
  @Test
  void linesBecomeParagraphsAndTheFirstSentenceStandsAlone() {
    assertArrayEquals(
        new String[] {"Starts a guest.", "It does so at once, here.", "", "Takes no state."},
        HelpText.paragraphs(
            new String[] {
              "Starts a", "guest. It does so at once,", "here.", "", "Takes no state."
            }));
  }

  @Test
  void whatIsOneSentenceOrNothingStaysSo() {
    assertArrayEquals(new String[] {"Kills."}, HelpText.paragraphs(new String[] {"Kills."}));
    assertArrayEquals(new String[0], HelpText.paragraphs(new String[0]));
  }
}
