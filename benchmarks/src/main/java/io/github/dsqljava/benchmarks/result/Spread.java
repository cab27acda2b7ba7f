package io.github.dsqljava.benchmarks.result;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Several measurements of the same thing. Quartiles are interpolated. */
public record Spread(
    double min, double lowerQuartile, double median, double upperQuartile, double max) {

  /** Of one figure of each of these. */
  public static <T> Spread of(List<T> all, ToDoubleFunction<T> figure) {
    return of(all.stream().mapToDouble(figure).toArray());
  }

  /** Of these figures; all are NaN when there is none. */
  public static Spread of(double... figures) {
    double[] sorted = figures.clone();
    Arrays.sort(sorted);
    return new Spread(
        quantile(sorted, 0),
        quantile(sorted, 0.25),
        quantile(sorted, 0.5),
        quantile(sorted, 0.75),
        quantile(sorted, 1));
  }

  private static double quantile(double[] sorted, double share) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double position = share * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }
}
