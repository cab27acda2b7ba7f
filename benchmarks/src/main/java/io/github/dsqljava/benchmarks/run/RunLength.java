package io.github.dsqljava.benchmarks.run;

import java.time.Duration;
import java.util.List;

/**
 * The length of a run.
 *
 * @param name for options and the report
 * @param roundTrips the round trips, in milliseconds, at which cases are measured
 * @param rounds the number of measurements of each cell
 * @param load the times of a round
 * @param hotRow the times of a round with conflicts; they are longer, because some policies pause
 *     for seconds
 * @param jit the time that each peer runs each case before anything is measured
 * @param hotRowRoundTrips the round trips, in milliseconds, at which conflicts are measured
 * @param coldStarts fresh JVMs of each peer
 * @param memoryRuns fresh JVMs of each peer
 * @param inProcessForks JVMs of JMH
 * @param inProcessIterations of JMH, a second each
 * @param limit the time after which the whole run is abandoned
 */
public record RunLength(
    String name,
    List<Integer> roundTrips,
    int rounds,
    Phase load,
    Phase hotRow,
    Duration jit,
    List<Integer> hotRowRoundTrips,
    int coldStarts,
    int memoryRuns,
    int inProcessForks,
    int inProcessIterations,
    Duration limit) {

  /** About five minutes: shows whether something is broken; its figures are not for publication. */
  static final RunLength SHORT =
      new RunLength(
          "short",
          /* roundTrips= */ List.of(0, 10),
          /* rounds= */ 3,
          Phase.ofMillis(/* warmUp= */ 100, /* measured= */ 350),
          Phase.ofMillis(/* warmUp= */ 300, /* measured= */ 1_200),
          /* jit= */ Duration.ofMillis(500),
          /* hotRowRoundTrips= */ List.of(1),
          /* coldStarts= */ 1,
          /* memoryRuns= */ 1,
          /* inProcessForks= */ 1,
          /* inProcessIterations= */ 1,
          /* limit= */ Duration.ofMinutes(20));

  /** About half an hour. */
  static final RunLength LONG =
      new RunLength(
          "long",
          /* roundTrips= */ List.of(0, 1, 10),
          /* rounds= */ 5,
          Phase.ofMillis(/* warmUp= */ 400, /* measured= */ 1_500),
          Phase.ofMillis(/* warmUp= */ 1_000, /* measured= */ 5_000),
          /* jit= */ Duration.ofSeconds(5),
          /* hotRowRoundTrips= */ List.of(0, 1, 10),
          /* coldStarts= */ 7,
          /* memoryRuns= */ 3,
          /* inProcessForks= */ 2,
          /* inProcessIterations= */ 5,
          /* limit= */ Duration.ofMinutes(90));

  /**
   * The times of a round.
   *
   * @param warmUp not measured
   */
  public record Phase(Duration warmUp, Duration measured) {
    static Phase ofMillis(long warmUp, long measured) {
      return new Phase(Duration.ofMillis(warmUp), Duration.ofMillis(measured));
    }
  }

  /** Copies the lists. */
  public RunLength {
    roundTrips = List.copyOf(roundTrips);
    hotRowRoundTrips = List.copyOf(hotRowRoundTrips);
  }

  static RunLength ofName(String name) {
    return List.of(SHORT, LONG).stream()
        .filter(known -> known.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("No length is called " + name));
  }
}
