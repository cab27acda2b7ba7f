package io.github.dsqljava.benchmarks.peer;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The clients that are compared. */
public enum PeerKind {
  /** This project's connector with its pool. */
  DSQL_JAVA("dsql-java"),
  /** Its client for single statements of many callers, which shares connections among them. */
  DSQL_JAVA_CLIENT("dsql-java client"),
  /** The driver under the connector, with its own pool. */
  VERTX_POOL("Vert.x pool"),
  /** The driver's client that sends statements of several callers over one connection at once. */
  VERTX_PIPELINED("Vert.x pipelined client"),
  /** This project's connector for R2DBC with its pool. */
  DSQL_R2DBC("dsql-r2dbc"),
  /** r2dbc-postgresql with r2dbc-pool. */
  R2DBC("R2DBC + r2dbc-pool"),
  /** pgjdbc with HikariCP, a platform thread for each caller. */
  JDBC("pgjdbc + HikariCP"),
  /** The same on virtual threads. */
  JDBC_VIRTUAL("pgjdbc + HikariCP, virtual threads"),
  /** The official connector for JDBC with HikariCP, a platform thread for each caller. */
  OFFICIAL_JDBC("official JDBC + HikariCP");

  private final String title;

  PeerKind(String title) {
    this.title = title;
  }

  /** For people. */
  public String title() {
    return title;
  }

  /** For options, such as {@code vertx-pool}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The peer with this id. */
  public static PeerKind ofId(String id) {
    return Arrays.stream(values())
        .filter(known -> known.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("No peer is called " + id));
  }

  /** Starts it. */
  public Peer start() {
    return switch (this) {
      case DSQL_JAVA -> new DsqlJavaPeer();
      case DSQL_JAVA_CLIENT -> new DsqlClientPeer();
      case VERTX_POOL -> new VertxPoolPeer();
      case VERTX_PIPELINED -> new VertxPipelinedPeer();
      case DSQL_R2DBC -> new DsqlR2dbcPeer();
      case R2DBC -> new R2dbcPeer();
      case JDBC -> JdbcPeer.pgjdbc(ThreadKind.PLATFORM);
      case JDBC_VIRTUAL -> JdbcPeer.pgjdbc(ThreadKind.VIRTUAL);
      case OFFICIAL_JDBC -> JdbcPeer.official(ThreadKind.PLATFORM);
    };
  }

  /** Whether it can run on this JDK. */
  public boolean isAvailable() {
    return this != JDBC_VIRTUAL || ThreadKind.VIRTUAL.isAvailable();
  }

  /** The cases that it is measured in. */
  public Set<BenchmarkCase> cases() {
    return this == VERTX_PIPELINED || this == DSQL_JAVA_CLIENT
        // They offer neither a connection nor a transaction.
        ? EnumSet.of(BenchmarkCase.POINT_SELECT, BenchmarkCase.BATCH)
        : EnumSet.allOf(BenchmarkCase.class);
  }

  /** The retry policies that it is measured with in the case that conflicts. */
  public Set<ConflictPolicy> policies() {
    return switch (this) {
      case DSQL_JAVA -> EnumSet.allOf(ConflictPolicy.class);
      case OFFICIAL_JDBC -> EnumSet.of(ConflictPolicy.OFFICIAL_SHORT, ConflictPolicy.OFFICIAL_LONG);
      default -> EnumSet.noneOf(ConflictPolicy.class);
    };
  }
}
