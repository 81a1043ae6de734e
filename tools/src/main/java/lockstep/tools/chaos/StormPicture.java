package lockstep.tools.chaos;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import lockstep.tools.chaos.RoleWatch.Span;

/**
 * A storm as a picture (SVG): a band for each VMM, coloured by its role, and below them a stroke
 * for each fault, as high as the pause that it caused.
 */
final class StormPicture {
  private static final int LEFT = 90;
  private static final int BAND = 22;
  private static final int GAP = 8;
  private static final int PAUSES = 160;
  private static final int BOTTOM = 60;
  private static final double PIXELS_PER_SECOND = 4;
  private static final double PAUSE_MILLIS_MAX = 4_000;
  private static final long LEGEND_STEP = 110;

  private static final Map<String, String> COLOURS =
      Map.ofEntries(
          Map.entry("PRIMARY", "#2b7a3d"),
          Map.entry("HANDING_OVER", "#8fc79b"),
          Map.entry("TAKING_OVER", "#8fc79b"),
          Map.entry("ALONE", "#d98e04"),
          Map.entry("GOING_ALONE", "#e8b64c"),
          Map.entry("GOING_LIVE", "#e8b64c"),
          Map.entry("SEALED", "#e8b64c"),
          Map.entry("LIVE_WAITING", "#b58bd6"),
          Map.entry("BACKUP", "#2f6db3"),
          Map.entry("CANDIDATE", "#9cc3ee"),
          Map.entry("WAITING", "#d5d9de"),
          Map.entry("HALTED", "#6b6b6b"));

  private final StringBuilder svg = new StringBuilder();
  private final long beginNanos;
  private final double width;

  private StormPicture(long beginNanos, long endNanos) {
    this.beginNanos = beginNanos;
    this.width = Math.max(400, (endNanos - beginNanos) / 1e9 * PIXELS_PER_SECOND);
  }

  static String of(List<Span> spans, List<Storm.Survived> faults) {
    long begin = spans.stream().mapToLong(Span::fromNanos).min().orElse(0);
    long end = spans.stream().mapToLong(Span::toNanos).max().orElse(begin);
    return new StormPicture(begin, end).draw(spans, faults);
  }

  private String draw(List<Span> spans, List<Storm.Survived> faults) {
    List<String> processes = spans.stream().map(Span::process).distinct().sorted().toList();
    int base = GAP + processes.size() * (BAND + GAP) + PAUSES;
    line(
        "<svg xmlns='http://www.w3.org/2000/svg' width='%.0f' height='%d' font-family='sans-serif'"
            + " font-size='11'>",
        LEFT + width + GAP, base + BOTTOM);
    for (Span span : spans) {
      int top = GAP + processes.indexOf(span.process()) * (BAND + GAP);
      line(
          "<rect x='%.1f' y='%d' width='%.1f' height='%d' fill='%s'><title>%s %s</title></rect>",
          x(span.fromNanos()),
          top,
          Math.max(0.5, x(span.toNanos()) - x(span.fromNanos())),
          BAND,
          colour(span.role()),
          span.process(),
          span.role().isEmpty() ? "not there" : span.role());
    }
    for (int i = 0; i < processes.size(); i++) {
      int middle = GAP + i * (BAND + GAP) + BAND / 2 + 4;
      line("<text x='4' y='%d'>%s</text>", middle, processes.get(i));
    }
    line("<text x='4' y='%d'>pause, ms</text>", base - PAUSES / 2);
    faults.forEach(fault -> stroke(fault, base));
    line(
        "<line x1='%d' y1='%d' x2='%.1f' y2='%d' stroke='black'/>", LEFT, base, LEFT + width, base);
    legend(base + BOTTOM / 2);
    svg.append("</svg>\n");
    return svg.toString();
  }

  private void stroke(Storm.Survived fault, int base) {
    double millis = fault.pause().longest() / 1e6;
    double height = Math.max(2, Math.min(1, millis / PAUSE_MILLIS_MAX) * (PAUSES - 2 * GAP));
    line(
        "<line x1='%1$.1f' y1='%2$d' x2='%1$.1f' y2='%3$.1f' stroke='#b3261e' stroke-width='2'>"
            + "<title>%4$d %5$s: %6$.0f ms</title></line>",
        x(fault.atNanos()), base, base - height, fault.number(), fault.fault(), millis);
  }

  private void legend(int y) {
    long at = LEFT;
    for (String role :
        List.of(
            "PRIMARY",
            "BACKUP",
            "ALONE",
            "WAITING",
            "CANDIDATE",
            "LIVE_WAITING",
            "HANDING_OVER",
            "GOING_LIVE",
            "HALTED")) {
      line(
          "<rect x='%d' y='%d' width='12' height='12' fill='%s'/><text x='%d' y='%d'>%s</text>",
          at, y - 10, colour(role), at + 16, y, role);
      at += LEGEND_STEP;
    }
  }

  private static String colour(String role) {
    return COLOURS.getOrDefault(role, "white");
  }

  private double x(long nanos) {
    return LEFT + (nanos - beginNanos) / 1e9 * PIXELS_PER_SECOND;
  }

  private void line(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
