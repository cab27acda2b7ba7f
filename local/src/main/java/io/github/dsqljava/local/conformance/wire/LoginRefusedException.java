package io.github.dsqljava.local.conformance.wire;

import java.io.IOException;

/** A server has refused a login. */
public final class LoginRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient WireMessage error;

  LoginRefusedException(WireMessage error) {
    super(
        error.field('C')
            + " "
            + error.field('S')
            + ": "
            + error.field('M')
            + (error.field('H').isEmpty() ? "" : " (hint: " + error.field('H') + ")"));
    this.error = error;
  }

  /** Returns the server's ErrorResponse. */
  public WireMessage error() {
    return error;
  }
}
