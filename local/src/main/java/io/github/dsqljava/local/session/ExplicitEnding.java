package io.github.dsqljava.local.session;

import io.github.dsqljava.local.wire.ErrorMessage;

/** The end that the client's own COMMIT makes. */
final class ExplicitEnding implements Ending {
  private final SessionState state;
  private final Flow flow;
  private final Transaction running;
  private final ClientGroup group;

  ExplicitEnding(SessionState state, Flow flow, Transaction running, ClientGroup group) {
    this.state = state;
    this.flow = flow;
    this.running = running;
    this.group = group;
  }

  @Override
  public void win() {
    state.endWith(group, running);
    state.endWork();
    flow.send(group, /* holding= */ false);
    flow.pump();
  }

  @Override
  public void lose(ErrorMessage error) {
    state.told(error);
    state.end(running);
    state.beginWork();
    state.ask(unused -> flow.answer(group, error), "ROLLBACK");
  }
}
