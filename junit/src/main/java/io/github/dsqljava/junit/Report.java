package io.github.dsqljava.junit;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.journal.RecordedStatement;
import io.github.dsqljava.local.journal.RefusedLogin;
import java.util.List;

/** The report of a cluster's conflicts and refusals for a test that failed. */
final class Report {
  private static final int MAX_LINES = 50;

  private Report() {}

  /** Returns the text, empty if there was neither a conflict nor a refusal. */
  static String of(String test, DsqlLocal cluster) {
    List<RecordedStatement> conflicts = cluster.record().conflicts();
    List<RecordedStatement> refusals = cluster.record().refusals();
    List<RefusedLogin> logins = cluster.record().refusedLogins();
    if (conflicts.isEmpty() && refusals.isEmpty() && logins.isEmpty()) {
      return "";
    }
    StringBuilder text =
        new StringBuilder("dsql-local recorded, up to the failure of " + test + ":\n");
    add(text, "conflicts", conflicts);
    add(text, "refused statements", refusals);
    add(text, "refused logins", logins);
    return text.toString();
  }

  private static void add(StringBuilder text, String title, List<?> entries) {
    if (entries.isEmpty()) {
      return;
    }
    text.append("  ").append(entries.size()).append(' ').append(title).append(":\n");
    // The newest entries are nearest to the failure.
    int from = Math.max(0, entries.size() - MAX_LINES);
    if (from > 0) {
      text.append("    .. ").append(from).append(" older ones\n");
    }
    for (Object entry : entries.subList(from, entries.size())) {
      text.append("    ").append(entry).append('\n');
    }
  }
}
