package lockstep.tools;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Makes descriptions flow to any terminal's width, wherever their source lines end. */
final class HelpText {
  private HelpText() {}

  /** Does so for a command and all below it. */
  static void flow(CommandLine command) {
    UsageMessageSpec usage = command.getCommandSpec().usageMessage();
    usage.description(paragraphs(usage.description()));
    command.getSubcommands().values().forEach(HelpText::flow);
  }

  /**
   * Joins lines into paragraphs, at empty lines. The first sentence stands alone: it is what the
   * list of commands shows.
   */
  static String[] paragraphs(String[] lines) {
    List<String> paragraphs = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    for (String line : lines) {
      if (line.isEmpty()) {
        end(open, paragraphs);
        paragraphs.add("");
      } else {
        open.append(open.isEmpty() ? "" : " ").append(line.strip());
      }
    }
    end(open, paragraphs);
    if (!paragraphs.isEmpty()) {
      String first = paragraphs.getFirst();
      int dot = first.indexOf(". ");
      if (dot >= 0) {
        paragraphs.set(0, first.substring(0, dot + 1));
        paragraphs.add(1, first.substring(dot + 2));
      }
    }
    return paragraphs.toArray(String[]::new);
  }

  private static void end(StringBuilder open, List<String> paragraphs) {
    if (!open.isEmpty()) {
      paragraphs.add(open.toString());
      open.setLength(0);
    }
  }
}
