package io.github.dsqljava.local.plans;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The lines of text about buffers, their times and the log, which leave out what is zero. */
final class Usage {
  private static final List<String> BUFFERS = List.of("Shared", "Local", "Temp");

  private final PlanNode used = new PlanNode();

  /** Takes a property if it belongs to one of the lines. */
  boolean takes(PlanNode node, String name) {
    if ((name.endsWith(" Blocks") && !name.endsWith(" Heap Blocks"))
        || name.startsWith("WAL ")
        || name.endsWith("I/O Read Time")
        || name.endsWith("I/O Write Time")) {
      used.take(name, node);
      return true;
    }
    return false;
  }

  static List<String> lines(PlanNode node) {
    Usage usage = new Usage();
    node.properties().keySet().forEach(name -> usage.takes(node, name));
    return usage.lines();
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    List<String> buffers = new ArrayList<>();
    for (String kind : BUFFERS) {
      StringBuilder counts = new StringBuilder();
      for (String what : List.of("Hit", "Read", "Dirtied", "Written")) {
        append(counts, what.toLowerCase(Locale.ROOT), kind + " " + what + " Blocks");
      }
      if (!counts.isEmpty()) {
        buffers.add(kind.toLowerCase(Locale.ROOT) + counts);
      }
    }
    if (!buffers.isEmpty()) {
      lines.add("Buffers: " + String.join(", ", buffers));
    }
    List<String> times = new ArrayList<>();
    addTimes(times, "shared/local", "");
    addTimes(times, "temp", "Temp ");
    if (!times.isEmpty()) {
      lines.add("I/O Timings: " + String.join(", ", times));
    }
    StringBuilder log = new StringBuilder();
    append(log, "records", "WAL Records");
    append(log, "fpi", "WAL FPI");
    append(log, "bytes", "WAL Bytes");
    if (!log.isEmpty()) {
      lines.add("WAL:" + log);
    }
    return lines;
  }

  private void addTimes(List<String> times, String label, String kind) {
    StringBuilder found = new StringBuilder();
    append(found, "read", kind + "I/O Read Time");
    append(found, "write", kind + "I/O Write Time");
    if (!found.isEmpty()) {
      times.add(label + found);
    }
  }

  private void append(StringBuilder line, String label, String name) {
    if (used.number(name) > 0) {
      line.append(' ').append(label).append('=').append(used.text(name));
    }
  }
}
