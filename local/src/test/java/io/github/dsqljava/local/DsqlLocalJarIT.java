package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.dsqljava.local.iam.DbAction;
import io.github.dsqljava.local.iam.IamPrincipal;
import io.github.dsqljava.local.iam.TokenMaker;
import io.github.dsqljava.local.postgres.CacheDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program, run as a user runs it. */
@DisabledOnOs(OS.WINDOWS)
class DsqlLocalJarIT {
  private static final Path JAR =
      Path.of(System.getProperty("basedir", "."), "target", "dsql-local.jar").toAbsolutePath();
  private static final List<String> VARIABLES =
      List.of(
          "CLUSTER_ENDPOINT",
          "CLUSTER_PORT",
          "CLUSTER_USER",
          "CLUSTER_ID",
          "AWS_REGION",
          "AWS_ACCESS_KEY_ID",
          "AWS_SECRET_ACCESS_KEY",
          "CLUSTER_PRINCIPAL_ARN",
          "CLUSTER_CA_FILE",
          "CLUSTER_HOST",
          "CLUSTER_HOSTS_FILE",
          "CLUSTER_TRUST_STORE",
          "CLUSTER_TRUST_STORE_PASSWORD",
          "PGSSLROOTCERT",
          "PGHOSTADDR",
          "NODE_EXTRA_CA_CERTS");

  @TempDir static Path sharedDirectory;
  private static Program shared;

  @TempDir Path temporary;

  @BeforeAll
  static void startShared() throws Exception {
    Path directory = Files.createDirectory(open(sharedDirectory).resolve("it's mine"));
    shared = Program.start(directory.resolve("env"), "--region", "eu-west-1");
  }

  @AfterAll
  static void stopShared() throws Exception {
    shared.close();
  }

  @BeforeEach
  void letPostgresEnter() throws IOException {
    open(temporary);
  }

  /** The scripts are in the jar. */
  @Test
  void conformance_ofAProgram_isAllTheSame() throws Exception {
    Path envFile = temporary.resolve("env");
    try (Program program = Program.start(envFile)) {
      String script =
          ". "
              + envFile
              + " && exec \"$@\" --endpoint localhost:$CLUSTER_PORT --ca \"$CLUSTER_CA_FILE\"";
      List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
      command.addAll(Program.java("conformance", "--only", "types.numeric,limits.rows"));
      try (ChildProcess kit = ChildProcess.start(Program.clean(command))) {
        assertThat(kit.awaitExit()).as("%s", kit.lines()).isZero();
        assertThat(kit.lines()).anyMatch(line -> line.contains(" same, 0 not. Rows: 2 same"));
      }
    }
  }

  @Test
  void envFile_appearsOnlyWhenConnectionsAreAccepted_withAllVariables() throws Exception {
    Path envFile = temporary.resolve("env");
    try (Program program = Program.startWithoutWaiting(envFile)) {
      Eventually.holds(
          "the file",
          () -> {
            if (Files.notExists(envFile)) {
              assertThat(program.child.process().isAlive()).isTrue();
              return false;
            }
            // Now, at the first attempt, or the file was there too early.
            try (Connection connection = program.connect("admin")) {
              return Jdbc.value(connection, "SELECT 1").equals("1");
            }
          });
      Map<String, String> environment = program.environment();
      assertThat(environment.keySet()).containsExactlyInAnyOrderElementsOf(VARIABLES);
      assertThat(environment)
          .containsEntry("CLUSTER_ENDPOINT", "localhost")
          .containsEntry("CLUSTER_USER", "admin")
          .containsEntry("AWS_REGION", "us-east-1")
          .containsEntry("PGSSLROOTCERT", environment.get("CLUSTER_CA_FILE"));
      assertThat(environment.get("CLUSTER_ID")).matches("[a-z0-9]{26}");
      assertThat(environment.get("CLUSTER_PRINCIPAL_ARN")).startsWith("arn:aws:iam::");
      assertThat(Path.of(environment.get("CLUSTER_CA_FILE"))).isAbsolute().isRegularFile();
      // In a shell of its own, two clusters do not know of each other.
      assertThat(environment.get("CLUSTER_PORT"))
          .isNotEqualTo(shared.environment().get("CLUSTER_PORT"));
      assertThat(environment.get("CLUSTER_ID")).isEqualTo(shared.environment().get("CLUSTER_ID"));
      try (Connection here = program.connect("admin");
          Connection there = shared.connect("admin")) {
        Jdbc.execute(here, "CREATE TABLE only_here (id int PRIMARY KEY)");
        assertThatThrownBy(() -> Jdbc.column(there, "SELECT * FROM only_here"))
            .isInstanceOf(SQLException.class);
      }
    }
  }

  @Test
  void output_saysWhatToDoNext() throws Exception {
    Map<String, String> environment = shared.environment();
    Eventually.holds(
        "the whole text", () -> shared.child.lines().stream().anyMatch(l -> l.contains("Ctrl-C")));
    assertThat(String.join("\n", shared.child.lines()))
        .contains("accepts connections on localhost:" + environment.get("CLUSTER_PORT"))
        .contains("127.0.0.1 " + environment.get("CLUSTER_ID") + ".dsql.eu-west-1.on.aws")
        .contains("sslmode=verify-full")
        .doesNotContain(environment.get("AWS_SECRET_ACCESS_KEY"));
  }

  @Test
  void region_tokenOfThatRegionLogsIn_anotherIsRefused() throws Exception {
    try (Connection connection = shared.connect("admin")) {
      assertThat(Jdbc.value(connection, "SELECT current_user")).isEqualTo("admin");
    }
    String elsewhere = shared.sign("us-east-1", DbAction.DB_CONNECT_ADMIN);
    assertThatThrownBy(() -> shared.connect("admin", elsewhere).close())
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("access denied");
  }

  @Test
  void tokenCommand_inAShellThatSourcedTheFile_logsIn() throws Exception {
    try (ChildProcess token = shared.shell("exec \"$JAVA\" -jar \"$JAR\" token")) {
      assertThat(token.awaitExit()).as("%s", token.lines()).isZero();
      assertThat(token.lines()).hasSize(1);
      try (Connection connection = shared.connect("admin", token.lines().get(0))) {
        assertThat(Jdbc.value(connection, "SELECT current_user")).isEqualTo("admin");
      }
    }
  }

  @Test
  void tokenCommand_withoutVariables_isCode2() throws Exception {
    try (ChildProcess token = ChildProcess.start(Program.clean(Program.java("token")))) {
      assertThat(token.awaitExit()).isEqualTo(2);
      assertThat(token.lines().get(0)).contains("token needs CLUSTER_PRINCIPAL_ARN");
    }
  }

  @Test
  void psql_verifyFull_adminAndMappedRole() throws Exception {
    assumeThat(Files.isExecutable(Path.of("/usr/bin/psql"))).as("psql is installed").isTrue();
    String psql =
        "psql \"host=$CLUSTER_ENDPOINT port=$CLUSTER_PORT user=$1 dbname=postgres"
            + " sslmode=verify-full\" -XAtq -v ON_ERROR_STOP=1 -c \"$2\"";
    String token = "export PGPASSWORD=\"$(\"$JAVA\" -jar \"$JAR\" token --user \"$1\")\" && ";
    try (ChildProcess run =
        shared.shell(
            token
                + psql.replace("-c \"$2\"", "")
                + " -c 'CREATE ROLE app WITH LOGIN'"
                + " -c \"AWS IAM GRANT app TO '$CLUSTER_PRINCIPAL_ARN'\"",
            "admin")) {
      assertThat(run.awaitExit()).as("%s", run.lines()).isZero();
    }
    try (ChildProcess run = shared.shell(token + psql, "app", "SELECT 'I am ' || current_user")) {
      assertThat(run.awaitExit()).as("%s", run.lines()).isZero();
      assertThat(run.lines()).containsExactly("I am app");
    }
  }

  @Test
  void helpAndVersion_areAnswered() throws Exception {
    try (ChildProcess version = ChildProcess.start(Program.clean(Program.java("--version")));
        ChildProcess wrong = ChildProcess.start(Program.clean(Program.java("--prot", "1")))) {
      assertThat(version.awaitExit()).isZero();
      assertThat(version.lines()).singleElement().asString().matches("dsql-local \\d.*");
      assertThat(wrong.awaitExit()).isEqualTo(2);
      assertThat(wrong.lines()).contains("dsql-local: unknown option \"--prot\"");
    }
  }

  @Test
  void dataDir_twoRunsOnOnePort_keepDataAndClusterId() throws Exception {
    String port = Integer.toString(freePort());
    String data = temporary.resolve("my data").toString();
    Path envFile = temporary.resolve("env");
    String[] options = {"--port", port, "--data-dir", data};
    Map<String, String> first;
    try (Program program = Program.start(envFile, options)) {
      first = program.environment();
      assertThat(first).containsEntry("CLUSTER_PORT", port);
      try (Connection connection = program.connect("admin")) {
        Jdbc.execute(
            connection,
            "CREATE TABLE kept (id int PRIMARY KEY)",
            "INSERT INTO kept VALUES (1), (2)",
            "CREATE ROLE app WITH LOGIN",
            "AWS IAM GRANT app TO '" + first.get("CLUSTER_PRINCIPAL_ARN") + "'");
      }
      assertThat(program.terminate()).isEqualTo(143);
      assertThat(Path.of(data, "postmaster.pid")).doesNotExist();
    }
    assertThat(envFile).doesNotExist();
    try (Program program = Program.start(envFile, options)) {
      assertThat(program.environment())
          .containsEntry("CLUSTER_PORT", port)
          .containsEntry("CLUSTER_ID", first.get("CLUSTER_ID"));
      try (Connection connection = program.connect("admin");
          Connection app = program.connect("app")) {
        assertThat(Jdbc.value(connection, "SELECT count(*) FROM kept")).isEqualTo("2");
        assertThat(Jdbc.value(app, "SELECT current_user")).isEqualTo("app");
      }
    }
  }

  @Test
  void port_taken_isCode1WithAClearMessage() throws Exception {
    String port = shared.environment().get("CLUSTER_PORT");
    Path envFile = temporary.resolve("env");
    try (Program program = Program.startWithoutWaiting(envFile, "--port", port)) {
      assertThat(program.child.awaitExit()).isEqualTo(1);
      assertThat(program.child.lines())
          .anySatisfy(line -> assertThat(line).contains("cannot listen on port " + port));
      assertThat(program.child.lines()).noneMatch(line -> line.startsWith("\tat "));
    }
    assertThat(envFile).doesNotExist();
  }

  @Test
  void secondStart_withTheSameEnvFile_isCode1AndTouchesNothing() throws Exception {
    byte[] before = Files.readAllBytes(shared.envFile);
    try (Program second = Program.startWithoutWaiting(shared.envFile)) {
      assertThat(second.child.awaitExit()).isEqualTo(1);
      assertThat(second.child.lines())
          .singleElement()
          .asString()
          .contains(shared.envFile + " belongs to a cluster that runs; nothing was changed");
    }
    assertThat(shared.envFile).hasBinaryContent(before);
    try (Connection connection = shared.connect("admin")) {
      assertThat(Jdbc.value(connection, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void logStatements_andTheSummaryAtTheEnd() throws Exception {
    Path envFile = temporary.resolve("env");
    String id = "abcdefghijklmnopqrstuvwxyz";
    String[] options = {
      "--log",
      "statements",
      "--sni",
      "optional",
      "--cluster-id",
      id,
      "--access-key",
      "AKIAMINE",
      "--secret-key",
      "mine"
    };
    try (Program program = Program.start(envFile, options)) {
      assertThat(program.environment())
          .containsEntry("CLUSTER_ID", id)
          .containsEntry("AWS_ACCESS_KEY_ID", "AKIAMINE");
      try (Connection connection = program.connect("admin")) {
        assertThat(Jdbc.value(connection, "SELECT 'seen'")).isEqualTo("seen");
      }
      assertThatThrownBy(() -> program.connect("admin", "none").close())
          .isInstanceOf(SQLException.class);
      // Not by Process.destroy(), which closes the stream that the summary comes through.
      Program.signal("TERM", program.child.pid());
      assertThat(program.child.awaitExit()).isEqualTo(143);
      assertThat(program.child.lines())
          .anyMatch(
              line ->
                  line.matches("[0-9:.]+ \\[\\d+ admin\\] [0-9.]+ ms  SELECT 'seen'  -> SELECT 1"))
          .anyMatch(line -> line.contains(" INFO login as \"admin\" refused (08006 "))
          .contains("Connections: 1; logins refused: 08006 x 1");
    }
  }

  @Test
  void hostsCommand_ofAFile_printsTheLine() throws Exception {
    try (ChildProcess hosts =
        ChildProcess.start(
            Program.clean(Program.java("hosts", "--env-file", shared.envFile.toString())))) {
      assertThat(hosts.awaitExit()).isZero();
      assertThat(hosts.lines())
          .containsExactly("127.0.0.1 " + shared.environment().get("CLUSTER_HOST"));
    }
  }

  /** As a container has it that is started with any number. */
  @Test
  void userWithoutAnEntryInTheListOfAccounts_startsOrIsToldWhy() throws Exception {
    Path setpriv = Path.of("/usr/bin/setpriv");
    assumeThat(System.getProperty("user.name")).as("the tests run as root").isEqualTo("root");
    assumeThat(Files.isExecutable(setpriv)).as("setpriv is installed").isTrue();
    Path home = Files.createDirectory(temporary.resolve("home"));
    Path jar = Files.copy(JAR, home.resolve("dsql-local.jar"));
    Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
    Path cache = Files.createDirectory(home.resolve("cache"));
    try (Stream<Path> entries = Files.list(CacheDirectory.open(null).path())) {
      for (Path entry : entries.toList()) {
        if (entry.getFileName().toString().matches("postgresql-.*(?<!unfinished)")) {
          Files.createSymbolicLink(cache.resolve(entry.getFileName()), entry); // no unpacking
        }
      }
    }
    Files.setAttribute(home, "unix:uid", 471100);
    Files.setAttribute(cache, "unix:uid", 471100);
    List<String> user =
        List.of(setpriv.toString(), "--reuid=471100", "--regid=471100", "--clear-groups");
    Path envFile = home.resolve("env");
    List<String> command = new ArrayList<>(user);
    command.add(ChildProcess.javaProgram().toString());
    command.addAll(List.of("-Ddsql.local.cache=" + cache, "-jar", jar.toString()));
    command.addAll(List.of("--env-file", envFile.toString()));
    ProcessBuilder builder = Program.clean(command);
    builder.directory(home.toFile());
    List<String> namespace = new ArrayList<>(user);
    namespace.addAll(List.of("unshare", "--user", "--map-user=65534", "true"));
    boolean possible;
    try (ChildProcess unshare = ChildProcess.start(Program.clean(namespace))) {
      possible = unshare.awaitExit() == 0;
    }
    try (Program program = new Program(ChildProcess.start(builder), envFile)) {
      if (possible) {
        program.awaitEnvFile();
        try (Connection connection = program.connect("admin")) {
          assertThat(Jdbc.value(connection, "SELECT current_user")).isEqualTo("admin");
        }
        assertThat(program.terminate()).isEqualTo(143);
      } else {
        assertThat(program.child.awaitExit()).isEqualTo(1);
        assertThat(program.child.lines())
            .anyMatch(line -> line.contains("471100, which is in no list of accounts"));
      }
    }
  }

  @Test
  void terminated_endsWithItsPostgresAndLeavesNothing() throws Exception {
    Path envFile = temporary.resolve("env");
    try (Program program = Program.start(envFile)) {
      ProcessHandle postgres = program.postgres();
      Path instance = program.instance();
      assertThat(instance).exists();
      try (Connection connection = program.connect("admin")) {
        assertThat(program.terminate()).isEqualTo(143);
        assertThatThrownBy(() -> Jdbc.value(connection, "SELECT 1"))
            .isInstanceOf(SQLException.class);
      }
      // At once: the program waits for all of it.
      assertThat(ChildProcess.isGone(postgres)).isTrue();
      assertThat(instance).doesNotExist();
      assertThat(envFile).doesNotExist();
    }
  }

  @Test
  void interrupted_asByCtrlC_endsOrderly() throws Exception {
    Path data = temporary.resolve("data");
    try (Program program = startAsSession(List.of(), "--data-dir", data.toString())) {
      Path instance = program.instance();
      // A terminal signals the whole process group.
      Program.signal("INT", -program.child.pid());
      assertEndedOrderly(program, 130, instance);
      assertThat(data.resolve("postmaster.pid")).doesNotExist();
    }
  }

  @Test
  void hungUp_asByATerminalThatCloses_endsOrderly() throws Exception {
    try (Program program = startAsSession(List.of())) {
      Path instance = program.instance();
      Program.signal("HUP", -program.child.pid());
      assertEndedOrderly(program, 129, instance);
    }
  }

  /** In the background of a script INT is ignored, under nohup HUP: neither is meant for it. */
  @Test
  void signalsThatAreIgnoredWhereItIsStarted_doNotEndIt() throws Exception {
    List<String> ignoring = List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh");
    try (Program program = startAsSession(ignoring)) {
      Path instance = program.instance();
      Program.signal("INT", -program.child.pid());
      Program.signal("HUP", -program.child.pid());
      try (Connection connection = program.connect("admin")) {
        assertThat(Jdbc.value(connection, "SELECT 1")).isEqualTo("1");
      }
      Program.signal("TERM", -program.child.pid());
      assertEndedOrderly(program, 143, instance);
    }
  }

  /** A process group of its own, so that it can be signalled as a terminal does. */
  private Program startAsSession(List<String> behind, String... options) throws Exception {
    Path setsid = Path.of("/usr/bin/setsid");
    assumeThat(Files.isExecutable(setsid)).as("setsid is installed").isTrue();
    Path envFile = temporary.resolve("env");
    List<String> command = new ArrayList<>(List.of(setsid.toString()));
    command.addAll(behind);
    command.addAll(Program.java(options));
    command.addAll(List.of("--env-file", envFile.toString()));
    Program program = new Program(ChildProcess.start(Program.clean(command)), envFile);
    program.awaitEnvFile();
    return program;
  }

  private static void assertEndedOrderly(Program program, int code, Path instance)
      throws Exception {
    assertThat(program.child.awaitExit()).isEqualTo(code);
    assertThat(program.child.lines()).noneMatch(line -> line.contains("ended by itself"));
    assertThat(instance).doesNotExist();
    assertThat(program.envFile).doesNotExist();
  }

  @Test
  void killed_postgresAndItsDirectoryDisappear_andTheNextOneReplacesTheEnvFile() throws Exception {
    Path envFile = temporary.resolve("env");
    try (Program program = Program.start(envFile)) {
      ProcessHandle postgres = program.postgres();
      Path instance = program.instance();
      Map<String, String> before = program.environment();
      program.child.kill();
      Eventually.holds("PostgreSQL ends", () -> ChildProcess.isGone(postgres));
      Eventually.holds("its directory goes", () -> Files.notExists(instance));
      assertThat(envFile).exists();
      try (Program next = Program.startWithoutWaiting(envFile)) {
        next.child.await("dsql-local accepts");
        assertThat(next.environment())
            .as("all but the port is as before")
            .usingRecursiveComparison()
            .ignoringFields("CLUSTER_PORT")
            .isEqualTo(before);
        try (Connection connection = next.connect("admin")) {
          assertThat(Jdbc.value(connection, "SELECT 1")).isEqualTo("1");
        }
      }
      assertThat(envFile).doesNotExist();
    }
  }

  @Test
  void killed_withTheShellThatWatchesPostgres_postgresEndsAllTheSame() throws Exception {
    Path envFile = temporary.resolve("env");
    try (Program program = Program.start(envFile)) {
      ProcessHandle postgres = program.postgres();
      ProcessHandle shell = postgres.parent().orElseThrow();
      assertThat(shell.pid()).isNotEqualTo(program.child.pid());
      Path instance = program.instance();
      shell.destroyForcibly();
      program.child.kill();
      Eventually.holds("PostgreSQL ends", () -> ChildProcess.isGone(postgres));
      try (Program next = Program.start(temporary.resolve("next"))) {
        assertThat(next.child.process().isAlive()).isTrue();
        assertThat(instance).doesNotExist();
      }
    }
  }

  @Test
  void postgresKilled_programEndsWithCode1AndSaysSo() throws Exception {
    Path envFile = temporary.resolve("env");
    try (Program program = Program.start(envFile)) {
      program.postgres().destroyForcibly();
      assertThat(program.child.awaitExit()).isEqualTo(1);
      assertThat(program.child.lines()).contains("dsql-local: PostgreSQL has ended by itself");
    }
    assertThat(envFile).doesNotExist();
  }

  @Test
  void normalUser_startsWithACacheOfItsOwn() throws Exception {
    Path setpriv = Path.of("/usr/bin/setpriv");
    assumeThat(System.getProperty("user.name")).as("the tests run as root").isEqualTo("root");
    assumeThat(Files.isExecutable(setpriv)).as("setpriv is installed").isTrue();
    Path home = Files.createDirectory(temporary.resolve("home"));
    Path jar = Files.copy(JAR, home.resolve("dsql-local.jar"), StandardCopyOption.REPLACE_EXISTING);
    Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
    Files.setOwner(
        home, home.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
    Path envFile = home.resolve("env");
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(setpriv.toString(), "--reuid=nobody", "--regid=65534", "--clear-groups"));
    command.add(ChildProcess.javaProgram().toString());
    List<String> version = new ArrayList<>(command);
    version.add("-version");
    try (ChildProcess check = ChildProcess.start(Program.clean(version))) {
      assumeThat(check.awaitExit()).as("nobody may run this JDK: %s", check.lines()).isZero();
    }
    command.addAll(List.of("-Duser.home=" + home, "-jar", jar.toString()));
    command.addAll(List.of("--env-file", envFile.toString()));
    ProcessBuilder builder = Program.clean(command);
    builder.directory(home.toFile());
    try (Program program = new Program(ChildProcess.start(builder), envFile)) {
      program.awaitEnvFile();
      assertThat(program.child.lines())
          .anySatisfy(line -> assertThat(line).startsWith("Unpacking PostgreSQL 16 into " + home));
      assertThat(program.environment().get("CLUSTER_CA_FILE"))
          .startsWith(home.resolve(".cache/dsql-local").toString());
      try (Connection connection = program.connect("admin")) {
        assertThat(Jdbc.value(connection, "SELECT current_user")).isEqualTo("admin");
      }
      assertThat(program.terminate()).isEqualTo(143);
      assertThat(envFile).doesNotExist();
    }
  }

  private static Path open(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    return directory;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** One run of the jar. */
  private static final class Program implements AutoCloseable {
    private final ChildProcess child;
    private final Path envFile;

    Program(ChildProcess child, Path envFile) {
      this.child = child;
      this.envFile = envFile;
    }

    static Program start(Path envFile, String... options) throws Exception {
      Program program = startWithoutWaiting(envFile, options);
      try {
        program.awaitEnvFile();
        return program;
      } catch (Exception | AssertionError e) {
        program.close();
        throw e;
      }
    }

    static Program startWithoutWaiting(Path envFile, String... options) throws Exception {
      List<String> command = java(options);
      command.addAll(List.of("--env-file", envFile.toString()));
      return new Program(ChildProcess.start(clean(command)), envFile);
    }

    static List<String> java(String... arguments) {
      List<String> command = new ArrayList<>();
      command.add(ChildProcess.javaProgram().toString());
      command.addAll(List.of("-XX:TieredStopAtLevel=1", "-jar", JAR.toString()));
      command.addAll(List.of(arguments));
      return command;
    }

    /**
     * Without what the shell of whoever runs the tests says about clusters and clients, and without
     * what it does about signals.
     */
    static ProcessBuilder clean(List<String> command) throws Exception {
      ProcessBuilder builder = new ProcessBuilder(ChildProcess.withDefaultSignals(command));
      builder
          .environment()
          .keySet()
          .removeIf(
              name -> name.matches("(CLUSTER|AWS|PG|NODE).*|JAVA_TOOL_OPTIONS|XDG_CACHE_HOME"));
      return builder;
    }

    void awaitEnvFile() throws Exception {
      Eventually.holds(
          "the env file of " + child.lines(),
          () -> {
            if (!child.process().isAlive()) {
              child.awaitExit();
              throw new AssertionError("ended:\n" + String.join("\n", child.lines()));
            }
            return Files.exists(envFile);
          });
    }

    /** As a shell sees it that has sourced the file and starts a program. */
    Map<String, String> environment() throws Exception {
      try (ChildProcess shell = shell("exec env")) {
        assertThat(shell.awaitExit()).isZero();
        Map<String, String> environment = new LinkedHashMap<>();
        for (String line : shell.lines()) {
          String[] pair = line.split("=", 2);
          if (pair.length == 2 && pair[0].matches("(CLUSTER|AWS|PG|NODE_EXTRA)_?[A-Z_]+")) {
            environment.put(pair[0], pair[1]);
          }
        }
        return environment;
      }
    }

    ChildProcess shell(String script, String... arguments) throws Exception {
      List<String> command = new ArrayList<>();
      command.addAll(List.of("/bin/sh", "-c", ". \"$ENV_FILE\" && " + script, "sh"));
      command.addAll(List.of(arguments));
      ProcessBuilder builder = clean(command);
      builder.environment().put("ENV_FILE", envFile.toString());
      builder.environment().put("JAVA", ChildProcess.javaProgram().toString());
      builder.environment().put("JAR", JAR.toString());
      return ChildProcess.start(builder);
    }

    String sign(String region, DbAction action) throws Exception {
      Map<String, String> environment = environment();
      IamPrincipal principal =
          new IamPrincipal(
              environment.get("CLUSTER_PRINCIPAL_ARN"),
              environment.get("AWS_ACCESS_KEY_ID"),
              environment.get("AWS_SECRET_ACCESS_KEY"),
              Optional.empty(),
              Set.of(action));
      return TokenMaker.sign(
          principal, "localhost", region, action, Duration.ofMinutes(1), Instant.now());
    }

    Connection connect(String user) throws Exception {
      String region = environment().get("AWS_REGION");
      return connect(user, sign(region, DbAction.requiredFor(user)));
    }

    Connection connect(String user, String token) throws Exception {
      Map<String, String> environment = environment();
      Properties properties = new Properties();
      properties.setProperty("user", user);
      properties.setProperty("password", token);
      properties.setProperty("socketFactory", LoopbackSocketFactory.class.getName());
      properties.setProperty("sslmode", "verify-full");
      properties.setProperty("sslrootcert", environment.get("PGSSLROOTCERT"));
      properties.setProperty("connectTimeout", "20");
      properties.setProperty("socketTimeout", "20");
      String host =
          environment.get("CLUSTER_ID") + ".dsql." + environment.get("AWS_REGION") + ".on.aws";
      return DriverManager.getConnection(
          "jdbc:postgresql://" + host + ":" + environment.get("CLUSTER_PORT") + "/postgres",
          properties);
    }

    ProcessHandle postgres() {
      return child
          .process()
          .descendants()
          .filter(p -> p.info().command().filter(c -> c.endsWith("/bin/postgres")).isPresent())
          .filter(p -> p.info().arguments().map(a -> List.of(a).contains("-k")).orElse(false))
          .findFirst()
          .orElseThrow();
    }

    Path instance() {
      List<String> arguments = List.of(postgres().info().arguments().orElseThrow());
      return Path.of(arguments.get(arguments.indexOf("-k") + 1));
    }

    /** SIGTERM; returns the exit code. */
    int terminate() throws Exception {
      child.process().destroy();
      return child.awaitExit();
    }

    static void signal(String name, long pid) throws Exception {
      Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + pid).start();
      assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(kill.exitValue()).isZero();
    }

    @Override
    public void close() {
      child.end();
    }
  }
}
