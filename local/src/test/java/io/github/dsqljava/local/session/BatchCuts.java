package io.github.dsqljava.local.session;

import io.github.dsqljava.local.session.ClientMessage.Statement;
import io.github.dsqljava.local.session.ClientMessage.Text;
import io.github.dsqljava.local.session.ClientMessage.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a session cuts a batch of the extended protocol. An error that a session makes up for a
 * whole group stands in place of the first message of the group, so a model has to know that place.
 */
final class BatchCuts {
  private final Map<String, Statement> names;
  private final Map<String, Statement> portals = new HashMap<>();
  private final List<List<ClientMessage>> groups = new ArrayList<>();
  private List<ClientMessage> current = new ArrayList<>();
  private int executed;
  private boolean cutDue;

  private BatchCuts(Map<String, Statement> names) {
    this.names = names;
  }

  /**
   * Cuts a batch.
   *
   * @param known what the names of statements stand for before it
   */
  static List<List<ClientMessage>> of(List<ClientMessage> batch, Map<String, Statement> known) {
    var cuts = new BatchCuts(new HashMap<>(known));
    batch.forEach(cuts::add);
    cuts.cut(cuts.current.size());
    return cuts.groups;
  }

  /** Returns what the Executes of a group run, as far as its names are what the client thinks. */
  static List<Statement> executed(List<ClientMessage> group, Map<String, Statement> known) {
    var cuts = new BatchCuts(new HashMap<>(known));
    List<Statement> executed = new ArrayList<>();
    for (ClientMessage message : group) {
      if (message.type() == Type.EXECUTE && cuts.portals.get(message.name()) != null) {
        executed.add(cuts.portals.get(message.name()));
      }
      cuts.note(message);
    }
    return executed;
  }

  private void note(ClientMessage message) {
    switch (message.type()) {
      case PARSE -> {
        Text text = message.texts().get(0);
        if (text.statement() != Statement.REFUSED) {
          names.put(message.name(), text.statement());
        }
      }
      case CLOSE -> names.remove(message.name());
      case BIND -> portals.put(message.portal(), names.get(message.name()));
      default -> {}
    }
  }

  private void add(ClientMessage message) {
    if (message.type() == Type.SYNC) {
      current.add(message);
      cut(current.size());
      return;
    }
    if (message.type() == Type.QUERY || message.type().isOfCopy()) {
      cut(current.size());
      groups.add(List.of(message));
      return;
    }
    if (message.type() == Type.FLUSH) {
      cut(current.size());
      return;
    }
    if (cutDue) {
      cut(current.size());
    }
    note(message);
    if (message.type() == Type.EXECUTE) {
      Statement statement = portals.get(message.name());
      boolean control = statement != null && statement.isControl();
      if (control && executed > 0) {
        cut(executed);
      }
      current.add(message);
      executed = current.size();
      cutDue = control;
    } else {
      current.add(message);
    }
  }

  private void cut(int count) {
    if (count > 0) {
      groups.add(List.copyOf(current.subList(0, count)));
      current = new ArrayList<>(current.subList(count, current.size()));
    }
    executed = 0;
    cutDue = false;
  }
}
