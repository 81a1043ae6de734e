package lockstep.tools.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import lockstep.tools.chaos.RoleWatch.Span;
import lockstep.tools.redis.LongestWait;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

final class StormTest {

  @Test
  void aFaultIsOfTheCostAskedFor() {
    Random random = new Random(3);
    Set<StormFault> drawn = EnumSet.noneOf(StormFault.class);
    for (StormFault.Cost cost : StormFault.Cost.values()) {
      for (int i = 0; i < 500; i++) {
        StormFault fault = StormFault.any(StormFault.of(cost), random);
        assertEquals(cost, fault.cost());
        drawn.add(fault);
      }
    }
    assertEquals(EnumSet.allOf(StormFault.class), drawn);
  }

  @Test
  void thePlanCountsEachCostAndBoundsAllOfThemByOneTime() {
    Storm.Plan plan = new Storm.Plan(17, 2, 1, Duration.ofMinutes(10));
    assertEquals(17, plan.of(StormFault.Cost.PAUSE));
    assertEquals(2, plan.of(StormFault.Cost.CONNECTIONS));
    assertEquals(1, plan.of(StormFault.Cost.COLD_START));
    long began = Long.MAX_VALUE - 5;
    assertFalse(plan.isOver(began, began + Duration.ofSeconds(599).toNanos()));
    assertTrue(plan.isOver(began, began + Duration.ofMinutes(10).toNanos()));
  }

  @Test
  void aFaultPartsAVmmFromTheGuestOnlyIfItSaysSo() {
    for (StormFault fault : StormFault.values()) {
      boolean parts =
          switch (fault.loser()) {
            case NOBODY -> false;
            case PRIMARY, BACKUP, ONE_OF_THE_PAIR, CANDIDATE -> true;
          };
      boolean mayPart =
          fault
                  .toString()
                  .matches(".*(log-channel|log-and-arbiter)|isolate-.*|stop-(primary|backup)")
              || fault == StormFault.KILL_PRIMARY_THEN_NEXT;
      assertEquals(mayPart, parts, fault.toString());
    }
  }

  @Test
  void onlyKindsThatAreAskedForAreDrawn() {
    Random random = new Random(3);
    Set<StormFault> asked = EnumSet.of(StormFault.SWITCH, StormFault.KILL_SPARE);
    Set<StormFault> drawn = EnumSet.noneOf(StormFault.class);
    for (int i = 0; i < 100; i++) {
      drawn.add(StormFault.any(asked, random));
    }
    assertEquals(asked, drawn);
  }

  @Test
  void aPictureHasABandForEachSpanAndAStrokeForEachFault() throws Exception {
    List<Span> spans =
        List.of(
            new Span("vmm-1", "PRIMARY", 0, 5_000_000_000L),
            new Span("vmm-1", "", 5_000_000_000L, 6_000_000_000L),
            new Span("vmm-2", "BACKUP", 0, 6_000_000_000L));
    List<Storm.Survived> faults =
        List.of(
            new Storm.Survived(
                1,
                StormFault.KILL_PRIMARY,
                5_000_000_000L,
                new LongestWait.Taken(200_000_000L, 50_000_000L),
                900_000_000L));
    String svg = StormPicture.of(spans, faults);
    Document picture =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    assertTrue(picture.getElementsByTagName("rect").getLength() >= spans.size());
    assertTrue(svg.contains("1 kill-primary: 200 ms"), svg);
    assertTrue(svg.contains("vmm-1 not there"), svg);
  }
}
