package io.github.dsqljava.local.jobs;

import io.github.dsqljava.local.protocol.BackendType;
import io.github.dsqljava.local.protocol.DataRow;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.RowDescription;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.Step;
import io.github.dsqljava.local.request.Step.Use;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Turns PostgreSQL's answers to statements that ask for jobs into the service's: one row with the
 * text column {@code job_id}. PostgreSQL's own answer has no row; the id comes in a notice of
 * {@code jobs.sql}. For one run of one group.
 */
public final class JobAnswers {
  /** SQLSTATE of the notice, which no other one has. */
  private static final String NOTICE = "DSJOB";

  private static final RowDescription DESCRIPTION = new RowDescription("job_id");

  private final ByteBufAllocator allocator;
  private final boolean simple;

  /** For each Describe without an answer yet, whether its statement asks for a job. */
  private final Deque<Boolean> described = new ArrayDeque<>();

  private String jobId = "";

  /** For a group in which a statement asks for a job. */
  public JobAnswers(Group group, ByteBufAllocator allocator) {
    this.allocator = allocator;
    this.simple = group.isQuery();
    for (Step step : group.reachable()) {
      if (step.use() == Use.DESCRIBE) {
        described.add(step.asksForJob());
      }
    }
  }

  /** Returns the id of the job that the client has got; empty if there is none. */
  public String jobId() {
    return jobId;
  }

  /**
   * Takes a message of PostgreSQL's if the client gets another one in its place.
   *
   * @return whether it was taken
   */
  public boolean replaces(byte type, ByteBuf message, Consumer<ByteBuf> toClient) {
    switch (type) {
      case BackendType.NOTICE_RESPONSE -> {
        return tellJob(message, toClient);
      }
      case BackendType.NO_DATA, BackendType.ROW_DESCRIPTION -> {
        boolean ours = !simple && Boolean.TRUE.equals(described.poll());
        if (ours && type == BackendType.NO_DATA) {
          message.release();
          toClient.accept(DESCRIPTION.encode(allocator));
          return true;
        }
        return false;
      }
      default -> {
        return false;
      }
    }
  }

  private boolean tellJob(ByteBuf message, Consumer<ByteBuf> toClient) {
    ErrorMessage notice = ErrorMessage.decode(message);
    if (!notice.sqlState().equals(NOTICE)) {
      return false;
    }
    message.release();
    jobId = notice.message();
    if (simple) {
      toClient.accept(DESCRIPTION.encode(allocator));
    }
    if (!jobId.isEmpty()) {
      toClient.accept(new DataRow(List.of(jobId)).encode(allocator));
    }
    return true;
  }
}
