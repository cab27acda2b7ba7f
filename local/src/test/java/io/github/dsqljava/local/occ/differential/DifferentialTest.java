package io.github.dsqljava.local.occ.differential;

import io.github.dsqljava.local.DsqlLocal;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random transactions of several sessions, each statement of which is answered as plain PostgreSQL
 * answers it on the same snapshot, and each COMMIT as a model says.
 *
 * <p>{@code -Ddsql.differential=10000} runs that many histories, {@code -Ddsql.seed} begins with a
 * certain one, {@code -Ddsql.features=ALL} uses what fails today, too, or only the features that it
 * names (with a minus: all but these). {@code -Ddsql.collect=true} goes on after a failure and
 * prints the shortest script of each kind; {@code -Ddsql.shrink} is how many seconds it looks for a
 * shorter one.
 */
class DifferentialTest {
  /** What dsql-local does not do right yet; a feature that it learns is taken out here. */
  private static final EnumSet<Feature> NOT_YET =
      EnumSet.of(
          // Names its tables with a schema, so a loss is told at its call.
          Feature.DEFINER_FUNCTIONS);

  private static final boolean ASKED = System.getProperty("dsql.differential") != null;

  /** An ordinary build takes no longer than this, however busy the machine is. */
  private static final Duration UNASKED_LIMIT = Duration.ofSeconds(45);

  private static final int HISTORIES = Integer.getInteger("dsql.differential", 300);
  private static final long SEED = Long.getLong("dsql.seed", System.nanoTime());

  @Test
  void randomHistories_areAnsweredAsByPostgresql_andCommittedAsByTheModel() throws Exception {
    System.out.println("DifferentialTest seed " + SEED);
    Generator generator = new Generator(Schemas.all(), features());
    boolean collect = Boolean.getBoolean("dsql.collect");
    int run = 0;
    Map<String, Failure> failures = new TreeMap<>();
    Map<String, Integer> counts = new TreeMap<>();
    try (DsqlLocal cluster = DsqlLocal.start();
        Oracles oracles = Oracles.start(Schemas.all());
        Target target = new LocalTarget(cluster, Schemas.all())) {
      Runner runner = new Runner(target, oracles.list());
      long end = System.nanoTime() + UNASKED_LIMIT.toNanos();
      for (long seed = SEED; seed < SEED + HISTORIES; seed++) {
        if (!ASKED && System.nanoTime() > end) {
          break; // the machine is busy with others
        }
        run++;
        Optional<Failure> failure = runner.run(generator.make(seed));
        if (failure.isEmpty()) {
          continue;
        }
        String group = failure.get().group();
        counts.merge(group, 1, Integer::sum);
        if (!failures.containsKey(group)) {
          Failure shrunk = Shrinker.shrink(runner, failure.get());
          failures.put(group, shrunk);
          System.out.printf("seed %d: %s%n", seed, shrunk.script());
          if (!collect) {
            throw new AssertionError("seed " + seed + ": " + shrunk.script());
          }
        }
      }
      System.out.printf(
          "DifferentialTest: %d histories, %d steps, %d conflicts%n",
          run, runner.steps(), runner.conflicts());
    }
    if (!counts.isEmpty()) {
      throw new AssertionError("failures of " + run + " histories: " + counts);
    }
  }

  private static Set<Feature> features() {
    String wanted = System.getProperty("dsql.features", "");
    if (wanted.isEmpty()) {
      return EnumSet.complementOf(NOT_YET);
    }
    if (wanted.equals("ALL")) {
      return EnumSet.allOf(Feature.class);
    }
    boolean without = wanted.startsWith("-");
    EnumSet<Feature> named = EnumSet.noneOf(Feature.class);
    for (String name : wanted.substring(without ? 1 : 0).split(",")) {
      named.add(Feature.valueOf(name));
    }
    return without ? EnumSet.complementOf(named) : named;
  }
}
