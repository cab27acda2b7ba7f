package io.github.dsqljava.local.dialect;

/**
 * How the client wants to see a plan, and how PostgreSQL is asked for it: in JSON and with all
 * details, so that the plan can be turned into the service's.
 *
 * @param format what the client asks for
 * @param verbose whether the client asks for all details
 * @param analyze whether the statement is run
 * @param at the offset in the statement of what was put in for PostgreSQL
 * @param inserted by how many characters that makes the statement longer
 */
public record Explanation(Format format, boolean verbose, boolean analyze, int at, int inserted) {

  /** The forms of a plan. */
  public enum Format {
    TEXT,
    XML,
    JSON,
    YAML
  }
}
