package io.github.dsqljava.spring.boot;

import org.jspecify.annotations.Nullable;

/** The properties {@code dsql.pool.connect-rate.*}. A program sets both of them or none. */
public class ConnectRateProperties {
  /** New connections a second. Default 100, shared by all pools of the process. */
  private @Nullable Integer perSecond;

  /** New connections at once, after a pause. Default 1000. */
  private @Nullable Integer burst;

  public @Nullable Integer getPerSecond() {
    return perSecond;
  }

  public void setPerSecond(@Nullable Integer perSecond) {
    this.perSecond = perSecond;
  }

  public @Nullable Integer getBurst() {
    return burst;
  }

  public void setBurst(@Nullable Integer burst) {
    this.burst = burst;
  }
}
