package io.github.dsqljava.local.cli;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.DsqlLocalBuilder;
import io.github.dsqljava.local.DsqlLocalException;
import io.github.dsqljava.local.catalog.SchemaReach;
import io.github.dsqljava.local.iam.DbAction;
import io.github.dsqljava.local.iam.IamPrincipal;
import io.github.dsqljava.local.iam.TokenMaker;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Entry point of {@code dsql-local.jar}; {@code --help} shows what it can do. */
public final class Main {
  private static final int FAILED = 1;
  private static final int BAD_USAGE = 2;
  private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";
  private static final Duration TOKEN_LIFETIME = Duration.ofMinutes(15);

  private Main() {}

  /** Runs the program; ends the JVM with 1 for a failure and with 2 for a bad command line. */
  public static void main(String[] words) {
    // One line for each message, unless the user has configured the JDK's logging.
    if (System.getProperty(LOG_FORMAT) == null) {
      System.setProperty(LOG_FORMAT, "%1$tT %4$s %5$s%6$s%n");
    }
    int code = run(System.out, System.err, words);
    if (code != 0) {
      System.exit(code);
    }
  }

  static int run(PrintStream out, PrintStream err, String... words) {
    try {
      Arguments arguments = Arguments.parse(words);
      if (arguments.has("--help")) {
        boolean kit = arguments.command().equals(Arguments.CONFORMANCE);
        out.print(kit ? Usage.conformance() : Usage.text());
      } else if (arguments.has("--version")) {
        out.println("dsql-local " + version());
      } else {
        switch (arguments.command()) {
          case Arguments.TOKEN -> out.println(token(arguments));
          case Arguments.HOSTS -> out.println(hosts(arguments));
          case Arguments.LIMITS -> out.print(Usage.limits());
          case Arguments.FAULTS -> out.print(Usage.faults());
          case Arguments.DEMO -> DemoCommand.run(arguments, out);
          case Arguments.CONFORMANCE -> {
            return ConformanceCommand.run(arguments, version(), out);
          }
          default -> {
            return serve(arguments, out, err);
          }
        }
      }
      return 0;
    } catch (UsageException e) {
      err.println("dsql-local: " + e.getMessage());
      err.println();
      err.print(Usage.text());
      return BAD_USAGE;
    } catch (DsqlLocalException | IOException e) {
      err.println("dsql-local: " + e.getMessage());
      return FAILED;
    }
  }

  private static int serve(Arguments arguments, PrintStream out, PrintStream err)
      throws UsageException, IOException {
    Optional<EnvironmentFile> file =
        arguments.option("--env-file").map(Path::of).map(EnvironmentFile::new);
    DsqlLocalBuilder builder = builder(arguments).progress(out::println);
    boolean log = arguments.oneOf("--log", "off", "statements").equals("statements");
    if (file.isPresent()) {
      file.get().prepare();
    }
    LinePrinter printer = new LinePrinter(out);
    if (log) {
      builder.statementLog(printer::print);
    }
    Instant begin = Instant.now();
    DsqlLocal cluster = builder.start();
    // Signals end the JVM through here; the main thread just waits for PostgreSQL to end.
    Stop stop = new Stop(cluster, file, printer);
    Thread hook = new Thread(stop, "dsql-local-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    if (file.isPresent()) {
      try {
        file.get().write(cluster.environment());
      } catch (IOException e) {
        stop.run();
        throw e;
      }
    }
    Duration took = Duration.between(begin, Instant.now());
    out.print(Welcome.text(cluster, arguments.option("--env-file"), took));
    out.flush();
    cluster.ended().join();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return 0; // asked to stop
    }
    stop.run();
    err.println("dsql-local: PostgreSQL has ended by itself");
    return FAILED;
  }

  private static DsqlLocalBuilder builder(Arguments arguments) throws UsageException {
    DsqlLocalBuilder builder = named(arguments).port(arguments.port()).summary(true);
    builder.serverNameRequired(arguments.oneOf("--sni", "required", "optional").equals("required"));
    builder.explainDpuEstimate(
        arguments.oneOf("--dpu-estimate", "hidden", "shown").equals("shown"));
    builder.schemaReach(
        arguments.oneOf("--schema-reach", "cluster", "tables").equals("cluster")
            ? SchemaReach.CLUSTER
            : SchemaReach.CHANGED_TABLES);
    Optional<String> accessKey = arguments.option("--access-key");
    Optional<String> secretKey = arguments.option("--secret-key");
    if (accessKey.isPresent() != secretKey.isPresent()) {
      throw new UsageException("--access-key and --secret-key go together");
    }
    if (accessKey.isPresent() && secretKey.isPresent()) {
      try {
        builder.accessKey(accessKey.get(), secretKey.get());
      } catch (IllegalArgumentException e) {
        throw new UsageException("--access-key, --secret-key: " + e.getMessage());
      }
    }
    arguments.seconds("--job-delay").ifPresent(builder::jobDelay);
    Optional<String> limits = arguments.option("--limits");
    if (limits.isPresent()) {
      builder.limits(LimitList.parse(limits.get()));
    }
    try {
      arguments.option("--faults").map(Path::of).ifPresent(builder::faults);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage());
    }
    return builder;
  }

  /** Returns a builder with the options that determine the cluster's host name. */
  private static DsqlLocalBuilder named(Arguments arguments) throws UsageException {
    DsqlLocalBuilder builder = DsqlLocal.builder().keptIdentity(true);
    arguments.option("--data-dir").map(Path::of).ifPresent(builder::dataDirectory);
    try {
      arguments.option("--region").ifPresent(builder::region);
      arguments.option("--cluster-id").ifPresent(builder::clusterId);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage());
    }
    return builder;
  }

  private static String hosts(Arguments arguments) throws UsageException, IOException {
    Optional<String> file = arguments.option("--env-file");
    String host =
        file.isPresent()
            ? required("hosts", EnvironmentFile.read(Path.of(file.get())), "CLUSTER_HOST")
            : named(arguments).clusterHost();
    return DsqlLocal.hostsLine(host);
  }

  private static String token(Arguments arguments) throws UsageException, IOException {
    Optional<String> file = arguments.option("--env-file");
    Map<String, String> environment =
        file.isPresent() ? EnvironmentFile.read(Path.of(file.get())) : System.getenv();
    String arn = required("token", environment, "CLUSTER_PRINCIPAL_ARN");
    IamPrincipal principal =
        new IamPrincipal(
            arn,
            required("token", environment, "AWS_ACCESS_KEY_ID"),
            required("token", environment, "AWS_SECRET_ACCESS_KEY"),
            Optional.ofNullable(environment.get("AWS_SESSION_TOKEN")),
            Set.of(DbAction.values()));
    String user = arguments.option("--user").orElse("admin");
    return TokenMaker.sign(
        principal,
        required("token", environment, "CLUSTER_ENDPOINT"),
        required("token", environment, "AWS_REGION"),
        DbAction.requiredFor(user),
        TOKEN_LIFETIME,
        Instant.now());
  }

  private static String required(String command, Map<String, String> environment, String name)
      throws UsageException {
    String value = environment.get(name);
    if (value == null || value.isEmpty()) {
      throw new UsageException(
          command + " needs " + name + ": use --env-file with the file of a running cluster");
    }
    return value;
  }

  private static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(unpackaged)" : version;
  }
}
