package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.ServerError;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.tracing.SpanKind;
import io.vertx.core.spi.tracing.TagExtractor;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.core.tracing.TracingPolicy;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reports operations other than queries to Vert.x's tracer, if there is one. Tags are those of
 * OpenTelemetry's conventions for databases. A tracer's exceptions are logged and have no effect.
 *
 * <p>Safe to use from several threads.
 */
public final class Spans {
  private static final Logger LOGGER = System.getLogger(Spans.class.getName());

  /** OpenTelemetry has no name for Aurora DSQL, whose protocol is PostgreSQL's. */
  private static final String SYSTEM = "postgresql";

  private static final TagExtractor<Map<String, String>> TAGS =
      new TagExtractor<>() {
        @Override
        public int len(Map<String, String> tags) {
          return tags.size();
        }

        @Override
        public String name(Map<String, String> tags, int index) {
          return List.copyOf(tags.keySet()).get(index);
        }

        @Override
        public String value(Map<String, String> tags, int index) {
          return tags.getOrDefault(name(tags, index), "");
        }
      };

  /** A span, which is ended once. */
  @FunctionalInterface
  public interface Span {

    /**
     * Ends the span.
     *
     * @param failure the failure of the operation, or null
     */
    void end(@Nullable Throwable failure);
  }

  private static final Span NONE = failure -> {};

  private final VertxInternal vertx;
  private final Map<String, String> request;

  /** Makes spans for the cluster of a plan. */
  public Spans(ConnectionPlan plan) {
    this.vertx = (VertxInternal) plan.vertx();
    Map<String, String> tags = new LinkedHashMap<>();
    tags.put("db.system.name", SYSTEM);
    tags.put("db.namespace", plan.config().database());
    tags.put("server.address", plan.config().endpoint().host());
    tags.put("server.port", Integer.toString(plan.config().endpoint().port()));
    this.request = tags;
  }

  /** Begins a span on the caller's context. */
  public Span begin(String operation) {
    return vertx.tracer() == null ? NONE : begin(vertx.getOrCreateContext(), operation);
  }

  /** Begins a span on a caller's context. */
  Span begin(ContextInternal caller, String operation) {
    VertxTracer<?, ?> tracer = vertx.tracer();
    return tracer == null ? NONE : begin(tracer, caller, operation);
  }

  private <O> Span begin(VertxTracer<?, O> tracer, ContextInternal context, String operation) {
    O span;
    try {
      span =
          tracer.sendRequest(
              context,
              SpanKind.RPC,
              TracingPolicy.PROPAGATE,
              request,
              operation,
              (name, value) -> {},
              TAGS);
    } catch (Throwable e) { // also a checked exception that was thrown past the compiler
      LOGGER.log(Level.WARNING, "A tracer of Vert.x failed", e);
      return NONE;
    }
    if (span == null) {
      return NONE;
    }
    return failure -> {
      try {
        tracer.receiveResponse(context, response(failure), span, failure, TAGS);
      } catch (Throwable e) {
        LOGGER.log(Level.WARNING, "A tracer of Vert.x failed", e);
      }
    };
  }

  private static Map<String, String> response(@Nullable Throwable failure) {
    Map<String, String> tags = new LinkedHashMap<>();
    if (failure != null) {
      tags.put("error.type", failure.getClass().getName());
      DriverErrors.anyServerError(failure)
          .map(ServerError::sqlState)
          .filter(state -> !state.isEmpty())
          .ifPresent(state -> tags.put("db.response.status_code", state));
    }
    return tags;
  }
}
