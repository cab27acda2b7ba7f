package io.github.dsqljava.local.limits;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Gives PostgreSQL the limits of a cluster, and the SQL that enforces them. */
public final class LimitsInPostgresql {
  private LimitsInPostgresql() {}

  /**
   * Returns the settings that PostgreSQL has to be started with, as {@code name=value}: each {@link
   * Limit}, whether it is changed or not, and the age of transactions in the notation of ISO 8601.
   * No session of a client may set one of them.
   */
  public static List<String> settings(Limits limits) {
    List<String> settings = new ArrayList<>();
    for (Limit limit : Limit.values()) {
      settings.add(limit.setting() + "=" + limits.of(limit));
    }
    settings.add("dsql.transaction_age_limit=" + limits.transactionAge());
    long kibibytes = Math.max(1, limits.of(Limit.QUERY_TEMP_BYTES) / 1024);
    settings.add("temp_file_limit=" + kibibytes + "kB");
    return settings;
  }

  /**
   * Returns the SQL that counts what transactions change, to be run by the superuser at each start.
   * A statement ends where a semicolon is followed by an empty line.
   */
  public static InputStream script() {
    return Objects.requireNonNull(LimitsInPostgresql.class.getResourceAsStream("limits.sql"));
  }
}
