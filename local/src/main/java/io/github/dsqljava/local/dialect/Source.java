package io.github.dsqljava.local.dialect;

/** The source of a refusal and of its words. */
public enum Source {
  /** Statement probes on a cluster, published with dsql-emulator. */
  PROBED("2026-09-15", Certainty.MEASURED),
  /** The live notes of dsqlbase. */
  DSQLBASE("2026-10-03", Certainty.MEASURED),
  /** Notes of AWS's staff on limits, measured for awslabs/mcp. */
  AWS_STAFF("2026-10-01", Certainty.MEASURED),
  /** Reports from clusters that the reference gathered late, without the day of each. */
  GATHERED("2026-11-30", Certainty.MEASURED),
  /** The User Guide, checked against dsql-lint, MiniStack and pistachio; no single probe. */
  CROSS_CHECKED("2026-09", Certainty.REPORTED),
  /** dsql-lint 0.2.14 says, in words of its own, that its cluster refused it. */
  LINTED("2026-08-07", Certainty.WORDS_INFERRED),
  /** Refused according to one of the above; the words are modelled on those of its like. */
  WORDS_UNKNOWN("2026-11", Certainty.WORDS_INFERRED),
  /**
   * No source names it; refused because the service refuses every statement that it does not list.
   */
  UNLISTED("2026-11", Certainty.INFERRED);

  /** The certainty of a refusal and of its words. */
  public enum Certainty {
    /** Refused in exactly these words on a real cluster. */
    MEASURED,
    /** Refused in these words according to documents. */
    REPORTED,
    /** Refused; the words, and perhaps the SQLSTATE, are a guess. */
    WORDS_INFERRED,
    /** Even the refusal is a guess. */
    INFERRED
  }

  private final String date;
  private final Certainty certainty;

  Source(String date, Certainty certainty) {
    this.date = date;
    this.certainty = certainty;
  }

  /** The day or month of the observation, in the notation of ISO 8601. */
  public String date() {
    return date;
  }

  /** The certainty of its refusals. */
  public Certainty certainty() {
    return certainty;
  }
}
