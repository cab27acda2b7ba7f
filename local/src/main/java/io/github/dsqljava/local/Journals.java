package io.github.dsqljava.local;

import io.github.dsqljava.local.journal.Journal;
import io.github.dsqljava.local.journal.RecordedStatement;
import io.github.dsqljava.local.journal.RefusedLogin;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several journals as one. */
final class Journals implements Journal {
  private final List<Journal> all;

  Journals(List<Journal> all) {
    this.all = List.copyOf(all);
  }

  @Override
  public boolean isOn() {
    return all.stream().anyMatch(Journal::isOn);
  }

  @Override
  public @Nullable Journal ofConnection() {
    List<Journal> on = new ArrayList<>();
    for (Journal one : all) {
      Journal journal = one.ofConnection();
      if (journal != null) {
        on.add(journal);
      }
    }
    return on.isEmpty() ? null : on.size() == 1 ? on.get(0) : new Journals(on);
  }

  @Override
  public void add(RecordedStatement statement) {
    all.forEach(journal -> journal.add(statement));
  }

  @Override
  public void add(RefusedLogin login) {
    all.forEach(journal -> journal.add(login));
  }

  @Override
  public void connected(int processId, String user) {
    all.forEach(journal -> journal.connected(processId, user));
  }

  @Override
  public void disconnected(int processId, String user) {
    all.forEach(journal -> journal.disconnected(processId, user));
  }

  @Override
  public void gaveWay(int processId, String user, boolean lost) {
    all.forEach(journal -> journal.gaveWay(processId, user, lost));
  }
}
