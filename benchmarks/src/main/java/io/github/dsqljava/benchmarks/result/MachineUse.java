package io.github.dsqljava.benchmarks.result;

import java.util.Locale;

/**
 * The processor time that other programs took, as shares of all processors; NaN if the system does
 * not report it.
 *
 * @param before in the seconds before the run
 * @param during on average over the run
 * @param most in the busiest half minute of the run
 */
public record MachineUse(double before, double during, double most) {
  /** The largest share in half a minute that counts as quiet. */
  public static final double QUIET = 0.05;

  /** The system does not report the use of its processors. */
  public static final MachineUse UNKNOWN = new MachineUse(Double.NaN, Double.NaN, Double.NaN);

  /** A line for the report. */
  public String line() {
    if (Double.isNaN(before) || Double.isNaN(during)) {
      return "Other programs: not known on this system";
    }
    String shares =
        String.format(
            Locale.ROOT,
            "%.1f %% of the processors before the run, %.1f %% during it, %.1f %% in its busiest"
                + " half minute",
            100 * before,
            100 * during,
            100 * most);
    return isQuiet()
        ? "Other programs: " + shares
        : "**The machine was not quiet.** Other programs: " + shares;
  }

  /** Whether the figures are worth publishing. */
  public boolean isQuiet() {
    return !(before > QUIET) && !(most > QUIET);
  }
}
