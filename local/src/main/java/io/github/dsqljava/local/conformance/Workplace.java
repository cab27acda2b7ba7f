package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.wire.Answer;
import io.github.dsqljava.local.conformance.wire.WireSession;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The schema that a run makes, works in and drops again. The kit drops no schema that this run has
 * not made. With a second role it also makes and drops that role and one table in {@code public}.
 * Thread-safe: a signal may call {@link #remove}.
 */
final class Workplace {
  static final String PREFIX = "dsql_conformance_";
  private static final int ATTEMPTS = 5;
  private static final Duration BEFORE_NEXT = Duration.ofMillis(500);

  private enum State {
    PLANNED,
    ASKED_FOR,
    MADE,
    GONE
  }

  private final Connections connections;
  private final Optional<String> roleFor;
  private final String name;
  private volatile State state = State.PLANNED;

  /**
   * @param roleFor ARN of the principal that may log in as the run's second role; if empty, it
   *     makes no role
   */
  Workplace(Connections connections, Optional<String> roleFor) {
    this.connections = connections;
    this.roleFor = roleFor;
    // 40 random bits: nobody else's schema has this name.
    long random = new SecureRandom().nextLong() & 0xff_ffff_ffffL;
    this.name = PREFIX + String.format(Locale.ROOT, "%010x", random);
  }

  String schema() {
    return name;
  }

  /** Returns the name of the run's second role. */
  static String role(String schema) {
    return schema + "_role";
  }

  /** Returns the name of the only table that a script makes outside of the run's schema. */
  private String tableInPublic() {
    return "public." + name + "_t";
  }

  /** Makes the schema and the role. Fails if the schema exists already. */
  void make() throws IOException {
    try (Control control = new Control(connections, null)) {
      WireSession session = control.session();
      synchronized (this) {
        if (state == State.GONE) {
          throw Connections.stopped();
        }
        state = State.ASKED_FOR;
      }
      Answer answer = session.ask("CREATE SCHEMA " + name);
      if (answer.field('C').equals("40001")) {
        answer = control.ask("CREATE SCHEMA " + name); // the first has made nothing
      }
      if (answer.isError()) {
        state = State.GONE;
        throw new ConformanceException(
            "user "
                + connections.user()
                + " cannot make a schema to work in, so nothing was asked: "
                + AnswerText.of(answer).substring(1));
      }
      state = State.MADE;
      if (roleFor.isPresent()) {
        control.run("CREATE ROLE " + role(name) + " WITH LOGIN");
        control.run("AWS IAM GRANT " + role(name) + " TO " + principal());
      }
    }
  }

  private String principal() {
    return "'" + roleFor.orElseThrow().replace("'", "''") + "'";
  }

  /** Drops the second role and its table, whichever of them exist. */
  private void removeRole(Control control) throws IOException {
    if (roleFor.isPresent()) {
      control.ask("DROP TABLE IF EXISTS " + tableInPublic());
      control.ask("AWS IAM REVOKE " + role(name) + " FROM " + principal());
      control.run("DROP ROLE IF EXISTS " + role(name));
    }
  }

  /** Drops what a script has left behind in the schema. */
  void sweep(Control control) throws IOException {
    if (roleFor.isPresent()) {
      control.ask("DROP TABLE IF EXISTS " + tableInPublic());
    }
    Answer left = control.ask(leftovers());
    for (List<@Nullable String> row : left.rows()) {
      control.ask(Objects.requireNonNull(row.get(0)));
    }
  }

  /**
   * Returns a query whose rows are DROP statements. CASCADE may drop an object before its own turn.
   */
  private String leftovers() {
    return "SELECT format('DROP %s IF EXISTS %I.%I CASCADE', CASE relkind WHEN 'v' THEN 'VIEW'"
        + " WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, '"
        + name
        + "', relname) FROM pg_class WHERE relnamespace = '"
        + name
        + "'::regnamespace AND relkind IN ('r', 'v', 'S')"
        + " UNION ALL SELECT format('DROP DOMAIN IF EXISTS %I.%I', '"
        + name
        + "', typname) FROM pg_type WHERE typnamespace = '"
        + name
        + "'::regnamespace AND typtype = 'd'"
        + " UNION ALL SELECT format('DROP FUNCTION IF EXISTS %s', oid::regprocedure) FROM pg_proc"
        + " WHERE pronamespace = '"
        + name
        + "'::regnamespace";
  }

  /**
   * Drops the schema, if this run has made it, on a connection of its own. Returns the work that is
   * left to do by hand; empty if none.
   */
  synchronized String remove() {
    State before = state;
    state = State.GONE;
    if (before == State.PLANNED || before == State.GONE) {
      return "";
    }
    IOException failure = new IOException("it is still there");
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try (Control control = new Control(connections.anew(), null)) {
        if (before == State.ASKED_FOR) {
          Pause.REAL.pass(BEFORE_NEXT); // the cluster may still be making it
        }
        control.run("DROP SCHEMA IF EXISTS " + name + " CASCADE");
        removeRole(control);
        Answer left = control.run("SELECT 1 FROM pg_namespace WHERE nspname = '" + name + "'");
        if (left.rows().isEmpty()) {
          return "";
        }
      } catch (EndpointLostException e) {
        failure = e;
        break;
      } catch (IOException e) {
        failure = e;
      }
    }
    String role = roleFor.isPresent() ? ", DROP ROLE IF EXISTS " + role(name) : "";
    return "the schema may still be there ("
        + failure.getMessage()
        + "). Drop it by hand: DROP SCHEMA IF EXISTS "
        + name
        + " CASCADE"
        + role;
  }
}
