package io.github.dsqljava.local.occ.differential;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Makes a history that fails shorter as long as it fails in the same way. */
final class Shrinker {
  private static final Duration LIMIT = Duration.ofSeconds(Long.getLong("dsql.shrink", 20));

  private final Runner runner;
  private final long end = System.nanoTime() + LIMIT.toNanos();
  private Failure best;

  private Shrinker(Runner runner, Failure first) {
    this.runner = runner;
    this.best = first;
  }

  static Failure shrink(Runner runner, Failure failure) throws SQLException {
    Shrinker shrinker = new Shrinker(runner, failure);
    shrinker.run();
    return shrinker.best;
  }

  private void run() throws SQLException {
    boolean progress = true;
    while (progress && System.nanoTime() < end) {
      progress = dropTail() | dropSessions() | dropTransactions() | dropStatements() | dropRows();
    }
  }

  /** The steps after the failure have not been run. */
  private boolean dropTail() throws SQLException {
    List<Step> steps = best.program().steps();
    List<Step> run = steps.subList(0, Math.min(steps.size(), best.answers().size()));
    return run.size() < steps.size()
        && attempt(new Program(best.program().schema(), best.program().rows(), List.copyOf(run)));
  }

  private boolean dropSessions() throws SQLException {
    boolean progress = false;
    TreeSet<Integer> sessions = new TreeSet<>();
    best.program().steps().forEach(step -> sessions.add(step.session()));
    for (int session : sessions) {
      progress |= attempt(best.program().without(step -> step.session() == session));
    }
    return progress;
  }

  private boolean dropTransactions() throws SQLException {
    boolean progress = false;
    TreeSet<Integer> transactions = new TreeSet<>();
    best.program().steps().forEach(step -> transactions.add(step.transaction()));
    for (int transaction : transactions) {
      progress |= attempt(best.program().without(step -> step.transaction() == transaction));
    }
    return progress;
  }

  private boolean dropStatements() throws SQLException {
    boolean progress = false;
    for (Step dropped : best.program().steps()) {
      if (dropped.action() == Step.Action.RUN) {
        progress |= attempt(best.program().without(step -> step == dropped));
      }
    }
    return progress;
  }

  private boolean dropRows() throws SQLException {
    boolean progress = false;
    for (Table table : best.program().schema().tables()) {
      int rows = best.program().rows().getOrDefault(table, List.of()).size();
      for (int i = rows - 1; i >= 0; i--) {
        progress |= attempt(best.program().withoutRow(table, i));
      }
    }
    return progress;
  }

  private boolean attempt(Program smaller) throws SQLException {
    if (System.nanoTime() > end || !smaller.takesSnapshotsByStatements()) {
      return false;
    }
    Optional<Failure> failure;
    try {
      failure = runner.run(smaller);
    } catch (SQLException e) {
      return false; // without a row, others cannot be
    }
    if (failure.isPresent() && failure.get().isLike(best)) {
      best = failure.get();
      return true;
    }
    return false;
  }
}
