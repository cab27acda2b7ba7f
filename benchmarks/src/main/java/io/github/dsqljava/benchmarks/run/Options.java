package io.github.dsqljava.benchmarks.run;

import io.github.dsqljava.benchmarks.peer.BenchmarkCase;
import io.github.dsqljava.benchmarks.peer.PeerKind;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The options of a run.
 *
 * @param cases all, unless some are named
 * @param peers all that this JDK can run, unless some are named
 * @param everything whether to measure also memory, cold start and the microbenchmarks, which
 *     belong to no case
 * @param output directory for the results
 * @param docs second directory for table and plots
 * @param seed of the callers' random numbers and of the order of the peers
 */
public record Options(
    RunLength length,
    Set<BenchmarkCase> cases,
    Set<PeerKind> peers,
    boolean everything,
    Path output,
    Optional<Path> docs,
    long seed) {

  /** Seeds of different rounds stay apart with up to this number of callers. */
  static final long SEED_STEP = 10_000;

  private static final Set<String> NAMES =
      Set.of("--length", "--cases", "--peers", "--output", "--docs", "--seed");

  /** Reads arguments of the form {@code --name=value}; ignores those with an empty value. */
  public static Options parse(String[] arguments) {
    Map<String, String> values = new HashMap<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      if (!NAMES.contains(name)) {
        throw new IllegalArgumentException(argument + " is unknown; there are " + NAMES);
      }
      if (equals >= 0 && equals < argument.length() - 1) {
        values.put(name, argument.substring(equals + 1));
      }
    }
    Set<BenchmarkCase> cases = EnumSet.allOf(BenchmarkCase.class);
    cases.retainAll(named(values.get("--cases"), BenchmarkCase::ofId, cases));
    Set<PeerKind> peers = EnumSet.allOf(PeerKind.class);
    peers.removeIf(peer -> !peer.isAvailable());
    peers.retainAll(named(values.get("--peers"), PeerKind::ofId, peers));
    return new Options(
        RunLength.ofName(values.getOrDefault("--length", "short")),
        cases,
        peers,
        !values.containsKey("--cases"),
        Path.of(values.getOrDefault("--output", "target/benchmarks")),
        Optional.ofNullable(values.get("--docs")).map(Path::of),
        Long.parseLong(values.getOrDefault("--seed", "20261122")));
  }

  /** For the report. */
  public List<String> description() {
    RunLength.Phase load = length.load();
    return List.of(
        String.format(
            Locale.ROOT,
            "Run: %s; %d rounds of each cell, %d ms measured after %d ms of warm-up; seed %d",
            length.name(),
            length.rounds(),
            load.measured().toMillis(),
            load.warmUp().toMillis(),
            seed));
  }

  private static <T> Set<T> named(@Nullable String names, Function<String, T> byName, Set<T> all) {
    return names == null
        ? Set.copyOf(all)
        : Arrays.stream(names.split(",", -1)).map(byName).collect(Collectors.toUnmodifiableSet());
  }
}
