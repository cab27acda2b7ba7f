package io.github.dsqljava.local.dialect;

/** The statements that hand their work to a background job and answer with its id. */
public enum AsyncForm {
  /** Not asynchronous. */
  NONE,
  /** {@code CREATE INDEX ASYNC}. */
  CREATE_INDEX,
  /** {@code CREATE UNIQUE INDEX ASYNC}. */
  CREATE_UNIQUE_INDEX,
  /** {@code ALTER TABLE ASYNC ... VALIDATE CONSTRAINT}. */
  VALIDATE_CONSTRAINT
}
