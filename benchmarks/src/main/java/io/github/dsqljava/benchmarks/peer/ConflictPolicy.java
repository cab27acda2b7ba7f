package io.github.dsqljava.benchmarks.peer;

import java.util.Locale;
import java.util.random.RandomGenerator;

/** When a transaction that lost a conflict is run again. */
public enum ConflictPolicy {
  /** The defaults of this project: a lane of the pool. Only its own connector has it. */
  OURS("conflict lane", 0, 0),
  /** The same retry policy, and no lane: everybody pauses by himself. */
  PAUSES("full jitter, 5 ms to 1 s, no lane", 0, 0),
  /**
   * The policy of the official connectors for Python, Node.js and Rust: 1 to 100 milliseconds. Rust
   * makes one attempt less.
   */
  OFFICIAL_SHORT("1 ms to 100 ms, 4 attempts", 1, 100),
  /** The policy of the official connectors for Java, Go, .NET and Ruby: 0.1 to 5 seconds. */
  OFFICIAL_LONG("100 ms to 5 s, 4 attempts", 100, 5_000);

  /** The first one included. */
  static final int OFFICIAL_ATTEMPTS = 4;

  private static final double OFFICIAL_JITTER = 0.25;

  private final String title;
  private final long baseMillis;
  private final long capMillis;

  ConflictPolicy(String title, long baseMillis, long capMillis) {
    this.title = title;
    this.baseMillis = baseMillis;
    this.capMillis = capMillis;
  }

  /** For people. */
  public String title() {
    return title;
  }

  /** For options, such as {@code official-short}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The policy with this id. */
  public static ConflictPolicy ofId(String id) {
    return valueOf(id.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /**
   * The pause of an official connector: doubled with each failure, up to a cap, and up to a quarter
   * longer by chance.
   *
   * @param failures attempts that failed, from 1
   */
  long pauseMillis(int failures, RandomGenerator random) {
    long pause = Math.min(capMillis, baseMillis << (failures - 1));
    return pause + Math.round(pause * OFFICIAL_JITTER * random.nextDouble());
  }
}
