package lockstep.vmm.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.memory.PhysicalMemory;

/**
 * What differs between two states of machines of one definition: fields of harts and devices by
 * name, memory by address.
 *
 * @param fields of harts and devices, in the order of their visit
 * @param pages of memory, in ascending order
 */
record StateDifference(List<Field> fields, List<Page> pages) {
  private static final int FIELDS_TOLD_MAX = 40;
  private static final int PAGES_TOLD_MAX = 12;
  private static final int WORDS_TOLD_MAX = 8;
  private static final int VALUE_TOLD_MAX = 40;

  private static final Pattern INTEGER_REGISTER = Pattern.compile("(hart\\d+)\\.x\\[(\\d+)]");
  private static final Pattern FLOAT_REGISTER = Pattern.compile("(hart\\d+)\\.f\\[(\\d+)]");

  /** The calling convention's names of x0 to x31. */
  private static final String[] ABI_NAMES = {
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4",
    "a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4",
    "t5", "t6"
  };

  /**
   * A field.
   *
   * @param name with the component that it belongs to, as {@code hart0.pc}
   * @param left its value in the one, as text
   * @param right its value in the other
   */
  record Field(String name, String left, String right) {}

  /**
   * A page.
   *
   * @param address physical
   * @param words how many of its 64-bit words differ
   * @param first the first of them
   */
  record Page(long address, int words, List<Word> first) {}

  /** A 64-bit word of memory. */
  record Word(long address, long left, long right) {}

  static StateDifference between(Machine left, Machine right) {
    return new StateDifference(fields(left, right), pages(left.memory(), right.memory()));
  }

  boolean isEmpty() {
    return fields.isEmpty() && pages.isEmpty();
  }

  private static List<Field> fields(Machine left, Machine right) {
    List<Field> fields = new ArrayList<>();
    String[] lefts = left.describe().split("\n");
    String[] rights = right.describe().split("\n");
    if (lefts.length != rights.length) {
      throw new IllegalStateException("machines of one definition have the same fields");
    }
    for (int i = 0; i < lefts.length; i++) {
      if (!lefts[i].equals(rights[i])) {
        String[] ofLeft = lefts[i].split(" = ", 2);
        String[] ofRight = rights[i].split(" = ", 2);
        fields.add(new Field(named(ofLeft[0]), ofLeft[1], ofRight[1]));
      }
    }
    return fields;
  }

  /** Registers as people call them. */
  private static String named(String field) {
    Matcher integer = INTEGER_REGISTER.matcher(field);
    if (integer.matches()) {
      int number = Integer.parseInt(integer.group(2));
      String abi = number < ABI_NAMES.length ? " (" + ABI_NAMES[number] + ")" : "";
      return integer.group(1) + ".x" + number + abi;
    }
    Matcher floating = FLOAT_REGISTER.matcher(field);
    return floating.matches() ? floating.group(1) + ".f" + floating.group(2) : field;
  }

  private static List<Page> pages(PhysicalMemory left, PhysicalMemory right) {
    List<Page> pages = new ArrayList<>();
    for (int page = 0; page < left.pageCount(); page++) {
      long base = PhysicalMemory.addressOf(page);
      int words = 0;
      List<Word> first = new ArrayList<>();
      for (long at = base; at < base + PhysicalMemory.PAGE_BYTES; at += Long.BYTES) {
        long ofLeft = left.load64(at);
        long ofRight = right.load64(at);
        if (ofLeft != ofRight && words++ < WORDS_TOLD_MAX) {
          first.add(new Word(at, ofLeft, ofRight));
        }
      }
      if (words > 0) {
        pages.add(new Page(base, words, first));
      }
    }
    return pages;
  }

  /** A line each, bounded. */
  List<String> told() {
    List<String> lines = new ArrayList<>();
    fields.stream()
        .limit(FIELDS_TOLD_MAX)
        .forEach(field -> lines.add("%-28s %s".formatted(field.name, values(field))));
    if (fields.size() > FIELDS_TOLD_MAX) {
      lines.add("and " + (fields.size() - FIELDS_TOLD_MAX) + " fields more");
    }
    for (Page page : pages.subList(0, Math.min(PAGES_TOLD_MAX, pages.size()))) {
      for (Word word : page.first) {
        lines.add(
            "%-28s 0x%016x 0x%016x"
                .formatted("memory 0x%x".formatted(word.address), word.left, word.right));
      }
      if (page.words > page.first.size()) {
        lines.add(
            "memory page 0x%x            and %d words more"
                .formatted(page.address, page.words - page.first.size()));
      }
    }
    if (pages.size() > PAGES_TOLD_MAX) {
      lines.add("and " + (pages.size() - PAGES_TOLD_MAX) + " pages more");
    }
    return lines;
  }

  /** Both values; of long ones what is around the first difference. */
  private static String values(Field field) {
    String left = field.left;
    String right = field.right;
    if (Math.max(left.length(), right.length()) <= VALUE_TOLD_MAX) {
      return left + " " + right;
    }
    int at = 0;
    while (at < Math.min(left.length(), right.length()) && left.charAt(at) == right.charAt(at)) {
      at++;
    }
    return "from character %d on: ...%s ...%s".formatted(at, cut(left, at), cut(right, at));
  }

  private static String cut(String value, int from) {
    return value.substring(
        Math.min(from, value.length()), Math.min(value.length(), from + VALUE_TOLD_MAX / 2));
  }

  /** Which parts of the machine differ, in a few words: {@code hart0, bus.net, memory}. */
  String parts() {
    List<String> parts = new ArrayList<>();
    for (Field field : fields) {
      String[] path = field.name.split("\\.");
      String part = path[0].equals("bus") && path.length > 2 ? path[1] : path[0];
      if (!parts.contains(part)) {
        parts.add(part);
      }
    }
    if (!pages.isEmpty()) {
      parts.add("memory (" + pages.size() + (pages.size() == 1 ? " page)" : " pages)"));
    }
    return String.join(", ", parts);
  }
}
