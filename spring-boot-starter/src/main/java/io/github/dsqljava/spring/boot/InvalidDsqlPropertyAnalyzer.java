package io.github.dsqljava.spring.boot;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says at start-up, without a stack trace, which property to correct. */
final class InvalidDsqlPropertyAnalyzer
    extends AbstractFailureAnalyzer<InvalidDsqlPropertyException> {

  InvalidDsqlPropertyAnalyzer() {}

  @Override
  protected FailureAnalysis analyze(Throwable root, InvalidDsqlPropertyException cause) {
    return new FailureAnalysis(cause.getMessage(), cause.action(), cause);
  }
}
