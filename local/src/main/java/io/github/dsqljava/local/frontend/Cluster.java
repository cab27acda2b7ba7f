package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.faults.FaultPlan;
import io.github.dsqljava.local.iam.TokenVerdict;
import io.github.dsqljava.local.journal.Journal;
import io.github.dsqljava.local.limits.Admission;
import io.github.dsqljava.local.limits.Limits;
import io.netty.channel.ChannelHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * What the front end knows of the cluster it stands before.
 *
 * @param id the 26-character cluster id
 * @param hosts server names that lead to it, in lower case
 * @param tokens judges a (user, token) pair
 * @param backendSocket Unix socket of PostgreSQL
 * @param systemRole PostgreSQL's superuser, closed to clients
 * @param loginTimeout how long a login may take
 * @param sessions makes what stands before each PostgreSQL session
 * @param faults what is to go wrong
 * @param journal is told what clients send and get
 * @param limits how old connections may get
 * @param admission decides whether one more connection may be opened
 * @param clock by which connections age
 */
public record Cluster(
    String id,
    Set<String> hosts,
    BiFunction<String, String, TokenVerdict> tokens,
    Path backendSocket,
    String systemRole,
    Duration loginTimeout,
    SessionFactory sessions,
    FaultPlan faults,
    Journal journal,
    Limits limits,
    Admission admission,
    InstantSource clock) {

  /** Makes what stands before each PostgreSQL session. */
  @FunctionalInterface
  public interface SessionFactory {
    /**
     * Returns what has to stand in the pipeline of a new PostgreSQL session, nearest to PostgreSQL.
     * What is written to it is what the client sends; it fires {@link
     * io.github.dsqljava.local.protocol.ClientEnd} where the client's connection is to end.
     *
     * @param processId PostgreSQL's process
     * @param user the role of the client
     * @param messagesToTake how many messages of the client are taken
     */
    ChannelHandler handler(int processId, String user, long messagesToTake);
  }

  /** The only database of a cluster. */
  static final String DATABASE = "postgres";

  /** The role whose tokens need no mapping. */
  static final String ADMIN = "admin";

  /** Copies the hosts. */
  public Cluster {
    hosts = Set.copyOf(hosts);
  }

  /** When a connection that has just become too old was opened. */
  Instant oldest() {
    return clock.instant().minus(limits.connectionAge());
  }

  boolean answersTo(String serverName) {
    return hosts.contains(serverName.toLowerCase(Locale.ROOT));
  }
}
