package io.github.dsqljava.spring.boot;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The properties {@code dsql.retry.*}: when a transaction is run again. */
public class RetryProperties {
  /** Attempts in all; 1 for none but the first. Default 100. */
  private @Nullable Integer maxAttempts;

  /** Attempts that may fail with anything but a lost conflict. Default 10. */
  private @Nullable Integer maxOtherFailures;

  /** Bound of the first pause, which doubles. Default 5ms. */
  private @Nullable Duration basePause;

  /** Largest bound of a pause. Default 1s. */
  private @Nullable Duration maxPause;

  /** No attempt begins later than this after the first one. Default 30s. */
  private @Nullable Duration maxElapsed;

  public @Nullable Integer getMaxAttempts() {
    return maxAttempts;
  }

  public void setMaxAttempts(@Nullable Integer maxAttempts) {
    this.maxAttempts = maxAttempts;
  }

  public @Nullable Integer getMaxOtherFailures() {
    return maxOtherFailures;
  }

  public void setMaxOtherFailures(@Nullable Integer maxOtherFailures) {
    this.maxOtherFailures = maxOtherFailures;
  }

  public @Nullable Duration getBasePause() {
    return basePause;
  }

  public void setBasePause(@Nullable Duration basePause) {
    this.basePause = basePause;
  }

  public @Nullable Duration getMaxPause() {
    return maxPause;
  }

  public void setMaxPause(@Nullable Duration maxPause) {
    this.maxPause = maxPause;
  }

  public @Nullable Duration getMaxElapsed() {
    return maxElapsed;
  }

  public void setMaxElapsed(@Nullable Duration maxElapsed) {
    this.maxElapsed = maxElapsed;
  }
}
