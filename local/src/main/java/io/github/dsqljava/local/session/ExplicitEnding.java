package io.github.dsqljava.local.session;

import io.github.dsqljava.local.occ.Ending;
import io.github.dsqljava.local.occ.Interruption.Leave;
import io.github.dsqljava.local.occ.Transaction;
import io.github.dsqljava.local.protocol.ErrorMessage;

/** The end that the client's own COMMIT makes. */
final class ExplicitEnding implements Ending {
  private final SessionState state;
  private final OwnWork own;
  private final Flow flow;
  private final Transaction running;
  private final Run run;

  ExplicitEnding(SessionState state, OwnWork own, Flow flow, Transaction running, Run run) {
    this.state = state;
    this.own = own;
    this.flow = flow;
    this.running = running;
    this.run = run;
  }

  @Override
  public void win() {
    state.endWith(run, running);
    flow.send(run, /* holding= */ false);
  }

  /** Rolls back in PostgreSQL before the COMMIT fails, so that the session is idle afterwards. */
  @Override
  public void lose(ErrorMessage error) {
    state.end(running);
    own.ask(Leave.NONE, unused -> flow.fail(run, error), "ROLLBACK");
  }
}
