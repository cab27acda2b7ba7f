package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.script.FidelityRow;
import io.github.dsqljava.local.conformance.script.ScriptFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * One run of the kit: prints its plan, asks the user, plays all scripts, cleans up in any case, and
 * writes the report.
 */
public final class Conformance {
  /** All rows that the page calls the same are the same. */
  public static final int ALL_SAME = 0;

  /** The run did not happen, or did not get to its end. */
  public static final int FAILED = 1;

  /** Rows differ that the page calls the same. */
  public static final int DIFFERENCES = 3;

  private static final String NOT_ASKED = "";
  private static final long SECONDS_FOR_THE_REPORT = 10;

  private final ConformanceOptions options;
  private final String version;
  private final List<ScriptFile> files;
  private final Pause pause;
  private final PrintStream out;

  private Conformance(
      ConformanceOptions options,
      String version,
      List<ScriptFile> files,
      Pause pause,
      PrintStream out) {
    this.options = options;
    this.version = version;
    this.files = files;
    this.pause = pause;
    this.out = out;
  }

  /**
   * Runs the kit.
   *
   * @param version of this program
   * @param out for the plan, the progress and the summary
   * @param agreed asks the user whether to go on; asked only for an endpoint that is not loopback
   * @return one of the codes above
   * @throws IOException if there can be no report: no endpoint, no credentials, no rights, or
   *     unwritable report files
   */
  public static int run(
      ConformanceOptions options, String version, PrintStream out, BooleanSupplier agreed)
      throws IOException {
    return new Conformance(options, version, ScriptFile.all(), Pause.REAL, out).run(agreed);
  }

  static int run(ConformanceOptions options, List<ScriptFile> files, Pause pause, PrintStream out)
      throws IOException {
    return new Conformance(options, "(test)", files, pause, out).run(() -> false);
  }

  private int run(BooleanSupplier agreed) throws IOException {
    Map<String, FidelityRow> rows = FidelityRow.all();
    Endpoint endpoint = Endpoint.parse(options.endpoint());
    Plan plan =
        Plan.of(
            files, options.only(), rows.keySet(), options.slow(), options.roleFor().isPresent());
    writable(options.report());
    writable(options.record());
    AwsCredentials credentials = new AwsCredentials(options.environment(), options.home());
    String region = options.password().isPresent() ? "" : region(endpoint, credentials);
    Secrets secrets = secrets(credentials, region);
    Connections connections =
        new Connections(endpoint, options.user(), secrets, options.ca(), options.answerLimit());
    secrets.of(options.user(), endpoint.host()); // fails first if there is none
    Workplace workplace = new Workplace(connections, options.roleFor());
    out.print(plan.text(endpoint, options.user(), workplace.schema()));
    out.flush();
    if (!endpoint.isLoopback() && !options.yes() && !agreed.getAsBoolean()) {
      throw new ConformanceException("nothing was done: nobody has agreed; --yes does");
    }
    return play(plan, connections, workplace, region, rows);
  }

  private int play(
      Plan plan,
      Connections connections,
      Workplace workplace,
      String region,
      Map<String, FidelityRow> rows)
      throws IOException {
    CountDownLatch over = new CountDownLatch(1);
    Thread hook = new Thread(() -> stopped(connections, workplace, over), "conformance-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      Instant begin = Instant.now();
      long start = System.nanoTime();
      Runner runner =
          new Runner(plan, connections, workplace, pause, line -> progress(start, line));
      String server = NOT_ASKED;
      String incomplete = "";
      try {
        workplace.make();
        server = server(connections);
        runner.run();
      } catch (IOException e) {
        if (runner.results().isEmpty()) {
          throw e; // there is nothing to report
        }
        incomplete = String.valueOf(e.getMessage());
      } finally {
        connections.stop();
        warn(workplace.remove());
      }
      Report report =
          new Report(
              options.endpoint(),
              region,
              options.user(),
              server,
              version,
              begin,
              Duration.ofNanos(System.nanoTime() - start),
              connections.opened(),
              incomplete,
              RowResult.of(rows, runner.results()));
      write(report, plan, runner.results(), workplace.schema());
      if (!incomplete.isEmpty()) {
        return FAILED;
      }
      return report.unexpected() == 0 ? ALL_SAME : DIFFERENCES;
    } finally {
      over.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // it is running: asked to stop
      }
    }
  }

  /** Cleans up at the end of the JVM, on Ctrl-C for example. */
  private void stopped(Connections connections, Workplace workplace, CountDownLatch over) {
    connections.stop();
    warn(workplace.remove());
    try {
      over.await(SECONDS_FOR_THE_REPORT, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void warn(String left) {
    if (!left.isEmpty()) {
      say(left);
    }
  }

  private void progress(long start, String line) {
    long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
    say("%3d:%02d       %s".formatted(seconds / 60, seconds % 60, line));
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  private static String server(Connections connections) throws IOException {
    try (Control control = new Control(connections, null)) {
      return control.session().parameters().getOrDefault("server_version", "unknown");
    }
  }

  private String region(Endpoint endpoint, AwsCredentials credentials) throws ConformanceException {
    Optional<String> region = options.region().or(endpoint::region);
    if (region.isEmpty()) {
      region = credentials.region(options.profile());
    }
    return region.orElseThrow(
        () ->
            new ConformanceException(
                "the name of the endpoint has no Region in it: use --region or AWS_REGION"));
  }

  private Secrets secrets(AwsCredentials credentials, String region) {
    return options
        .password()
        .map(Secrets::password)
        .orElseGet(() -> Secrets.tokens(() -> credentials.find(options.profile()), region));
  }

  /** Checks the directory before the run, so that an hour's answers are not lost. */
  private static void writable(Optional<Path> file) throws ConformanceException {
    if (file.isPresent()) {
      Path directory = file.get().toAbsolutePath().getParent();
      if (directory == null || !Files.isDirectory(directory) || Files.isDirectory(file.get())) {
        throw new ConformanceException("cannot write " + file.get() + ": no such directory");
      }
    }
  }

  private void write(Report report, Plan plan, List<SectionResult> results, String schema)
      throws IOException {
    if (options.report().isPresent()) {
      Path file = options.report().get();
      Files.writeString(file, MarkdownReport.of(report));
      Files.writeString(json(file), JsonReport.of(report));
      say("Report       " + file + " and " + json(file));
    }
    if (options.record().isPresent()) {
      Files.writeString(options.record().get(), Recording.of(report, plan, results, schema));
      say("Answers      " + options.record().get());
    }
    if (options.report().isEmpty()) {
      report.rows().stream()
          .filter(row -> row.outcome().equals(RowResult.DIFFERS))
          .forEach(row -> say(row.row().id() + ": " + row.different() + " answers differ"));
    }
    out.print(report.summary());
    out.flush();
  }

  /** The same name with another ending. */
  private static Path json(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return file.resolveSibling((dot <= 0 ? name : name.substring(0, dot)) + ".json");
  }
}
