package io.github.dsqljava.benchmarks.report;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Describes the hardware and software of the run, without names of a machine or its owner. */
final class Surroundings {
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  private Surroundings() {}

  static List<String> lines() {
    Runtime runtime = Runtime.getRuntime();
    return List.of(
        "Machine: " + runtime.availableProcessors() + " cores" + processor(),
        "System: " + System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        "JDK: "
            + System.getProperty("java.vm.name")
            + " "
            + Runtime.version()
            + ", "
            + collectors(),
        "Libraries: "
            + String.join(
                ", ",
                jar("Vert.x PG client", io.vertx.pgclient.PgConnection.class),
                jar("r2dbc-postgresql", io.r2dbc.postgresql.PostgresqlConnectionFactory.class),
                jar("r2dbc-pool", io.r2dbc.pool.ConnectionPool.class),
                jar("pgjdbc", org.postgresql.Driver.class),
                jar("HikariCP", com.zaxxer.hikari.HikariDataSource.class),
                jar("aurora-dsql-jdbc-connector", software.amazon.dsql.jdbc.DSQLConnector.class),
                jar("Netty", io.netty.handler.ssl.SslHandler.class)));
  }

  private static String processor() {
    if (!Files.isReadable(PROCESSORS)) {
      return "";
    }
    try {
      return Files.readAllLines(PROCESSORS).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> " of " + line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  private static String collectors() {
    return String.join(
        " and ",
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .map(GarbageCollectorMXBean::getName)
            .toList());
  }

  /** A library's name and the version that the name of its jar ends with. */
  private static String jar(String name, Class<?> type) {
    var source = type.getProtectionDomain().getCodeSource();
    if (source == null) {
      return name;
    }
    String path = source.getLocation().getPath();
    String file = path.substring(path.lastIndexOf('/') + 1);
    return name + " " + file.replaceAll("^.*?-([0-9][^/]*)\\.jar$", "$1");
  }
}
